// What went wrong, and what to do about it; keyed by the codes of the API and by the page's own.

import { LIMIT_MIB } from "./limits.js";

const RETRY = "Try again in a moment.";

export const ERRORS = {
  malformed_request: {
    title: "The request did not arrive whole",
    help: "Send the file again. If it stays so, a proxy on the way may be changing uploads.",
  },
  not_found: {
    title: "The service is not at this address",
    help: "Whoever runs this page finds the API's address in config.json.",
  },
  method_not_allowed: {
    title: "The service does not take this request",
    help: "Whoever runs this page finds the API's address in config.json.",
  },
  payload_too_large: {
    title: "The file is too large",
    help: `Up to ${LIMIT_MIB} MiB can be sent. Send one slice rather than a volume, or save it as PNG.`,
  },
  image_too_large: {
    title: "The image has too many pixels",
    help: "Up to 4.2 megapixels, and at most four times as long as wide. Crop it to the slice.",
  },
  response_too_large: {
    title: "The answer would be too large",
    help: "Send a smaller image; 512 x 512 pixels are plenty for this muscle.",
  },
  unsupported_media: {
    title: "This is no DICOM, PNG or JPEG",
    help: "The type is read from the content, not from the name. Export the slice as DICOM or PNG.",
  },
  unsupported_transfer_syntax: {
    title: "This DICOM compression cannot be read here",
    help: "Export the slice uncompressed (Explicit VR Little Endian), or as PNG.",
  },
  unreadable_image: {
    title: "The file cannot be read",
    help: "It is cut short or inconsistent. Export or download it again.",
  },
  no_pixel_data: {
    title: "The DICOM file holds no image",
    help: "It may be a report or a directory file (DICOMDIR). Choose an image of the axial T2 series.",
  },
  multi_frame: {
    title: "The file holds several frames",
    help: "Export one slice as a file of its own.",
  },
  too_small: {
    title: "The image is too small",
    help: "At least 32 x 32 pixels are needed. Send the original slice rather than a thumbnail.",
  },
  not_greyscale: {
    title: "The image is in colour",
    help: "Send the slice itself, in greyscale, without coloured drawings on it.",
  },
  invalid_parameter: {
    title: "A setting is not valid",
    help: "Check the pixel spacing and the level, and try again.",
  },
  throttled: {
    title: "The service is busy",
    help: "It was asked several times and stayed busy. Try again in a moment.",
  },
  deadline: { title: "The service ran out of time", help: RETRY },
  model_unavailable: {
    title: "The model is not available",
    help: "The service runs but cannot measure now. Whoever runs it finds the reason at /ready.",
  },
  report_disabled: {
    title: "Reports are not switched on here",
    help: "Measurements work without them.",
  },
  log_unavailable: { title: "The statistics cannot be read now", help: "Measurements work without them." },
  internal: {
    title: "Something went wrong in the service",
    help: "It is not your file's doing as far as we know. Try again; if it stays so, pass on the request number.",
  },
  // Those that only this page can meet.
  offline: {
    title: "This device is offline",
    help: "Nothing was sent. It goes on by itself when the connection is back.",
  },
  unreachable: {
    title: "The service does not answer",
    help: "Check the connection, or whether the server still runs, and try again.",
  },
  too_slow: {
    title: "The service took too long",
    help: "No answer came within a minute and a half. Try again; a service that was idle needs longer the first time.",
  },
  unexpected_answer: {
    title: "The answer could not be understood",
    help: "Something between this page and the service may have replaced it. Reload the page.",
  },
  empty_file: { title: "The file is empty", help: "Choose a file that holds a slice." },
  dicomdir: {
    title: "This is a disc's table of contents",
    help: "A DICOMDIR names the images and holds none. Choose the folder that it lies in.",
  },
  not_deidentified: {
    title: "The file was not sent",
    help: "Its identifying data could not be removed in this browser, so it stays here. Export the slice again, or as PNG.",
  },
  no_page_part: {
    title: "A part of this page could not be loaded",
    help: "Check the connection and reload the page. Nothing was sent.",
  },
};

export const UNKNOWN_ERROR = {
  title: "The service refused the slice",
  help: "It gave a reason that this page does not know yet:",
};
