// Where both sides stand against published values: a row for each, on one scale for each measure.

import { h } from "./dom.js";
import { decimal } from "./numbers.js";
import { LABELS, NORMS } from "./strings.js";

const SIDES = ["right", "left"];
const SCALES = {
  fat_infiltration_pct: { least: 60, step: 20 },
  area_mm2: { least: 1500, step: 500 },
};

/** The chart, its words for those who do not see it, and the sources; null without norms. */
export function normsChart(norms) {
  if (norms.length === 0) return null;
  return h(
    "section",
    { className: "norms", "aria-labelledby": "norms-title" },
    h("h3", { id: "norms-title" }, NORMS.title),
    ...charts(norms),
    h("details", {}, h("summary", {}, NORMS.asTable), table(norms)),
  );
}

/** The same for paper: the chart alone. */
export const printedNorms = (norms) =>
  norms.length === 0 ? [] : [h("section", { className: "norms" }, h("h3", {}, NORMS.title), ...charts(norms))];

function charts(norms) {
  const measures = [...new Set(norms.map((norm) => norm.measure))];
  return [
    ...measures.map((measure) => group(measure, norms.filter((norm) => norm.measure === measure))),
    h("p", { className: "aside" }, `${NORMS.caption} ${NORMS.legendBand}`),
  ];
}

function group(measure, norms) {
  const unit = NORMS.unit[measure] ?? "";
  const { top, step } = scaleOf(measure, norms);
  const at = (value) => (100 * Math.min(Math.max(value, 0), top)) / top;
  return h(
    "figure",
    {},
    h("figcaption", {}, `${NORMS.measure[measure] ?? measure} (${unit})`),
    h(
      "ul",
      {},
      norms.map((norm) =>
        h(
          "li",
          {},
          h("span", { className: "sr-only" }, sentence(norm, unit)),
          h(
            "span",
            { className: "population", "aria-hidden": "true" },
            norm.population,
            norm.same_region ? null : h("em", {}, NORMS.otherRegion),
          ),
          track(norm, at),
        ),
      ),
    ),
    axis(top, step, at),
  );
}

function track(norm, at) {
  const bands =
    norm.mean === null
      ? [placed("range", at(norm.range[0]), at(norm.range[1]))]
      : [
          placed("band wide", at(norm.mean - 2 * norm.sd), at(norm.mean + 2 * norm.sd)),
          placed("band", at(norm.mean - norm.sd), at(norm.mean + norm.sd)),
          placed("mean", at(norm.mean), at(norm.mean)),
        ];
  const marks = SIDES.filter((side) => norm.sides[side]).map((side) => {
    const place = at(norm.sides[side].value);
    return placed(`marker ${side}`, place, place, LABELS.sideLetter[side]);
  });
  return h("span", { className: "track", "aria-hidden": "true" }, ...bands, ...marks);
}

function axis(top, step, at) {
  const ticks = Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step);
  return h(
    "div",
    { className: "axis", "aria-hidden": "true" },
    ticks.map((tick) => placed("tick", at(tick), at(tick), decimal(tick))),
  );
}

/** By the object model, which the content security policy lets pass; style attributes it does not. */
function placed(className, from, to, text = "") {
  const element = h("span", { className }, text);
  element.style.setProperty("left", `${from}%`);
  if (to > from) element.style.setProperty("width", `${to - from}%`);
  return element;
}

function scaleOf(measure, norms) {
  const { least, step } = SCALES[measure] ?? { least: 100, step: 50 };
  const values = norms.flatMap((norm) => [
    ...SIDES.map((side) => norm.sides[side]?.value ?? 0),
    norm.mean === null ? norm.range[1] : norm.mean + norm.sd,
  ]);
  const top = Math.max(least, Math.ceil(Math.max(...values) / step) * step);
  return { top, step };
}

const published = (norm) =>
  norm.mean === null
    ? NORMS.range(...norm.range.map((end) => decimal(end)))
    : NORMS.meanSd(decimal(norm.mean, 1), decimal(norm.sd, 1));

/** How far a side is from the published value, in words. */
function standing(norm, side) {
  const { z_score: z, position } = norm.sides[side];
  if (position !== null) return NORMS.position[position];
  return NORMS.zScore(`${z < 0 ? "\u2212" : "+"}${decimal(Math.abs(z), 1)}`);
}

function sentence(norm, unit) {
  const standings = SIDES.filter((side) => norm.sides[side]).map(
    (side) =>
      `${NORMS.standing(LABELS.side[side], decimal(norm.sides[side].value), unit)} (${standing(norm, side)})`,
  );
  return NORMS.sentence(norm.population, published(norm), unit, standings);
}

function table(norms) {
  const sides = SIDES.filter((side) => norms.some((norm) => norm.sides[side]));
  return h(
    "div",
    { className: "scrolls", tabIndex: 0, role: "region", "aria-label": NORMS.asTable },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          [NORMS.population, NORMS.published, ...sides.map((side) => LABELS.side[side]), NORMS.region, NORMS.source].map(
            (text) => h("th", { scope: "col" }, text),
          ),
        ),
      ),
      h(
        "tbody",
        {},
        norms.map((norm) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, norm.population),
            h("td", {}, `${NORMS.measure[norm.measure]} ${published(norm)} ${NORMS.unit[norm.measure]}`),
            sides.map((side) => h("td", {}, norm.sides[side] ? standing(norm, side) : LABELS.unknown)),
            h("td", {}, `${norm.region}; ${norm.method}. ${norm.note}`),
            h("td", {}, norm.source),
          ),
        ),
      ),
    ),
  );
}
