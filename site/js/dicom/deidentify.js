// Takes out of a file what identifies anyone, before it leaves this machine.
//
// By a list of what stays (attributes.js), not of what goes: what nobody thought of goes too. The
// Basic Application Level Confidentiality Profile of DICOM PS3.15 annex E, for one slice.

import { ALLOWED, KEEP, TAG } from "./attributes.js";
import { described } from "./described.js";
import { replacedUid } from "./identifiers.js";
import { isJpeg } from "./jpeg_structure.js";
import { text, TRANSFER_SYNTAX } from "./parse.js";
import { cleanPixels } from "./pixel_element.js";
import { deidentifiedJpeg, deidentifiedPng, isPng } from "./raster_metadata.js";
import { isDicom, readDicom } from "./read.js";
import { plain, sequence, textElement, write } from "./write.js";

const EXPLICIT = "1.2.840.10008.1.2.1";
const IMPLEMENTATION_CLASS = "2.25.282937149366373012083613184216312951053";
const IMPLEMENTATION_NAME = "MULTIFIDUS_PAGE";
const META = {
  groupLength: 0x00020000,
  version: 0x00020001,
  storageClass: 0x00020002,
  instance: 0x00020003,
  implementationClass: 0x00020012,
  implementationName: 0x00020013,
};
const UID = /^[0-9.]{1,64}$/;

/**
 * @typedef {object} Entry
 * @property {string} tag  `(gggg,eeee)`, with `>` before it for each sequence it stands in; the name
 *   of the chunk or segment of a PNG or JPEG
 * @property {string} keyword  "" where none is known here
 * @property {string} value  as it stands in the file, at most 64 characters; "" where it is no text
 * @property {"removed"|"emptied"|"replaced"} [action]
 */

/**
 * @param {Uint8Array} bytes  a DICOM, PNG or JPEG image
 * @returns {{bytes: Uint8Array, removed: Entry[], kept: Entry[],
 *            burntInAnnotation: "yes"|"no"|"unknown"}}
 *   what may be sent; what was taken out of the file, with its values, and what is in what is sent
 * @throws {DicomProblem} as `readDicom`; nothing must be sent then
 */
export function deidentify(bytes) {
  if (!isDicom(bytes)) {
    if (isPng(bytes)) return deidentifiedPng(bytes);
    if (isJpeg(bytes)) return deidentifiedJpeg(bytes);
  }
  const file = readDicom(bytes);
  const removed = [];
  const elements = allowed(file.elements, { removed, file, depth: 0 });
  for (const element of statements()) elements.set(element.tag, element);
  const syntax = outgoing(file.syntax, elements);
  const meta = metaInformation(file.meta, { elements, removed, syntax });
  return {
    bytes: write(meta, elements, syntax),
    removed,
    kept: [...listed(meta, syntax, 0), ...listed(elements, syntax, 0)],
    burntInAnnotation: { YES: "yes", NO: "no" }[file.values.text("BurnedInAnnotation")] ?? "unknown",
  };
}

function allowed(elements, { removed, file, depth }) {
  const found = new Map();
  for (const element of elements.values()) {
    const rule = ALLOWED.get(element.tag);
    const inside = [];
    const result = rule ? ruled(element, rule, { removed: inside, file, depth }) : null;
    const action = result ? result.action : "removed";
    if (action) removed.push({ ...described(element, file, depth), action });
    removed.push(...inside);
    if (result) found.set(element.tag, result.element);
  }
  return found;
}

/** What a data set holds, sequences' contents after them. */
function listed(elements, syntax, depth) {
  const tags = [...elements.keys()].sort((a, b) => a - b);
  return tags.flatMap((tag) => {
    const element = elements.get(tag);
    const inside = (element.items ?? []).flatMap((item) => listed(item, syntax, depth + 1));
    return [described(element, { syntax }, depth), ...inside];
  });
}

