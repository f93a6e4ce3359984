// Where the slice lies on the stage, as plain values and pure functions.
//
// A view is {zoom, x, y, fitted}: the stage's CSS pixels per pixel of the slice's finer axis, and
// where the slice's upper left corner lies. Columns and rows are counted from that corner, so that
// the first pixel reaches from 0 to 1 and its centre is at 0.5.

const MAX_ZOOM = 64;
// How much of the stage or of the slice, whichever is less, stays covered however far it is moved.
const KEPT_SHARE = 0.25;

/** How long a pixel's sides are, the shorter one being 1: true proportions where spacing is known. */
export function proportionOf(spacingMm) {
  if (!spacingMm) return { x: 1, y: 1 };
  const [row, column] = spacingMm;
  const finer = Math.min(row, column);
  return { x: column / finer, y: row / finer };
}

/** The whole slice in the middle of the stage, as large as it goes. */
export function fit(extent, stage) {
  const zoom = Math.min(stage.width / extent.width, stage.height / extent.height);
  return { ...centred(extent, stage, zoom), fitted: true };
}

/** One screen pixel for each pixel of the finer axis, about the middle of what is seen. */
export function actualSize(view, extent, stage, devicePixelRatio) {
  const zoom = 1 / devicePixelRatio;
  const next = zoomTo(view, zoom, middle(stage), extent, stage);
  // On whole screen pixels, so that nothing is interpolated.
  const snap = (length) => Math.round(length * devicePixelRatio) / devicePixelRatio;
  return { ...next, x: snap(next.x), y: snap(next.y) };
}

/** Zoom so that the slice's point under `point` stays there. */
export function zoomTo(view, zoom, point, extent, stage) {
  const smallest = Math.min(fit(extent, stage).zoom, 1) / 4;
  const bounded = Math.min(Math.max(zoom, smallest), MAX_ZOOM);
  const ratio = bounded / view.zoom;
  const moved = {
    zoom: bounded,
    x: point.x - (point.x - view.x) * ratio,
    y: point.y - (point.y - view.y) * ratio,
    fitted: false,
  };
  return kept(moved, extent, stage);
}

export function panBy(view, dx, dy, extent, stage) {
  return kept({ ...view, x: view.x + dx, y: view.y + dy, fitted: false }, extent, stage);
}

/** After the stage's size changed: fitted again, or the same point in the middle. */
export function resized(view, before, stage, extent) {
  if (view.fitted) return fit(extent, stage);
  return panBy(view, (stage.width - before.width) / 2, (stage.height - before.height) / 2, extent, stage);
}

export const middle = (stage) => ({ x: stage.width / 2, y: stage.height / 2 });

/** The slice's column and row, fractions included, at a point of the stage. */
export function toSlice(view, proportion, point) {
  return {
    column: (point.x - view.x) / (view.zoom * proportion.x),
    row: (point.y - view.y) / (view.zoom * proportion.y),
  };
}

/** The stage's point of a column and row. */
export function toStage(view, proportion, { column, row }) {
  return {
    x: view.x + column * view.zoom * proportion.x,
    y: view.y + row * view.zoom * proportion.y,
  };
}

function centred(extent, stage, zoom) {
  return {
    zoom,
    x: (stage.width - extent.width * zoom) / 2,
    y: (stage.height - extent.height * zoom) / 2,
  };
}

/** The view, moved back where the slice would leave the stage. */
function kept(view, extent, stage) {
  const along = (at, length, room) => {
    const least = Math.min(length, room) * KEPT_SHARE;
    return Math.min(Math.max(at, least - length), room - least);
  };
  return {
    ...view,
    x: along(view.x, extent.width * view.zoom, stage.width),
    y: along(view.y, extent.height * view.zoom, stage.height),
  };
}
