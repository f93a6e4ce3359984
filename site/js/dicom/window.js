// The window a slice is first shown with: its file's own where that fits, otherwise its own range.

const BINS = 4096;
const LOW_SHARE = 0.005;
const HIGH_SHARE = 0.995;

/**
 * @param {TypedArray} pixels  intensities
 * @param {{center: number, width: number}|null} [stated]  by the file
 * @returns {{center: number, width: number}} width over 0
 */
export function firstWindow(pixels, stated = null) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of pixels) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (stated && fits(stated, low, high)) return stated;
  if (!(high > low)) return { center: low, width: 1 };
  const counts = new Uint32Array(BINS);
  const scale = (BINS - 1) / (high - low);
  for (const value of pixels) counts[Math.floor((value - low) * scale)] += 1;
  const from = low + binAt(counts, LOW_SHARE * pixels.length) / scale;
  const to = low + (binAt(counts, HIGH_SHARE * pixels.length) + 1) / scale;
  return { center: (from + to) / 2, width: Math.max(to - from, 1 / scale) };
}

/** Whether a window shows something of a picture: it overlaps its range and does not dwarf it. */
function fits({ center, width }, low, high) {
  if (!(width > 0) || !Number.isFinite(center)) return false;
  const overlap = Math.min(center + width / 2, high) - Math.max(center - width / 2, low);
  return overlap > 0.02 * (high - low) && overlap > 0.1 * width;
}

function binAt(counts, share) {
  let sum = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    sum += counts[bin];
    if (sum > share) return bin;
  }
  return counts.length - 1;
}
