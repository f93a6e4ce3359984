// Inflating of deflated data sets, which never comes to more than an image can be.

import { Inflate } from "../../vendor/fflate/fflate.js";
import { MAX_INFLATED_BYTES } from "./limits.js";
import { DicomProblem } from "./problem.js";

// One byte inflates to a thousand at most: no step is much longer than this times that.
const STEP_BYTES = 4096;
const ZLIB_HEADER_BYTES = 2;

/**
 * @param {Uint8Array} bytes  deflated, without a zlib header
 * @throws {DicomProblem} `image_too_large`, `unreadable_image`
 */
export function inflateRaw(bytes) {
  const parts = [];
  const total = inflated(bytes, MAX_INFLATED_BYTES, (part) => parts.push(part));
  return joined(parts, total);
}

/**
 * What a zlib stream inflates to, without keeping it.
 * @throws {DicomProblem} `image_too_large` over the limit, `unreadable_image`
 */
export function inflatedLength(bytes, limit) {
  return inflated(bytes.subarray(ZLIB_HEADER_BYTES), limit, () => {});
}

function inflated(bytes, limit, take) {
  let total = 0;
  let ended = false;
  const inflater = new Inflate((part, final) => {
    total += part.length;
    if (total > limit) throw new DicomProblem("image_too_large");
    take(part);
    ended ||= final;
  });
  try {
    for (let start = 0; start < bytes.length; start += STEP_BYTES) {
      const last = start + STEP_BYTES >= bytes.length;
      inflater.push(bytes.slice(start, start + STEP_BYTES), last);
    }
  } catch (error) {
    if (error instanceof DicomProblem) throw error;
    throw new DicomProblem("unreadable_image", "The deflated data are damaged.");
  }
  if (!ended) throw new DicomProblem("unreadable_image", "The deflated data are truncated.");
  return total;
}

/** Pieces as one. */
export function joined(parts, total = parts.reduce((sum, part) => sum + part.length, 0)) {
  const whole = new Uint8Array(total);
  let position = 0;
  for (const part of parts) {
    whole.set(part, position);
    position += part.length;
  }
  return whole;
}
