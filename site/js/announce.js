// What a screen reader is told. One live region, so that nothing is said over something else.

import { byId } from "./dom.js";

export function announce(text) {
  const region = byId("status");
  // The same words twice would not count as a change.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
