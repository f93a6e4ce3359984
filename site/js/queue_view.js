// The list of slices: thumbnails, how far each is, which one is looked at.

import { announce } from "./announce.js";
import { byId, h } from "./dom.js";
import { shownAnswer } from "./slices.js";
import { MESSAGES, QUEUE } from "./strings.js";

const UNDER_WAY = ["waiting", "reading", "read", "measuring"];

export class QueueView {
  #slices;
  #rows = new Map(); // item -> its row

  constructor(slices, queue) {
    this.#slices = slices;
    byId("queue-add").addEventListener("click", () => byId("choose").click());
    byId("queue-stop").addEventListener("click", () => queue.stop());
    byId("queue-clear").addEventListener("click", () => {
      for (const item of [...slices.items]) slices.remove(item);
      byId("choose").focus();
    });
    byId("queue-list").addEventListener("keydown", (event) => this.#move(event));
  }

  /** Bring one row up to date, or (null) all. */
  show(item) {
    const { items } = this.#slices;
    if (item) this.#fill(item);
    else this.#arrange();
    const done = items.length - this.#slices.count(...UNDER_WAY, "review");
    byId("queue").hidden = items.length === 0;
    byId("queue-progress").textContent = QUEUE.progress(done, items.length);
    const bar = byId("queue-bar");
    bar.max = items.length || 1;
    bar.value = done;
    bar.hidden = items.length < 2 || done === items.length;
    byId("queue-stop").hidden = items.length < 2 || this.#slices.count(...UNDER_WAY) === 0;
    byId("queue-clear").hidden = items.length < 2;
  }

  #arrange() {
    const { items } = this.#slices;
    for (const item of this.#rows.keys()) if (!items.includes(item)) this.#rows.delete(item);
    for (const item of items) if (!this.#rows.has(item)) this.#rows.set(item, this.#row(item));
    const list = byId("queue-list");
    const rows = items.map((item) => this.#rows.get(item).row);
    // Only what differs is touched, so that the focus stays where it is.
    for (const row of [...list.children]) if (!rows.includes(row)) row.remove();
    rows.forEach((row, place) => {
      if (list.children[place] !== row) list.insertBefore(row, list.children[place] ?? null);
    });
    items.forEach((item) => this.#fill(item));
  }

  #row(item) {
    const thumb = h("span", { className: "thumb" });
    const name = h("span", { className: "name" }, item.name);
    const state = h("span", { className: "state" });
    const pick = h(
      "button",
      { type: "button", className: "slice", title: item.name },
      thumb,
      h("span", { className: "words" }, name, state),
    );
    pick.addEventListener("click", () => this.#slices.select(item));
    const remove = h(
      "button",
      { type: "button", className: "remove", "aria-label": QUEUE.remove(item.name), title: QUEUE.remove(item.name) },
      h("span", { "aria-hidden": "true" }, "\u00d7"),
    );
    remove.addEventListener("click", () => this.#remove(item));
    return { row: h("li", {}, pick, remove), pick, thumb, state };
  }

  #fill(item) {
    const parts = this.#rows.get(item);
    if (!parts) return;
    const doubtful = item.state === "done" && !shownAnswer(item)?.quality.trusted;
    const state = doubtful ? "doubtful" : item.state;
    parts.state.textContent = QUEUE.state[state] ?? QUEUE.state.waiting;
    parts.row.dataset.state = state;
    if (item === this.#slices.selected) parts.pick.setAttribute("aria-current", "true");
    else parts.pick.removeAttribute("aria-current");
    if (item.thumbnail && !parts.thumb.firstChild) {
      parts.thumb.append(h("img", { src: item.thumbnail, alt: "" }));
    }
  }

  #remove(item) {
    const place = this.#slices.items.indexOf(item);
    this.#slices.remove(item);
    announce(MESSAGES.removed(item.name));
    const next = this.#slices.items[Math.min(place, this.#slices.items.length - 1)];
    (next ? this.#rows.get(next).pick : byId("choose")).focus();
  }

  /** Up and down (and left and right, as it lies on a phone) go through the slices. */
  #move(event) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || !event.target.matches(".slice")) return;
    const { items, selected } = this.#slices;
    const next = items[items.indexOf(selected) + step];
    event.preventDefault();
    if (!next) return;
    this.#slices.select(next);
    this.#rows.get(next).pick.focus();
  }
}
