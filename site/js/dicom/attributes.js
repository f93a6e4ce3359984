// The attributes that the service needs, and what becomes of each before a file leaves the browser.
//
// Everything that is not in this list is removed. Sources: DICOM PS3.6 (registry); PS3.15 table E.1-1
// (what identifies); docs/page-privacy.md says why each one stays.

/** How a value is kept: only where it has a form in which nobody's name fits. */
export const KEEP = {
  // Values of a code string that are kept; any other is replaced by the last, or removed.
  modality: { terms: "MR CT PT US CR DX XA RF NM MG OT".split(" "), otherwise: "OT" },
  colour: {
    terms: "MONOCHROME1|MONOCHROME2|PALETTE COLOR|RGB|YBR_FULL|YBR_FULL_422|YBR_ICT|YBR_RCT"
      .split("|"),
  },
  yesNo: { terms: ["YES", "NO"] },
  lossy: { terms: ["00", "01"] },
  lossyMethod: { pattern: /^ISO_\d{4,5}_\d{1,2}$/ },
  lut: { terms: ["US", "HU", "OD", "US_SIGNED"], otherwise: "US" },
  numbers: { pattern: /^ *[+-]?[\d.]+([eE][+-]?\d+)? *$/ },
  classUid: { pattern: /^[0-9.]{1,64}$/ },
  twoBytes: { bytes: 2 },
  threeWords: { bytes: 6 },
  bulk: {},
};

const TABLE = `
00080016 UI SOPClassUID classUid
00080018 UI SOPInstanceUID uid
00080020 DA StudyDate empty
00080030 TM StudyTime empty
00080050 SH AccessionNumber empty
00080060 CS Modality modality
00080090 PN ReferringPhysicianName empty
00100010 PN PatientName empty
00100020 LO PatientID empty
00100030 DA PatientBirthDate empty
00100040 CS PatientSex empty
00180050 DS SliceThickness numbers
00180088 DS SpacingBetweenSlices numbers
0020000D UI StudyInstanceUID uid
0020000E UI SeriesInstanceUID uid
00200010 SH StudyID empty
00200032 DS ImagePositionPatient numbers
00200037 DS ImageOrientationPatient numbers
00200052 UI FrameOfReferenceUID uid
00209113 SQ PlanePositionSequence sequence
00209116 SQ PlaneOrientationSequence sequence
00280002 US SamplesPerPixel twoBytes
00280004 CS PhotometricInterpretation colour
00280006 US PlanarConfiguration twoBytes
00280008 IS NumberOfFrames numbers
00280010 US Rows twoBytes
00280011 US Columns twoBytes
00280030 DS PixelSpacing numbers
00280100 US BitsAllocated twoBytes
00280101 US BitsStored twoBytes
00280102 US HighBit twoBytes
00280103 US PixelRepresentation twoBytes
00280120 US PixelPaddingValue twoBytes
00280121 US PixelPaddingRangeLimit twoBytes
00280301 CS BurnedInAnnotation yesNo
00281052 DS RescaleIntercept numbers
00281053 DS RescaleSlope numbers
00281101 US RedPaletteColorLookupTableDescriptor threeWords
00281102 US GreenPaletteColorLookupTableDescriptor threeWords
00281103 US BluePaletteColorLookupTableDescriptor threeWords
00281201 OW RedPaletteColorLookupTableData bulk
00281202 OW GreenPaletteColorLookupTableData bulk
00281203 OW BluePaletteColorLookupTableData bulk
00282110 CS LossyImageCompression lossy
00282112 DS LossyImageCompressionRatio numbers
00282114 CS LossyImageCompressionMethod lossyMethod
00283000 SQ ModalityLUTSequence sequence
00283002 US LUTDescriptor threeWords
00283004 LO ModalityLUTType lut
00283006 OW LUTData bulk
00289110 SQ PixelMeasuresSequence sequence
00289145 SQ PixelValueTransformationSequence sequence
52009229 SQ SharedFunctionalGroupsSequence sequence
52009230 SQ PerFrameFunctionalGroupsSequence sequence
7FE00008 OF FloatPixelData pixels
7FE00009 OD DoubleFloatPixelData pixels
7FE00010 OW PixelData pixels
`;

// Read for the page alone, from a file's original: none of these is sent.
const READ_ONLY = `
00041220 SQ DirectoryRecordSequence
00281050 DS WindowCenter
00281051 DS WindowWidth
00281054 LO RescaleType
00289132 SQ FrameVOILUTSequence
`;

const rows = (table) => table.trim().split("\n").map((line) => line.split(" "));

/** What is kept: by tag, its keyword, value representation and rule. */
export const ALLOWED = new Map(
  rows(TABLE).map(([tag, vr, keyword, rule]) => [parseInt(tag, 16), { vr, keyword, rule }]),
);

/** Value representation by tag, of what implicit VR files have to be read for. */
export const VR_BY_TAG = new Map(
  rows(TABLE + READ_ONLY).map(([tag, vr]) => [parseInt(tag, 16), vr]),
);

/** Tag by keyword. */
export const TAG = Object.fromEntries(
  rows(TABLE + READ_ONLY).map(([tag, , keyword]) => [keyword, parseInt(tag, 16)]),
);
