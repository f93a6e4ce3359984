// The structure of JPEG and JPEG-LS, walked from start to end before a decoder sees it, and what
// is in it beside the picture.
//
// Sources: ITU-T T.81 annex B (markers), T.87 annex C (JPEG-LS).

import { joined } from "./inflate.js";
import { checkDimensions, MAX_JPEG_SCANS } from "./limits.js";
import { DicomProblem } from "./problem.js";

const [SOI, EOI, SOS, SOF_JPEG_LS] = [0xd8, 0xd9, 0xda, 0xf7];
const NO_FRAME_HEADERS = new Set([0xc4, 0xc8, 0xcc]);
const [COMMENT, FIRST_APP, LAST_APP] = [0xfe, 0xe0, 0xef];

// Without them a decoder may take RGB for YCbCr: JFIF, Adobe, and HP's colour transform of JPEG-LS.
const TELLING_APPS = [
  { marker: 0xe0, name: "JFIF", bytes: 18 },
  { marker: 0xee, name: "Adobe", bytes: 14 },
  { marker: 0xe8, name: "mrfx", bytes: 9 },
];

/** Whether bytes begin as a JPEG does. */
export const isJpeg = (bytes) => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;

/**
 * @param {Uint8Array} bytes
 * @returns {{rows: number, columns: number, components: number, precision: number,
 *            isLossless: boolean, segments: {marker: number, start: number, end: number}[],
 *            end: number}} `segments` outside of the scans; `end` of the image
 * @throws {DicomProblem} `unreadable_image`, `image_too_large`, `too_small`
 */
export function walkJpeg(bytes) {
  const segments = [];
  let frame = null;
  let scans = 0;
  let position = 2;
  let isLs = false;
  for (;;) {
    const at = nextMarker(bytes, position, isLs);
    // Outside a scan the next marker follows at once, but for fill bytes.
    if (at < 0 || (scans === 0 && bytes.subarray(position, at).some((byte) => byte !== 0xff))) {
      throw unreadable();
    }
    const marker = bytes[at + 1];
    if (marker === EOI) {
      if (!frame || scans === 0) throw unreadable();
      return { ...frame, segments, end: at + 2 };
    }
    const length = at + 4 <= bytes.length ? bytes[at + 2] * 256 + bytes[at + 3] : 0;
    if (marker === SOI || length < 2 || at + 2 + length > bytes.length) throw unreadable();
    position = at + 2 + length;
    if (isFrameHeader(marker)) {
      if (frame) throw unreadable();
      isLs = marker === SOF_JPEG_LS;
      frame = frameHeader(bytes.subarray(at + 4, position), marker);
    }
    if (marker === SOS) {
      scans += 1;
      if (!frame || scans > MAX_JPEG_SCANS) throw unreadable();
    }
    segments.push({ marker, start: at, end: position });
  }
}

/** The same picture without comments, thumbnails, and whatever programs and cameras add. */
export function bareJpeg(bytes, telling = TELLING_APPS) {
  const { segments, end } = walkJpeg(bytes);
  const parts = [];
  let from = 0;
  for (const segment of segments) {
    if (!isBeside(bytes, segment, telling)) continue;
    parts.push(bytes.subarray(from, segment.start));
    from = segment.end;
  }
  parts.push(bytes.subarray(from, end));
  return joined(parts);
}

/** The same picture, said to be RGB or YCbCr by Adobe's marker, whatever else it says. */
export function withTransform(bytes, isRgb) {
  const marker = [0xff, 0xee, 0, 14, ...[..."Adobe"].map((letter) => letter.charCodeAt(0)), 0, 100, 0, 0, 0, 0];
  return joined([bytes.subarray(0, 2), Uint8Array.of(...marker, isRgb ? 0 : 1), bareJpeg(bytes, []).subarray(2)]);
}

/** Whether a JPEG itself says that its three samples are RGB, or that they are not; null if neither. */
export function saysRgb(bytes) {
  const { segments, componentIds } = walkJpeg(bytes);
  const contentOf = (marker) => {
    const found = segments.find((segment) => segment.marker === marker);
    return found ? bytes.subarray(found.start + 4, found.end) : new Uint8Array(0);
  };
  const isNamed = (content, name) => [...name].every((letter, at) => content[at] === letter.charCodeAt(0));
  const adobe = contentOf(0xee);
  if (isNamed(adobe, "Adobe") && adobe[11] === 1) return false;
  if (["RGB", "rgb"].includes(String.fromCharCode(...componentIds))) return true;
  return isNamed(contentOf(0xe0), "JFIF") ? false : null;
}

/** What `bareJpeg` leaves out. */
export function jpegSegmentsBeside(bytes) {
  return walkJpeg(bytes)
    .segments.filter((segment) => isBeside(bytes, segment))
    .map(({ marker, start, end }) => ({
      name: marker === COMMENT ? "COM" : `APP${marker - FIRST_APP}`,
      content: bytes.subarray(start + 4, end),
    }));
}

function isBeside(bytes, { marker, start, end }, telling = TELLING_APPS) {
  if (marker === COMMENT) return true;
  if (marker < FIRST_APP || marker > LAST_APP) return false;
  const content = bytes.subarray(start + 4, end);
  return !telling.some(
    (app) =>
      app.marker === marker &&
      end - start <= app.bytes + 2 &&
      [...app.name].every((letter, at) => content[at] === letter.charCodeAt(0)),
  );
}

function nextMarker(bytes, position, isLs) {
  for (let at = bytes.indexOf(0xff, position); at >= 0 && at + 1 < bytes.length; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1];
    // A stuffed byte, a fill byte, a restart marker; JPEG-LS stuffs a single bit.
    const isStuffed = isLs ? next < 0x80 : next === 0;
    if (!isStuffed && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  return -1;
}

function isFrameHeader(marker) {
  return marker === SOF_JPEG_LS || (marker >= 0xc0 && marker <= 0xcf && !NO_FRAME_HEADERS.has(marker));
}

function frameHeader(content, marker) {
  if (content.length < 6) throw unreadable();
  const [precision, a, b, c, d, components] = content;
  const frame = { rows: a * 256 + b, columns: c * 256 + d, components, precision };
  if (content.length !== 6 + 3 * components || precision < 2 || precision > 16) throw unreadable();
  checkDimensions(frame.rows, frame.columns);
  const componentIds = Array.from({ length: components }, (_, at) => content[6 + 3 * at]);
  return { ...frame, componentIds, isLossless: marker === 0xc3, isLs: marker === SOF_JPEG_LS };
}

const unreadable = () => new DicomProblem("unreadable_image", "The JPEG image is damaged.");
