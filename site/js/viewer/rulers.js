// The lines that a reader draws to measure along. A ruler is {from, to}, two places.

const MOST_RULERS = 20;

export class Rulers {
  all = [];
  /** The one that was drawn or moved last. */
  active = null;
  /** The end that follows the pointer or the cursor: {ruler, end}, or null. */
  held = null;

  begin(place) {
    const ruler = { from: { ...place }, to: { ...place } };
    this.all.push(ruler);
    if (this.all.length > MOST_RULERS) this.all.shift();
    this.hold(ruler, "to", true);
  }

  /** Take hold of an end; `isNew` rulers vanish where they are let go or given up at once. */
  hold(ruler, end, isNew = false) {
    this.active = ruler;
    this.held = { ruler, end, isNew, was: { ...ruler[end] } };
  }

  moveHeld(place) {
    this.held.ruler[this.held.end] = { ...place };
  }

  release() {
    this.held = null;
  }

  /** Put the held end back where it was, or take a new ruler away. */
  giveUp() {
    const { ruler, end, isNew, was } = this.held;
    this.held = null;
    if (isNew) this.remove(ruler);
    else ruler[end] = was;
  }

  remove(ruler = this.active) {
    this.all = this.all.filter((other) => other !== ruler);
    if (this.held?.ruler === ruler) this.held = null;
    if (this.active === ruler) this.active = this.all.at(-1) ?? null;
  }

  /** The end nearest to a point within a reach, by a function from places to points, or null. */
  endNear(point, reach, toStage) {
    let nearest = null;
    for (const ruler of this.all) {
      for (const end of ["from", "to"]) {
        const at = toStage(ruler[end]);
        const distance = Math.hypot(at.x - point.x, at.y - point.y);
        if (distance <= (nearest?.distance ?? reach)) nearest = { ruler, end, distance };
      }
    }
    return nearest;
  }
}
