// Numbers as the page writes them; null stays a dash and never becomes a zero.

import { LABELS } from "./strings.js";

const formats = [0, 1, 2, 3].map(
  (places) =>
    new Intl.NumberFormat("en-GB", {
      minimumFractionDigits: places,
      maximumFractionDigits: places,
      useGrouping: false,
    }),
);

export const decimal = (value, places = 0) =>
  value === null || value === undefined ? LABELS.unknown : formats[places].format(value);

export const percent = (value, places = 0) =>
  value === null || value === undefined ? LABELS.unknown : `${decimal(value, places)} %`;

export const interval = (ends) =>
  ends ? `${decimal(ends[0])}\u2013${decimal(ends[1])} %` : LABELS.unknown;

/** A spacing without the zeros that say nothing. */
export const spacing = ([row, column]) =>
  `${Number(row.toFixed(3))} \u00d7 ${Number(column.toFixed(3))} mm`;
