// Base64 to bytes and blobs.

export const bytesOfBase64 = (base64) =>
  Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));

export const pngBlob = (base64) => new Blob([bytesOfBase64(base64)], { type: "image/png" });
