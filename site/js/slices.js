// The slices of this visit: what is known of each, and which one is looked at. Nothing is stored.
//
// state: waiting -> reading -> [review ->] read -> measuring -> done | failed | cancelled

let nextId = 1;

export const FINISHED = new Set(["done", "failed", "cancelled"]);

export class Slices extends EventTarget {
  items = [];
  selected = null;

  /** Add files as slices that wait for their turn; gives them back. */
  add(files, { fromFolder = false } = {}) {
    const added = files.map((file) => ({
      id: nextId++,
      name: file.name,
      file,
      fromFolder,
      state: "waiting",
      settings: { level: "", spacing: null },
      // Filled while it is read:
      kind: null, // "dicom" | "picture"
      picture: null, // decoded DICOM
      thumbnail: null, // address of a blob
      privacy: null, // what was taken out of a DICOM file
      upload: null, // what is sent: a blob
      approved: false, // the reader looked at it and lets it go
      // Filled while it is measured:
      answer: null,
      overlay: null, // a blob
      mask: null, // the model's: {width, height, data}
      maskPng: null, // the same as a blob
      correction: null, // {mask, png, answer, areas, pending, error}
      report: null,
      error: null,
      run: null, // AbortController
      note: "", // what takes so long
    }));
    this.items.push(...added);
    if (added.length && !this.selected) this.selected = added[0];
    this.#changed(null);
    return added;
  }

  update(item, changes) {
    Object.assign(item, changes);
    if (this.items.includes(item)) this.#changed(item);
  }

  select(item) {
    this.selected = item;
    this.dispatchEvent(new CustomEvent("select", { detail: item }));
    this.#changed(null);
  }

  remove(item) {
    const { run } = item;
    item.run = null;
    run?.abort();
    if (item.thumbnail) URL.revokeObjectURL(item.thumbnail);
    const index = this.items.indexOf(item);
    this.items.splice(index, 1);
    if (this.selected === item) this.select(this.items[Math.min(index, this.items.length - 1)] ?? null);
    else this.#changed(null);
  }

  count(...states) {
    return this.items.filter((item) => states.includes(item.state)).length;
  }

  /** Tells of a changed item, or (null) of a changed list. */
  #changed(item) {
    this.dispatchEvent(new CustomEvent("change", { detail: item }));
  }
}

/** What is shown of an item: the numbers of the corrected outline where there are any. */
export const shownAnswer = (item) => item.correction?.answer ?? item.answer;
