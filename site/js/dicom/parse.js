// DICOM bytes become a tree of elements, and nothing more: values stay the file's bytes.
//
// Sources: DICOM PS3.10 7.1 (file meta information); PS3.5 7 and A (data elements, items, fragments).

import { VR_BY_TAG } from "./attributes.js";
import { inflateRaw } from "./inflate.js";
import { MAX_DEPTH, MAX_ELEMENTS, MAX_FILE_BYTES } from "./limits.js";
import { DicomProblem } from "./problem.js";
import { guessedSyntax, syntaxOf } from "./syntaxes.js";

/**
 * @typedef {Map<number, Element>} DataSet  by tag, group * 65536 + element
 * @typedef {object} Element
 * @property {number} tag
 * @property {string} vr  as the file or, in implicit VR, the dictionary says; "UN" if neither does
 * @property {Uint8Array|null} value  null where there are items or fragments
 * @property {DataSet[]|null} items  of a sequence that was taken apart
 * @property {Uint8Array[]|null} fragments  of compressed pixel data, offset table first
 */

export const ITEM = 0xfffee000;
export const ITEM_END = 0xfffee00d;
export const SEQUENCE_END = 0xfffee0dd;
export const PIXEL_DATA = 0x7fe00010;
export const TRANSFER_SYNTAX = 0x00020010;
export const LONG_VRS = new Set("OB OD OF OL OV OW SQ SV UC UN UR UT UV".split(" "));

const PREFIX = [0x44, 0x49, 0x43, 0x4d];
const PREFIX_OFFSET = 128;
const UNDEFINED = 0xffffffff;

/**
 * File meta information, and where the data set begins.
 * @param {Uint8Array} bytes
 * @returns {{meta: DataSet, body: Uint8Array}}
 * @throws {DicomProblem} `unreadable_image`, `payload_too_large`
 */
export function parseMeta(bytes) {
  if (bytes.length > MAX_FILE_BYTES) throw new DicomProblem("payload_too_large");
  const budget = { left: MAX_ELEMENTS };
  const reader = new Reader(bytes, { implicit: false, bigEndian: false, all: false, budget });
  reader.position = hasPrefix(bytes) ? PREFIX_OFFSET + 4 : 0;
  const meta = reader.dataSet({ end: bytes.length, until: (tag) => tag >>> 16 !== 2 });
  return { meta, body: bytes.subarray(reader.position) };
}

/**
 * Take a file apart.
 * @param {Uint8Array} bytes
 * @param {boolean} [all]  also the sequences that are not in the dictionary
 * @returns {{meta: DataSet, elements: DataSet, syntax: ReturnType<typeof syntaxOf>}}
 * @throws {DicomProblem} `unreadable_image`, `payload_too_large`, `image_too_large`
 */
export function parse(bytes, { all = false } = {}) {
  const { meta, body: written } = parseMeta(bytes);
  const syntax = syntaxOf(text(meta.get(TRANSFER_SYNTAX)) || guessedSyntax(written));
  const body = syntax.deflated ? inflateRaw(written) : written;
  // Some programs name another syntax than they write; the first element tells.
  const implicit = body.length < 6 ? syntax.implicit : !isVr(body, 4);
  const reader = new Reader(body, { ...syntax, implicit, all, budget: { left: MAX_ELEMENTS } });
  return { meta, elements: reader.dataSet({ end: body.length }), syntax };
}

/** Whether a file begins with the preamble and the prefix of PS3.10. */
export function hasPrefix(bytes) {
  return PREFIX.every((byte, index) => bytes[PREFIX_OFFSET + index] === byte);
}

/** A short text value without its padding; "" where there is none. */
export function text(element) {
  const bytes = element?.value;
  if (!bytes || bytes.length > 1024) return "";
  return String.fromCharCode(...bytes).replace(/[\0 ]+$/, "").replace(/^ +/, "");
}

