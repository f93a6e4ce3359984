// PNG and JPEG files become samples; a PNG of 16 bits keeps them.

import { decodeJpeg } from "./codecs.js";
import { checkDimensions } from "./limits.js";
import { DicomProblem } from "./problem.js";

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
