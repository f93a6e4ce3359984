// How an element is listed for the reader of the page.

import { ALLOWED } from "./attributes.js";
import { NAMES } from "./names.js";

const MAX_CHARACTERS = 64;
const TEXTS = new Set("AE AS CS DA DS DT IS LO LT PN SH ST TM UC UI UR UT".split(" "));
const WORDS = { US: 2, SS: 2, UL: 4, SL: 4 };
const MAX_NUMBERS = 8;

/**
 * @param {Element} element
 * @param {{syntax: object}} file  whose byte order it is in
 * @param {number} depth  sequences that it stands in
 * @returns {{tag: string, keyword: string, value: string}}
 */
export function described(element, { syntax }, depth) {
  const { tag } = element;
  return {
    tag: `${">".repeat(depth)}${tagText(tag)}`,
    keyword: ALLOWED.get(tag)?.keyword ?? NAMES.get(tag) ?? groupName(tag),
    value: valueText(element, syntax),
  };
}

/** What a group as a whole is for, where its elements have no name here. */
function groupName(tag) {
  const group = Math.floor(tag / 0x10000);
  if (group % 2) return "Private";
  if (group >= 0x6000 && group <= 0x601e) return "Overlay";
  return group >= 0x5000 && group <= 0x501e ? "Curve" : "";
}

function tagText(tag) {
  const hex = tag.toString(16).toUpperCase().padStart(8, "0");
  return `(${hex.slice(0, 4)},${hex.slice(4)})`;
}

function valueText({ vr, value }, { bigEndian }) {
  if (!value) return "";
  const size = WORDS[vr];
  if (size) return value.length > size * MAX_NUMBERS ? "" : numbers(value, vr, size, !bigEndian);
  if (!TEXTS.has(vr) && !isPrintable(value)) return "";
  // Other alphabets may come out wrong here; what matters is that something stands there.
  const written = new TextDecoder().decode(value.subarray(0, 4 * MAX_CHARACTERS));
  return written.replace(/\p{C}/gu, "").trim().slice(0, MAX_CHARACTERS);
}

function numbers(value, vr, size, little) {
  const view = new DataView(value.buffer, value.byteOffset, value.length);
  const read = { US: "getUint16", SS: "getInt16", UL: "getUint32", SL: "getInt32" }[vr];
  const count = Math.floor(value.length / size);
  return Array.from({ length: count }, (_, at) => view[read](at * size, little)).join("\\");
}

/** Of unknown kind, as in implicit VR: text if it looks like it. */
const isPrintable = (value) => value.length <= 1024 && value.every((byte) => byte === 0 || (byte >= 0x20 && byte !== 0x7f));
