// Gives DICOM objects that the service made the identity of the image again, on this machine.
//
// The object becomes what the service would have made of the original: UIDs, patient, study,
// acquisition equipment, and the identifiers by which results of one muscle are told to belong together.

import { convertBytes } from "../../vendor/dicom-character-set/dicom-character-set.js";
import { v5 } from "../../vendor/uuid/uuid.js";
import { TAG } from "./attributes.js";
import { knownReplacement, originalUid } from "./identifiers.js";
import { parse, text } from "./parse.js";
import { sequence, textElement, write } from "./write.js";

const DATE = /^\d{8}$/;
const TIME = /^\d{2}(\d{2}(\d{2}(\.\d{1,6})?)?)?$/;

// As dicom_source.py of the service carries them over; those of the first kind are there even if empty.
const ALWAYS = [
  { tag: 0x00100010, vr: "PN" }, // PatientName
  { tag: 0x00100020, vr: "LO" }, // PatientID
  { tag: 0x00100030, vr: "DA", pattern: DATE }, // PatientBirthDate
  { tag: 0x00100040, vr: "CS", pattern: /^[MFO]$/ }, // PatientSex
  { tag: 0x00080020, vr: "DA", pattern: DATE }, // StudyDate
  { tag: 0x00080030, vr: "TM", pattern: TIME }, // StudyTime
  { tag: 0x00080050, vr: "SH" }, // AccessionNumber
  { tag: 0x00080090, vr: "PN" }, // ReferringPhysicianName
  { tag: 0x00200010, vr: "SH" }, // StudyID
];
const WHERE_FILLED = [
  { tag: 0x00100021, vr: "LO" }, // IssuerOfPatientID
  { tag: 0x00081030, vr: "LO" }, // StudyDescription
];
const CHARACTER_SET = 0x00080005;
const CONTRIBUTING_EQUIPMENT = 0x0018a001;
const PURPOSE = 0x0040a170; // PurposeOfReferenceCodeSequence
const ACQUISITION_EQUIPMENT = "109101"; // of PS3.16 CID 7005
const GROUP_LENGTH = 0x00020000;

// As dicom_identity.py of the service makes them.
const DNS_NAMESPACE = "6ba7b810-9dad-11d1-80b4-00c04fd430c8";
const NAMESPACE = v5("multifidus.dicom", DNS_NAMESPACE);
const TRACKED = ["right", "left", "both"];

/**
 * @param {Uint8Array} objectBytes  DICOM SEG or SR that was made of the image as `deidentify` gave it
 * @param {Uint8Array} originalBytes  the image as it was
 * @returns {Uint8Array} the object as it would have been made of the original
 * @throws {DicomProblem}
 */
export function restoreIdentity(objectBytes, originalBytes) {
  const made = parse(objectBytes, { all: true });
  const original = parse(originalBytes).elements;
  const uids = trackingUids(text(original.get(TAG.SOPInstanceUID)));
  const elements = withUids(made.elements, (uid) => uids.get(uid) ?? originalUid(uid));
  const characterSet = text(original.get(CHARACTER_SET));
  for (const { tag, vr, pattern } of ALWAYS) {
    const value = textOf(original.get(tag), vr, characterSet);
    elements.set(tag, textElement(tag, vr, !pattern || pattern.test(value) ? value : ""));
  }
  for (const { tag, vr } of WHERE_FILLED) {
    const value = textOf(original.get(tag), vr, characterSet);
    if (value) elements.set(tag, textElement(tag, vr, value));
  }
  elements.set(CHARACTER_SET, textElement(CHARACTER_SET, "CS", "ISO_IR 192"));
  addEquipment(elements, original, characterSet);
  return write(metaOf(made.meta), elements, made.syntax);
}

/** What a side is tracked by: by the UID of the image that was sent, and by that of the original. */
function trackingUids(original) {
  const sent = knownReplacement(original);
  if (!sent) return new Map();
  return new Map(TRACKED.map((part) => [stableUid(sent, part), stableUid(original, part)]));
}

function stableUid(...parts) {
  return `2.25.${BigInt(`0x${v5(parts.join("/"), NAMESPACE).replaceAll("-", "")}`)}`;
}

/** The data set with other UIDs, in sequences too. */
function withUids(elements, restored) {
  const found = new Map();
  for (const element of elements.values()) {
    const { tag, vr, items } = element;
    if (items) found.set(tag, sequence(tag, items.map((item) => withUids(item, restored))));
    else if (vr === "UI") found.set(tag, textElement(tag, vr, text(element).split("\\").map(restored).join("\\")));
    else found.set(tag, element);
  }
  return found;
}

/** The scanner, first of the equipment that had a part in the object. */
function addEquipment(elements, original, characterSet) {
  const [manufacturer, model] = [0x00080070, 0x00081090].map((tag) => textOf(original.get(tag), "LO", characterSet));
  const others = elements.get(CONTRIBUTING_EQUIPMENT)?.items;
  if (!manufacturer || !others || others.some(isScanner)) return;
  const purpose = [
    textElement(0x00080100, "SH", ACQUISITION_EQUIPMENT),
    textElement(0x00080102, "SH", "DCM"),
    textElement(0x00080104, "LO", "Acquisition Equipment"),
  ];
  const scanner = [
    textElement(0x00080070, "LO", manufacturer),
    ...(model ? [textElement(0x00081090, "LO", model)] : []),
    textElement(0x0018a003, "ST", "Acquisition equipment of the source image(s)"),
    sequence(PURPOSE, [byTag(purpose)]),
  ];
  elements.set(CONTRIBUTING_EQUIPMENT, sequence(CONTRIBUTING_EQUIPMENT, [byTag(scanner), ...others]));
}

/** Whether it is there already, of an image that was sent as it was. */
function isScanner(item) {
  return (item.get(PURPOSE)?.items ?? []).some((purpose) => text(purpose.get(0x00080100)) === ACQUISITION_EQUIPMENT);
}

/** The object's own file meta information, whose group length is made anew. */
function metaOf(meta) {
  return byTag([...meta.values()].filter(({ tag }) => tag !== GROUP_LENGTH));
}

const byTag = (elements) => new Map(elements.map((element) => [element.tag, element]));

/** Text of the original in any of DICOM's character sets, without control characters. */
function textOf(element, vr, characterSet) {
  const bytes = element?.value;
  if (!bytes?.length) return "";
  return decoded(bytes, vr, characterSet).replace(/\p{C}/gu, "").trim();
}

function decoded(bytes, vr, characterSet) {
  try {
    return convertBytes(characterSet || undefined, bytes, { vr });
  } catch {
    return new TextDecoder("iso-8859-1").decode(bytes);
  }
}
