// The buttons below the image: one tab stop, and the arrow keys move between them.

import { h } from "../dom.js";
import { command, keyLabel } from "./commands.js";
import { icon } from "./icons.js";

const GROUPS = {
  tool: ["window", "pan", "ruler", "brush", "erase"],
  view: ["zoomOut", "zoomIn", "fit", "actual", "invert", "reset"],
  overlay: ["outline", "compare"],
  help: ["keys"],
};
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };

/** The toolbar's element, and `sync` that brings it up to date with the state. */
export function createToolbar(state, { strings, run }) {
  const buttons = [];
  const groups = Object.entries(GROUPS).map(([name, ids]) => {
    const members = ids.map((id) => commandButton(state, id, { strings, run }));
    buttons.push(...members);
    const elements = members.map(({ element }) => element);
    const label = strings.groups[name];
    return h("div", { className: "vw-group", role: "group", ariaLabel: label }, ...elements);
  });
  const element = h(
    "div",
    { className: "vw-toolbar", role: "toolbar", ariaLabel: strings.toolbar },
    ...groups,
  );
  rove(element, buttons.map((button) => button.element));
  return { element, sync: () => buttons.forEach((button) => button.sync()) };
}

/** A button for a command, and `sync`. */
export function commandButton(state, id, { strings, run }) {
  const found = command(id);
  const { label, help } = strings.commands[id];
  const element = h(
    "button",
    {
      type: "button",
      className: "vw-button",
      title: `${help} (${keyLabel(found.key)})`,
      ariaKeyShortcuts: found.key,
    },
    icon(id),
    h("span", {}, label),
  );
  element.dataset.command = id;
  const act = () => {
    if (found.enabled(state)) run(found);
  };
  if (found.held) holdable(element, state, found, act);
  else element.addEventListener("click", act);
  const sync = () => {
    // Kept reachable while it can do nothing, so that the focus is not lost and it can be found.
    element.ariaDisabled = String(!found.enabled(state));
    if (found.pressed) element.ariaPressed = String(found.pressed(state));
  };
  return { element, sync };
}

/** Acts while it is held down; a click without a pointer or key, from assistive software, switches. */
function holdable(element, state, found, toggle) {
  const hold = (comparing) => {
    if (found.enabled(state) || !comparing) state.set({ comparing });
  };
  const keys = [" ", "Enter"];
  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    element.setPointerCapture(event.pointerId);
    hold(true);
  });
  for (const type of ["pointerup", "pointercancel", "lostpointercapture", "blur"]) {
    element.addEventListener(type, () => hold(false));
  }
  for (const type of ["keydown", "keyup"]) {
    element.addEventListener(type, (event) => {
      if (!keys.includes(event.key)) return;
      event.preventDefault();
      if (!event.repeat) hold(type === "keydown");
    });
  }
  element.addEventListener("click", (event) => {
    if (event.detail === 0) toggle();
  });
  element.addEventListener("contextmenu", (event) => event.preventDefault());
}

function rove(toolbar, buttons) {
  const only = (target) => {
    for (const button of buttons) button.tabIndex = button === target ? 0 : -1;
  };
  only(buttons[0]);
  toolbar.addEventListener("focusin", (event) => {
    if (buttons.includes(event.target)) only(event.target);
  });
  toolbar.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const ends = { Home: 0, End: buttons.length - 1 };
    const next = ends[event.key] ?? at + (STEPS[event.key] ?? NaN);
    if (at === -1 || Number.isNaN(next)) return;
    event.preventDefault();
    buttons[(next + buttons.length) % buttons.length].focus();
  });
}
