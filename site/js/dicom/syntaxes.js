// Transfer syntaxes that are read here (DICOM PS3.5 annex A).

const IMPLICIT = "1.2.840.10008.1.2";
const EXPLICIT = "1.2.840.10008.1.2.1";
const DEFLATED = "1.2.840.10008.1.2.1.99";
const BIG_ENDIAN = "1.2.840.10008.1.2.2";

const CODECS = {
  "1.2.840.10008.1.2.4.50": "jpeg",
  "1.2.840.10008.1.2.4.51": "jpeg",
  "1.2.840.10008.1.2.4.57": "jpeg-lossless",
  "1.2.840.10008.1.2.4.70": "jpeg-lossless",
  "1.2.840.10008.1.2.4.80": "jpeg-ls",
  "1.2.840.10008.1.2.4.81": "jpeg-ls",
  "1.2.840.10008.1.2.4.90": "jpeg-2000",
  "1.2.840.10008.1.2.4.91": "jpeg-2000",
  "1.2.840.10008.1.2.4.201": "jpeg-2000",
  "1.2.840.10008.1.2.4.202": "jpeg-2000",
  "1.2.840.10008.1.2.4.203": "jpeg-2000",
  "1.2.840.10008.1.2.5": "rle",
};
const NATIVE = [IMPLICIT, EXPLICIT, DEFLATED, BIG_ENDIAN];

/**
 * How a data set is written.
 * @returns {{uid: string, implicit: boolean, bigEndian: boolean, deflated: boolean,
 *            codec: string|null, known: boolean}} `codec` is null where pixels are not compressed
 */
export function syntaxOf(uid) {
  return {
    uid,
    implicit: uid === IMPLICIT,
    bigEndian: uid === BIG_ENDIAN,
    deflated: uid === DEFLATED,
    codec: CODECS[uid] ?? null,
    known: NATIVE.includes(uid) || uid in CODECS,
  };
}

/** Transfer syntax of a data set without file meta information, by its first element. */
export function guessedSyntax(body) {
  const isVr = isLetter(body[4]) && isLetter(body[5]);
  if (!isVr) return IMPLICIT;
  // Groups are small numbers: in big endian the high byte comes first.
  return body[0] === 0 && body[1] !== 0 ? BIG_ENDIAN : EXPLICIT;
}

const isLetter = (byte) => byte >= 0x41 && byte <= 0x5a;
