// Why a file cannot be read here.

/** A failure with a stable code: one of the API's, or `dicomdir`, `decoding_timed_out`, `decoder_unavailable`. */
export class DicomProblem extends Error {
  constructor(code, detail = "") {
    super(detail || code);
    this.name = "DicomProblem";
    this.code = code;
  }
}
