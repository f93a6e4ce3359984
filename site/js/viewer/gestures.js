// Mouse, touch and pen: one pointer drags with the tool, two zoom and move, the wheel zooms.

import { TOOLS } from "./tools.js";

const WHEEL_PX_PER_DOUBLING = 260;
const WHEEL_LINE_PX = 16;
const MIDDLE_BUTTON = 1;
const RIGHT_BUTTON = 2;
const PEN_ERASER = 32;

/** Listens on the canvas until the signal ends it. */
export function listenToPointers(state, canvas, { signal, onDone }) {
  const pointers = new Map();
  let drag = null;

  const pointOf = (event) => {
    const box = canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };

  const endDrag = (how) => {
    const { tool, restore } = drag;
    drag = null;
    const done = tool[how]?.(state);
    if (restore) state.set({ tool: restore });
    if (done) onDone(done);
  };

  const down = (event) => {
    if (!state.picture) return;
    // A hand that rests on the screen while a pen draws.
    if (event.pointerType === "touch" && [...pointers.values()].some(({ pen }) => pen)) return;
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    const point = pointOf(event);
    pointers.set(event.pointerId, { point, pen: event.pointerType === "pen" });
    if (pointers.size > 1) {
      if (drag) endDrag("cancel");
      return;
    }
    state.settle();
    drag = begin(event, point);
    state.set({ cursor: state.toSlice(point), cursorByKeys: false });
    drag.tool.down?.(state, { point, coarse: event.pointerType === "touch" });
    event.preventDefault();
  };

  const begin = (event, point) => {
    const moves = event.button === MIDDLE_BUTTON || event.button === RIGHT_BUTTON;
    if (moves) return { tool: TOOLS.pan, point, restore: null };
    let restore = null;
    if (event.buttons & PEN_ERASER && state.paints()) {
      restore = state.tool;
      state.set({ tool: "erase" });
    }
    return { tool: TOOLS[state.tool], point, restore };
  };

  const move = (event) => {
    if (!state.picture) return;
    const held = pointers.get(event.pointerId);
    const point = pointOf(event);
    if (held && pointers.size === 2) pinch(held, point);
    if (held) held.point = point;
    if (pointers.size < 2) {
      // Moved before the tool acts, which may move the slice itself.
      state.set({ cursor: state.toSlice(point), cursorByKeys: false });
    }
    if (!drag || !held) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    for (const step of steps.length ? steps : [event]) {
      const next = pointOf(step);
      const before = drag.point;
      drag.point = next;
      drag.tool.move?.(state, { before, point: next, dx: next.x - before.x, dy: next.y - before.y });
    }
  };

  const pinch = (held, point) => {
    const other = [...pointers.values()].find((pointer) => pointer !== held).point;
    const apart = (at) => Math.hypot(at.x - other.x, at.y - other.y) || 1;
    const between = (at) => ({ x: (at.x + other.x) / 2, y: (at.y + other.y) / 2 });
    const [before, after] = [between(held.point), between(point)];
    state.panBy(after.x - before.x, after.y - before.y);
    state.zoomBy(apart(point) / apart(held.point), after);
  };

  const up = (event) => {
    if (!pointers.delete(event.pointerId)) return;
    if (drag) endDrag(event.type === "pointerup" ? "up" : "cancel");
    if (event.pointerType === "touch") state.set({ cursor: null });
  };

  const leave = () => {
    if (pointers.size === 0 && !state.cursorByKeys) state.set({ cursor: null });
  };

  const wheel = (event) => {
    if (!state.picture) return;
    event.preventDefault();
    const unit = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? WHEEL_LINE_PX : 1;
    const [dx, dy] = [event.deltaX * unit, event.deltaY * unit];
    // Sideways, or with Shift, it moves; a pinch on a touchpad comes as a wheel with Ctrl.
    if (event.shiftKey || (Math.abs(dx) > Math.abs(dy) && !event.ctrlKey)) {
      state.panBy(-dx, -dy);
    } else {
      const faster = event.ctrlKey ? 4 : 1;
      state.zoomBy(2 ** ((-dy * faster) / WHEEL_PX_PER_DOUBLING), pointOf(event));
    }
    onDone("zoom");
  };

  const on = (type, listener, options = {}) =>
    canvas.addEventListener(type, listener, { ...options, signal });
  on("pointerdown", down);
  on("pointermove", move);
  on("pointerup", up);
  on("pointercancel", up);
  on("pointerleave", leave);
  on("wheel", wheel, { passive: false });
  on("contextmenu", (event) => event.preventDefault());
}
