// What is refused before anything is decoded: the service's own limits (media_limits.py there).

import { DicomProblem } from "./problem.js";

export const MAX_UPLOAD_BYTES = 4 * 1024 * 1024;

// A DICOM file may be longer than what is sent of it: what is not needed stays here.
export const MAX_FILE_BYTES = 16 * 1024 * 1024;

export const MAX_PIXELS = 4_200_000;
export const MAX_ASPECT_RATIO = 4;
export const MIN_SIDE_PX = 32;
export const MAX_INFLATED_BYTES = 4 * MAX_PIXELS + MAX_UPLOAD_BYTES;
export const MAX_JPEG_SCANS = 64;

// A slice has a few hundred elements and items; these bound the parser's time and depth.
export const MAX_ELEMENTS = 20_000;
export const MAX_DEPTH = 16;

const MIN_SPACING_MM = 0.05;
const MAX_SPACING_MM = 10;

/** Refuse an image by the size that its header declares. */
export function checkDimensions(rows, columns) {
  if (!(rows > 0 && columns > 0)) throw new DicomProblem("unreadable_image");
  if (rows * columns > MAX_PIXELS) throw new DicomProblem("image_too_large");
  const [shorter, longer] = rows < columns ? [rows, columns] : [columns, rows];
  if (shorter < MIN_SIDE_PX) throw new DicomProblem("too_small");
  if (longer > MAX_ASPECT_RATIO * shorter) throw new DicomProblem("image_too_large");
}

/** Row and column spacing if these are two plausible numbers, otherwise null. */
export function plausibleSpacing(values) {
  if (values?.length !== 2) return null;
  const plausible = values.every((mm) => mm >= MIN_SPACING_MM && mm <= MAX_SPACING_MM);
  return plausible ? [...values] : null;
}
