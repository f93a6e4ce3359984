// The report on paper: one page, filled from what is looked at when printing begins.

import { byId, h } from "./dom.js";
import { rightSide } from "./mask.js";
import { decimal, interval, percent, spacing } from "./numbers.js";
import { printedNorms } from "./norms_chart.js";
import { sideReport } from "./report_view.js";
import { gradeText, sideHeading } from "./sides_table.js";
import { shownAnswer } from "./slices.js";
import { FLAGS, LABELS, MESSAGES, PRINT, UNKNOWN_FLAG } from "./strings.js";
import { flagTitle } from "./verdict.js";

const SIDES = ["right", "left"];
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "short" });

/** Fill the printed page whenever printing begins; `selected()` gives the slice. */
export function preparePrint(selected) {
  addEventListener("beforeprint", () => fill(selected()));
}

/** The picture has to be there before the page is printed: it is made with the result. */
export function preparePicture(item) {
  const image = byId("print-image");
  const overlay = item?.correction?.overlay ?? item?.overlay ?? null;
  if (image.of === overlay) return;
  if (image.src) URL.revokeObjectURL(image.src);
  image.of = overlay;
  image.hidden = !overlay;
  if (overlay) image.src = URL.createObjectURL(overlay);
  else image.removeAttribute("src");
}

function fill(item) {
  const answer = item && shownAnswer(item);
  document.body.toggleAttribute("data-printable", Boolean(answer));
  if (!answer) return;
  const [row, column] = answer.pixel_spacing_mm ?? [1, 1];
  byId("print-image").style.setProperty("aspect-ratio", `${answer.width * column} / ${answer.height * row}`);
  const side = rightSide(item.correction?.mask ?? item.mask, answer.orientation);
  const { right, left } = LABELS.sideLetter;
  byId("print-start").textContent = { start: right, end: left }[side] ?? "";
  byId("print-end").textContent = { start: left, end: right }[side] ?? "";
  byId("print-facts").replaceChildren(...facts(item, answer));
  byId("print-verdict").replaceChildren(...verdict(answer));
  byId("print-numbers").replaceChildren(numbers(answer));
  byId("print-norms").replaceChildren(...printedNorms(answer.norms));
  const fresh = item.report?.reports && item.report.of === answer;
  byId("print-report").replaceChildren(...(fresh ? item.report.reports.map(sideReport) : []));
}

function facts(item, answer) {
  const outline = item.correction ? ` (${LABELS.corrected.toLowerCase()})` : "";
  return [
    [PRINT.file, item.name],
    [PRINT.printed, day.format(new Date())],
    answer.level && [PRINT.level, answer.level],
    answer.pixel_spacing_mm && [LABELS.spacing, spacing(answer.pixel_spacing_mm)],
    answer.model && [LABELS.model, `${answer.model.name} ${answer.model.version}${outline}`],
    [LABELS.request, answer.request_id],
  ]
    .filter(Boolean)
    .map(([term, text]) => h("div", {}, h("dt", {}, term), h("dd", {}, text)));
}

function verdict({ quality, orientation }) {
  const title = quality.trusted ? `${LABELS.trusted}. ${LABELS.trustedHelp}` : `${LABELS.untrusted}.`;
  const reasons = quality.flags.map((flag) => `${flagTitle(flag)}. ${(FLAGS[flag] ?? UNKNOWN_FLAG).help}`);
  if (orientation === "image") reasons.push(MESSAGES.assumedSides);
  return [h("p", { className: "judgement" }, title), reasons.length > 0 && h("ul", {}, reasons.map((text) => h("li", {}, text)))].filter(Boolean);
}

function numbers(answer) {
  const known = (of) => SIDES.some((side) => of(answer.sides[side]) !== null);
  const cell = (of) => (side) => (answer.sides[side].area_px === 0 ? LABELS.none : of(answer.sides[side]));
  const row = (label, of) => h("tr", {}, h("th", { scope: "row" }, label), SIDES.map((side) => h("td", {}, cell(of)(side))));
  return h(
    "table",
    {},
    h("thead", {}, h("tr", {}, h("td"), SIDES.map(sideHeading))),
    h(
      "tbody",
      {},
      answer.pixel_spacing_mm
        ? row(`${LABELS.area} (mm\u00b2)`, (side) => decimal(side.area_mm2))
        : row(`${LABELS.area} (px)`, (side) => decimal(side.area_px)),
      known((side) => side.fat_infiltration_pct) && row(LABELS.fat, (side) => `${percent(side.fat_infiltration_pct)} (${interval(side.fat_infiltration_ci95)})`),
      known((side) => side.grade) && row(LABELS.grade.kjaer, (side) => gradeText(side.grade)),
      known((side) => side.functional_csa_mm2) && row(`${LABELS.leanArea} (mm\u00b2)`, (side) => decimal(side.functional_csa_mm2)),
      answer.asymmetry_pct !== null &&
        h("tr", {}, h("th", { scope: "row" }, PRINT.asymmetry), h("td", { colSpan: 2 }, percent(answer.asymmetry_pct, 1))),
    ),
  );
}
