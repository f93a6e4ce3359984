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
    help: "Enter the spacing below, or send the DICOM file instead of a picture of it.",
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

export const UNKNOWN_FLAG = { help: "The service marked this result; this page has no words for it yet." };
