// Cells of pixel data become samples: byte order, sign, unused bits, planes.
//
// Source: DICOM PS3.5 8 (encoding of pixel data), PS3.3 C.7.6.3.1 (image pixel description).

import { DicomProblem } from "./problem.js";

/**
 * What an image says about its cells.
 * @throws {DicomProblem} `unreadable_image`
 */
export function cellsOf(values, pixelKeyword) {
  const allocated = values.word("BitsAllocated");
  const stored = values.word("BitsStored") ?? allocated;
  const allowed = { PixelData: [8, 16, 32], FloatPixelData: [32], DoubleFloatPixelData: [64] };
  if (!allowed[pixelKeyword].includes(allocated)) throw new DicomProblem("unreadable_image");
  const isFloat = pixelKeyword !== "PixelData";
  if (!isFloat && !(stored >= 1 && stored <= allocated)) throw new DicomProblem("unreadable_image");
  const lowBit = (values.word("HighBit") ?? 0) + 1 - stored;
  return {
    allocated,
    stored,
    isFloat,
    isSigned: values.word("PixelRepresentation") === 1,
    // Samples may stand in the upper bits of their cell.
    lowBit: lowBit > 0 && lowBit <= allocated - stored ? lowBit : 0,
  };
}

/** Cells in a byte order of their own become a typed array of this machine's. */
export function cellsFromBytes(bytes, { allocated, isFloat, isSigned }, bigEndian) {
  const size = allocated / 8;
  const count = Math.floor(bytes.length / size);
  const Kind = isFloat
    ? { 4: Float32Array, 8: Float64Array }[size]
    : isSigned
      ? { 1: Int8Array, 2: Int16Array, 4: Int32Array }[size]
      : { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array }[size];
  const made = new Kind(count);
  const raw = new Uint8Array(made.buffer);
  raw.set(bytes.subarray(0, count * size));
  if (bigEndian && size > 1) for (let at = 0; at < raw.length; at += size) raw.subarray(at, at + size).reverse();
  return made;
}

/** Cells in little or big endian. */
export function bytesFromCells(cells, bigEndian) {
  const bytes = new Uint8Array(cells.buffer.slice(cells.byteOffset, cells.byteOffset + cells.byteLength));
  const size = cells.BYTES_PER_ELEMENT;
  if (bigEndian && size > 1) for (let at = 0; at < bytes.length; at += size) bytes.subarray(at, at + size).reverse();
  return bytes;
}

/** Bits outside of what is stored are cut off; signed samples get their sign from the highest one left. */
export function withoutUnusedBits(cells, { allocated, stored, lowBit, isSigned }) {
  const unused = allocated - stored - lowBit;
  if (unused === 0 && lowBit === 0) return cells;
  const up = 32 - allocated + unused;
  for (let at = 0; at < cells.length; at++) {
    cells[at] = isSigned ? (cells[at] << up) >> up >> lowBit : ((cells[at] << up) >>> up) >>> lowBit;
  }
  return cells;
}

/** Samples of the lowest `bits` read anew as signed or not, in 16-bit or 8-bit cells. */
export function reinterpreted(samples, bits, isSigned) {
  const Kind = bits > 8 ? (isSigned ? Int16Array : Uint16Array) : isSigned ? Int8Array : Uint8Array;
  const shift = 32 - bits;
  return Kind.from(samples, (value) => (isSigned ? (value << shift) >> shift : (value << shift) >>> shift));
}

/** Planes one after the other become interleaved samples. */
export function interleaved(planes, channels) {
  const count = planes.length / channels;
  const made = new planes.constructor(planes.length);
  for (let channel = 0; channel < channels; channel++) {
    for (let at = 0; at < count; at++) made[at * channels + channel] = planes[channel * count + at];
  }
  return made;
}
