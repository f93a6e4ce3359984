// What dragging and the arrow keys do, by tool. A drag's points are the stage's, in CSS pixels.

// Dragging this far changes the window by its own width.
const PX_PER_WINDOW = 300;
const WINDOW_KEY_SHARE = 0.02;
const PAN_KEY_PX = 24;
const FASTER = 10;
const REACH_PX = 12;
const COARSE_REACH_PX = 24;
const LEAST_RULER_PX = 3;

const windowing = {
  move: (state, { dx, dy }) => state.changeWindow(dx / PX_PER_WINDOW, dy / PX_PER_WINDOW),
  arrow(state, { x, y, fast }) {
    const share = WINDOW_KEY_SHARE * (fast ? 5 : 1);
    state.changeWindow(x * share, y * share);
    return "window";
  },
};

const panning = {
  move: (state, { dx, dy }) => state.panBy(dx, dy),
  arrow(state, { x, y, fast }) {
    const step = PAN_KEY_PX * (fast ? 4 : 1);
    state.panBy(-x * step, -y * step);
  },
};

const ruling = {
  down(state, { point, coarse }) {
    const { rulers } = state;
    const near = rulers.endNear(point, coarse ? COARSE_REACH_PX : REACH_PX, (at) => state.toStage(at));
    if (near) rulers.hold(near.ruler, near.end);
    else rulers.begin(within(state, state.toSlice(point)));
    state.changed();
  },
  move(state, { point }) {
    if (!state.rulers.held) return;
    state.rulers.moveHeld(within(state, state.toSlice(point)));
    state.changed();
  },
  up(state) {
    const { held } = state.rulers;
    if (!held) return;
    const [from, to] = [state.toStage(held.ruler.from), state.toStage(held.ruler.to)];
    if (Math.hypot(to.x - from.x, to.y - from.y) < LEAST_RULER_PX) state.rulers.giveUp();
    else state.rulers.release();
    state.changed();
    return "ruler";
  },
  cancel(state) {
    if (state.rulers.held) state.rulers.giveUp();
    state.changed();
  },
  arrow(state, step) {
    moveCursor(state, step);
    if (state.rulers.held) state.rulers.moveHeld(state.cursor);
    return state.rulers.held ? "ruler" : "cursor";
  },
  /** Set an end at the cursor; the other one then follows it until it is set as well. */
  act(state) {
    const { rulers } = state;
    showCursor(state);
    if (!rulers.held) {
      rulers.begin(state.cursor);
      state.changed();
      return "rulerBegun";
    }
    const { from, to } = rulers.held.ruler;
    if (from.column === to.column && from.row === to.row) rulers.giveUp();
    else rulers.release();
    state.changed();
    return "ruler";
  },
  /** Take up the end that is nearest to the cursor, or set down the one that is held. */
  second(state) {
    const { rulers } = state;
    if (rulers.held) return ruling.act(state);
    showCursor(state);
    const near = rulers.endNear(state.toStage(state.cursor), Infinity, (at) => state.toStage(at));
    if (!near) return "noRuler";
    rulers.hold(near.ruler, near.end);
    state.set({ cursor: { ...near.ruler[near.end] }, cursorByKeys: true });
    return "rulerHeld";
  },
};

const painting = {
  down: (state, { point }) => state.beginStroke(state.toSlice(point)),
  move: (state, { before, point }) => state.stroke(state.toSlice(before), state.toSlice(point)),
  up: (state) => state.endStroke(),
  cancel: (state) => state.cancelStroke(),
  arrow(state, step) {
    const before = state.cursor;
    moveCursor(state, step);
    if (state.painting && before) state.stroke(before, state.cursor);
    return "cursor";
  },
  /** One dab, or the end of a line begun with the other key. */
  act(state) {
    showCursor(state);
    if (!state.painting) state.beginStroke(state.cursor);
    state.endStroke();
    return "dab";
  },
  /** Put the brush down, so that the arrow keys paint, or lift it. */
  second(state) {
    showCursor(state);
    if (state.painting) {
      state.endStroke();
      return "brushUp";
    }
    state.beginStroke(state.cursor);
    return "brushDown";
  },
};

export const TOOLS = {
  window: windowing,
  pan: panning,
  ruler: ruling,
  brush: painting,
  erase: painting,
};

/** Give up whatever has been begun with the tool. */
export function giveUp(state) {
  const busy = state.painting || state.rulers.held !== null;
  if (busy) TOOLS[state.tool].cancel?.(state);
  return busy;
}

/** The cursor of the keys, at the middle of what is seen if it was nowhere. */
function showCursor(state) {
  if (state.cursor && state.cursorByKeys) return;
  const middle = { x: state.stage.width / 2, y: state.stage.height / 2 };
  const { column, row } = within(state, state.cursor ?? state.toSlice(middle));
  // On a pixel's centre, where a value is read and a fine brush paints.
  const cursor = { column: Math.floor(column) + 0.5, row: Math.floor(row) + 0.5 };
  state.set({ cursor: within(state, cursor), cursorByKeys: true });
}

function moveCursor(state, { x, y, fast }) {
  showCursor(state);
  const step = fast ? FASTER : 1;
  const { column, row } = state.cursor;
  state.set({ cursor: within(state, { column: column + x * step, row: row + y * step }) });
  const at = state.toStage(state.cursor);
  const beyond = (value, room) => Math.min(Math.max(value, 0), room) - value;
  const dx = beyond(at.x, state.stage.width);
  const dy = beyond(at.y, state.stage.height);
  if (dx || dy) state.panBy(dx, dy);
}

/** A place held within the slice. */
function within({ picture }, { column, row }) {
  return {
    column: Math.min(Math.max(column, 0), picture.width),
    row: Math.min(Math.max(row, 0), picture.height),
  };
}
