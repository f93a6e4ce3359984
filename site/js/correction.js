// The reader's own outline: its area at once, by the service's definition; the rest from the service.

import { announce } from "./announce.js";
import { measure } from "./api.js";
import { isAbort, known } from "./api_errors.js";
import { pngBlob } from "./binary.js";
import { errorWords } from "./error_view.js";
import { countSides, encodeMask } from "./mask.js";
import { MESSAGES } from "./strings.js";

const SEND_AFTER_MS = 500;

export class Corrections {
  #slices;
  #onAreas;
  #timers = new Map();

  /** `onAreas(item, areas)` gets the areas while a stroke is being drawn. */
  constructor(slices, { onAreas }) {
    this.#slices = slices;
    this.#onAreas = onAreas;
  }

  /** Take an edited mask; `final` once a stroke has ended. */
  edit(item, mask, final) {
    if (!item?.answer) return;
    const areas = areasOf(mask, item.answer.pixel_spacing_mm);
    this.#onAreas(item, areas);
    if (!final) return;
    if (sameMask(mask, item.mask)) return this.discard(item);
    const correction = { ...item.correction, mask, areas, pending: true, error: null };
    this.#slices.update(item, { correction });
    clearTimeout(this.#timers.get(item));
    this.#timers.set(item, setTimeout(() => this.measure(item), SEND_AFTER_MS));
  }

  /** Back to the model's outline. */
  discard(item) {
    this.#stop(item);
    if (!item.correction) return;
    this.#slices.update(item, { correction: null });
    announce(MESSAGES.discarded);
  }

  /** Have the service measure the corrected outline, with the item's settings. */
  async measure(item) {
    this.#stop(item);
    const { mask } = item.correction;
    const run = new AbortController();
    this.#slices.update(item, { correction: { ...item.correction, run, pending: true, error: null } });
    announce(MESSAGES.recomputing);
    try {
      const png = await encodeMask(mask);
      const found = await measure(item.upload, png, item.settings, { signal: run.signal });
      if (item.correction?.run !== run) return;
      const { overlay_base64: overlay, mask_base64: _sent, ...rest } = found;
      // Which model drew the outline at first stays said beside that it was corrected.
      const answer = { ...rest, model: item.answer.model, threshold: item.answer.threshold };
      const done = { answer, overlay: pngBlob(overlay), png, areas: null, pending: false, run: null };
      this.#slices.update(item, { correction: { ...item.correction, ...done } });
      announce(MESSAGES.recomputed);
    } catch (error) {
      if (isAbort(error) || item.correction?.run !== run) return;
      const named = known(error);
      this.#slices.update(item, { correction: { ...item.correction, pending: false, run: null, error: named } });
      announce(MESSAGES.notRecomputed(errorWords(named).title));
    }
  }

  #stop(item) {
    clearTimeout(this.#timers.get(item));
    this.#timers.delete(item);
    item.correction?.run?.abort();
  }
}

/** Pixels of each side and, where the spacing is known, mm2: rows times columns, as the service does. */
export function areasOf(mask, spacingMm) {
  const counted = countSides(mask);
  const area = ({ pixels }) => ({ pixels, mm2: spacingMm ? pixels * spacingMm[0] * spacingMm[1] : null });
  return { right: area(counted.right), left: area(counted.left) };
}

function sameMask(one, other) {
  return one.data.every((value, index) => value === other.data[index]);
}
