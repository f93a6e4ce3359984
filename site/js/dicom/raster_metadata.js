// PNG and JPEG without what stands beside the picture: cameras, programs and archives write names,
// dates and places there. The service ignores all of it.

import { joined } from "./inflate.js";
import { jpegSegmentsBeside, bareJpeg } from "./jpeg_structure.js";
import { MAX_UPLOAD_BYTES } from "./limits.js";
import { DicomProblem } from "./problem.js";

const PNG_SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const PICTURE_CHUNKS = new Set(["IHDR", "PLTE", "IDAT", "IEND"]);
const MAX_CHUNKS = 400_000;

/** Whether bytes begin as a PNG does. */
export const isPng = (bytes) => PNG_SIGNATURE.every((byte, at) => bytes[at] === byte);

/** As `deidentify`. */
export function deidentifiedPng(bytes) {
  const parts = [bytes.subarray(0, PNG_SIGNATURE.length)];
  const removed = [];
  for (const { kind, start, end } of pngChunks(bytes)) {
    if (PICTURE_CHUNKS.has(kind)) parts.push(bytes.subarray(start, end));
    else removed.push(entry(kind, bytes.subarray(start + 8, end - 4)));
  }
  return { bytes: joined(parts), removed, kept: [], burntInAnnotation: "unknown" };
}

/** As `deidentify`. */
export function deidentifiedJpeg(bytes) {
  const removed = jpegSegmentsBeside(bytes).map(({ name, content }) => entry(name, content));
  return { bytes: bareJpeg(bytes), removed, kept: [], burntInAnnotation: "unknown" };
}

/** The chunks of a PNG up to its end: kind, and where they start and end with their length and CRC. */
export function pngChunks(bytes) {
  if (bytes.length > 4 * MAX_UPLOAD_BYTES) throw new DicomProblem("payload_too_large");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const chunks = [];
  let start = PNG_SIGNATURE.length;
  while (start + 12 <= bytes.length && chunks.length < MAX_CHUNKS) {
    const end = start + 12 + view.getUint32(start);
    const kind = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    if (end > bytes.length) break;
    chunks.push({ kind, start, end });
    if (kind === "IEND") return chunks;
    start = end;
  }
  throw new DicomProblem("unreadable_image", "The PNG file is truncated.");
}

function entry(name, content) {
  const written = new TextDecoder().decode(content.subarray(0, 256));
  const value = written.replace(/\0/g, " ").replace(/[\p{C}\ufffd]/gu, "").trim().slice(0, 64);
  return { tag: name, keyword: "", value, action: "removed" };
}