/** What becomes of an element that is in the list; null where it goes after all. */
function ruled(element, { vr, rule }, { removed, file, depth }) {
  if (rule === "sequence") {
    if (!element.items) return null;
    const items = element.items.map((item) => allowed(item, { removed, file, depth: depth + 1 }));
    return { element: sequence(element.tag, items) };
  }
  if (rule === "pixels") {
    return depth === 0 ? { element: cleanPixels(element, file) } : null;
  }
  if (!element.value) return null;
  if (rule === "empty") {
    const action = element.value.length ? "emptied" : undefined;
    return { element: plain(element.tag, vr, new Uint8Array(0)), action };
  }
  if (rule === "uid") {
    const original = text(element);
    if (!UID.test(original)) return null;
    return { element: textElement(element.tag, vr, replacedUid(original)), action: "replaced" };
  }
  return checked(element, vr, KEEP[rule]);
}

/** A value in a form in which nobody's name fits; otherwise a stand-in, or nothing. */
function checked(element, vr, { terms, pattern, bytes, otherwise }) {
  const kept = { element: plain(element.tag, element.vr === "UN" ? vr : element.vr, element.value) };
  if (bytes) return element.value.length === bytes ? kept : null;
  if (!terms && !pattern) return kept;
  const written = text(element);
  const parts = written.split("\\").map((part) => part.trim());
  if (parts.every((part) => (terms ? terms.includes(part) : pattern.test(part)))) {
    return { element: textElement(element.tag, vr, parts.join("\\")) };
  }
  if (!written) return { element: plain(element.tag, vr, new Uint8Array(0)) };
  return otherwise ? { element: textElement(element.tag, vr, otherwise), action: "replaced" } : null;
}

/** What the profile wants to be said of such a file (PS3.15 E.1.1; codes of PS3.16 CID 7050). */
function statements() {
  const code = new Map(
    [
      textElement(0x00080100, "SH", "113100"),
      textElement(0x00080102, "SH", "DCM"),
      textElement(0x00080104, "LO", "Basic Application Confidentiality Profile"),
    ].map((element) => [element.tag, element]),
  );
  return [
    textElement(0x00120062, "CS", "YES"),
    textElement(0x00120063, "LO", "Multifidus page, list of kept attributes"),
    sequence(0x00120064, [code]),
    textElement(0x00280303, "CS", "REMOVED"),
  ];
}

/** File meta information of our own; the file's own names the programs and places it went through. */
function metaInformation(found, { elements, removed, syntax }) {
  const replaced = new Set([META.instance, META.implementationClass, META.implementationName]);
  const same = new Set([META.groupLength, META.version, META.storageClass, TRANSFER_SYNTAX]);
  for (const element of found.values()) {
    if (same.has(element.tag)) continue;
    const action = replaced.has(element.tag) ? "replaced" : "removed";
    removed.push({ ...described(element, { syntax: {} }, 0), action });
  }
  const copied = [
    [META.storageClass, TAG.SOPClassUID],
    [META.instance, TAG.SOPInstanceUID],
  ].filter(([, source]) => elements.has(source));
  const made = [
    plain(META.version, "OB", Uint8Array.of(0, 1)),
    ...copied.map(([tag, source]) => textElement(tag, "UI", text(elements.get(source)))),
    textElement(TRANSFER_SYNTAX, "UI", syntax.uid),
    textElement(META.implementationClass, "UI", IMPLEMENTATION_CLASS),
    textElement(META.implementationName, "SH", IMPLEMENTATION_NAME),
  ];
  return new Map(made.map((element) => [element.tag, element]));
}

/** A deflated data set goes out inflated, and pixels that are no longer compressed say so. */
function outgoing(syntax, elements) {
  const isUncompressed = syntax.codec && !elements.get(TAG.PixelData)?.fragments;
  return syntax.deflated || isUncompressed ? { ...syntax, uid: EXPLICIT, deflated: false } : syntax;
}
