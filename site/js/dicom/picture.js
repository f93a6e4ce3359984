// Bytes of a DICOM, PNG or JPEG file become a picture to show. Runs in the worker of decoding.js.

import { decodedFrame } from "./frame.js";
import { placement } from "./geometry.js";
import { greyOf } from "./grey.js";
import { intensities } from "./intensities.js";
import { isJpeg } from "./jpeg_structure.js";
import { MAX_UPLOAD_BYTES } from "./limits.js";
import { coloursOf } from "./palette.js";
import { DicomProblem } from "./problem.js";
import { readJpeg, readPng } from "./raster.js";
import { isPng } from "./raster_metadata.js";
import { isDicom, readDicom } from "./read.js";
import { firstWindow } from "./window.js";

/**
 * @typedef {object} Picture
 * @property {number} width  columns
 * @property {number} height  rows
 * @property {TypedArray} values  row by row: intensities as the service measures them (modality LUT
 *   applied, MONOCHROME1 turned), bright is high signal
 * @property {{center: number, width: number}} window  to begin with
 * @property {[number, number]|null} spacingMm  of rows, then of columns
 * @property {"start"|"end"|null} rightSide  the edge that the patient's right is at
 * @property {"axial"|"coronal"|"sagittal"|"oblique"|null} plane  null where it is unknown
 * @property {string} valueUnit  "" where values are relative, as in MR
 */

/**
 * @param {Uint8Array} bytes
 * @returns {Promise<Picture>}
 * @throws {DicomProblem}
 */
export async function decode(bytes) {
  if (isDicom(bytes)) return dicomPicture(readDicom(bytes));
  const read = isPng(bytes) ? readPng : isJpeg(bytes) ? readJpeg : null;
  if (!read) throw new DicomProblem("unsupported_media");
  if (bytes.length > MAX_UPLOAD_BYTES) throw new DicomProblem("payload_too_large");
  const { samples, rows, columns, channels, full } = await read(bytes);
  const values = greyOf(samples, channels, full);
  return {
    width: columns,
    height: rows,
    values,
    window: firstWindow(values),
    spacingMm: null,
    rightSide: null,
    plane: null,
    valueUnit: "",
  };
}

async function dicomPicture(file) {
  const frame = await decodedFrame(file);
  const values = valuesOf(frame, file.values);
  return {
    width: frame.columns,
    height: frame.rows,
    values,
    window: firstWindow(values, frame.photometric === "MONOCHROME2" ? statedWindow(file.values) : null),
    ...placement(file.values),
    valueUnit: file.values.text("Modality") === "CT" ? "HU" : "",
  };
}

function valuesOf({ samples, channels, photometric }, values) {
  if (photometric === "PALETTE COLOR") {
    const coloured = coloursOf(samples, values);
    return greyOf(coloured.samples, 3, coloured.full);
  }
  return channels > 1 ? greyOf(samples, channels, 255) : intensities(samples, values, photometric);
}

function statedWindow(values) {
  const source = values.functionalGroup("FrameVOILUTSequence") ?? values;
  const center = source.numbers("WindowCenter")?.[0];
  const width = source.numbers("WindowWidth")?.[0];
  return center === undefined || width === undefined ? null : { center, width };
}
