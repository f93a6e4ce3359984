// Failures with a code: the API's own, or one of the page's.

// A gateway answers some failures itself, without a code of ours.
const CODE_BY_STATUS = {
  413: "payload_too_large",
  429: "throttled",
  502: "unreachable",
  503: "deadline",
  504: "deadline",
};

// Where sending the same again may do.
const WORTH_ANOTHER_TRY = new Set([
  ...["throttled", "deadline", "model_unavailable", "internal", "malformed_request"],
  ...["offline", "unreachable", "too_slow", "unexpected_answer", "no_page_part"],
]);

/** A failure that the page has words for. */
export class ApiError extends Error {
  constructor(code, { detail = "", requestId = "" } = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
  }

  get mayBeTriedAgain() {
    return WORTH_ANOTHER_TRY.has(this.code);
  }
}

export function errorOf(response, answer) {
  return new ApiError(answer?.code ?? CODE_BY_STATUS[response.status] ?? "internal", {
    detail: answer?.detail,
    requestId: answer?.request_id ?? response.headers.get("x-request-id") ?? "",
  });
}

/** Any failure as one with a code; what is unforeseen goes to the console as well. */
export function known(error, fallback = "unexpected_answer") {
  if (error instanceof ApiError) return error;
  // Modules that read files name the API's codes too.
  if (typeof error?.code === "string") return new ApiError(error.code, { detail: error.message });
  console.error(error);
  return new ApiError(fallback);
}

export const isAbort = (error) => error?.name === "AbortError";
