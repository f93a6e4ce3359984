// Intensities to shades of grey through a table, which makes a change of the window cheap.

const MOST_LEVELS = 65536;
const OPAQUE = 0xff000000;
const GREY = 0x010101;

/**
 * The slice's intensities as numbers of levels, made once.
 *
 * Whole numbers keep their value; others are rounded to one of 65,536 levels between the smallest
 * and the largest. What is no number counts as the smallest.
 */
export function levelsOf(values) {
  let low = Infinity;
  let high = -Infinity;
  let whole = true;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < low) low = value;
    if (value > high) high = value;
    if (whole && !Number.isInteger(value)) whole = false;
  }
  if (low > high) low = high = 0;
  const step = whole && high - low < MOST_LEVELS ? 1 : (high - low) / (MOST_LEVELS - 1) || 1;
  const last = Math.round((high - low) / step);
  const numbers = new Uint16Array(values.length);
  for (let i = 0; i < values.length; i++) {
    // An infinity is held back by the bounds; NaN becomes 0 by the array's own conversion.
    numbers[i] = Math.min(Math.max(Math.round((values[i] - low) / step), 0), last);
  }
  return { numbers, low, high, step, count: last + 1 };
}

/**
 * The shade, 0 to 1, of an intensity: linear within the window and level outside, by
 * DICOM's LINEAR_EXACT (PS3.3 C.11.2.1.3.2), which has no half steps and takes any width.
 */
export function shade(value, { center, width }, inverted = false) {
  const within = Math.min(Math.max((value - center) / width + 0.5, 0), 1);
  return inverted ? 1 - within : within;
}

/** Write the slice's pixels, in the bytes' order of ImageData, through a window. */
export function applyWindow(levels, window, inverted, pixels) {
  const { numbers, low, step, count } = levels;
  const table = new Uint32Array(count);
  for (let level = 0; level < count; level++) {
    table[level] = OPAQUE | (GREY * Math.round(255 * shade(low + level * step, window, inverted)));
  }
  for (let i = 0; i < numbers.length; i++) pixels[i] = table[numbers[i]];
}

/** The same for a picture in colour: each channel through the window. */
export function applyColourWindow(colours, window, inverted, pixels) {
  const table = new Uint8Array(256);
  for (let level = 0; level < 256; level++) {
    table[level] = Math.round(255 * shade(level, window, inverted));
  }
  for (let i = 0; i < colours.length; i++) {
    const colour = colours[i];
    pixels[i] =
      OPAQUE |
      (table[(colour >> 16) & 255] << 16) |
      (table[(colour >> 8) & 255] << 8) |
      table[colour & 255];
  }
}
