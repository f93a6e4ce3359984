// Ties the page together: a slice comes in, is sent, and its result or error is shown.

import { ApiError, apiBase, sample, segment } from "./api.js";
import { byId, h, pngBlob } from "./dom.js";
import { hideResult, showError, showResult } from "./result.js";
import { clear, showOverlay, showPreview, sidesOf } from "./stage.js";
import { MESSAGES, SAMPLES } from "./strings.js";

const base = apiBase();
let running = null;

/** Measure what `load` gives; whatever ran before is cancelled. */
async function measure(name, load) {
  running?.abort();
  const run = new AbortController();
  running = run;
  setState("busy");
  hideResult();
  clear();
  announce(MESSAGES.measuring(name));
  byId("busy-text").textContent = MESSAGES.measuring(name);
  try {
    const { blob, preview } = await load(run.signal);
    if (preview) await showPreviewOf(preview);
    const answer = await segment(await base, blob, run.signal);
    const overlay = pngBlob(answer.overlay_base64);
    const mask = pngBlob(answer.mask_base64);
    const sides = await sidesOf(mask, answer.orientation);
    if (running !== run) return;
    showOverlay(overlay, answer, sides);
    showResult(answer, { name, overlay, mask });
    finish("done", byId("result"));
    announce(answer.quality.trusted ? MESSAGES.done : MESSAGES.doneUntrusted);
  } catch (error) {
    if (running !== run) return;
    if (error.name === "AbortError") return cancelled();
    clear();
    const known = error instanceof ApiError;
    if (!known) console.error(error);
    const title = showError(known ? error : new ApiError("unexpected_answer"));
    finish("failed", byId("error"));
    announce(MESSAGES.failed(title));
  }
}

function cancelled() {
  clear();
  hideResult();
  finish("empty", byId("file"));
  announce(MESSAGES.cancelled);
}

function finish(state, focusTarget) {
  running = null;
  setState(state);
  focusTarget.focus({ preventScroll: true });
  // On a narrow page the image comes above the numbers: bring both into view, image first.
  const target = state === "done" ? byId("stage") : focusTarget;
  target.scrollIntoView({ block: "nearest" });
}

function setState(state) {
  document.body.dataset.state = state;
  byId("busy").hidden = state !== "busy";
  byId("invite").hidden = state === "busy" || state === "done";
}

function announce(text) {
  byId("status").textContent = text;
}

async function showPreviewOf(blob) {
  try {
    const bitmap = await createImageBitmap(blob);
    showPreview(blob, bitmap.width, bitmap.height);
    bitmap.close();
  } catch {
    // The browser cannot draw it; the service says whether it can be read.
  }
}

function measureFiles(files) {
  if (files.length === 0) return;
  if (files.length > 1) {
    announce(MESSAGES.oneFile);
    byId("file-hint").textContent = MESSAGES.oneFile;
    return;
  }
  const [file] = files;
  const preview = file.type.startsWith("image/") ? file : null;
  measure(file.name, async () => ({ blob: file, preview }));
}

function listSamples() {
  byId("samples").append(
    ...SAMPLES.map(({ id, label, alt }) => {
      const button = h(
        "button",
        { type: "button" },
        h("img", { src: `samples/${id}.png`, alt, loading: "lazy" }),
        h("span", {}, label),
      );
      button.addEventListener("click", () => measure(`${id}.dcm`, (signal) => sample(id, signal)));
      return h("li", {}, button);
    }),
  );
}

function listen() {
  byId("file").addEventListener("change", (event) => {
    measureFiles([...event.target.files]);
    // So that choosing the same file again counts as a change.
    event.target.value = "";
  });
  byId("cancel").addEventListener("click", () => running?.abort());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") running?.abort();
  });
  document.addEventListener("paste", (event) => measureFiles([...event.clipboardData.files]));

  let depth = 0; // dragenter and dragleave also fire for every child
  document.addEventListener("dragenter", () => (document.body.dataset.drag = String(++depth)));
  document.addEventListener("dragleave", () => {
    if (--depth === 0) delete document.body.dataset.drag;
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    depth = 0;
    delete document.body.dataset.drag;
    measureFiles([...event.dataTransfer.files]);
  });
}

listSamples();
listen();
base.then((url) => (byId("api-link").href = new URL("docs", url)));
