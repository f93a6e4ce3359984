// Replaced UIDs: the same one for the same original as long as the page is open, and unguessable.
//
// Random, not computed from the original: nobody who knows an original can find out that it was sent.

const replacements = new Map();
const originals = new Map();

/** The UID that goes out for an original (PS3.5 B.2: a random UUID as a number). */
export function replacedUid(original) {
  let replacement = replacements.get(original);
  if (!replacement) {
    replacement = `2.25.${BigInt(`0x${randomHex()}`)}`;
    replacements.set(original, replacement);
    originals.set(replacement, original);
  }
  return replacement;
}

/** The original that a UID stands for; the UID itself where it stands for none. */
export function originalUid(uid) {
  return originals.get(uid) ?? uid;
}

/** The UID that stands for an original; undefined where none does yet. */
export function knownReplacement(original) {
  return replacements.get(original);
}

/** 128 bits of a version 4 UUID. `crypto.randomUUID` is not there on plain http. */
function randomHex() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
