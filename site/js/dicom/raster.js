// PNG and JPEG files become samples; a PNG of 16 bits keeps them.

import { decodeJpeg } from "./codecs.js";
import { inflatedLength, joined } from "./inflate.js";
import { checkDimensions } from "./limits.js";
import { DicomProblem } from "./problem.js";
import { pngChunks } from "./raster_metadata.js";

const CHANNELS = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

// Column and row of each pass's first pixel, then the steps between its columns and rows.
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/** @returns {Promise<{samples: TypedArray, rows: number, columns: number, channels: number, full: number}>} */
export async function readJpeg(bytes) {
  const { samples, rows, columns, components } = await decodeJpeg(bytes);
  return { samples, rows, columns, channels: components, full: 255 };
}

/** @returns {Promise<{samples: TypedArray, rows: number, columns: number, channels: number, full: number}>} */
export async function readPng(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33) throw new DicomProblem("unreadable_image");
  checkDimensions(view.getUint32(20), view.getUint32(16));
  checkImageData(bytes, view);
  const { decode } = await import("../../vendor/fast-png/fast-png.js");
  let decoded;
  try {
    decoded = decode(bytes, { checkCrc: true });
  } catch {
    throw new DicomProblem("unreadable_image");
  }
  const { data, width, height, channels, depth, palette } = decoded;
  const picture = { rows: height, columns: width, full: depth === 16 ? 65535 : 255 };
  if (palette) return { ...picture, samples: coloured(indices(decoded), palette), channels: 3 };
  const samples = depth < 8 ? unpacked(decoded).map((value) => (value * 255) / ((1 << depth) - 1)) : data;
  return { ...picture, samples, channels };
}

/** The image data are as long as the header says: a decoder would inflate whatever comes. */
function checkImageData(bytes, view) {
  const parts = pngChunks(bytes).filter(({ kind }) => kind === "IDAT");
  const compressed = joined(parts.map(({ start, end }) => bytes.subarray(start + 8, end - 4)));
  const [columns, rows, depth] = [view.getUint32(16), view.getUint32(20), view.getUint8(24)];
  const bits = depth * (CHANNELS[view.getUint8(25)] ?? 1);
  const passes = view.getUint8(28) ? ADAM7 : [[0, 0, 1, 1]];
  let expected = 0;
  for (const [left, top, across, down] of passes) {
    const width = Math.ceil((columns - left) / across);
    const height = Math.ceil((rows - top) / down);
    if (width > 0 && height > 0) expected += height * (1 + Math.ceil((width * bits) / 8));
  }
  if (inflatedLength(compressed, expected) !== expected) throw new DicomProblem("unreadable_image");
}

const indices = (decoded) => (decoded.depth < 8 ? unpacked(decoded) : decoded.data);

/** One sample per byte out of lines whose samples share bytes. */
function unpacked({ data, width, height, depth }) {
  const stride = Math.ceil((width * depth) / 8);
  const perByte = 8 / depth;
  return Uint8Array.from({ length: width * height }, (_, at) => {
    const column = at % width;
    const byte = data[Math.floor(at / width) * stride + Math.floor(column / perByte)];
    return (byte >> (8 - depth * ((column % perByte) + 1))) & ((1 << depth) - 1);
  });
}

function coloured(entries, palette) {
  const samples = new Uint8Array(3 * entries.length);
  entries.forEach((entry, at) => {
    const colour = palette[entry];
    if (!colour) throw new DicomProblem("unreadable_image");
    samples.set(colour.slice(0, 3), 3 * at);
  });
  return samples;
}
