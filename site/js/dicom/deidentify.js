// Takes out of a DICOM file what identifies anyone, before it leaves this machine.
//
// By a list of what stays (attributes.js), not of what goes: what nobody thought of goes too. The
// Basic Application Level Confidentiality Profile of DICOM PS3.15 annex E, for one slice.

import { ALLOWED, KEEP, TAG } from "./attributes.js";
import { replacedUid } from "./identifiers.js";
import { text, TRANSFER_SYNTAX } from "./parse.js";
import { cleanPixels } from "./pixel_element.js";
import { readDicom } from "./read.js";
import { plain, sequence, textElement, write } from "./write.js";

const IMPLEMENTATION_CLASS = "2.25.282937149366373012083613184216312951053";
const IMPLEMENTATION_NAME = "MULTIFIDUS_PAGE";
const META = { version: 0x00020001, storageClass: 0x00020002, instance: 0x00020003 };
const UID = /^[0-9.]{1,64}$/;

/**
 * @param {Uint8Array} bytes  a DICOM image
 * @returns {{bytes: Uint8Array,
 *            removed: {tag: string, keyword: string, action: "removed"|"emptied"|"replaced"}[],
 *            burntInAnnotation: "yes"|"no"|"unknown"}}
 *   `tag` as `(gggg,eeee)`, with `>` before each level of sequences; `keyword` is "" where none is known here
 * @throws {DicomProblem} as `readDicom`; nothing must be sent then
 */
export function deidentify(bytes) {
  const file = readDicom(bytes);
  const removed = [];
  const elements = kept(file.elements, { removed, file, depth: 0 });
  for (const element of statements()) elements.set(element.tag, element);
  return {
    bytes: write(metaInformation(file, elements, removed), elements, outgoing(file.syntax)),
    removed,
    burntInAnnotation: { YES: "yes", NO: "no" }[file.values.text("BurnedInAnnotation")] ?? "unknown",
  };
}

function kept(elements, { removed, file, depth }) {
  const found = new Map();
  for (const element of elements.values()) {
    const allowed = ALLOWED.get(element.tag);
    const result = allowed ? ruled(element, allowed, { removed, file, depth }) : null;
    const action = result === null ? "removed" : result.action;
    if (action) removed.push({ tag: tagText(element.tag, depth), keyword: allowed?.keyword ?? "", action });
    if (result) found.set(element.tag, result.element);
  }
  return found;
}

/** What becomes of an element that is in the list; null where it goes after all. */
function ruled(element, { vr, rule }, { removed, file, depth }) {
  if (rule === "sequence") {
    if (!element.items) return null;
    const items = element.items.map((item) => kept(item, { removed, file, depth: depth + 1 }));
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
function metaInformation(file, elements, removed) {
  const known = new Set([0x00020000, ...Object.values(META), TRANSFER_SYNTAX, 0x00020012]);
  for (const { tag } of file.meta.values()) {
    if (!known.has(tag)) removed.push({ tag: tagText(tag, 0), keyword: "", action: "removed" });
  }
  const made = [
    plain(META.version, "OB", Uint8Array.of(0, 1)),
    ...[
      [META.storageClass, TAG.SOPClassUID],
      [META.instance, TAG.SOPInstanceUID],
    ]
      .filter(([, tag]) => elements.has(tag))
      .map(([tag, source]) => textElement(tag, "UI", text(elements.get(source)))),
    textElement(TRANSFER_SYNTAX, "UI", outgoing(file.syntax).uid),
    textElement(0x00020012, "UI", IMPLEMENTATION_CLASS),
    textElement(0x00020013, "SH", IMPLEMENTATION_NAME),
  ];
  return new Map(made.map((element) => [element.tag, element]));
}

/** A deflated data set goes out inflated. */
function outgoing(syntax) {
  return syntax.deflated ? { ...syntax, uid: "1.2.840.10008.1.2.1", deflated: false } : syntax;
}

function tagText(tag, depth) {
  const hex = tag.toString(16).toUpperCase().padStart(8, "0");
  return `${">".repeat(depth)}(${hex.slice(0, 4)},${hex.slice(4)})`;
}
