// The image stage: shows a slice and its mask, lets a reader look, measure and correct.
//
// A picture is {width, height, values, window: {center, width}, spacingMm: [row, column] | null,
// rightSide: "start" | "end" | null, valueUnit}; a mask is {width, height, data}, a Uint8Array of 0
// for background, 1 for the patient's right and 2 for the left.

import { h } from "../dom.js";
import { Announcer } from "./announcer.js";
import { command } from "./commands.js";
import { listenToPointers } from "./gestures.js";
import { createHelp } from "./help.js";
import { listenToKeys } from "./keys.js";
import { lengthOf } from "./measuring.js";
import { createOptions, slider } from "./options.js";
import { decoded, prepared } from "./picture.js";
import { createReadout, placeUnder } from "./readout.js";
import { Stage } from "./stage.js";
import { ViewerState } from "./state.js";
import { createToolbar } from "./toolbar.js";

/**
 * Fill `container`, whose size the page sets, with a viewer.
 *
 * `onEdit(mask, {final})` is called while a stroke changes the mask, once a frame at most, and with
 * `final` once it is done or taken back. `onPointer(place | null)` is told what is under the pointer:
 * {column, row, value, xMm, yMm, valueUnit}.
 */
export function createViewer(container, { strings, onEdit, onPointer }) {
  const end = new AbortController();
  const { signal } = end;
  let edited = null;
  let stage = null;
  const state = new ViewerState({
    onChange: () => stage?.request(),
    onEdit(how) {
      if (how.final) tellEdit(how);
      edited = how.final ? null : how;
    },
  });
  const tellEdit = (how) => onEdit?.(copyOf(state.mask), how);

  const canvas = h("canvas", { className: "vw-canvas", tabIndex: 0, role: "application" });
  const region = h("p", { className: "vw-hidden", role: "status" });
  const announcer = new Announcer(region);
  const help = createHelp(strings);

  const announce = (what) => {
    const words = strings.announce[what]?.(factsOf(state, strings));
    if (words) announcer.say(words);
  };
  const run = (found) => {
    if (found.help) return help.showModal();
    found.run(state);
    announce(found.tool ? "tool" : found.says);
  };
  const toolbar = createToolbar(state, { strings, run });
  const options = createOptions(state, { strings, run });
  const readout = createReadout(state, { strings, onPointer });
  const fill = slider({
    label: strings.fill,
    range: { min: 0, max: 100, step: 5 },
    read: () => Math.round(state.fillOpacity * 100),
    write: (pct) => state.set({ fillOpacity: pct / 100 }),
    words: (pct) => strings.percent(pct / 100),
    enabled: () => state.mask !== null,
  });
  const root = h(
    "div",
    { className: "vw", role: "group", ariaLabel: strings.image },
    h("div", { className: "vw-stage" }, canvas, options.element),
    readout.element,
    h("div", { className: "vw-bar" }, toolbar.element, fill.element),
    region,
    help,
  );
  container.append(root);

  const sync = () => {
    root.dataset.tool = state.tool;
    root.toggleAttribute("data-empty", state.picture === null);
    canvas.ariaLabel = state.picture
      ? strings.describe({ ...state.picture, ...factsOf(state, strings) })
      : strings.empty;
    for (const part of [toolbar, options, readout, fill]) part.sync();
    if (edited) tellEdit(edited);
    edited = null;
  };
  stage = new Stage(state, canvas, { strings, onFrame: sync });
  listenToPointers(state, canvas, { signal, onDone: announce });
  const announceTool = () => announce("tool");
  listenToKeys(state, { root, canvas, signal, run, onDone: announce, announceTool });
  sync();

  let decoding = 0;
  const show = (picture) => {
    decoding++;
    state.setPicture(picture);
  };

  return {
    /** Show a decoded slice, fitted, with its own window; the mask before it goes. */
    setPicture: (picture) => show(prepared(picture)),

    /** Show a PNG or JPEG; gives way to whatever is shown meanwhile. */
    async setPng(blob, about) {
      const turn = ++decoding;
      const picture = await decoded(blob, about);
      if (turn === decoding) show(picture);
    },

    /** The pixels' size in mm as [row, column], where it becomes known later; or null. */
    setSpacing(spacingMm) {
      if (state.picture) state.setSpacing(spacingMm);
    },

    /** Lay a mask of the picture's size over it, or take it away with null. */
    setMask(mask) {
      const { width, height } = state.picture ?? mask ?? {};
      const fits = !mask || (mask.width === width && mask.height === height);
      if (!fits || (mask && mask.data.length !== width * height)) {
        throw new RangeError("a mask needs the picture's size");
      }
      state.setMask(mask);
    },

    /** The mask as corrected so far, or null. */
    getMask: () => state.mask && copyOf(state.mask),

    /** Where the patient's right is in the picture, and whether that is a mere convention. */
    setSides: (rightSide, { assumed = false } = {}) =>
      state.set({ rightSide, sidesAssumed: assumed }),

    clear() {
      decoding++;
      state.clear();
    },

    /** Choose a tool or act, by the names in commands.js. */
    command(id) {
      const found = command(id);
      if (found.enabled(state)) run(found);
    },

    getState: () => snapshot(state),
    focus: () => canvas.focus(),

    /** What is seen, at the slice's own size, as a PNG; null without a picture. */
    exportPng: async () => (state.picture ? stage.exportPng() : null),

    destroy() {
      decoding++;
      end.abort();
      announcer.stop();
      stage.destroy();
      root.remove();
    },
  };
}

const copyOf = ({ width, height, data }) => ({ width, height, data: data.slice() });

/** What the words for announcements are made of. */
function factsOf(state, strings) {
  const { rulers, picture } = state;
  return {
    tool: strings.commands[state.tool].help,
    zoomPct: state.zoomPct,
    window: state.window,
    inverted: state.inverted,
    outlined: state.outlined,
    comparing: state.comparing,
    brush: state.brush,
    rightSide: state.rightSide,
    sidesAssumed: state.sidesAssumed,
    place: placeUnder(state),
    length: rulers.active && lengthOf(rulers.active, picture.spacingMm),
  };
}

function snapshot(state) {
  const { tool, zoomPct, window, inverted, fillOpacity, outlined, comparing, rulers, picture } = state;
  return {
    ...{ tool, zoomPct, inverted, fillOpacity, outlined, comparing },
    window: { ...window },
    view: { ...state.view },
    proportion: state.proportion,
    picture: picture && { width: picture.width, height: picture.height },
    brush: { ...state.brush },
    rulers: rulers.all.map((ruler) => lengthOf(ruler, picture?.spacingMm ?? null)),
    canUndo: state.canUndo,
    canRedo: state.canRedo,
  };
}
