// DICOM and pictures in the browser: read, decoded, stripped of identity, and given it back.
//
// Loaded when the first file comes: `const dicom = await import("./dicom/index.js")`. Decoders of
// compressed pictures come with the first file that needs them.
//
//     index        the door
//     |-- read         which bytes are DICOM; a DICOM image's elements
//     |   `-- parse        bytes -> elements, within limits.js
//     |-- deidentify   before a file is sent
//     |   |-- attributes   the list of what stays
//     |   `-- identifiers  replaced UIDs
//     |-- restore      SEG and SR that come back
//     `-- decoding     a worker of its own: worker -> picture -> geometry, intensities, codecs

export { decodePicture } from "./decoding.js";
export { deidentify } from "./deidentify.js";
export { DicomProblem } from "./problem.js";
export { isDicom, readDicom } from "./read.js";
export { restoreIdentity } from "./restore.js";
