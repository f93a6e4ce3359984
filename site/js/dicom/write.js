// A tree of elements becomes a DICOM file again (DICOM PS3.10 7.1; PS3.5 7).

import { joined } from "./inflate.js";
import { ITEM, ITEM_END, LONG_VRS, SEQUENCE_END } from "./parse.js";

const UNDEFINED = 0xffffffff;
const PREAMBLE = new Uint8Array(128);
const PREFIX = Uint8Array.of(0x44, 0x49, 0x43, 0x4d);
const GROUP_LENGTH = 0x00020000;
const PADDED_WITH_SPACE = new Set("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UR UT".split(" "));

/**
 * @param {Map} meta  file meta information, without its group length
 * @param {Map} elements  data set
 * @param {{implicit: boolean, bigEndian: boolean}} syntax  of the data set
 * @returns {Uint8Array}
 */
export function write(meta, elements, syntax) {
  const explicit = { implicit: false, bigEndian: false };
  const head = joined(dataSet(meta, explicit));
  const length = uint32(head.length, explicit);
  const groupLength = joined(dataSet(new Map([[GROUP_LENGTH, plain(GROUP_LENGTH, "UL", length)]]), explicit));
  return joined([PREAMBLE, PREFIX, groupLength, head, ...dataSet(elements, syntax)]);
}

/** An element with a value. */
export function plain(tag, vr, value) {
  return { tag, vr, value, items: null, fragments: null };
}

/** An element with a text of ASCII letters, padded. */
export function textElement(tag, vr, text) {
  const bytes = new TextEncoder().encode(text);
  return plain(tag, vr, padded(bytes, vr));
}

/** A sequence. */
export function sequence(tag, items) {
  return { tag, vr: "SQ", value: null, items, fragments: null };
}

/** A value of even length. */
export function padded(bytes, vr) {
  if (bytes.length % 2 === 0) return bytes;
  return joined([bytes, Uint8Array.of(PADDED_WITH_SPACE.has(vr) ? 0x20 : 0)]);
}

function dataSet(elements, syntax) {
  const tags = [...elements.keys()].sort((a, b) => a - b);
  return tags.flatMap((tag) => element(elements.get(tag), syntax));
}

function element({ tag, vr, value, items, fragments }, syntax) {
  if (items) {
    const parts = items.flatMap((item) => [
      ...header(ITEM, UNDEFINED, syntax),
      ...dataSet(item, syntax),
      ...header(ITEM_END, 0, syntax),
    ]);
    return [...opened(tag, "SQ", UNDEFINED, syntax), ...parts, ...header(SEQUENCE_END, 0, syntax)];
  }
  if (fragments) {
    const parts = fragments.flatMap((fragment) => [...header(ITEM, fragment.length, syntax), fragment]);
    return [...opened(tag, vr, UNDEFINED, syntax), ...parts, ...header(SEQUENCE_END, 0, syntax)];
  }
  return [...opened(tag, vr, value.length, syntax), value];
}

/** Tag, value representation and length of an element. */
function opened(tag, vr, length, syntax) {
  if (syntax.implicit) return header(tag, length, syntax);
  const letters = Uint8Array.of(vr.charCodeAt(0), vr.charCodeAt(1));
  if (LONG_VRS.has(vr)) return [tagBytes(tag, syntax), letters, new Uint8Array(2), uint32(length, syntax)];
  return [tagBytes(tag, syntax), letters, uint16(length, syntax)];
}

const header = (tag, length, syntax) => [tagBytes(tag, syntax), uint32(length, syntax)];

const tagBytes = (tag, syntax) =>
  joined([uint16(Math.floor(tag / 0x10000), syntax), uint16(tag % 0x10000, syntax)]);

function uint16(value, { bigEndian }) {
  const bytes = new Uint8Array(2);
  new DataView(bytes.buffer).setUint16(0, value, !bigEndian);
  return bytes;
}

function uint32(value, { bigEndian }) {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value, !bigEndian);
  return bytes;
}
