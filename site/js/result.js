// The numbers, the notes on them, and the downloads.

import { byId, h } from "./dom.js";
import { ERRORS, FLAGS, LABELS, MESSAGES, UNKNOWN_ERROR, UNKNOWN_FLAG } from "./strings.js";

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0, useGrouping: false });
const one = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat("en-GB", { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const NO_SPACING = "no_spacing";

let downloadUrls = [];

/** Fill the result; `files` holds the blobs to download. */
export function showResult(answer, { name, overlay, mask }) {
  release();
  byId("error").hidden = true;
  const result = byId("result");
  const { trusted } = answer.quality;
  const notes = verdict(answer.quality);
  result.replaceChildren(
    h(
      "div",
      { className: "result-head" },
      h("h2", { id: "result-title" }, LABELS.title),
      h("p", { className: "filename" }, name),
    ),
    // A warning comes before the numbers it is about; a remark may follow them.
    ...(trusted ? [] : notes),
    h("div", { className: "sides" }, side("right", answer), side("left", answer)),
    ...spacingReason(answer),
    ...(trusted ? notes : []),
    facts(answer),
    downloads(name, overlay, mask),
    timings(answer),
  );
  result.classList.toggle("is-untrusted", !trusted);
  result.hidden = false;
}

export function showError(error) {
  hideResult();
  const known = ERRORS[error.code];
  const words = known ?? UNKNOWN_ERROR;
  byId("error").replaceChildren(
    h("h2", {}, words.title),
    h("p", {}, known ? words.help : `${words.help} ${error.detail || error.code}`),
    ...(error.requestId
      ? [h("p", { className: "request" }, `${MESSAGES.requestId} ${error.requestId}`)]
      : []),
  );
  byId("error").hidden = false;
  return words.title;
}

export function hideResult() {
  byId("result").hidden = true;
  byId("error").hidden = true;
  release();
}

function side(name, answer) {
  const measured = answer.sides[name];
  const { area_mm2: mm2, area_px: px, mean_probability: probability } = measured;
  const missing = px === 0;
  return h(
    "section",
    { className: `side side-${name}` },
    h("h3", {}, h("span", { className: "swatch" }), LABELS.side[name]),
    missing
      ? h("p", { className: "area area-none" }, LABELS.none)
      : h(
          "p",
          { className: "area" },
          h("span", { className: "figure" }, whole.format(mm2 ?? px)),
          h("span", { className: "unit" }, mm2 === null ? "px" : "mm\u00b2"),
        ),
    ...fat(measured),
    missing || probability === null
      ? null
      : h("p", { className: "aside" }, `${LABELS.meanProbability} ${two.format(probability)}`),
  );
}

/** Fat with its interval, and the grade or, where the interval holds several, all of them. */
function fat({ fat_infiltration_pct: pct, fat_infiltration_ci95: interval, grade }) {
  if (pct === null) return [];
  const reach = interval ? ` (${interval.map((end) => whole.format(end)).join("\u2013")} %)` : "";
  const lines = [h("p", { className: "fat" }, `${LABELS.fat} ${whole.format(pct)} %${reach}`)];
  if (grade) {
    const grades = grade.candidates.join(LABELS.or);
    lines.push(h("p", { className: "grade aside" }, `${LABELS.grade[grade.scale] ?? grade.scale} ${grades}`));
  }
  return lines;
}

function spacingReason(answer) {
  if (answer.pixel_spacing_mm) return [];
  const { title, help } = FLAGS[NO_SPACING];
  return [h("p", { className: "reason" }, `${title}. ${help}`)];
}

function verdict({ trusted, flags }) {
  // What is missing for millimetres is said beside the areas.
  const others = flags.filter((flag) => flag !== NO_SPACING);
  if (trusted && others.length === 0) return [];
  const items = others.map((flag) =>
    h(
      "li",
      {},
      h("strong", {}, FLAGS[flag]?.title ?? flag.replaceAll("_", " ")),
      h("span", {}, (FLAGS[flag] ?? UNKNOWN_FLAG).help),
    ),
  );
  return [
    h(
      "div",
      { className: trusted ? "verdict" : "verdict verdict-untrusted" },
      h("h3", {}, trusted ? LABELS.notes : LABELS.untrusted),
      h("ul", {}, ...items),
    ),
  ];
}

function facts(answer) {
  const [row, column] = answer.pixel_spacing_mm ?? [];
  const list = h("dl", { className: "facts" });
  const add = (term, text) => list.append(h("div", {}, h("dt", {}, term), h("dd", {}, text)));
  if (answer.asymmetry_pct !== null) add(LABELS.asymmetry, `${one.format(answer.asymmetry_pct)} %`);
  if (row) add(LABELS.spacing, `${round3(row)} \u00d7 ${round3(column)} mm`);
  add(LABELS.size, `${answer.width} \u00d7 ${answer.height} px`);
  add(LABELS.model, `${answer.model.name} ${answer.model.version}`);
  return list;
}

function timings(answer) {
  const rows = Object.entries(answer.timings_ms).map(([stage, ms]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, LABELS.stage[stage] ?? stage),
      h("td", {}, `${one.format(ms)} ms`),
    ),
  );
  return h(
    "details",
    { className: "timings" },
    h(
      "summary",
      {},
      h("span", {}, LABELS.time),
      h("span", { className: "number" }, `${one.format(answer.latency_ms)} ms`),
    ),
    h("table", {}, h("tbody", {}, ...rows)),
  );
}

function downloads(name, overlay, mask) {
  const stem = name.replace(/\.[^.]*$/, "") || "slice";
  return h(
    "div",
    { className: "downloads" },
    h("h3", { className: "sr" }, LABELS.downloads),
    download(overlay, `${stem}-overlay.png`, LABELS.downloadOverlay),
    download(mask, `${stem}-mask.png`, LABELS.downloadMask),
    h("p", {}, LABELS.maskNote),
  );
}

function download(blob, filename, label) {
  const href = URL.createObjectURL(blob);
  downloadUrls.push(href);
  return h("a", { className: "button", href, download: filename }, label);
}

function release() {
  downloadUrls.forEach((url) => URL.revokeObjectURL(url));
  downloadUrls = [];
}

const round3 = (value) => Number(value.toFixed(3));
