// What belongs to the chosen tool, above the image: side and size of the brush, undo, the ruler.

import { h } from "../dom.js";
import { LEFT, RIGHT } from "./outlines.js";
import { lengthOf } from "./measuring.js";
import { BRUSH_DIAMETERS } from "./state.js";
import { commandButton } from "./toolbar.js";

let count = 0;

/** The bar's element, and `sync`. */
export function createOptions(state, { strings, run }) {
  const sides = sideChoice(state, strings);
  const size = sizeSlider(state, strings);
  const undo = commandButton(state, "undo", { strings, run });
  const redo = commandButton(state, "redo", { strings, run });
  const length = h("output", { className: "vw-length" });
  const remove = commandButton(state, "remove", { strings, run });
  const element = h(
    "div",
    { className: "vw-options", role: "group", hidden: true },
    ...[sides, undo, redo, size].map((part) => part.element),
    length,
    remove.element,
  );

  const sync = () => {
    const { tool, rulers, picture } = state;
    const title = strings.options[tool];
    element.hidden = !picture || !title;
    if (element.hidden) return;
    element.ariaLabel = title;
    const ruling = tool === "ruler";
    sides.element.hidden = tool !== "brush";
    for (const part of [size, undo, redo]) part.element.hidden = ruling;
    for (const part of [length, remove.element]) part.hidden = !ruling;
    for (const part of [sides, undo, redo, size, remove]) part.sync();
    length.value = rulers.active
      ? strings.length(lengthOf(rulers.active, picture.spacingMm))
      : strings.noRuler;
  };
  return { element, sync };
}

function sideChoice(state, strings) {
  const name = `vw-side-${++count}`;
  const choices = [RIGHT, LEFT].map((label) => {
    const input = h("input", { type: "radio", name, value: String(label) });
    input.addEventListener("change", () => state.setBrush({ label }));
    const swatch = h("span", { className: `vw-swatch vw-swatch-${label}` });
    const element = h("label", { className: "vw-side" }, input, swatch, strings.sides[label]);
    return { label, input, element };
  });
  const element = h(
    "div",
    { className: "vw-sides", role: "radiogroup", ariaLabel: strings.side },
    ...choices.map((choice) => choice.element),
  );
  const sync = () => {
    for (const { label, input } of choices) input.checked = state.brush.label === label;
  };
  return { element, sync };
}

function sizeSlider(state, strings) {
  const { least, most } = BRUSH_DIAMETERS;
  return slider({
    label: strings.size,
    range: { min: least, max: most, step: 1 },
    read: () => state.brush.diameter,
    write: (diameter) => state.setBrush({ diameter }),
    words: strings.pixels,
  });
}

/** A slider with its name and value below it, and `sync`. */
export function slider({ label, range, read, write, words, enabled = () => true }) {
  const input = h("input", { type: "range", ariaLabel: label, ...range });
  const value = h("span", { className: "vw-value" });
  const caption = h("span", { className: "vw-caption", ariaHidden: "true" }, label, " ", value);
  input.addEventListener("input", () => write(Number(input.value)));
  const element = h("div", { className: "vw-slider" }, input, caption);
  const sync = () => {
    input.disabled = !enabled();
    input.value = String(read());
    value.textContent = words(read());
    input.ariaValueText = value.textContent;
  };
  return { element, sync };
}
