// What can be kept of a result: pictures, numbers, DICOM objects, a printed page.

import { announce } from "./announce.js";
import { measure, segment } from "./api.js";
import { ApiError, known } from "./api_errors.js";
import { bytesOfBase64 } from "./binary.js";
import { toCsv } from "./csv.js";
import { errorWords } from "./error_view.js";
import { h } from "./dom.js";
import { encodeMask } from "./mask.js";
import { dicomModule } from "./reading.js";
import { shownAnswer } from "./slices.js";
import { MESSAGES, TAKE } from "./strings.js";

/** The section of an item; `slices` for the table of all. */
export function takeAlong(item, slices) {
  const problem = h("p", { className: "problem", id: "take-problem" });
  const offer = (id, text, make) => {
    const button = h("button", { type: "button", id, className: "button" }, text);
    button.addEventListener("click", async () => {
      problem.textContent = "";
      button.disabled = true;
      announce(MESSAGES.making(text));
      try {
        await make();
        announce(MESSAGES.saved(text));
      } catch (error) {
        problem.textContent = MESSAGES.notSaved(text, errorWords(known(error)).title);
        announce(problem.textContent);
      }
      button.disabled = false;
      button.focus({ preventScroll: true });
    });
    return button;
  };
  const stem = item.name.replace(/\.[^.]*$/, "") || "slice";
  const isDicom = item.kind === "dicom";
  const print = h("button", { type: "button", id: "print-page", className: "button primary" }, TAKE.print);
  print.addEventListener("click", () => window.print());
  return h(
    "section",
    { className: "take", "aria-labelledby": "take-title" },
    h("h3", { id: "take-title" }, TAKE.title),
    h(
      "div",
      { className: "offers" },
      print,
      offer("take-overlay", TAKE.overlay, () => save(overlayOf(item), `${stem}-overlay.png`)),
      offer("take-mask", TAKE.mask, async () => save(await maskOf(item), `${stem}-mask.png`)),
      offer("take-json", TAKE.json, async () => save(await jsonOf(item), `${stem}.json`)),
      offer("take-csv", TAKE.csv, () => save(csvOf(slices), "multifidus.csv")),
      isDicom && offer("take-seg", TAKE.seg, async () => save(await dicomObject(item, "dicom_seg"), `${stem}-seg.dcm`)),
      isDicom && offer("take-sr", TAKE.sr, async () => save(await dicomObject(item, "dicom_sr"), `${stem}-sr.dcm`)),
    ),
    problem,
    h("p", { className: "aside" }, TAKE.maskNote, " ", isDicom ? TAKE.identity : TAKE.dicomOnly),
  );
}

const overlayOf = (item) => item.correction?.overlay ?? item.overlay;
const maskOf = (item) => (item.correction ? encodeMask(item.correction.mask) : item.maskPng);

async function jsonOf(item) {
  const bytes = new Uint8Array(await (await maskOf(item)).arrayBuffer());
  const mask = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  const outline = item.correction ? "corrected" : "model";
  // The name stays on this device, where this file does too.
  const document = { ...shownAnswer(item), filename: item.name, outline, mask_base64: mask };
  return new Blob([JSON.stringify(document, null, 2)], { type: "application/json" });
}

function csvOf(slices) {
  const measured = slices.items
    .filter((item) => item.answer)
    .map((item) => ({ name: item.name, answer: shownAnswer(item), corrected: Boolean(item.correction) }));
  return new Blob([toCsv(measured)], { type: "text/csv;charset=utf-8" });
}

/** Made by the service of the cleaned file; whom it is about is put back here. */
async function dicomObject(item, part) {
  const answer = item.correction
    ? await measure(item.upload, await maskOf(item), item.settings, { include: part })
    : await segment(item.upload, item.settings, { include: part });
  const made = answer[`${part}_base64`];
  if (!made) throw new ApiError("unexpected_answer");
  const original = new Uint8Array(await item.file.arrayBuffer());
  const bytes = (await dicomModule()).restoreIdentity(bytesOfBase64(made), original);
  return new Blob([bytes], { type: "application/dicom" });
}

function save(blob, name) {
  const href = URL.createObjectURL(blob);
  h("a", { href, download: name }).click();
  // The download has its own hold on the blob by then.
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}
