// The canvas that shows the state: sharp at any pixel density, drawn once a frame at most.

import { LEFT, outlinesOf, RIGHT } from "./outlines.js";
import { Layer } from "./picture.js";
import { drawScene } from "./scene.js";

const OUTLINE_PX = 2;
// As in the service's overlay (render.py).
const WIDE_OUTLINE_FROM_PX = 512;
// Letters and lines of a picture to keep are as large as on a stage of this length.
const KEPT_UNITS = 640;
const LEAST_UNIT = 0.6;

export class Stage {
  #layer = new Layer();
  #outlines = [];
  #frame = 0;
  #observer;
  #density = null;

  constructor(state, canvas, { strings, onFrame }) {
    this.state = state;
    this.canvas = canvas;
    this.strings = strings;
    this.onFrame = onFrame;
    this.context = canvas.getContext("2d", { alpha: false });
    this.#observer = new ResizeObserver(() => this.measure());
    this.#observer.observe(canvas);
    this.#watchDensity();
    this.measure();
  }

  destroy() {
    this.#observer.disconnect();
    this.#density?.abort();
    cancelAnimationFrame(this.#frame);
  }

  /** Draw before the next frame. */
  request() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
      this.onFrame();
    });
  }

  /** Take over the canvas's size on the page and the screen's density. */
  measure() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (width === 0 || height === 0) return;
    const density = devicePixelRatio;
    this.canvas.width = Math.round(width * density);
    this.canvas.height = Math.round(height * density);
    this.state.setStage({ width, height }, density);
    // A canvas is empty once its size is set: drawn at once, so that it never flickers.
    this.draw();
  }

  draw() {
    const { width, height } = this.state.stage;
    const density = this.state.devicePixelRatio;
    this.context.setTransform(density, 0, 0, density, 0, 0);
    const { view, proportion } = this.state;
    drawScene(this.context, {
      ...this.#parts(),
      ...{ view, proportion, width, height, unit: 1, outlineWidth: OUTLINE_PX },
      cursor: this.#cursor(),
    });
  }

  /** What is seen, of the whole slice and at its own size. */
  async exportPng() {
    const { width, height } = this.state.picture;
    const longer = Math.max(width, height);
    const canvas = new OffscreenCanvas(width, height);
    drawScene(canvas.getContext("2d"), {
      ...this.#parts(),
      view: { zoom: 1, x: 0, y: 0 },
      proportion: { x: 1, y: 1 },
      ...{ width, height, unit: Math.max(longer / KEPT_UNITS, LEAST_UNIT), cursor: null },
      outlineWidth: longer >= WIDE_OUTLINE_FROM_PX ? 2 : 1,
    });
    return canvas.convertToBlob({ type: "image/png" });
  }

  /** What a drawing on the stage and one to keep have in common. */
  #parts() {
    const { state } = this;
    this.#freshen();
    return {
      image: state.picture && this.#layer.canvas,
      outlines: state.comparing ? [] : this.#outlines,
      fillOpacity: state.fillOpacity,
      outlined: state.outlined,
      rightSide: state.rightSide,
      sidesAssumed: state.sidesAssumed,
      sideMarks: this.strings.sideMarks,
      spacingMm: state.picture?.spacingMm ?? null,
      rulers: state.rulers.all,
      formatLength: this.strings.length,
    };
  }

  #freshen() {
    const { state } = this;
    if (state.stale.pixels && state.picture) {
      this.#layer.paint(state.picture, state.window, state.inverted);
      state.stale.pixels = false;
    }
    if (state.stale.outlines) {
      this.#outlines = !state.mask
        ? []
        : [RIGHT, LEFT].map((label) => ({ label, polygons: outlinesOf(state.mask, label) }));
      state.stale.outlines = false;
    }
  }

  #cursor() {
    const { cursor, cursorByKeys, brush } = this.state;
    const aims = this.state.paints() || this.state.tool === "ruler";
    if (!cursor || !aims || (!cursorByKeys && !this.state.paints())) return null;
    const diameter = this.state.paints() ? brush.diameter : null;
    return { place: cursor, cross: cursorByKeys, diameter };
  }

  /** The density changes where a window moves to another screen, or the page is zoomed. */
  #watchDensity() {
    this.#density = new AbortController();
    matchMedia(`(resolution: ${devicePixelRatio}dppx)`).addEventListener(
      "change",
      () => {
        this.measure();
        this.#watchDensity();
      },
      { once: true, signal: this.#density.signal },
    );
  }
}
