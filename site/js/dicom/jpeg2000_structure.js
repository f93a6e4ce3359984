// What a JPEG 2000 codestream says of its size before a decoder sees it (ITU-T T.800 annex A).

import { checkDimensions } from "./limits.js";
import { DicomProblem } from "./problem.js";

const [SOC, SIZ] = [0xff4f, 0xff51];
const MAX_TILES = 4096;
const CODESTREAM_BOX = 0x6a703263; // "jp2c"

/**
 * @param {Uint8Array} bytes  a codestream, or a JP2 file around one
 * @returns {{codestream: Uint8Array, rows: number, columns: number, components: number,
 *            precision: number, isSigned: boolean}}
 * @throws {DicomProblem} `unreadable_image`, `image_too_large`, `too_small`
 */
export function readJpeg2000(bytes) {
  const codestream = unboxed(bytes);
  const view = new DataView(codestream.buffer, codestream.byteOffset, codestream.length);
  if (codestream.length < 45 || view.getUint16(0) !== SOC || view.getUint16(2) !== SIZ) throw unreadable();
  const [right, bottom, left, top, tileWidth, tileHeight] = [8, 12, 16, 20, 24, 28].map((at) => view.getUint32(at));
  const components = view.getUint16(40);
  const [columns, rows] = [right - left, bottom - top];
  checkDimensions(rows, columns);
  const tiles = Math.ceil(right / tileWidth) * Math.ceil(bottom / tileHeight);
  if (!(tiles <= MAX_TILES)) throw unreadable();
  const depth = codestream[42];
  return {
    codestream,
    rows,
    columns,
    components,
    precision: (depth & 0x7f) + 1,
    isSigned: (depth & 0x80) !== 0,
  };
}

/** The codestream out of its boxes; bytes that have none stay as they are. */
function unboxed(bytes) {
  if (bytes[0] === 0xff) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let position = 0;
  while (position + 8 <= bytes.length) {
    const length = view.getUint32(position);
    const end = length === 0 ? bytes.length : position + length;
    if (length === 1 || (length !== 0 && length < 8) || end > bytes.length) throw unreadable();
    if (view.getUint32(position + 4) === CODESTREAM_BOX) return bytes.subarray(position + 8, end);
    position = end;
  }
  throw unreadable();
}

const unreadable = () => new DicomProblem("unreadable_image", "The JPEG 2000 image is damaged.");
