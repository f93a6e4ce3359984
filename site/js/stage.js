// The slice on the dark stage: which picture and mask the viewer shows, and how far the work is.

import { byId } from "./dom.js";
import { rightSide } from "./mask.js";
import { pictureOf } from "./reading.js";
import { shownAnswer } from "./slices.js";
import { MESSAGES, VIEWER } from "./strings.js";
import { createViewer } from "./viewer/index.js";

const BUSY = new Set(["waiting", "reading", "read", "measuring"]);

export class Stage {
  #viewer;
  #item = null;
  #shown = null; // what the viewer's picture was made of
  #maskShown = null;

  constructor({ onEdit, onCancel }) {
    this.#viewer = createViewer(byId("viewer"), {
      strings: VIEWER,
      onEdit: (mask, { final = true } = {}) => {
        this.#maskShown = mask;
        onEdit(this.#item, mask, final);
      },
    });
    byId("cancel").addEventListener("click", () => this.#item && onCancel(this.#item));
  }

  /** Show an item as far as it has come, or (null) nothing. */
  async show(item) {
    this.#item = item;
    this.#showProgress(item);
    byId("viewer").hidden = !item;
    byId("invite").hidden = Boolean(item);
    if (!item) return this.#clear();
    await this.#showPicture(item);
    if (this.#item === item && this.#shown) this.#showMask(item);
  }

  exportPng() {
    return this.#viewer.exportPng();
  }

  #clear() {
    this.#viewer.clear();
    this.#shown = this.#maskShown = null;
  }

  async #showPicture(item) {
    const source = this.#shown?.item === item ? this.#shown.source : null;
    if (source === item.file || (source && source === item.overlay)) return;
    if (!item.upload) return this.#clear(); // not read yet
    if (item.kind === "dicom") {
      const picture = item.picture ?? (await pictureOf(item.file));
      if (this.#item !== item || this.#shown?.item === item) return;
      if (picture) {
        this.#viewer.setPicture(picture);
        this.#settled(item, item.file);
        return;
      }
    } else if (await this.#showPng(item, item.file)) return;
    // What this browser cannot decode, the service draws.
    if (!item.overlay) this.#clear();
    else await this.#showPng(item, item.overlay);
    byId("no-picture").hidden = Boolean(this.#shown);
  }

  async #showPng(item, blob) {
    const spacingMm = shownAnswer(item)?.pixel_spacing_mm ?? item.settings.spacing;
    try {
      await this.#viewer.setPng(blob, { spacingMm });
    } catch {
      return false;
    }
    if (this.#item === item) this.#settled(item, blob);
    return true;
  }

  #settled(item, source) {
    this.#shown = { item, source };
    this.#maskShown = null;
    byId("no-picture").hidden = true;
  }

  #showMask(item) {
    const mask = item.correction?.mask ?? item.mask;
    if (!mask || mask === this.#maskShown) return;
    this.#maskShown = mask;
    const { orientation } = item.answer;
    // On a picture that the service has drawn there is nothing to correct by.
    const onItsOwn = this.#shown.source === item.file;
    this.#viewer.setMask(onItsOwn ? mask : null);
    this.#viewer.setSides(rightSide(item.mask, orientation), { assumed: orientation === "image" });
  }

  #showProgress(item) {
    const busy = Boolean(item) && BUSY.has(item.state);
    byId("busy").hidden = !busy;
    if (busy) byId("busy-text").textContent = progressOf(item);
  }
}

function progressOf(item) {
  if (item.note) return item.note;
  if (item.state === "measuring") return MESSAGES.measuring(item.name);
  if (item.state === "reading") return MESSAGES.reading(item.name);
  return navigator.onLine ? MESSAGES.waiting : MESSAGES.offline;
}
