// What the viewer shows and what may be done to it. Knows nothing of the document: the stage draws
// this state, gestures and keys change it.

import { History, Stroke } from "./brush.js";
import { LEFT, RIGHT } from "./outlines.js";
import { Rulers } from "./rulers.js";
import * as views from "./view.js";

export const FILL_OPACITY = 0.25;
export const BRUSH_DIAMETERS = { least: 1, most: 60, first: 9 };

const ZOOM_STEP = 1.25;

export class ViewerState {
  picture = null;
  mask = null;
  editable = false;
  view = { zoom: 1, x: 0, y: 0, fitted: true };
  stage = { width: 1, height: 1 };
  devicePixelRatio = 1;
  window = { center: 0, width: 1 };
  inverted = false;
  fillOpacity = FILL_OPACITY;
  outlined = true;
  /** The overlay is out of sight while something is held down. */
  comparing = false;
  tool = "window";
  brush = { label: RIGHT, diameter: BRUSH_DIAMETERS.first };
  rightSide = null;
  sidesAssumed = false;
  /** The place (column and row) that is pointed at, and whether the keys moved it there. */
  cursor = null;
  cursorByKeys = false;
  rulers = new Rulers();
  /** What has to be made anew before the next drawing. */
  stale = { pixels: true, outlines: true };

  #history = new History();
  #stroke = null;
  /** The painting tool that was in use until a slice without a mask came between. */
  #resumed = null;
  #listener;
  #onEdit;

  constructor({ onChange, onEdit }) {
    this.#listener = onChange;
    this.#onEdit = onEdit;
  }

  get proportion() {
    return views.proportionOf(this.picture?.spacingMm);
  }

  /** The slice's size in pixels of its finer axis. */
  get extent() {
    const { x, y } = this.proportion;
    return { width: (this.picture?.width ?? 1) * x, height: (this.picture?.height ?? 1) * y };
  }

  get canUndo() {
    return this.editable && this.#history.canUndo;
  }

  get canRedo() {
    return this.editable && this.#history.canRedo;
  }

  get painting() {
    return this.#stroke !== null;
  }

  setPicture(picture) {
    this.picture = picture;
    this.window = { ...picture.window };
    this.inverted = false;
    this.cursor = null;
    this.rulers = new Rulers();
    this.setMask(null);
    this.rightSide = picture.rightSide ?? null;
    this.sidesAssumed = false;
    this.stale.pixels = true;
    this.fit();
  }

  clear() {
    this.picture = null;
    this.cursor = null;
    this.rulers = new Rulers();
    this.rightSide = null;
    this.setMask(null);
  }

  /** Other proportions and lengths, once the pixels' size is known; the view is kept if it can be. */
  setSpacing(spacingMm) {
    this.picture = { ...this.picture, spacingMm };
    const { view, stage, extent } = this;
    this.set({ view: views.resized(view, stage, stage, extent) });
  }

  setMask(mask) {
    this.#stroke = null;
    this.#history = new History();
    this.comparing = false;
    this.mask = mask && { width: mask.width, height: mask.height, data: mask.data.slice() };
    this.editable = Boolean(mask) && mask.editable !== false;
    if (!this.editable && this.paints()) {
      this.#resumed = this.tool;
      this.tool = "window";
    } else if (this.editable && this.#resumed) {
      this.tool = this.#resumed;
      this.#resumed = null;
    }
    this.stale.outlines = true;
    this.changed();
  }

  set(values) {
    Object.assign(this, values);
    this.changed();
  }

  changed() {
    this.#listener();
  }

  // The view ----------------------------------------------------------------

  setStage(stage, devicePixelRatio) {
    const before = this.stage;
    this.stage = stage;
    this.devicePixelRatio = devicePixelRatio;
    this.view = views.resized(this.view, before, stage, this.extent);
    this.changed();
  }

  fit() {
    this.set({ view: views.fit(this.extent, this.stage) });
  }

  actualSize() {
    const { view, extent, stage, devicePixelRatio } = this;
    this.set({ view: views.actualSize(view, extent, stage, devicePixelRatio) });
  }

  zoomBy(factor, point = views.middle(this.stage)) {
    const zoom = this.view.zoom * factor;
    this.set({ view: views.zoomTo(this.view, zoom, point, this.extent, this.stage) });
  }

  zoomStep(direction) {
    this.zoomBy(ZOOM_STEP ** direction);
  }

  panBy(dx, dy) {
    this.set({ view: views.panBy(this.view, dx, dy, this.extent, this.stage) });
  }

  /** 100 is one screen pixel for each pixel of the finer axis. */
  get zoomPct() {
    return Math.round(this.view.zoom * this.devicePixelRatio * 100);
  }

  toSlice(point) {
    return views.toSlice(this.view, this.proportion, point);
  }

  toStage(place) {
    return views.toStage(this.view, this.proportion, place);
  }

  // The window --------------------------------------------------------------

  /** Change the window by shares of the one that the slice came with. */
  changeWindow(widthShare, centerShare) {
    const { picture, window } = this;
    const whole = picture.window.width;
    const { low, high, step } = picture.levels;
    const width = Math.max(window.width + widthShare * whole, step);
    const center = Math.min(Math.max(window.center + centerShare * whole, low - whole), high + whole);
    this.stale.pixels = true;
    this.set({ window: { center, width } });
  }

  invert() {
    this.stale.pixels = true;
    this.set({ inverted: !this.inverted });
  }

  /** Back to the whole slice and the window that it came with. */
  reset() {
    this.stale.pixels = true;
    this.set({ window: { ...this.picture.window }, inverted: false });
    this.fit();
  }

  // Tools -------------------------------------------------------------------

  setTool(tool) {
    this.settle();
    this.#resumed = null;
    this.set({ tool });
  }

  /** Finish what the keys have begun, before something else begins. */
  settle() {
    this.endStroke();
    if (this.rulers.held) this.rulers.giveUp();
  }

  // The mask ----------------------------------------------------------------

  paints(tool = this.tool) {
    return tool === "brush" || tool === "erase";
  }

  swapSide() {
    this.setBrush({ label: this.brush.label === RIGHT ? LEFT : RIGHT });
  }

  setBrush(values) {
    const brush = { ...this.brush, ...values };
    const { least, most } = BRUSH_DIAMETERS;
    brush.diameter = Math.min(Math.max(brush.diameter, least), most);
    this.set({ brush });
  }

  beginStroke(place) {
    const label = this.tool === "erase" ? null : this.brush.label;
    const { diameter } = this.brush;
    this.#stroke = new Stroke(this.mask, { label, diameter, proportion: this.proportion });
    this.stroke(place, place);
  }

  stroke(from, to) {
    if (!this.#stroke?.draw(from, to)) return;
    this.#maskChanged({ final: false });
  }

  endStroke() {
    const patch = this.#stroke?.patch();
    this.#stroke = null;
    if (!patch) return;
    this.#history.push(patch);
    this.#maskChanged({ final: true });
  }

  cancelStroke() {
    if (!this.#stroke) return;
    const drawn = this.#stroke.patch() !== null;
    this.#stroke.cancel();
    this.#stroke = null;
    if (drawn) this.#maskChanged({ final: true });
  }

  undo() {
    if (this.#stroke) this.cancelStroke();
    else if (this.canUndo && this.#history.undo(this.mask)) this.#maskChanged({ final: true });
  }

  redo() {
    if (!this.#stroke && this.canRedo && this.#history.redo(this.mask)) this.#maskChanged({ final: true });
  }

  #maskChanged(how) {
    this.stale.outlines = true;
    this.changed();
    this.#onEdit(how);
  }
}
