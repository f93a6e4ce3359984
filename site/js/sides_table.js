// Both sides' numbers as a table.

import { h } from "./dom.js";
import { decimal, interval, percent } from "./numbers.js";
import { LABELS } from "./strings.js";

const SIDES = ["right", "left"];

/** `answer` as the service gave it; `pending` where all but the areas wait to be measured again. */
export function sidesTable(answer, { pending = false } = {}) {
  const cells = (of, className = "") =>
    SIDES.map((side) => {
      const measured = answer.sides[side];
      const empty = measured.area_px === 0;
      return h("td", { className: `${className} ${side}` }, empty ? LABELS.unknown : of(measured, side));
    });
  const row = (label, of, className) =>
    h("tr", {}, h("th", { scope: "row" }, label), ...cells(of, className));
  const inPixels = answer.pixel_spacing_mm === null;
  const lean = SIDES.some((side) => answer.sides[side].functional_csa_mm2 !== null);
  const fat = SIDES.some((side) => answer.sides[side].fat_infiltration_pct !== null);
  const probability = SIDES.some((side) => answer.sides[side].mean_probability !== null);
  const graded = SIDES.map((side) => answer.sides[side].grade).find(Boolean);
  const later = pending ? "pending" : "";
  return h(
    "table",
    { className: "sides" },
    h("caption", { className: "sr-only" }, LABELS.title),
    h("thead", {}, h("tr", {}, h("td"), ...SIDES.map(sideHeading))),
    h(
      "tbody",
      {},
      h("tr", { className: "main" }, h("th", { scope: "row" }, LABELS.area), ...SIDES.map((side) => areaCell(answer, side, inPixels))),
      fat && h("tr", { className: "main" }, h("th", { scope: "row" }, LABELS.fat), ...cells((side) => figure(decimal(side.fat_infiltration_pct), "%"), later)),
      fat && row(LABELS.interval, (side) => interval(side.fat_infiltration_ci95), later),
      graded && row(LABELS.grade[graded.scale] ?? graded.scale, (side) => gradeText(side.grade), later),
      lean && row(LABELS.leanArea, (side) => `${decimal(side.functional_csa_mm2)} mm\u00b2`, later),
      probability && row(LABELS.meanProbability, (side) => decimal(side.mean_probability, 2), later),
    ),
  );
}

/** Put other areas into a table that is shown, while an outline is being drawn. */
export function showAreas(table, areas) {
  for (const side of SIDES) {
    const { mm2, pixels } = areas[side];
    table.querySelector(`.area.${side} .figure`)?.replaceChildren(decimal(mm2 ?? pixels));
  }
}

/** Every grade that the interval holds, where it is not one. */
export function gradeText(grade) {
  if (!grade) return LABELS.unknown;
  return grade.value === null ? grade.candidates.join(LABELS.or) : String(grade.value);
}

/** Name of a side, with the mark of its outline. */
export function sideHeading(side) {
  return h(
    "th",
    { scope: "col", className: side },
    h("span", { className: `swatch ${side}`, "aria-hidden": "true" }, LABELS.sideLetter[side]),
    LABELS.side[side],
  );
}

function areaCell(answer, side, inPixels) {
  const { area_mm2: mm2, area_px: pixels } = answer.sides[side];
  const none = pixels === 0;
  const content = none
    ? h("span", { className: "none" }, LABELS.none)
    : figure(decimal(inPixels ? pixels : mm2), inPixels ? "px" : "mm\u00b2");
  return h("td", { className: `area ${side}` }, content);
}

const figure = (number, unit) => [
  h("span", { className: "figure" }, number),
  h("span", { className: "unit" }, unit === "%" ? "\u00a0%" : `\u00a0${unit}`),
];

/** Why a grade may be two; null where none is. */
export function gradeNote(answer) {
  const straddles = SIDES.some((side) => answer.sides[side].grade?.value === null);
  return straddles ? h("p", { className: "aside" }, LABELS.gradeStraddles) : null;
}

/** What stands below the table: what it says of both sides together. */
export function asymmetryLine(answer) {
  if (answer.asymmetry_pct === null) return null;
  return h(
    "p",
    { className: "asymmetry" },
    h("span", {}, LABELS.asymmetry),
    h("span", { className: "number" }, percent(answer.asymmetry_pct, 1)),
  );
}
