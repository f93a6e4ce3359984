// Which bytes are DICOM, and a DICOM image's elements.

import { TAG } from "./attributes.js";
import { hasPrefix, parse, parseMeta, text } from "./parse.js";
import { DicomProblem } from "./problem.js";
import { Values } from "./values.js";

const PIXELS = ["PixelData", "FloatPixelData", "DoubleFloatPixelData"];
const DIRECTORY_CLASS = "1.2.840.10008.1.3.10";
const MEDIA_STORAGE_CLASS = 0x00020002;
const MAX_FIRST_LENGTH = 64;

/**
 * @typedef {object} DicomFile
 * @property {Map} meta  file meta information by tag
 * @property {Map} elements  data set by tag
 * @property {object} syntax  see syntaxes.js
 * @property {Values} values
 * @property {string} pixelKeyword  which element holds the pixels
 */

/** Whether bytes are DICOM: by the prefix, or by a data set's first element without it. */
export function isDicom(bytes) {
  if (hasPrefix(bytes)) return true;
  if (bytes.length < 16) return false;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return [true, false].some((little) => {
    const group = view.getUint16(0, little);
    if ((group !== 0x0002 && group !== 0x0008) || view.getUint16(2, little) > 0x0020) return false;
    if (/^[A-Z]{2}$/.test(String.fromCharCode(bytes[4], bytes[5]))) return true;
    const length = view.getUint32(4, little); // implicit VR
    return little && length <= MAX_FIRST_LENGTH && length % 2 === 0;
  });
}

/**
 * Take a DICOM image apart.
 * @param {Uint8Array} bytes
 * @returns {DicomFile}
 * @throws {DicomProblem} `unsupported_media` (no DICOM), `dicomdir`, `no_pixel_data`,
 *   `unreadable_image`, `payload_too_large`, `image_too_large`
 */
export function readDicom(bytes) {
  if (!isDicom(bytes)) throw new DicomProblem("unsupported_media");
  if (text(parseMeta(bytes).meta.get(MEDIA_STORAGE_CLASS)) === DIRECTORY_CLASS) throw new DicomProblem("dicomdir");
  const file = parse(bytes);
  if (file.elements.has(TAG.DirectoryRecordSequence)) throw new DicomProblem("dicomdir");
  const values = new Values(file.elements, file.syntax.bigEndian);
  const pixelKeyword = PIXELS.find((keyword) => isFilled(file.elements.get(TAG[keyword])));
  if (!pixelKeyword) throw new DicomProblem("no_pixel_data");
  return { ...file, values, pixelKeyword };
}

const isFilled = (element) => Boolean(element && (element.fragments?.length || element.value?.length));
