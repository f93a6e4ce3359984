// Draws the slice and what lies over it onto a canvas: the stage's, or one for a picture to keep.

import { lengthOf, scaleBar } from "./measuring.js";
import { LEFT, RIGHT } from "./outlines.js";
import { toStage } from "./view.js";

// The colours that the service's overlay uses: Okabe and Ito's orange and sky blue.
export const SIDE_COLOURS = { [RIGHT]: "#e69f00", [LEFT]: "#56b4e9" };

const BACKGROUND = "#06080a";
const INK = "#ffffff";
const HALO = "rgb(0 0 0 / 0.75)";
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';
const MARGIN = 14;
const END_TICK = 5;

/**
 * Draw everything. `scene` holds view, proportion, width and height of the surface, and what to
 * draw; lengths of lines and letters are in units of the context and grow with `unit`.
 */
export function drawScene(context, scene) {
  context.fillStyle = BACKGROUND;
  context.fillRect(0, 0, scene.width, scene.height);
  if (!scene.image) return;
  drawImage(context, scene);
  drawOverlay(context, scene);
  drawSideMarks(context, scene);
  drawScaleBar(context, scene);
  scene.rulers.forEach((ruler) => drawRuler(context, scene, ruler));
  if (scene.cursor) drawCursor(context, scene);
}

function drawImage(context, { image, view, proportion }) {
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const width = image.width * proportion.x * view.zoom;
  const height = image.height * proportion.y * view.zoom;
  context.drawImage(image, view.x, view.y, width, height);
}

function drawOverlay(context, scene) {
  const { outlines, fillOpacity, outlined, outlineWidth } = scene;
  for (const { label, polygons } of outlines) {
    if (polygons.length === 0) continue;
    const path = pathOf(polygons, scene);
    context.save();
    // What is drawn of the outline lies inside it, so that nothing outside is coloured and the two
    // sides' outlines do not cover each other.
    context.clip(path, "evenodd");
    context.fillStyle = context.strokeStyle = SIDE_COLOURS[label];
    if (fillOpacity > 0) {
      context.globalAlpha = fillOpacity;
      context.fill(path, "evenodd");
      context.globalAlpha = 1;
    }
    if (outlined) {
      context.lineWidth = 2 * outlineWidth;
      context.stroke(path);
    }
    context.restore();
  }
}

function pathOf(polygons, { view, proportion }) {
  const path = new Path2D();
  const scaleX = view.zoom * proportion.x;
  const scaleY = view.zoom * proportion.y;
  for (const corners of polygons) {
    path.moveTo(view.x + corners[0] * scaleX, view.y + corners[1] * scaleY);
    for (let i = 2; i < corners.length; i += 2) {
      path.lineTo(view.x + corners[i] * scaleX, view.y + corners[i + 1] * scaleY);
    }
    path.closePath();
  }
  return path;
}

/** R and L at the middle of the slice's edges, or of the stage's where the slice goes beyond. */
function drawSideMarks(context, scene) {
  const { rightSide, sidesAssumed, sideMarks, unit } = scene;
  if (!rightSide) return;
  const { left, right, top, bottom } = seenPart(scene);
  const words = (letter) => (sidesAssumed ? `(${letter})` : letter);
  const [start, end] =
    rightSide === "start" ? [sideMarks.right, sideMarks.left] : [sideMarks.left, sideMarks.right];
  context.font = `650 ${20 * unit}px ${FONT}`;
  context.textBaseline = "middle";
  const y = (top + bottom) / 2;
  context.textAlign = "left";
  haloText(context, words(start), left + MARGIN * unit, y, unit);
  context.textAlign = "right";
  haloText(context, words(end), right - MARGIN * unit, y, unit);
}

function drawScaleBar(context, scene) {
  const { spacingMm, view, proportion, unit } = scene;
  if (!spacingMm) return;
  const { left, right, bottom } = seenPart(scene);
  const bar = scaleBar((view.zoom * proportion.x) / spacingMm[1], right - left);
  if (!bar) return;
  const x = Math.round(left + MARGIN * unit);
  const y = Math.round(bottom - MARGIN * unit);
  const rise = 6 * unit;
  // Two units wide on whole pixels, which leaves it sharp.
  haloLine(context, unit, 2, () => {
    context.moveTo(x, y - rise);
    context.lineTo(x, y);
    context.lineTo(x + bar.lengthPx, y);
    context.lineTo(x + bar.lengthPx, y - rise);
  });
  context.font = `500 ${12 * unit}px ${FONT}`;
  context.textAlign = "left";
  context.textBaseline = "bottom";
  haloText(context, `${bar.lengthMm} mm`, x + 5 * unit, y - 3 * unit, unit);
}

function drawRuler(context, scene, ruler) {
  const { spacingMm, view, proportion, unit, formatLength } = scene;
  const from = toStage(view, proportion, ruler.from);
  const to = toStage(view, proportion, ruler.to);
  const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
  // Across the line, for the ticks at its ends.
  const acrossX = (-(to.y - from.y) / length) * END_TICK * unit;
  const acrossY = ((to.x - from.x) / length) * END_TICK * unit;
  haloLine(context, unit, 1.5, () => {
    context.moveTo(from.x, from.y);
    context.lineTo(to.x, to.y);
    for (const end of [from, to]) {
      context.moveTo(end.x - acrossX, end.y - acrossY);
      context.lineTo(end.x + acrossX, end.y + acrossY);
    }
  });
  const lower = from.y > to.y ? from : to;
  context.font = `600 ${13 * unit}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "top";
  const words = formatLength(lengthOf(ruler, spacingMm));
  const half = context.measureText(words).width / 2 + 4 * unit;
  const x = Math.min(Math.max(lower.x, half), Math.max(scene.width - half, half));
  const y = Math.min(lower.y + 9 * unit, scene.height - 18 * unit);
  haloText(context, words, x, y, unit);
}

/** The brush's rim, or a cross where the keys move it. */
function drawCursor(context, { cursor, view, proportion, unit }) {
  const { x, y } = toStage(view, proportion, cursor.place);
  const arm = 9 * unit;
  const gap = 3 * unit;
  haloLine(context, unit, 1.5, () => {
    if (cursor.diameter) context.arc(x, y, (cursor.diameter / 2) * view.zoom, 0, 2 * Math.PI);
    if (!cursor.cross) return;
    for (const [dx, dy] of [[1, 0], [-1, 0], [0, 1], [0, -1]]) {
      context.moveTo(x + dx * gap, y + dy * gap);
      context.lineTo(x + dx * arm, y + dy * arm);
    }
  });
}

/** The part of the surface that the slice covers. */
function seenPart({ image, view, proportion, width, height }) {
  return {
    left: Math.max(view.x, 0),
    top: Math.max(view.y, 0),
    right: Math.min(view.x + image.width * proportion.x * view.zoom, width),
    bottom: Math.min(view.y + image.height * proportion.y * view.zoom, height),
  };
}

function haloLine(context, unit, width, draw) {
  context.lineCap = "butt";
  context.lineJoin = "miter";
  context.beginPath();
  draw();
  context.strokeStyle = HALO;
  context.lineWidth = (width + 2) * unit;
  context.stroke();
  context.strokeStyle = INK;
  context.lineWidth = width * unit;
  context.stroke();
}

function haloText(context, words, x, y, unit) {
  context.lineJoin = "round";
  context.strokeStyle = HALO;
  context.lineWidth = 3.5 * unit;
  context.strokeText(words, x, y);
  context.fillStyle = INK;
  context.fillText(words, x, y);
}
