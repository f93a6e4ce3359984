// DICOM RLE (PS3.5 annex G): PackBits, a segment per byte of a sample, the highest byte first.

import { DicomProblem } from "./problem.js";

const HEADER_BYTES = 64;

/**
 * @param {Uint8Array} frame
 * @param {{pixels: number, channels: number, allocated: number}} expected
 * @returns {Uint8Array} little-endian cells, plane by plane
 * @throws {DicomProblem} `unreadable_image`, `image_too_large`
 */
export function decodeRle(frame, { pixels, channels, allocated }) {
  const size = allocated / 8;
  const segments = channels * size;
  if (frame.length < HEADER_BYTES || segments > 15) throw new DicomProblem("unreadable_image");
  const view = new DataView(frame.buffer, frame.byteOffset, frame.length);
  if (view.getUint32(0, true) !== segments) throw new DicomProblem("unreadable_image");
  const bounds = Array.from({ length: segments }, (_, at) => view.getUint32(4 + 4 * at, true));
  bounds.push(frame.length);
  const inOrder = bounds.every((bound, at) => at === 0 || bound > bounds[at - 1]);
  if (!inOrder || bounds[0] < HEADER_BYTES) throw new DicomProblem("unreadable_image");
  const cells = new Uint8Array(pixels * segments);
  for (let segment = 0; segment < segments; segment++) {
    const channel = Math.floor(segment / size);
    const byte = size - 1 - (segment % size);
    expand(frame.subarray(bounds[segment], bounds[segment + 1]), cells, {
      start: channel * pixels * size + byte,
      step: size,
      count: pixels,
    });
  }
  return cells;
}

/** Write the runs of one segment to every `step`-th byte. */
function expand(segment, cells, { start, step, count }) {
  let written = 0;
  let position = 0;
  while (position < segment.length && written < count) {
    const head = segment[position];
    position += 1;
    if (head === 128) continue;
    const run = head < 128 ? head + 1 : 257 - head;
    for (let at = 0; at < run && written < count; at++, written++) {
      const from = head < 128 ? position + at : position;
      if (from >= segment.length) throw new DicomProblem("unreadable_image");
      cells[start + written * step] = segment[from];
    }
    position += head < 128 ? run : 1;
  }
  if (written < count) throw new DicomProblem("unreadable_image", "The run lengths are incomplete.");
}
