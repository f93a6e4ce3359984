// Small pictures for the list.

import { applyWindow, levelsOf } from "./viewer/window.js";

const SIDE_PX = 112;

export async function thumbnailOfPicture(picture) {
  const { width, height, values, window: shades } = picture;
  const image = new ImageData(width, height);
  applyWindow(levelsOf(values), shades, false, new Uint32Array(image.data.buffer));
  const [rowMm, columnMm] = picture.spacingMm ?? [1, 1];
  return shrunk(await createImageBitmap(image), columnMm / rowMm);
}

/** Null where the browser cannot draw it; the service says whether it can be read. */
export async function thumbnailOfPng(blob) {
  try {
    return await shrunk(await createImageBitmap(blob), 1);
  } catch {
    return null;
  }
}

/** The address of a blob: to be revoked by whoever holds it. */
async function shrunk(bitmap, pixelRatio) {
  const wide = bitmap.width * pixelRatio;
  const scale = SIDE_PX / Math.max(wide, bitmap.height);
  const width = Math.max(1, Math.round(wide * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  return URL.createObjectURL(await canvas.convertToBlob());
}
