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
  #decoding = null; // {item, picture}

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
    this.#unveil(false);
  }

  /** Tools that have nothing to work on are not shown either. */
  #unveil(hasPicture) {
    byId("viewer").hidden = !hasPicture;
    byId("stage").toggleAttribute("data-bare", !hasPicture);
  }

  async #showPicture(item) {
    // What the reader enters later, for the scale and the ruler; a file's own is in its picture.
    const spacingMm = shownAnswer(item)?.pixel_spacing_mm ?? item.settings.spacing;
    const shown = this.#shown?.item === item ? this.#shown : null;
    if (shown) {
      if (spacingMm && !shown.spacingMm) this.#viewer.setSpacing(spacingMm);
      shown.spacingMm ??= spacingMm;
      return;
    }
    if (!item.upload) return this.#clear(); // not read yet
    // What this browser cannot decode, the service draws.
    const done =
      item.kind === "dicom"
        ? await this.#showDicom(item, spacingMm)
        : await this.#showPng(item, item.file, spacingMm);
    if (done || this.#item !== item) return;
    if (item.overlay) await this.#showPng(item, item.overlay, spacingMm);
    else this.#clear();
    // Of what was refused there is nothing to wait for.
    byId("no-picture").hidden = Boolean(this.#shown) || item.state === "failed";
  }

  async #showDicom(item, spacingMm) {
    const picture = await this.#pictureOf(item);
    if (!picture || this.#item !== item) return false;
    const about = { ...picture, spacingMm: picture.spacingMm ?? spacingMm };
    if (this.#shown?.item === item) return true; // another call came first
    this.#unveil(true);
    this.#viewer.setPicture(about);
    this.#settled({ item, source: item.file, spacingMm: about.spacingMm });
    return true;
  }

  async #showPng(item, blob, spacingMm) {
    try {
      await this.#viewer.setPng(blob, { spacingMm });
    } catch {
      return false;
    }
    if (this.#item !== item) return true;
    this.#unveil(true);
    this.#settled({ item, source: blob, spacingMm });
    return true;
  }

  /** Decoded once for as long as the item is looked at, then let go: a folder would fill the memory. */
  #pictureOf(item) {
    if (this.#decoding?.item !== item) {
      const picture = item.picture ?? pictureOf(item.file);
      item.picture = null;
      this.#decoding = { item, picture: Promise.resolve(picture) };
    }
    return this.#decoding.picture;
  }

  #settled(shown) {
    this.#shown = shown;
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
    byId("busy").dataset.state = item?.state ?? "";
    if (busy) byId("busy-text").textContent = progressOf(item);
  }
}

function progressOf(item) {
  if (item.note) return item.note;
  if (item.state === "measuring") return MESSAGES.measuring(item.name);
  if (item.state === "reading") return MESSAGES.reading(item.name);
  return MESSAGES.waiting;
}
