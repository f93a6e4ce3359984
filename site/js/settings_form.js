// What the file does not say and the reader may: the disc level, and the size of the pixels.

import { h } from "./dom.js";
import { LABELS, LEVELS, MAX_SPACING_MM, MIN_SPACING_MM } from "./strings.js";

/** `onChange(settings)` gets the new settings once they are valid. */
export function settingsForm(item, answer, onChange) {
  const spacingUnknown = answer.pixel_spacing_mm === null || item.settings.spacing !== null;
  return h(
    "section",
    { className: "settings" },
    levelField(item, onChange),
    spacingUnknown && spacingForm(item, onChange),
  );
}

function levelField(item, onChange) {
  const select = h(
    "select",
    { id: "level", "aria-describedby": "level-help" },
    h("option", { value: "" }, LABELS.levelUnknown),
    LEVELS.map((level) => h("option", { value: level }, level)),
  );
  select.value = item.settings.level;
  select.addEventListener("change", () => onChange({ ...item.settings, level: select.value }));
  return h(
    "div",
    { className: "field" },
    h("label", { htmlFor: "level" }, LABELS.level),
    select,
    h("p", { id: "level-help", className: "aside" }, LABELS.levelHelp),
  );
}

function spacingForm(item, onChange) {
  const [row, column] = item.settings.spacing ?? ["", ""];
  const fields = [number("spacing-row", LABELS.spacingRow, row), number("spacing-column", LABELS.spacingColumn, column)];
  const inputs = fields.map((field) => field.querySelector("input"));
  const problem = h("p", { id: "spacing-problem", className: "problem", role: "alert" });
  const form = h(
    "form",
    { className: "spacing", noValidate: true },
    h("p", { className: "legend", id: "spacing-title" }, LABELS.spacing),
    h("p", { className: "aside" }, LABELS.spacingHelp),
    h("div", { className: "pair" }, fields),
    problem,
    h("button", { type: "submit", id: "spacing-apply", className: "button" }, LABELS.apply),
  );
  form.setAttribute("aria-labelledby", "spacing-title");
  // Most pixels are square: one number will do.
  inputs[0].addEventListener("change", () => (inputs[1].value ||= inputs[0].value));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const spacing = inputs.map((input) => Number(input.value.replace(",", ".")));
    const wrong = spacing.findIndex((mm) => !(mm >= MIN_SPACING_MM && mm <= MAX_SPACING_MM));
    inputs.forEach((input, index) => input.setAttribute("aria-invalid", String(index === wrong)));
    problem.textContent = wrong === -1 ? "" : LABELS.spacingInvalid;
    if (wrong === -1) onChange({ ...item.settings, spacing });
    else inputs[wrong].focus();
  });
  return form;
}

const number = (id, label, value) =>
  h(
    "label",
    { htmlFor: id },
    label,
    h("input", { id, type: "text", inputMode: "decimal", autocomplete: "off", value: String(value), "aria-describedby": "spacing-problem" }),
  );
