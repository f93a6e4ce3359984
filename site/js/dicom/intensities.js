// Decoded samples become intensities, as the service makes them (dicom_pixels.py there): bright is
// high signal, padding is background.
//
// Sources: DICOM PS3.3 C.7.6.3 (image pixels), C.7.5.1.1.2 (pixel padding), C.11.1 (modality LUT).

import { TAG } from "./attributes.js";
import { DicomProblem } from "./problem.js";

const MIN_INTENSITY = 1e-15;
const MAX_INTENSITY = 1e15;

/**
 * @param {TypedArray} stored  one sample per pixel, without unused bits
 * @param {Values} values  of the image
 * @param {string} photometric  of `stored`
 * @returns {TypedArray} `stored` itself where nothing is to be done, otherwise single precision
 */
export function intensities(stored, values, photometric) {
  const rescaled = lookedUp(stored, values) ?? withSlope(stored, values);
  const isPadding = paddingTest(stored, values);
  const range = rangeOf(rescaled, stored, isPadding);
  const magnitude = Math.max(Math.abs(range.darkest), Math.abs(range.brightest));
  if (!Number.isFinite(range.darkest) || !Number.isFinite(range.brightest)) throw unreadable();
  if (magnitude !== 0 && !(magnitude >= MIN_INTENSITY && magnitude <= MAX_INTENSITY)) throw unreadable();
  if (photometric !== "MONOCHROME1" && !isPadding) return rescaled;
  const turned = Float32Array.from(rescaled);
  if (photometric === "MONOCHROME1") {
    const sum = Math.fround(range.brightest + range.darkest);
    for (let at = 0; at < turned.length; at++) turned[at] = sum - turned[at];
  }
  if (isPadding) {
    for (let at = 0; at < turned.length; at++) if (isPadding(stored[at])) turned[at] = range.darkest;
  }
  return turned;
}

/** By the modality look-up table; null where there is none. */
function lookedUp(stored, values) {
  const table = values.item("ModalityLUTSequence");
  if (!table) return null;
  const [count, first, depth] = table.words("LUTDescriptor") ?? [];
  const data = table.elements.get(TAG.LUTData)?.value;
  if (depth === undefined || !data) throw unreadable();
  const entries = count || 0x10000;
  if (data.length < 2 * entries) throw unreadable();
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const isSigned = values.word("PixelRepresentation") === 1;
  const start = isSigned ? (first << 16) >> 16 : first;
  return Float32Array.from(stored, (value) => {
    const entry = Math.min(Math.max(value - start, 0), entries - 1);
    return view.getUint16(2 * entry, !values.bigEndian);
  });
}

/** By slope and intercept; a rescale that is unusable is ignored, MR intensities are relative. */
function withSlope(stored, values) {
  const source = values.functionalGroup("PixelValueTransformationSequence") ?? values;
  const slope = source.numbers("RescaleSlope")?.[0] ?? null;
  const intercept = source.numbers("RescaleIntercept")?.[0] ?? null;
  if (slope === null || intercept === null || slope === 0) return stored;
  if (slope === 1 && intercept === 0) return stored;
  return Float32Array.from(stored, (value) => value * slope + intercept);
}

/** Says of a stored value whether it is padding; null where no pixel is, or nothing else. */
function paddingTest(stored, values) {
  const value = values.word("PixelPaddingValue");
  if (value === null || stored instanceof Float32Array || stored instanceof Float64Array) return null;
  const isSigned = values.word("PixelRepresentation") === 1;
  const wrapped = (word) => (isSigned ? (word << 16) >> 16 : word);
  const limit = wrapped(values.word("PixelPaddingRangeLimit") ?? value);
  const [low, high] = [wrapped(value), limit].sort((a, b) => a - b);
  const test = (sample) => sample >= low && sample <= high;
  return stored.some(test) && !stored.every(test) ? test : null;
}

function rangeOf(pixels, stored, isPadding) {
  let darkest = Infinity;
  let brightest = -Infinity;
  for (let at = 0; at < pixels.length; at++) {
    if (isPadding?.(stored[at])) continue;
    const value = pixels[at];
    if (Number.isNaN(value)) throw unreadable();
    if (value < darkest) darkest = value;
    if (value > brightest) brightest = value;
  }
  return { darkest, brightest };
}

const unreadable = () => new DicomProblem("unreadable_image");
