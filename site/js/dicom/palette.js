// Colours by look-up tables become RGB (DICOM PS3.3 C.7.6.3.1.5).

import { TAG } from "./attributes.js";
import { DicomProblem } from "./problem.js";

const COLOURS = ["Red", "Green", "Blue"];

/**
 * @param {TypedArray} stored  one entry number per pixel
 * @param {Values} values  of the image
 * @returns {{samples: Uint8Array|Uint16Array, full: number}} interleaved RGB
 * @throws {DicomProblem} `unreadable_image`
 */
export function coloursOf(stored, values) {
  const tables = COLOURS.map((colour) => tableOf(colour, values));
  const { entries, first, size } = tables[0];
  const samples = new (size === 2 ? Uint16Array : Uint8Array)(3 * stored.length);
  for (let at = 0; at < stored.length; at++) {
    const entry = Math.min(Math.max(stored[at] - first, 0), entries - 1);
    for (let channel = 0; channel < 3; channel++) samples[3 * at + channel] = tables[channel].at(entry);
  }
  return { samples, full: size === 2 ? 65535 : 255 };
}

function tableOf(colour, values) {
  const [count, first, depth] = values.words(`${colour}PaletteColorLookupTableDescriptor`) ?? [];
  const data = values.elements.get(TAG[`${colour}PaletteColorLookupTableData`])?.value;
  if (depth === undefined || !data) throw new DicomProblem("unreadable_image");
  const entries = count || 0x10000;
  const size = data.length >= 2 * entries ? 2 : 1;
  if (data.length < entries) throw new DicomProblem("unreadable_image");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const at = size === 2 ? (entry) => view.getUint16(2 * entry, !values.bigEndian) : (entry) => data[entry];
  const isSigned = values.word("PixelRepresentation") === 1;
  return { entries, first: isSigned ? (first << 16) >> 16 : first, size, at };
}
