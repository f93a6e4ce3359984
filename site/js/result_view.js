// The result of one slice: whether to trust it, the numbers, what they mean, what can be done with it.

import { againButton, errorBox, errorWords } from "./error_view.js";
import { h } from "./dom.js";
import { normsChart } from "./norms_chart.js";
import { decimal, spacing } from "./numbers.js";
import { privacyNote } from "./privacy_view.js";
import { reportSection } from "./report_view.js";
import { settingsForm } from "./settings_form.js";
import { asymmetryLine, gradeNote, sidesTable } from "./sides_table.js";
import { shownAnswer } from "./slices.js";
import { LABELS, MESSAGES } from "./strings.js";
import { takeAlong } from "./take_along.js";
import { verdict } from "./verdict.js";

/** `actions`: onSettings(settings), onDiscard(), onMeasure(), onAgain(). */
export function resultView(item, slices, actions) {
  const answer = shownAnswer(item);
  const pending = Boolean(item.correction?.pending);
  return [
    h("h2", { id: "panel-title", tabIndex: -1 }, LABELS.title),
    h("p", { className: "filename" }, item.name),
    item.error && errorBox(item.error, { onAgain: actions.onAgain }),
    h(
      "div",
      { className: answer.quality.trusted ? "numbers" : "numbers is-doubtful" },
      verdict(answer),
      item.correction && correctionNote(item.correction, actions),
      sidesTable(answer, { pending }),
      asymmetryLine(answer),
      gradeNote(answer),
    ),
    settingsForm(item, answer, actions.onSettings),
    normsChart(answer.norms),
    reportSection(item),
    takeAlong(item, slices),
    privacyNote(item),
    details(item, answer),
  ];
}

function correctionNote({ pending, error }, { onDiscard, onMeasure }) {
  const discard = h("button", { type: "button", id: "discard", className: "button" }, LABELS.discard);
  discard.addEventListener("click", onDiscard);
  return h(
    "section",
    { className: "correction" },
    h("h3", {}, LABELS.corrected),
    error && h("p", { className: "problem" }, MESSAGES.notRecomputed(errorWords(error).title)),
    h("p", { className: "aside" }, pending ? `${MESSAGES.recomputing} \u2026` : LABELS.correctedNote),
    h("div", { className: "actions" }, discard, error && againButton(onMeasure)),
  );
}

function details(item, answer) {
  const facts = [
    answer.pixel_spacing_mm && [LABELS.spacing, spacing(answer.pixel_spacing_mm)],
    [LABELS.size, `${answer.width} \u00d7 ${answer.height} px`],
    answer.model && [LABELS.model, `${answer.model.name} ${answer.model.version}`],
    [LABELS.request, answer.request_id],
  ].filter(Boolean);
  const stages = Object.entries(answer.timings_ms).map(([stage, ms]) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, LABELS.stage[stage] ?? stage),
      h("td", {}, `${decimal(ms, 1)} ms`),
    ),
  );
  const total = h("tr", { className: "total" }, h("th", { scope: "row" }, LABELS.total), h("td", {}, `${decimal(answer.latency_ms, 1)} ms`));
  return h(
    "section",
    { className: "details" },
    h("h3", {}, LABELS.details),
    h("dl", { className: "facts" }, facts.map(([term, text]) => h("div", {}, h("dt", {}, term), h("dd", {}, text)))),
    h(
      "details",
      { className: "timings" },
      h("summary", {}, LABELS.time, h("span", { className: "number" }, `${decimal(answer.latency_ms, 0)} ms`)),
      h("table", {}, h("caption", { className: "sr-only" }, LABELS.time), h("tbody", {}, stages, total)),
    ),
  );
}
