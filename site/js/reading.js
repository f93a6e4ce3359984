// One file on this device: what it is, what it looks like, and what of it may be sent.

import { ApiError, known } from "./api_errors.js";
import { thumbnailOfPicture, thumbnailOfPng } from "./thumbnail.js";

const PNG = [0x89, 0x50, 0x4e, 0x47];
const JPEG = [0xff, 0xd8, 0xff];

/** The modules that read DICOM, loaded when the first such file comes. */
export async function dicomModule() {
  try {
    return await import("./dicom/index.js");
  } catch (error) {
    console.error(error);
    throw new ApiError(navigator.onLine ? "no_page_part" : "offline");
  }
}

/** `dicom`, `picture` (PNG or JPEG) or null, by the content. */
export async function kindOf(bytes) {
  if (startsWith(bytes, PNG) || startsWith(bytes, JPEG)) return "picture";
  return (await dicomModule()).isDicom(bytes) ? "dicom" : null;
}

/** Read a file; what comes back are the item's fields of the same names. */
export async function readSlice(file) {
  if (file.size === 0) throw new ApiError("empty_file");
  const bytes = await bytesOf(file);
  const kind = await kindOf(bytes);
  if (kind === null) throw new ApiError("unsupported_media");
  const dicom = await dicomModule();
  const cleaned = clean(dicom, bytes);
  const picture = kind === "dicom" ? await decoded(dicom, bytes) : null;
  return {
    kind,
    picture,
    thumbnail: picture ? await thumbnailOfPicture(picture) : await thumbnailOfPng(file),
    privacy: {
      removed: cleaned.removed,
      kept: cleaned.kept,
      burntIn: cleaned.burntInAnnotation === "yes",
    },
    upload: new Blob([cleaned.bytes]),
  };
}

/** The decoded image of a DICOM file, to show it again; null where this browser cannot decode it. */
export async function pictureOf(file) {
  return decoded(await dicomModule(), await bytesOf(file));
}

async function decoded(dicom, bytes) {
  try {
    return await dicom.decodePicture(bytes);
  } catch {
    // The service says whether it can be read, and why not.
    return null;
  }
}

async function bytesOf(file) {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch {
    // It was moved, deleted, or is not to be read by this person.
    throw new ApiError("unreadable_image");
  }
}

/** Never sent as it is: a file that cannot be cleaned stays here. */
function clean(dicom, bytes) {
  try {
    return dicom.deidentify(bytes);
  } catch (error) {
    if (typeof error?.code === "string") throw known(error);
    console.error(error);
    throw new ApiError("not_deidentified");
  }
}

const startsWith = (bytes, signature) => signature.every((byte, index) => bytes[index] === byte);
