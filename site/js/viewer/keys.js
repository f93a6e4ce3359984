// The keyboard: single keys work while something in the viewer has focus, the arrows and the keys
// that act at the cursor only on the image itself.

import { commandFor } from "./commands.js";
import { giveUp, TOOLS } from "./tools.js";

const ARROWS = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
};

/** Listens on the viewer until the signal ends it; `run` carries a command out. */
export function listenToKeys(state, { root, canvas, signal, run, onDone, announceTool }) {
  const hold = (comparing) => {
    if (state.comparing !== comparing) state.set({ comparing });
  };

  const onImage = (event) => {
    if (!state.picture || event.ctrlKey || event.metaKey || event.altKey) return false;
    const tool = TOOLS[state.tool];
    const arrow = ARROWS[event.key];
    let done;
    if (arrow) done = tool.arrow(state, { ...arrow, fast: event.shiftKey });
    else if (event.key === " ") done = event.repeat ? null : tool.act?.(state);
    else if (event.key === "Enter") done = event.repeat ? null : tool.second?.(state);
    else return false;
    if (done) onDone(done);
    return true;
  };

  const escape = () => {
    if (giveUp(state)) return true;
    if (state.tool === "window") return false;
    state.setTool("window");
    announceTool();
    return true;
  };

  const down = (event) => {
    if (event.target.closest("dialog")) return;
    const found = commandFor(event);
    let used = true;
    if (event.target === canvas && onImage(event)) used = true;
    else if (event.key === "Escape") used = escape();
    else if (!found) used = false;
    else if (found.held && found.enabled(state)) hold(true);
    else if (found.enabled(state)) run(found);
    else used = event.target === canvas;
    if (!used) return;
    event.preventDefault();
    event.stopPropagation();
  };

  const up = (event) => {
    if (commandFor(event)?.held) hold(false);
  };

  root.addEventListener("keydown", down, { signal });
  root.addEventListener("keyup", up, { signal });
  // A key let go elsewhere is not heard of here.
  root.addEventListener("focusout", () => hold(false), { signal });
  addEventListener("blur", () => hold(false), { signal });
}
