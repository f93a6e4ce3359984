// Where a DICOM slice lies in the patient, as the service reads it (dicom_geometry.py there).
//
// DICOM's patient axes (PS3.3 C.7.6.2.1.1): +x to the patient's left, +y to the back, +z to the head.

import { plausibleSpacing } from "./limits.js";

const LEAST_COSINE = Math.cos(Math.PI / 4); // axial stacks are angled along the discs
const MAX_NON_ORTHOGONALITY = 0.05;

/**
 * @param {Values} values  of an image
 * @returns {{spacingMm: number[]|null, rightSide: "start"|"end"|null}}
 *   spacing of rows, then of columns; the edge of the stored picture that the patient's right is
 *   at, null where that is unknown or neither its left nor its right edge
 */
export function placement(values) {
  const measures = values.functionalGroup("PixelMeasuresSequence") ?? values;
  const direction = values.functionalGroup("PlaneOrientationSequence") ?? values;
  return {
    spacingMm: plausibleSpacing(measures.numbers("PixelSpacing")),
    rightSide: rightSide(direction.numbers("ImageOrientationPatient")),
  };
}

function rightSide(cosines) {
  if (cosines?.length !== 6) return null;
  const alongColumns = cosines.slice(0, 3);
  const alongRows = cosines.slice(3);
  const askew = [alongColumns, alongRows].some(
    (vector) => Math.abs(Math.hypot(...vector) - 1) > MAX_NON_ORTHOGONALITY,
  );
  if (askew || Math.abs(dot(alongColumns, alongRows)) > MAX_NON_ORTHOGONALITY) return null;
  const normal = cross(alongColumns, alongRows).map(Math.abs);
  const isAxial = normal[2] >= LEAST_COSINE && normal[2] > Math.max(normal[0], normal[1]);
  const isTurned = Math.abs(alongColumns[0]) < Math.abs(alongColumns[1]);
  if (!isAxial || isTurned) return null;
  return alongColumns[0] < 0 ? "end" : "start";
}

const dot = (a, b) => a.reduce((sum, value, at) => sum + value * b[at], 0);

const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x];
