// The report text: asked for by the reader, with its source named.

import { announce } from "./announce.js";
import { report } from "./api.js";
import { isAbort, known } from "./api_errors.js";
import { errorWords } from "./error_view.js";
import { h } from "./dom.js";
import { shownAnswer } from "./slices.js";
import { LABELS, MESSAGES, REPORT } from "./strings.js";

const PARTS = ["summary", "risk", "recommendation"];

/** The section; it fills itself anew whenever the report of the item changes. */
export function reportSection(item) {
  const body = h("div", { className: "report-body" });
  const section = h(
    "section",
    { className: "report", "aria-labelledby": "report-title" },
    h("h3", { id: "report-title" }, REPORT.title),
    body,
  );
  const draw = () => body.replaceChildren(...content(item, draw).filter(Boolean));
  draw();
  return section;
}

function content(item, draw) {
  const inputs = shownAnswer(item).report_input;
  if (inputs.length === 0) return [h("p", { className: "aside" }, REPORT.nothing)];
  const { reports, error, writing, of } = item.report ?? {};
  const stale = reports && of !== shownAnswer(item);
  const ask = h(
    "button",
    { type: "button", id: "write-report", className: "button", disabled: Boolean(writing) },
    reports ? REPORT.again : REPORT.write,
  );
  ask.addEventListener("click", () => write(item, draw));
  if (error?.code === "report_disabled") return [h("p", { className: "notice" }, REPORT.disabled)];
  return [
    error && h("p", { className: "problem" }, errorWords(error).title, " ", errorWords(error).help),
    writing && h("p", { className: "aside" }, `${MESSAGES.writing} \u2026`),
    reports && stale && h("p", { className: "problem" }, REPORT.stale),
    ...(reports ?? []).map((text) => sideReport(text)),
    reports?.[0]?.disclaimer && h("p", { className: "aside" }, reports[0].disclaimer),
    ask,
  ];
}

/** One side's text. */
export function sideReport(text) {
  return h(
    "article",
    { className: "side-report" },
    h("h4", {}, LABELS.side[text.side] ?? text.side),
    PARTS.map((part) => h("p", {}, h("strong", {}, `${REPORT[part]}. `), text[part])),
    h("p", { className: "aside source" }, sourceOf(text)),
  );
}

const sourceOf = ({ source, model }) =>
  [REPORT.source[source] ?? source, model && source === "model" ? `(${REPORT.model(model.name, model.version)})` : ""]
    .filter(Boolean)
    .join(" ");

async function write(item, draw) {
  const answer = shownAnswer(item);
  item.report = { ...item.report, writing: true, error: null };
  draw();
  announce(MESSAGES.writing);
  try {
    const { reports } = await report(answer.report_input);
    item.report = { reports, of: answer };
    announce(MESSAGES.written);
  } catch (error) {
    if (isAbort(error)) return;
    const named = known(error);
    item.report = { ...item.report, writing: false, error: named };
    announce(errorWords(named).title);
  }
  draw();
  document.getElementById("write-report")?.focus({ preventScroll: true });
}
