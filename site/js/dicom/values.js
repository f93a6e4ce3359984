// Values of elements, as far as a picture needs them.

import { TAG } from "./attributes.js";
import { text } from "./parse.js";

const MAX_VALUE_BYTES = 1024;

/** What a data set says, in the byte order of its file. */
export class Values {
  /**
   * @param {Map} elements
   * @param {boolean} bigEndian
   */
  constructor(elements, bigEndian) {
    this.elements = elements;
    this.bigEndian = bigEndian;
  }

  /** Text of an element; "" where it is absent or too long. */
  text(keyword) {
    return text(this.elements.get(TAG[keyword]));
  }

  /** Numbers of a decimal or integer string; null where it holds anything else, or nothing. */
  numbers(keyword) {
    const written = this.text(keyword);
    if (!written) return null;
    const numbers = written.split("\\").map((part) => (part.trim() ? Number(part) : NaN));
    return numbers.every(Number.isFinite) ? numbers : null;
  }

  /** 16-bit words of an element; null where it is absent. */
  words(keyword) {
    const bytes = this.elements.get(TAG[keyword])?.value;
    if (!bytes || bytes.length < 2 || bytes.length > MAX_VALUE_BYTES) return null;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length & ~1);
    return Array.from({ length: bytes.length >> 1 }, (_, at) => view.getUint16(2 * at, !this.bigEndian));
  }

  /** A 16-bit word; null where it is absent. */
  word(keyword) {
    return this.words(keyword)?.[0] ?? null;
  }

  /** First item of a sequence; null where there is none. */
  item(keyword) {
    const item = this.elements.get(TAG[keyword])?.items?.[0];
    return item ? new Values(item, this.bigEndian) : null;
  }

  /** First item of a functional group macro of a single-frame enhanced image, or null. */
  functionalGroup(keyword) {
    for (const groups of ["PerFrameFunctionalGroupsSequence", "SharedFunctionalGroupsSequence"]) {
      for (const item of this.elements.get(TAG[groups])?.items ?? []) {
        const macro = new Values(item, this.bigEndian).item(keyword);
        if (macro) return macro;
      }
    }
    return null;
  }
}
