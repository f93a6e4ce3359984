// The pixel data as they are sent: the picture, and nothing that stands beside it.

import { plain } from "./write.js";

/** Pixel data without what follows the picture or comments on it. */
export function cleanPixels(element, file) {
  if (element.fragments) return element;
  return plain(element.tag, element.vr, element.value);
}
