// The only module that talks to the service.

import { LIMIT_MIB } from "./strings.js";

const MAX_UPLOAD_BYTES = LIMIT_MIB * 1024 * 1024;

// A gateway answers some failures itself, without a code of ours.
const CODE_BY_STATUS = {
  413: "payload_too_large",
  429: "throttled",
  503: "deadline",
  504: "deadline",
};

/** A failure with one of the API's codes, or one of the page's own. */
export class ApiError extends Error {
  constructor(code, { detail = "", requestId = "" } = {}) {
    super(code);
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
  }
}

/** Where the API is: the address in config.json, or this page's own. */
export async function apiBase() {
  try {
    const response = await fetch("config.json");
    const { api } = await response.json();
    return new URL(api || ".", document.baseURI);
  } catch {
    return new URL(".", document.baseURI);
  }
}

/** Send one slice and give back the parsed answer. The file's own name is not sent. */
export async function segment(base, blob, signal) {
  if (blob.size === 0) throw new ApiError("empty_file");
  if (blob.size > MAX_UPLOAD_BYTES) throw new ApiError("payload_too_large");
  const body = new FormData();
  body.append("file", blob, "slice");
  const response = await request(new URL("segment", base), { method: "POST", body, signal });
  const answer = await json(response);
  if (!response.ok) {
    throw new ApiError(answer?.code ?? CODE_BY_STATUS[response.status] ?? "internal", {
      detail: answer?.detail,
      requestId: answer?.request_id,
    });
  }
  if (!answer?.sides || !answer.quality) throw new ApiError("unexpected_answer");
  return answer;
}

/** Fetch one of the generated slices, and a picture of it to show meanwhile. */
export async function sample(id, signal) {
  const [blob, preview] = await Promise.all(
    ["dcm", "png"].map(async (suffix) => {
      const response = await request(`samples/${id}.${suffix}`, { signal });
      if (!response.ok) throw new ApiError("unreachable");
      return response.blob();
    }),
  );
  return { blob, preview };
}

async function request(url, options) {
  try {
    return await fetch(url, { ...options, credentials: "omit" });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError("unreachable");
  }
}

/** The parsed body; null where it is no JSON. */
async function json(response) {
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    return null;
  }
}