class Reader {
  constructor(bytes, { implicit, bigEndian, all, budget }) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.implicit = implicit;
    this.little = !bigEndian;
    this.all = all;
    this.budget = budget;
    this.position = 0;
  }

  /** Elements up to `end`, to the end of the item, or to the first one that `until` takes. */
  dataSet({ end, depth = 0, implicit = this.implicit, until = () => false, inItem = false }) {
    if (depth > MAX_DEPTH) throw unreadable();
    if (depth > 0 && this.position + 6 <= end) implicit ||= !isVr(this.bytes, this.position + 4);
    const found = new Map();
    while (this.position < end) {
      if (found.has(PIXEL_DATA) && depth === 0 && !this.#goesOn(end)) break;
      const start = this.position;
      const tag = this.#tag(end);
      if (until(tag)) {
        this.position = start;
        break;
      }
      if (tag === ITEM_END && inItem) {
        this.#length(end);
        break;
      }
      if (tag >>> 16 === 0xfffe) throw unreadable();
      found.set(tag, this.#element(tag, { end, depth, implicit }));
    }
    return found;
  }

  #element(tag, { end, depth, implicit }) {
    this.#count();
    // An element without a value representation among others that have one is in implicit VR.
    implicit ||= !isVr(this.bytes, this.position);
    const vr = implicit ? VR_BY_TAG.get(tag) ?? "UN" : this.#vr(end);
    const length = implicit || LONG_VRS.has(vr) ? this.#longLength(implicit, end) : this.#short(end);
    const element = { tag, vr, value: null, items: null, fragments: null };
    if (length === UNDEFINED) {
      if (tag === PIXEL_DATA || /^O[BW]$/.test(vr)) element.fragments = this.#fragments(end);
      // Of unknown kind and length: a sequence in implicit VR (PS3.5 6.2.2).
      else element.items = this.#items(end, depth, implicit || vr === "UN", true);
      return element;
    }
    const stop = this.position + length;
    if (stop > end) throw unreadable("The file is truncated.");
    if (vr === "SQ" && (this.all || VR_BY_TAG.get(tag) === "SQ")) {
      element.items = this.#items(stop, depth, implicit, false);
    } else {
      element.value = this.bytes.subarray(this.position, stop);
    }
    this.position = stop;
    return element;
  }

  #items(end, depth, implicit, delimited) {
    const items = [];
    while (delimited || this.position < end) {
      const tag = this.#tag(end);
      const length = this.#length(end);
      if (tag === SEQUENCE_END && delimited) return items;
      if (tag !== ITEM) throw unreadable();
      this.#count();
      const stop = length === UNDEFINED ? end : this.position + length;
      if (stop > end) throw unreadable("The file is truncated.");
      const inItem = length === UNDEFINED;
      items.push(this.dataSet({ end: stop, depth: depth + 1, implicit, inItem }));
    }
    return items;
  }

  /** Some scanners leave out the delimiter after the last fragment, so its absence is no error. */
  #fragments(end) {
    const fragments = [];
    while (this.position + 8 <= end) {
      const start = this.position;
      const tag = this.#tag(end);
      const length = this.#length(end);
      if (tag === SEQUENCE_END) return fragments;
      if (tag !== ITEM) {
        this.position = start;
        return fragments;
      }
      this.#count();
      if (this.position + length > end) throw unreadable("The pixel data are truncated.");
      fragments.push(this.bytes.subarray(this.position, this.position + length));
      this.position += length;
    }
    return fragments;
  }

  /** Whether another element follows the pixel data, and not padding, which is left alone. */
  #goesOn(end) {
    if (this.position + 8 > end) return false;
    const group = this.view.getUint16(this.position, this.little);
    if (group <= PIXEL_DATA >>> 16 || group >= 0xfffe) return false;
    const from = this.position;
    try {
      const tag = this.#tag(end);
      this.#element(tag, { end, depth: 0, implicit: this.implicit });
      return true;
    } catch {
      return false;
    } finally {
      this.position = from;
    }
  }

  #count() {
    this.budget.left -= 1;
    if (this.budget.left < 0) throw unreadable();
  }

  #tag(end) {
    if (this.position + 4 > end) throw unreadable("The file is truncated.");
    const group = this.view.getUint16(this.position, this.little);
    const element = this.view.getUint16(this.position + 2, this.little);
    this.position += 4;
    return group * 0x10000 + element;
  }

  #vr(end) {
    if (this.position + 4 > end) throw unreadable("The file is truncated.");
    this.position += 2;
    return String.fromCharCode(this.bytes[this.position - 2], this.bytes[this.position - 1]);
  }

  #short(end) {
    if (this.position + 2 > end) throw unreadable("The file is truncated.");
    this.position += 2;
    return this.view.getUint16(this.position - 2, this.little);
  }

  #longLength(implicit, end) {
    if (!implicit) this.position += 2;
    return this.#length(end);
  }

  #length(end) {
    if (this.position + 4 > end) throw unreadable("The file is truncated.");
    this.position += 4;
    return this.view.getUint32(this.position - 4, this.little);
  }
}

/** Whether two capital letters stand there. */
const isVr = (bytes, at) => [bytes[at], bytes[at + 1]].every((byte) => byte >= 0x41 && byte <= 0x5a);

const unreadable = (detail) => new DicomProblem("unreadable_image", detail);
