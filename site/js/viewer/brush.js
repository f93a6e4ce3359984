// Strokes of the brush on a mask, and taking them back. A mask is {width, height, data}: 0 for
// background, 1 for the patient's right, 2 for the left.

const MOST_STROKES = 200;

/** One stroke, from pressing down to letting go. */
export class Stroke {
  /**
   * `label` is what is painted, or null for erasing, which takes away the side that it touches
   * first and spares the other. `diameter` counts pixels of the finer axis; the brush is round in
   * true proportions.
   */
  constructor(mask, { label, diameter, proportion }) {
    this.mask = mask;
    this.before = mask.data.slice();
    this.label = label;
    this.erased = null;
    this.radius = diameter / 2;
    this.proportion = proportion;
    this.box = null;
  }

  /** Paint from one place (column and row) to another; true where a pixel changed. */
  draw(from, to) {
    const { width, height } = this.mask;
    const { x: lengthX, y: lengthY } = this.proportion;
    const reachX = this.radius / lengthX;
    const reachY = this.radius / lengthY;
    const left = Math.max(Math.floor(Math.min(from.column, to.column) - reachX), 0);
    const right = Math.min(Math.floor(Math.max(from.column, to.column) + reachX), width - 1);
    const top = Math.max(Math.floor(Math.min(from.row, to.row) - reachY), 0);
    const bottom = Math.min(Math.floor(Math.max(from.row, to.row) + reachY), height - 1);
    const distance = distanceTo(from, to, this.proportion);
    let changed = false;
    for (let row = top; row <= bottom; row++) {
      for (let column = left; column <= right; column++) {
        // A fine brush may miss every centre: the pixel under it counts all the same.
        const under = column === Math.floor(to.column) && row === Math.floor(to.row);
        if (!under && distance(column + 0.5, row + 0.5) > this.radius) continue;
        changed = this.#set(column, row) || changed;
      }
    }
    return changed;
  }

  /** What the stroke changed, for a history; null where nothing. */
  patch() {
    if (!this.box) return null;
    const after = crop(this.mask.data, this.mask.width, this.box);
    return { box: this.box, before: crop(this.before, this.mask.width, this.box), after };
  }

  /** Put everything back. */
  cancel() {
    this.mask.data.set(this.before);
    this.box = null;
  }

  #set(column, row) {
    const at = row * this.mask.width + column;
    const old = this.mask.data[at];
    if (this.label === null) {
      if (old === 0) return false;
      this.erased ??= old;
      if (old !== this.erased) return false;
    }
    const next = this.label ?? 0;
    if (old === next) return false;
    this.mask.data[at] = next;
    const box = (this.box ??= { left: column, right: column, top: row, bottom: row });
    box.left = Math.min(box.left, column);
    box.right = Math.max(box.right, column);
    box.top = Math.min(box.top, row);
    box.bottom = Math.max(box.bottom, row);
    return true;
  }
}

/** Strokes done and undone. */
export class History {
  #done = [];
  #undone = [];

  get canUndo() {
    return this.#done.length > 0;
  }

  get canRedo() {
    return this.#undone.length > 0;
  }

  push(patch) {
    this.#done.push(patch);
    if (this.#done.length > MOST_STROKES) this.#done.shift();
    this.#undone = [];
  }

  /** Take the last stroke back; false where there is none. */
  undo(mask) {
    const patch = this.#done.pop();
    if (!patch) return false;
    paste(patch.before, mask, patch.box);
    this.#undone.push(patch);
    return true;
  }

  redo(mask) {
    const patch = this.#undone.pop();
    if (!patch) return false;
    paste(patch.after, mask, patch.box);
    this.#done.push(patch);
    return true;
  }
}

/** The distance of a place from a piece of line, in pixels of the finer axis. */
function distanceTo(from, to, { x: lengthX, y: lengthY }) {
  const alongX = (to.column - from.column) * lengthX;
  const alongY = (to.row - from.row) * lengthY;
  const square = alongX * alongX + alongY * alongY;
  return (column, row) => {
    const dx = (column - from.column) * lengthX;
    const dy = (row - from.row) * lengthY;
    const share = square ? Math.min(Math.max((dx * alongX + dy * alongY) / square, 0), 1) : 0;
    return Math.hypot(dx - share * alongX, dy - share * alongY);
  };
}

function crop(data, width, { left, right, top, bottom }) {
  const columns = right - left + 1;
  const cut = new Uint8Array(columns * (bottom - top + 1));
  for (let row = top; row <= bottom; row++) {
    const start = row * width + left;
    cut.set(data.subarray(start, start + columns), (row - top) * columns);
  }
  return cut;
}

function paste(cut, mask, { left, right, top, bottom }) {
  const columns = right - left + 1;
  for (let row = top; row <= bottom; row++) {
    const start = (row - top) * columns;
    mask.data.set(cut.subarray(start, start + columns), row * mask.width + left);
  }
}
