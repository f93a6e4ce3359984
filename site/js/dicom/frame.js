// Pixel data of a DICOM image become samples: what is declared is checked before it is decoded.

import { TAG } from "./attributes.js";
import { decodeJpeg, decodeJpeg2000, decodeJpegLs, decodeLosslessJpeg } from "./codecs.js";
import { joined } from "./inflate.js";
import { saysRgb } from "./jpeg_structure.js";
import { checkDimensions } from "./limits.js";
import { DicomProblem } from "./problem.js";
import { decodeRle } from "./rle.js";
import { cellsFromBytes, cellsOf, interleaved, reinterpreted, withoutUnusedBits } from "./samples.js";

const MAX_PADDING_BYTES = 1024;
const DECODERS = {
  jpeg: decodeJpeg,
  "jpeg-lossless": decodeLosslessJpeg,
  "jpeg-ls": decodeJpegLs,
  "jpeg-2000": decodeJpeg2000,
};

/**
 * @param {DicomFile} file
 * @returns {Promise<{samples: TypedArray, rows: number, columns: number, channels: number,
 *                    photometric: string}>} interleaved; colour as RGB
 * @throws {DicomProblem}
 */
export async function decodedFrame(file) {
  const { values, syntax, elements, pixelKeyword } = file;
  if (!syntax.known) throw new DicomProblem("unsupported_transfer_syntax");
  const [rows, columns] = [values.word("Rows"), values.word("Columns")];
  const channels = values.word("SamplesPerPixel") ?? 1;
  if ((values.numbers("NumberOfFrames")?.[0] || 1) !== 1) throw new DicomProblem("multi_frame");
  const cells = cellsOf(values, pixelKeyword);
  const photometric = values.text("PhotometricInterpretation");
  checkPhotometric(photometric, channels, cells.allocated);
  checkDimensions(rows ?? 0, columns ?? 0);
  const image = { rows, columns, channels, cells, photometric, values };
  const element = elements.get(TAG[pixelKeyword]);
  const isNative = !element.fragments;
  if (isNative) return nativeFrame(element.value, image, syntax.bigEndian);
  if (!syntax.codec) throw new DicomProblem("unreadable_image");
  const frame = oneFrame(element.fragments);
  return syntax.codec === "rle" ? rleFrame(frame, image) : codedFrame(frame, image, syntax.codec);
}

function checkPhotometric(photometric, channels, allocated) {
  const grey = ["MONOCHROME1", "MONOCHROME2", "PALETTE COLOR"];
  const colour = ["RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"];
  if (grey.includes(photometric) && channels === 1) return;
  if (colour.includes(photometric) && channels === 3) {
    if (allocated > 16) throw new DicomProblem("unreadable_image");
    return;
  }
  throw new DicomProblem(channels > 1 ? "not_greyscale" : "unreadable_image");
}

function nativeFrame(bytes, image, bigEndian) {
  const { rows, columns, channels, cells, photometric } = image;
  if (photometric === "YBR_FULL_422") throw new DicomProblem("not_greyscale");
  const length = (rows * columns * channels * cells.allocated) / 8;
  if (bytes.length < length || bytes.length > length + MAX_PADDING_BYTES) {
    throw new DicomProblem("unreadable_image", "The pixel data are not of the image's size.");
  }
  return cellFrame(cellsFromBytes(bytes.subarray(0, length), cells, bigEndian), image, false);
}

function rleFrame(frame, image) {
  const { rows, columns, channels, cells } = image;
  const bytes = decodeRle(frame, { pixels: rows * columns, channels, allocated: cells.allocated });
  return cellFrame(cellsFromBytes(bytes, cells, false), image, true);
}

/** Of samples that stand in the cells that the data set describes. */
function cellFrame(read, image, byPlane) {
  const { rows, columns, channels, cells, photometric, values } = image;
  let samples = cells.isFloat ? read : withoutUnusedBits(read, cells);
  if (channels > 1 && (byPlane || values.word("PlanarConfiguration") === 1)) samples = interleaved(samples, channels);
  if (photometric.startsWith("YBR")) samples = rgbOf(samples);
  return { samples, rows, columns, channels, photometric: channels > 1 ? "RGB" : photometric };
}

async function codedFrame(frame, image, codec) {
  const { rows, columns, channels, cells, photometric } = image;
  const isRgb = codec === "jpeg" ? saysRgb(frame) ?? photometric === "RGB" : null;
  const decoded = await DECODERS[codec](frame, { isRgb });
  const fits =
    decoded.rows === rows && decoded.columns === columns && decoded.components === channels &&
    decoded.precision <= cells.allocated && decoded.samples.length >= rows * columns * channels;
  if (!fits) throw new DicomProblem("unreadable_image", "The compressed image is not of the size that the file declares.");
  let { samples } = decoded;
  if (channels === 1) {
    // The data set knows the sign, the code how many bits it has; lossless JPEG and JPEG-LS know none.
    const bits = codec === "jpeg-2000" ? decoded.precision : Math.min(cells.stored, decoded.precision);
    const isLossy = codec === "jpeg" && !cells.isSigned;
    samples = isLossy ? samples : reinterpreted(samples, codec === "jpeg-ls" && !cells.isSigned ? decoded.precision : bits, cells.isSigned);
  }
  return { samples, rows, columns, channels, photometric: channels > 1 ? "RGB" : photometric };
}

/** The fragments of the only frame as one, without the offset table that comes first. */
export function oneFrame([table, ...fragments]) {
  if (!fragments.length) throw new DicomProblem("unreadable_image");
  if (table.length > 4) throw new DicomProblem("multi_frame");
  return fragments.length === 1 ? fragments[0] : joined(fragments);
}

/** Full-range YCbCr of 8 bits to RGB (PS3.3 C.7.6.3.1.2). */
function rgbOf(ybr) {
  const rgb = new Uint8ClampedArray(ybr.length);
  for (let at = 0; at < ybr.length; at += 3) {
    const [y, blue, red] = [ybr[at], ybr[at + 1] - 128, ybr[at + 2] - 128];
    rgb[at] = y + 1.402 * red;
    rgb[at + 1] = y - 0.344136 * blue - 0.714136 * red;
    rgb[at + 2] = y + 1.772 * blue;
  }
  return rgb;
}
