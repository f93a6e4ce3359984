// The image on the dark stage: the slice, its overlay, and the marks of the sides.

import { byId } from "./dom.js";
import { MESSAGES } from "./strings.js";

const RIGHT = 1;
const LEFT = 2;

let shownUrl = null;

/** Show the slice as sent, while it is measured; without a picture of it, only the wait. */
export function showPreview(blob, width, height) {
  marks(null);
  byId("caption").textContent = "";
  show(blob, MESSAGES.plainAlt, width / height);
}

/** Show the overlay, the right way up in millimetres where pixels are not square. */
export function showOverlay(blob, answer, sides) {
  const [rowMm, columnMm] = answer.pixel_spacing_mm ?? [1, 1];
  marks(sides);
  byId("caption").textContent = answer.orientation === "image" ? MESSAGES.assumedSides : "";
  show(blob, MESSAGES.overlayAlt, (answer.width * columnMm) / (answer.height * rowMm));
}

export function clear() {
  byId("figure").hidden = true;
  release();
}

/**
 * Which side of the image the patient's right is on: from the mask where it holds both sides, by
 * convention where the file gave no orientation, otherwise unknown (null).
 */
export async function sidesOf(maskBlob, orientation) {
  const bitmap = await createImageBitmap(maskBlob, { colorSpaceConversion: "none" });
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const sum = [0, 0, 0];
  const count = [0, 0, 0];
  for (let index = 0; index < data.length; index += 4) {
    const side = data[index];
    if (side !== RIGHT && side !== LEFT) continue;
    sum[side] += (index / 4) % bitmap.width;
    count[side] += 1;
  }
  if (count[RIGHT] && count[LEFT]) {
    const rightFirst = sum[RIGHT] / count[RIGHT] <= sum[LEFT] / count[LEFT];
    return rightFirst ? ["R", "L"] : ["L", "R"];
  }
  return orientation === "image" ? ["R", "L"] : null;
}

function show(blob, alt, ratio) {
  release();
  shownUrl = URL.createObjectURL(blob);
  const picture = byId("picture");
  picture.src = shownUrl;
  picture.alt = alt;
  byId("frame").style.setProperty("--ratio", String(ratio));
  byId("figure").hidden = false;
}

function marks(sides) {
  byId("mark-start").textContent = sides?.[0] ?? "";
  byId("mark-end").textContent = sides?.[1] ?? "";
}

function release() {
  if (shownUrl) URL.revokeObjectURL(shownUrl);
  shownUrl = null;
}
