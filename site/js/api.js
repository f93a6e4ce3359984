// The only module that talks to the service.

import { ApiError, errorOf } from "./api_errors.js";
import { LIMIT_MIB } from "./strings.js";

const MAX_UPLOAD_BYTES = LIMIT_MIB * 1024 * 1024;
// The gateway in front of the service gives up after 30 s; slow uploads come on top.
const TIMEOUT_MS = 90_000;
const ATTEMPTS_WHILE_BUSY = 4;
const MAX_WAIT_S = 30;

const base = findBase();

/** Where the API is: the address in config.json, or this page's own. */
export const apiUrl = async (path) => new URL(path, await base);

async function findBase() {
  try {
    const { api } = await (await fetch("config.json")).json();
    return new URL(api || ".", document.baseURI);
  } catch {
    return new URL(".", document.baseURI);
  }
}

/**
 * Measure one slice. The file's own name is not sent.
 *
 * `settings` holds what the reader entered (`level`, `spacing` as [row, column] in mm), `include` the
 * parts to send back; `onBusy(seconds)` is told before each wait for a busy service.
 */
export async function segment(blob, settings, { include = "overlay,mask", signal, onBusy } = {}) {
  const body = form(blob, settings, include);
  return measured(await send("segment", { body, signal, onBusy }));
}

/** Measure one slice with a mask of the reader's own (a PNG). */
export async function measure(blob, mask, settings, { include = "overlay", signal, onBusy } = {}) {
  const body = form(blob, settings, include);
  body.append("mask", mask, "mask.png");
  body.append("mask_origin", "corrected");
  return measured(await send("measure", { body, signal, onBusy }));
}

/** Text about the sides of one slice, from an answer's `report_input`. */
export async function report(sides, { signal, onBusy } = {}) {
  const body = JSON.stringify({ sides });
  const headers = { "content-type": "application/json" };
  const answer = await send("report", { body, headers, signal, onBusy });
  if (!Array.isArray(answer.reports)) throw new ApiError("unexpected_answer");
  return answer;
}

/** Whether the service answers at all: asked while the connection seems to be gone. */
export async function isReachable() {
  try {
    return (await fetch(await apiUrl("health"), { cache: "no-store", credentials: "omit" })).ok;
  } catch {
    return false;
  }
}

function form(blob, { level, spacing }, include) {
  if (blob.size === 0) throw new ApiError("empty_file");
  if (blob.size > MAX_UPLOAD_BYTES) throw new ApiError("payload_too_large");
  const body = new FormData();
  body.append("file", blob, "slice");
  body.append("include", include);
  if (level) body.append("level", level);
  if (spacing) body.append("pixel_spacing_mm", spacing.join(","));
  return body;
}

function measured(answer) {
  if (!answer.sides || !answer.quality) throw new ApiError("unexpected_answer");
  return answer;
}

/** POST, again while the service is busy; the parsed answer. */
async function send(path, { body, headers, signal, onBusy }) {
  const url = await apiUrl(path);
  for (let attempt = 1; ; attempt += 1) {
    const response = await request(url, { method: "POST", body, headers }, signal);
    const answer = await json(response, signal);
    if (response.ok) {
      if (answer === null) throw new ApiError("unexpected_answer");
      return answer;
    }
    if (response.status !== 429 || attempt === ATTEMPTS_WHILE_BUSY) throw errorOf(response, answer);
    const seconds = secondsToWait(response.headers.get("retry-after"), attempt);
    onBusy?.(seconds);
    await pause(seconds * 1000, signal);
  }
}

/** What the service asks for, in seconds or as a date; where it asks for nothing, longer each time. */
function secondsToWait(header, attempt) {
  const asked = /^\d+$/.test(header ?? "")
    ? Number(header)
    : Math.ceil((Date.parse(header ?? "") - Date.now()) / 1000);
  const seconds = Number.isFinite(asked) ? asked : 2 ** attempt;
  return Math.min(Math.max(seconds, 1), MAX_WAIT_S);
}

function pause(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  });
}

async function request(url, options, signal) {
  const signals = [AbortSignal.timeout(TIMEOUT_MS), ...(signal ? [signal] : [])];
  try {
    return await fetch(url, { ...options, credentials: "omit", signal: AbortSignal.any(signals) });
  } catch (error) {
    throw failure(error, signal);
  }
}

/** The parsed body; null where it is no JSON object. */
async function json(response, signal) {
  try {
    const parsed = await response.json();
    return parsed && typeof parsed === "object" ? parsed : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw failure(error, signal);
  }
}

function failure(error, signal) {
  if (signal?.aborted) return signal.reason;
  if (error.name === "TimeoutError") return new ApiError("too_slow");
  return new ApiError(navigator.onLine ? "unreachable" : "offline");
}
