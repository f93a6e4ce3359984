// The pixel data as they are sent: the picture, and nothing that stands beside it.
//
// Comments within compressed pictures, bytes after the picture, and overlays in bits that are no part
// of it (as older scanners drew them) may name a patient. The service ignores all of these.

import { joined } from "./inflate.js";
import { bareJpeg } from "./jpeg_structure.js";
import { bareJpeg2000 } from "./jpeg2000_structure.js";
import { DicomProblem } from "./problem.js";
import { decodeRle } from "./rle.js";
import { bytesFromCells, cellsFromBytes, cellsOf, withoutUnusedBits } from "./samples.js";
import { padded, plain } from "./write.js";

const MAX_PADDING_BYTES = 1024;
const BARE = {
  jpeg: bareJpeg,
  "jpeg-lossless": bareJpeg,
  "jpeg-ls": bareJpeg,
  "jpeg-2000": bareJpeg2000,
};

/**
 * @param {Element} element  pixel data
 * @param {DicomFile} file
 * @returns {Element} without fragments where the pixels are no longer compressed
 * @throws {DicomProblem} where it cannot be told what is picture and what is not
 */
export function cleanPixels(element, file) {
  const { values, syntax } = file;
  if (!syntax.known) throw new DicomProblem("unsupported_transfer_syntax");
  const frames = values.numbers("NumberOfFrames")?.[0] || 1;
  const image = {
    frames,
    cells: cellsOf(values, file.pixelKeyword),
    pixels: (values.word("Rows") ?? 0) * (values.word("Columns") ?? 0),
    channels: values.word("SamplesPerPixel") ?? 1,
  };
  if (!element.fragments) return nativePixels(element, image, file);
  if (!syntax.codec) throw new DicomProblem("unreadable_image");
  const [, ...fragments] = element.fragments;
  if (frames !== 1 && fragments.length !== frames) throw new DicomProblem("multi_frame");
  const coded = frames === 1 ? [joined(fragments)] : fragments;
  if (syntax.codec === "rle" && frames === 1) {
    const uncompressed = cleanRle(coded[0], image);
    if (uncompressed) return plain(element.tag, "OW", padded(uncompressed, "OW"));
  }
  const clean = syntax.codec === "rle" ? coded : coded.map((frame) => BARE[syntax.codec](frame));
  const table = new Uint8Array(0);
  return { ...element, vr: "OB", fragments: [table, ...clean.map((frame) => padded(frame, "OB"))] };
}

function nativePixels(element, { frames, cells, pixels, channels }, { values, syntax }) {
  const { value, vr, tag } = element;
  const perPixel = values.text("PhotometricInterpretation") === "YBR_FULL_422" ? 2 : channels;
  const length = Math.ceil((frames * pixels * perPixel * cells.allocated) / 8);
  if (value.length < length || value.length > length + MAX_PADDING_BYTES) {
    throw new DicomProblem("unreadable_image", "The pixel data are not of the image's size.");
  }
  const picture = value.subarray(0, length);
  const hasUnused = !cells.isFloat && cells.stored < cells.allocated;
  const clean = hasUnused ? withoutOverlays(picture, cells, syntax.bigEndian) : picture;
  return plain(tag, vr === "UN" ? "OW" : vr, padded(clean, "OB"));
}

/** Unused bits hold what the sign asks for, and nothing else. */
function withoutOverlays(bytes, cells, bigEndian) {
  const samples = withoutUnusedBits(cellsFromBytes(bytes, cells, bigEndian), cells);
  if (cells.lowBit) for (let at = 0; at < samples.length; at++) samples[at] <<= cells.lowBit;
  return bytesFromCells(samples, bigEndian);
}

/** RLE has no comments; a frame with something in its unused bits goes out uncompressed, without that. */
function cleanRle(frame, { cells, pixels, channels }) {
  if (cells.stored === cells.allocated || channels > 1) return null;
  const stored = decodeRle(frame, { pixels, channels, allocated: cells.allocated });
  const clean = withoutOverlays(stored, cells, false);
  return clean.some((byte, at) => byte !== stored[at]) ? clean : null;
}
