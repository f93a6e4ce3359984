// Pictures as the viewer holds them: intensities ready for a window, and a canvas of them.

import { applyColourWindow, applyWindow, levelsOf } from "./window.js";

/** A decoded slice with its levels; what is wrong with it is a RangeError. */
export function prepared(picture) {
  const { width, height, values, window } = picture;
  if (!(width > 0 && height > 0) || values.length !== width * height) {
    throw new RangeError("a picture needs one value for each of its pixels");
  }
  const levels = levelsOf(values);
  return { ...picture, levels, window: usable(window, levels) };
}

/** A PNG or JPEG: its shades of grey as values, or its colours where it has any. */
export async function decoded(blob, { spacingMm = null, rightSide = null } = {}) {
  const options = { colorSpaceConversion: "none", premultiplyAlpha: "none" };
  const bitmap = await createImageBitmap(blob, options);
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const bytes = context.getImageData(0, 0, width, height).data;
  const colours = new Uint32Array(bytes.buffer);
  const values = Uint8Array.from(colours, (colour) => colour & 255);
  const grey = colours.every((colour) => (colour & 0xffffff) === (colour & 255) * 0x010101);
  const window = { center: 127.5, width: 255 };
  const picture = { width, height, values, window, spacingMm, rightSide, valueUnit: null };
  return { ...prepared(picture), colours: grey ? null : colours };
}

/** A canvas of the slice at its own size, painted anew through each window. */
export class Layer {
  #image = null;

  constructor() {
    this.canvas = document.createElement("canvas");
  }

  paint(picture, window, inverted) {
    const { width, height } = picture;
    const { canvas } = this;
    if (canvas.width !== width || canvas.height !== height) {
      canvas.width = width;
      canvas.height = height;
      this.#image = null;
    }
    const context = canvas.getContext("2d", { alpha: false });
    this.#image ??= context.createImageData(width, height);
    const pixels = new Uint32Array(this.#image.data.buffer);
    if (picture.colours) applyColourWindow(picture.colours, window, inverted, pixels);
    else applyWindow(picture.levels, window, inverted, pixels);
    context.putImageData(this.#image, 0, 0);
  }
}

/** The window that came with the slice, or the whole range of its values. */
function usable(window, { low, high, step }) {
  if (window && Number.isFinite(window.center) && window.width > 0) return window;
  return { center: (low + high) / 2, width: Math.max(high - low, step) };
}
