// Where a DICOM slice lies in the patient, as the service reads it (dicom_geometry.py there).
//
// DICOM's patient axes (PS3.3 C.7.6.2.1.1): +x to the patient's left, +y to the back, +z to the head.

import { plausibleSpacing } from "./limits.js";

const LEAST_COSINE = Math.cos(Math.PI / 4); // axial stacks are angled along the discs
const MAX_NON_ORTHOGONALITY = 0.05;

const PLANES = ["sagittal", "coronal", "axial"];

/**
 * @param {Values} values  of an image
 * @returns {{spacingMm: number[]|null, plane: string|null, rightSide: "start"|"end"|null}}
 *   spacing of rows, then of columns; the plane, null where it is unknown; the edge of the stored
 *   picture that the patient's right is at, null where that is unknown or neither left nor right
 */
export function placement(values) {
  const measures = values.functionalGroup("PixelMeasuresSequence") ?? values;
  const direction = values.functionalGroup("PlaneOrientationSequence") ?? values;
  const spacingMm = plausibleSpacing(measures.numbers("PixelSpacing"));
  const axes = directions(direction.numbers("ImageOrientationPatient"));
  if (!axes) return { spacingMm, plane: null, rightSide: null };
  const plane = planeOf(axes);
  const [[toLeft, toBack]] = axes;
  const isTurned = Math.abs(toLeft) < Math.abs(toBack);
  const rightSide = plane !== "axial" || isTurned ? null : toLeft < 0 ? "end" : "start";
  return { spacingMm, plane, rightSide };
}

/** Unit vectors along the columns' numbers and the rows'; null where the file's are none. */
function directions(cosines) {
  if (cosines?.length !== 6) return null;
  const [alongColumns, alongRows] = [cosines.slice(0, 3), cosines.slice(3)];
  const isAskew = [alongColumns, alongRows].some(
    (vector) => Math.abs(Math.hypot(...vector) - 1) > MAX_NON_ORTHOGONALITY,
  );
  if (isAskew || Math.abs(dot(alongColumns, alongRows)) > MAX_NON_ORTHOGONALITY) return null;
  return [alongColumns, alongRows];
}

function planeOf([alongColumns, alongRows]) {
  const normal = cross(alongColumns, alongRows).map(Math.abs);
  const largest = Math.max(...normal);
  return largest >= LEAST_COSINE ? PLANES[normal.indexOf(largest)] : "oblique";
}

const dot = (a, b) => a.reduce((sum, value, at) => sum + value * b[at], 0);

const cross = ([a, b, c], [x, y, z]) => [b * z - c * y, c * x - a * z, a * y - b * x];
