// Lengths on the slice: the ruler's, and that of the scale bar.

const BAR_LENGTHS_MM = [1, 2, 5, 10, 20, 50, 100, 200];
const BAR_SHARE = 0.25;

/** The length of a line between two places: mm where spacing is known, pixels otherwise. */
export function lengthOf({ from, to }, spacingMm) {
  const [rowMm, columnMm] = spacingMm ?? [1, 1];
  const length = Math.hypot((to.column - from.column) * columnMm, (to.row - from.row) * rowMm);
  return { length, unit: spacingMm ? "mm" : "px" };
}

/** The longest round length that takes up to a quarter of a width; null where none does. */
export function scaleBar(pxPerMm, width) {
  const lengthMm = BAR_LENGTHS_MM.findLast((mm) => mm * pxPerMm <= width * BAR_SHARE);
  return lengthMm === undefined ? null : { lengthMm, lengthPx: lengthMm * pxPerMm };
}
