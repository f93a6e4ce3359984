// Decoders by others, each fetched when the first picture needs it (site/vendor/, with licences).

import { walkJpeg, withTransform } from "./jpeg_structure.js";
import { readJpeg2000 } from "./jpeg2000_structure.js";
import { DicomProblem } from "./problem.js";

/**
 * @typedef {object} Decoded
 * @property {TypedArray} samples  interleaved, in 8- or 16-bit cells
 * @property {number} rows
 * @property {number} columns
 * @property {number} components  samples per pixel
 * @property {number} precision  bits of each sample
 * @property {boolean} isSigned  whether the code itself says that samples have a sign
 */

/**
 * Decode a JPEG of 8 bits, or a grey one of 12.
 * @param {Uint8Array} frame
 * @param {{isRgb?: boolean|null}} [hint]  whether three samples are RGB and not YCbCr; null where the
 *   file is to say so itself
 * @returns {Promise<Decoded>}
 */
export async function decodeJpeg(frame, { isRgb = null } = {}) {
  const found = walkJpeg(frame);
  if (found.isLossless) return decodeLosslessJpeg(frame);
  if (found.isLs) return decodeJpegLs(frame);
  if (found.components === 4) throw new DicomProblem("not_greyscale");
  if (found.precision !== 8) return decodeTwelveBits(frame, found);
  const codec = await loaded("libjpeg-turbo");
  const marked = found.components === 3 && isRgb !== null ? withTransform(frame, isRgb) : frame;
  return { ...found, ...run(new codec.JPEGDecoder(), marked), isSigned: false };
}

async function decodeTwelveBits(frame, found) {
  if (found.precision !== 12 || found.components !== 1) throw new DicomProblem("unsupported_transfer_syntax");
  const { default: JpegImage } = await import("../../vendor/jpeg-12bit/jpeg-12bit.js");
  const image = new JpegImage();
  image.parse(frame);
  return { ...found, samples: image.getData16(found.columns, found.rows), isSigned: false };
}

/** @returns {Promise<Decoded>} */
export async function decodeLosslessJpeg(frame) {
  const found = walkJpeg(frame);
  if (!found.isLossless) throw new DicomProblem("unreadable_image");
  if (found.components > 1 && found.precision > 8) throw new DicomProblem("unsupported_transfer_syntax");
  const { Decoder } = await import("../../vendor/jpeg-lossless/jpeg-lossless.js");
  const bytes = frame.slice();
  const decoded = new Decoder().decode(bytes.buffer, 0, bytes.length, found.precision > 8 ? 2 : 1);
  const Kind = found.precision > 8 ? Uint16Array : Uint8Array;
  const samples = new Kind(decoded.buffer, decoded.byteOffset, decoded.byteLength / Kind.BYTES_PER_ELEMENT);
  return { ...found, samples, isSigned: false };
}

/** @returns {Promise<Decoded>} */
export async function decodeJpegLs(frame) {
  const found = walkJpeg(frame);
  const codec = await loaded("charls");
  return { ...found, ...run(new codec.JpegLSDecoder(), frame), isSigned: false };
}

/** JPEG 2000 and HTJ2K. @returns {Promise<Decoded>} */
export async function decodeJpeg2000(frame) {
  const found = readJpeg2000(frame);
  const codec = await loaded("openjpeg");
  return { ...found, ...run(new codec.J2KDecoder(), found.codestream) };
}

/** The interface that these codecs share. */
function run(decoder, frame) {
  try {
    decoder.getEncodedBuffer(frame.length).set(frame);
    decoder.decode();
    const { width, height, bitsPerSample, componentCount, isSigned } = decoder.getFrameInfo();
    const { buffer, byteLength } = decoder.getDecodedBuffer().slice(); // the next one reuses its memory
    const samples = bitsPerSample > 8 ? new Uint16Array(buffer, 0, byteLength >> 1) : new Uint8Array(buffer);
    return {
      samples,
      rows: height,
      columns: width,
      components: componentCount,
      precision: bitsPerSample,
      isSigned: Boolean(isSigned),
    };
  } catch {
    throw new DicomProblem("unreadable_image");
  } finally {
    decoder.delete();
  }
}

const instances = new Map();

/** A codec in WebAssembly, compiled once. */
function loaded(name) {
  if (!instances.has(name)) instances.set(name, instantiate(name));
  return instances.get(name);
}

async function instantiate(name) {
  const folder = new URL(`../../vendor/${name}/`, import.meta.url);
  try {
    const { default: create } = await import(new URL(`${name}.js`, folder).href);
    return await create({
      locateFile: () => new URL(`${name}.wasm`, folder).href,
      print: () => {},
      printErr: () => {},
    });
  } catch {
    instances.delete(name);
    throw new DicomProblem("decoder_unavailable");
  }
}
