// Works through the slices: reads each on this device, then has one after another measured.

import { isReachable, segment } from "./api.js";
import { isAbort, known } from "./api_errors.js";
import { pngBlob } from "./binary.js";
import { decodeMask } from "./mask.js";
import { readSlice } from "./reading.js";
import { MESSAGES } from "./strings.js";

const SLOW_AFTER_MS = 8000;
const LOOK_AGAIN_AFTER_MS = 3000;
// Files of a folder that fail so are no slices, which nobody asked for by name.
const NO_SLICE = new Set(["unsupported_media", "no_pixel_data", "empty_file", "dicomdir"]);

const isNotAxial = (picture) => Boolean(picture?.plane) && picture.plane !== "axial";

export class Queue {
  #slices;
  #options;
  #reading = false;
  #measuring = false;
  #cutOff = false;

  /**
   * `options.lookFirst()` says whether the reader wants to see each slice before it is sent;
   * `options.onStarted(item)` is told of each that is sent, `options.onFinished(item)` of each that is
   * done, failed or cancelled;
   * `options.onLeftOut(item, reason)` of what came in a folder and is no slice to measure;
   * `options.onConnection(isThere)` of a connection that is lost or back.
   */
  constructor(slices, options) {
    this.#slices = slices;
    this.#options = options;
    addEventListener("online", () => this.#cutOff && this.#goOn());
  }

  /** Go on with whatever can be done now. */
  run() {
    this.#readAll();
    this.#measureAll();
  }

  /** Measure an item that was refused, cancelled or whose settings have changed, from the start. */
  again(item) {
    const state = item.upload ? this.#afterReading(item) : "waiting";
    const { run } = item;
    this.#slices.update(item, { state, run: null, error: null, note: "" });
    run?.abort(); // what is under way is about settings that no longer hold
    this.run();
  }

  approve(item) {
    this.#slices.update(item, { state: "read", approved: true });
    this.run();
  }

  cancel(item) {
    if (item.run) item.run.abort();
    else if (["waiting", "reading", "read", "review"].includes(item.state)) {
      this.#finish(item, { state: "cancelled" });
    }
  }

  stop() {
    for (const item of this.#slices.items) this.cancel(item);
  }

  async #readAll() {
    if (this.#reading) return;
    this.#reading = true;
    for (let item; (item = this.#next("waiting")); ) {
      await this.#read(item);
      this.#measureAll();
    }
    this.#reading = false;
  }

  async #read(item) {
    this.#slices.update(item, { state: "reading" });
    try {
      const read = await readSlice(item.file);
      if (item.state !== "reading") return; // cancelled or removed meanwhile
      if (item.fromFolder && isNotAxial(read.picture)) return this.#options.onLeftOut(item, "notAxial");
      Object.assign(item, read);
      // Whatever is not looked at is decoded again when it is.
      if (item !== this.#slices.selected) item.picture = null;
      this.#slices.update(item, { state: this.#afterReading(item) });
    } catch (error) {
      if (item.state !== "reading") return;
      const named = known(error);
      if (item.fromFolder && NO_SLICE.has(named.code)) this.#options.onLeftOut(item, "noSlice");
      else this.#finish(item, { state: "failed", error: named });
    }
  }

  #afterReading({ approved, privacy }) {
    const look = !approved && (privacy?.burntIn || this.#options.lookFirst());
    return look ? "review" : "read";
  }

  async #measureAll() {
    if (this.#measuring) return;
    this.#measuring = true;
    for (let item; !this.#cutOff && (item = this.#next("read")); ) await this.#measure(item);
    this.#measuring = false;
  }

  async #measure(item) {
    const run = new AbortController();
    this.#slices.update(item, { state: "measuring", run, note: "", error: null, approved: true });
    this.#options.onStarted(item);
    const sayThatItIsSlow = () => item.note || this.#slices.update(item, { note: MESSAGES.slow });
    const slow = setTimeout(sayThatItIsSlow, SLOW_AFTER_MS);
    try {
      const answer = await segment(item.upload, item.settings, {
        signal: run.signal,
        onBusy: (seconds) => this.#slices.update(item, { note: MESSAGES.busyRetry(seconds) }),
      });
      const parts = await unpacked(answer);
      if (item.run === run) this.#finish(item, { state: "done", ...parts, correction: null, report: null });
    } catch (error) {
      if (item.run !== run) return; // removed, or begun anew
      // One that was measured before keeps its result.
      const or = (state) => (item.answer ? "done" : state);
      if (isAbort(error)) return this.#finish(item, { state: or("cancelled") });
      const named = known(error);
      if (named.code === "offline") {
        this.#slices.update(item, { state: "read", run: null, note: MESSAGES.offline });
        this.#waitForConnection();
      } else this.#finish(item, { state: or("failed"), error: named });
    } finally {
      clearTimeout(slow);
    }
  }

  // Not by the browser's own word alone: it also says "offline" where a machine without a network
  // runs the service itself.
  async #waitForConnection() {
    this.#cutOff = true;
    this.#options.onConnection(false);
    while (this.#cutOff) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_AFTER_MS));
      if (this.#cutOff && (await isReachable())) this.#goOn();
    }
  }

  #goOn() {
    this.#cutOff = false;
    this.#options.onConnection(true);
    this.run();
  }

  #finish(item, changes) {
    this.#slices.update(item, { run: null, note: "", ...changes });
    this.#options.onFinished(item);
  }

  #next(state) {
    const { items, selected } = this.#slices;
    // What is looked at comes first.
    return selected?.state === state ? selected : items.find((item) => item.state === state);
  }
}

/** The pictures of an answer as blobs, kept once. */
async function unpacked({ overlay_base64: overlay, mask_base64: mask, ...answer }) {
  const maskPng = pngBlob(mask);
  return { answer, overlay: pngBlob(overlay), maskPng, mask: await decodeMask(maskPng) };
}
