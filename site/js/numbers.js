// Numbers as the page writes them; null stays a dash and never becomes a zero.

import { LABELS } from "./strings.js";

/** A number with so many places; halves go to the even neighbour, as in the service's own texts. */
export function decimal(value, places = 0) {
  if (value === null || value === undefined) return LABELS.unknown;
  // What is exactly a half is a whole number of these parts; 36.55 is not, nearly half as it is.
  const isHalf = Number.isInteger(value * 2 ** (places + 1)) && Math.abs((value * 10 ** places) % 1) === 0.5;
  const text = isHalf
    ? ((2 * Math.round((value * 10 ** places) / 2)) / 10 ** places).toFixed(places)
    : value.toFixed(places);
  return text.replace(/^-(?=0(\.0+)?$)/, "");
}

export const percent = (value, places = 0) =>
  value === null || value === undefined ? LABELS.unknown : `${decimal(value, places)} %`;

export const interval = (ends) =>
  ends ? `${decimal(ends[0])}\u2013${decimal(ends[1])} %` : LABELS.unknown;

/** A spacing without the zeros that say nothing. */
export const spacing = ([row, column]) =>
  `${Number(row.toFixed(3))} \u00d7 ${Number(column.toFixed(3))} mm`;
