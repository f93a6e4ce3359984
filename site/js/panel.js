// What stands beside the image: a result, an error, a look before sending, or how far the work is.

import { againButton, errorBox } from "./error_view.js";
import { byId, h, replace } from "./dom.js";
import { reviewView } from "./privacy_view.js";
import { resultView } from "./result_view.js";
import { showAreas } from "./sides_table.js";
import { MESSAGES, QUEUE } from "./strings.js";

export class Panel {
  #slices;
  #queue;
  #corrections;
  #shown = [];

  constructor(slices, queue, corrections) {
    this.#slices = slices;
    this.#queue = queue;
    this.#corrections = corrections;
  }

  /** Show an item as far as it has come, or (null) nothing; drawn anew only where that differs. */
  show(item) {
    byId("panel").hidden = !item;
    const drawnFrom = item ? [...drawnBy(item), item.state === "review" && this.#slices.count("review")] : [];
    if (drawnFrom.length === this.#shown.length && drawnFrom.every((value, i) => value === this.#shown[i])) return;
    const another = drawnFrom[0] !== this.#shown[0];
    this.#shown = drawnFrom;
    replace(byId("panel"), ...(item ? this.#content(item) : []));
    if (another) byId("panel").scrollTop = 0;
    if (item?.correction?.areas) this.showAreas(item, item.correction.areas);
  }

  showAreas(item, areas) {
    const table = byId("panel").querySelector("table.sides");
    if (table && item === this.#slices.selected) showAreas(table, areas);
  }

  #content(item) {
    if (item.answer) return resultView(item, this.#slices, this.#actions(item));
    if (item.state === "review") return [this.#review(item)];
    if (item.state === "failed") return [errorBox(item.error, { onAgain: () => this.#queue.again(item) }), fileName(item)];
    if (item.state === "cancelled") {
      return [heading(MESSAGES.cancelled(item.name)), againButton(() => this.#queue.again(item), QUEUE.measure)];
    }
    const waits = item.state === "waiting" || item.state === "read";
    return [heading((waits ? MESSAGES.waitingFor : MESSAGES.measuring)(item.name)), h("div", { className: "skeleton", "aria-hidden": "true" }, h("i"), h("i"), h("i"))];
  }

  #review(item) {
    const waiting = this.#slices.items.filter(({ state }) => state === "review");
    return reviewView(item, {
      onSend: () => this.#queue.approve(item),
      onLeave: () => this.#queue.cancel(item),
      onSendAll: () => waiting.forEach((other) => this.#queue.approve(other)),
      othersWait: waiting.length > 1,
    });
  }

  #actions(item) {
    return {
      onSettings: (settings) => {
        this.#slices.update(item, { settings });
        if (item.correction) this.#corrections.measure(item);
        else this.#queue.again(item);
      },
      onDiscard: () => this.#corrections.discard(item),
      onMeasure: () => this.#corrections.measure(item),
      onAgain: () => this.#queue.again(item),
    };
  }
}

/** All that the panel's content is made of. */
function drawnBy(item) {
  const { id, state, answer, error, correction } = item;
  const progress = answer ? "" : state;
  return [id, progress, answer, error, correction?.answer, Boolean(correction), correction?.pending, correction?.error];
}

const heading = (text) => h("h2", { id: "panel-title", tabIndex: -1, className: "wait" }, text);
const fileName = (item) => h("p", { className: "filename" }, item.name);
