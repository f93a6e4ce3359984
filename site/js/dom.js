// Small helpers around the document.

export const byId = (id) => document.getElementById(id);

/** Build an element: properties first, then children (nodes or text; null is left out). */
export function h(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/** A blob of the PNG in a base64 text. */
export function pngBlob(base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new Blob([bytes], { type: "image/png" });
}
