// Every word that a script puts on the page. Errors and flags are keyed by the API's own codes.

export const LIMIT_MIB = 4;

export const MESSAGES = {
  measuring: (name) => `Measuring ${name}`,
  cancelled: "Cancelled. Nothing was measured.",
  done: "Measured.",
  doneUntrusted: "Measured, but do not rely on the numbers: see the notes.",
  failed: (title) => `Not measured. ${title}`,
  oneFile: "One slice at a time, please: several files were given, none was sent.",
  overlayAlt: "The slice with the multifidus outlined on each side",
  plainAlt: "The slice as it was sent",
  assumedSides:
    "The file does not say which side is which. Right is taken to be the image's left half, by radiological convention.",
  requestId: "Request",
};

export const LABELS = {
  title: "Measurement",
  side: { right: "Right", left: "Left" },
  fat: "Fat",
  grade: { kjaer: "Kjaer grade" },
  or: " or ",
  meanProbability: "Mean probability",
  asymmetry: "Asymmetry",
  none: "none found",
  model: "Model",
  spacing: "Pixel spacing",
  size: "Size",
  time: "Time in the service",
  stage: {
    decode: "Read the file",
    preprocess: "Preprocess",
    inference: "Run the model",
    postprocess: "Outline",
    measure: "Measure",
    quality: "Check the result",
    render: "Draw",
  },
  downloadOverlay: "Overlay (PNG)",
  downloadMask: "Mask (PNG)",
  downloads: "Download",
  maskNote: "In the mask 1 is the patient's right, 2 the left.",
  untrusted: "Do not rely on these numbers",
  notes: "Notes",
};

export const SAMPLES = [
  { id: "healthy", label: "Lean", alt: "Generated axial slice, lean multifidus" },
  { id: "moderate", label: "Some fat", alt: "Generated axial slice, multifidus with some fat" },
  { id: "severe", label: "Much fat", alt: "Generated axial slice, multifidus with much fat" },
];

const RETRY = "Try again in a moment.";

// What went wrong, and what to do about it.
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
    help: "Reload the page and try again.",
  },
  throttled: { title: "The service is busy", help: RETRY },
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
  // The three that only this page can meet.
  unreachable: {
    title: "The service does not answer",
    help: "Check the connection, or whether the server still runs, and try again.",
  },
  unexpected_answer: {
    title: "The answer could not be understood",
    help: "Something between this page and the service may have replaced it. Reload the page.",
  },
  empty_file: { title: "The file is empty", help: "Choose a file that holds a slice." },
};

// What a quality flag means, and what to do about it.
export const FLAGS = {
  no_multifidus_found: {
    title: "No multifidus was found",
    help: "Send an axial T2 slice between L1 and S1 that shows the muscles behind the spine.",
  },
  one_side_missing: {
    title: "Only one side was found",
    help: "Check that both sides lie within the image, and that the outline is plausible.",
  },
  low_confidence: {
    title: "The model is unsure",
    help: "Check the outline against the image. A neighbouring slice or better contrast may help.",
  },
  touches_border: {
    title: "The muscle is cut off by the image's edge",
    help: "The area is too small by what is missing. Send the slice uncropped.",
  },
  not_axial: {
    title: "The slice is not axial",
    help: "Areas hold for axial slices alone. Choose the axial T2 series.",
  },
  not_mr: {
    title: "This is not MRI",
    help: "The model knows T2 MRI alone; outlines on other images mean little.",
  },
  unlikely_slice: {
    title: "This does not look like an axial lumbar slice",
    help: "Check that it is the right file: axial, T2, lumbar, one slice.",
  },
  fat_suppressed: {
    title: "Fat looks suppressed",
    help: "Use the series without fat suppression, where fat is bright.",
  },
  no_reference_tissue: {
    title: "Fat could not be measured",
    help: "Too little lean muscle or fat to compare with. Send the whole slice, not a crop.",
  },
  no_spacing: {
    title: "No pixel spacing, so no mm\u00b2",
    help: "Send the DICOM file, or give pixel_spacing_mm to the API.",
  },
  low_resolution: {
    title: "The resolution is low",
    help: "Areas are coarse. Send the original slice rather than a reduced one.",
  },
  converted_colour: {
    title: "Converted from colour",
    help: "The file looks like a screenshot. The scanner's own DICOM file measures better.",
  },
  asymmetric_masks: {
    title: "The two outlines differ much",
    help: "It may be real or a slip of the outline: compare both sides with the image.",
  },
};

export const UNKNOWN_ERROR = {
  title: "The service refused the slice",
  help: "It gave a reason that this page does not know yet:",
};

export const UNKNOWN_FLAG = { help: "The service marked this result; this page has no words for it yet." };
