// Colour pictures that are grey become one channel; others are refused (greyscale.py of the service).

import { DicomProblem } from "./problem.js";

const CHANNEL_TOLERANCE = 0.05; // of the brightest value: the chroma noise of JPEG
const MAX_COLOURED_SHARE = 0.005; // a viewer's small coloured annotation

/**
 * @param {Uint8Array|Uint16Array} samples  interleaved: grey, grey and alpha, RGB or RGBA
 * @param {number} channels
 * @param {number} full  value of an opaque alpha
 * @returns {Uint8Array|Uint16Array|Float32Array} one sample per pixel
 * @throws {DicomProblem} `not_greyscale`
 */
export function greyOf(samples, channels, full) {
  if (channels === 1) return samples;
  const colours = channels < 3 ? 1 : 3;
  const count = samples.length / channels;
  if (colours === 3) refuseColour(samples, channels, count);
  const grey = new Float32Array(count);
  for (let at = 0; at < count; at++) {
    const from = at * channels;
    let value = samples[from];
    if (colours === 3) value = Math.fround((value + samples[from + 1] + samples[from + 2]) / 3);
    if (channels % 2 === 0) value *= Math.fround(samples[from + colours] / full);
    grey[at] = value;
  }
  return grey;
}

function refuseColour(samples, channels, count) {
  let brightest = 1;
  for (let from = 0; from < samples.length; from += channels) {
    brightest = Math.max(brightest, samples[from], samples[from + 1], samples[from + 2]);
  }
  let coloured = 0;
  for (let from = 0; from < samples.length; from += channels) {
    const [a, b, c] = [samples[from], samples[from + 1], samples[from + 2]];
    if (Math.max(a, b, c) - Math.min(a, b, c) > CHANNEL_TOLERANCE * brightest) coloured += 1;
  }
  if (coloured > MAX_COLOURED_SHARE * count) throw new DicomProblem("not_greyscale");
}
