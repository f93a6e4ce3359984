// What a JPEG 2000 codestream says of its size before a decoder sees it (ITU-T T.800 annex A).

import { checkDimensions } from "./limits.js";
import { DicomProblem } from "./problem.js";

const [SOC, SIZ, COMMENT] = [0xff4f, 0xff51, 0xff64];
const [SOT, SOD, EOC] = [0xff90, 0xff93, 0xffd9];
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

/**
 * The same codestream with empty comments, without boxes around it or bytes after it.
 * @throws {DicomProblem} `unreadable_image`, `image_too_large`, `too_small`
 */
export function bareJpeg2000(bytes) {
  const codestream = readJpeg2000(bytes).codestream.slice();
  const view = new DataView(codestream.buffer);
  let position = 2;
  for (;;) {
    if (position + 2 > codestream.length) throw unreadable();
    if (view.getUint16(position) === EOC) return codestream.subarray(0, position + 2);
    const tilePart = emptiedHeader(codestream, view, position);
    if (tilePart === null) throw unreadable();
    // A length of 0 says that the last tile-part goes on to the end.
    position = tilePart.length ? tilePart.start + tilePart.length : lastEnd(codestream);
    if (position <= tilePart.start || position > codestream.length) throw unreadable();
  }
}

/** Empty the comments of a header, up to the tile-part that follows or the data that begin. */
function emptiedHeader(codestream, view, from) {
  let position = from;
  let tilePart = null;
  while (position + 4 <= codestream.length) {
    const marker = view.getUint16(position);
    if (marker === SOD && tilePart) return tilePart;
    const end = position + 2 + view.getUint16(position + 2);
    if (marker < 0xff00 || end <= position + 3 || end > codestream.length) return null;
    if (marker === SOT) {
      if (tilePart || end !== position + 12) return null;
      tilePart = { start: position, length: view.getUint32(position + 6) };
    }
    if (marker === COMMENT) codestream.fill(0, position + 6, end);
    position = end;
  }
  return null;
}

function lastEnd(codestream) {
  for (let at = codestream.length - 2; at > 0; at--) {
    if (codestream[at] === 0xff && codestream[at + 1] === 0xd9) return at;
  }
  throw unreadable();
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
