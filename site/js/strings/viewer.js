// The words of the viewer.

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0, useGrouping: false });
const one = new Intl.NumberFormat("en-GB", {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
  useGrouping: false,
});

const SIDE = { 1: "right", 2: "left" };

/** Whole where that says enough; a window of fractions needs its digits. */
const measured = (value) =>
  Math.abs(value) >= 100 || Number.isInteger(value) ? whole.format(value) : String(+value.toPrecision(3));

const lengthWords = ({ length, unit }) => `${one.format(length)} ${unit}`;
const windowWords = ({ center, width }) => `W ${measured(width)}  L ${measured(center)}`;

export const VIEWER = {
  image: "Image",
  empty: "No image",
  describe({ width, height, rightSide, sidesAssumed }) {
    const sides = {
      start: "The patient's right is at the image's left.",
      end: "The patient's right is at the image's right.",
    };
    const assumed = sidesAssumed ? " That is assumed: the file does not say." : "";
    const side = sides[rightSide] ? `${sides[rightSide]}${assumed}` : "Sides are not known.";
    return `Slice of ${width} by ${height} pixels. ${side} Question mark lists the keys.`;
  },
  sideMarks: { right: "R", left: "L" },
  toolbar: "Image tools",
  groups: { tool: "Tool", view: "View", overlay: "Outline", help: "Help" },
  commands: {
    window: { label: "Window", help: "Window and level: drag across for contrast, up and down for brightness" },
    pan: { label: "Move", help: "Move the image" },
    ruler: { label: "Ruler", help: "Measure a length" },
    brush: { label: "Brush", help: "Add to the outlined area" },
    erase: { label: "Erase", help: "Take away from the outlined area; the side that is touched first" },
    zoomOut: { label: "Smaller", help: "Zoom out" },
    zoomIn: { label: "Larger", help: "Zoom in" },
    fit: { label: "Fit", help: "Show the whole image" },
    actual: { label: "1:1", help: "One screen pixel for each image pixel" },
    invert: { label: "Invert", help: "Swap black and white" },
    reset: { label: "Reset", help: "The whole image with its first contrast" },
    outline: { label: "Contour", help: "Contour on or off" },
    compare: { label: "Compare", help: "Hold to see the image without outlines" },
    keys: { label: "Keys", help: "List of keys" },
    side: { label: "Side", help: "Paint the other side" },
    thinner: { label: "Thinner", help: "Thinner brush" },
    thicker: { label: "Thicker", help: "Thicker brush" },
    undo: { label: "Undo", help: "Undo the last stroke" },
    redo: { label: "Redo", help: "Redo the stroke" },
    remove: { label: "Remove", help: "Remove the ruler that was drawn or moved last" },
  },
  fill: "Fill",
  percent: (share) => `${whole.format(share * 100)} %`,
  options: { brush: "Brush", erase: "Eraser", ruler: "Ruler" },
  side: "Side",
  sides: { 1: "Right", 2: "Left" },
  size: "Size",
  pixels: (count) => `${whole.format(count)} px`,
  length: lengthWords,
  noRuler: "Drag along what you want to measure",
  window: windowWords,
  zoom: (pct) => `${whole.format(pct)} %`,
  place({ column, row, value, xMm, yMm, valueUnit }) {
    const parts = [`${column}, ${row} px`];
    if (xMm !== null) parts.push(`${one.format(xMm)}, ${one.format(yMm)} mm`);
    if (value !== null) parts.push(`${measured(value)}${valueUnit ? ` ${valueUnit}` : ""}`);
    return parts.join("  \u00b7  ");
  },
  keysTitle: "Keys and gestures",
  keysClose: "Close",
  // What the table of commands does not hold.
  keysMore: [
    ["Drag", "What the chosen tool does"],
    ["Wheel, pinch", "Zoom about the pointer"],
    ["Two fingers, right button, Shift + wheel", "Move the image"],
    ["Arrows", "By tool: change the window, move the image, move the cursor (Shift: faster)"],
    ["Space", "Ruler: set an end at the cursor. Brush: paint there once"],
    ["Enter", "Ruler: take up the nearest end. Brush: paint while the arrows move, until Enter"],
    ["Esc", "Give up what was begun; back to Window"],
  ],
  announce: {
    tool: ({ tool }) => tool,
    zoom: ({ zoomPct }) => `Zoom ${whole.format(zoomPct)} %`,
    window: ({ window }) =>
      `Window ${measured(window.width)}, level ${measured(window.center)}`,
    reset: () => "Whole image, first contrast",
    inverted: ({ inverted }) => (inverted ? "Inverted" : "Not inverted"),
    outlined: ({ outlined }) => (outlined ? "Contour shown" : "Contour hidden"),
    comparing: ({ comparing }) => (comparing ? "Outlines hidden" : "Outlines shown"),
    side: ({ brush }) => `Brush paints the ${SIDE[brush.label]} side`,
    diameter: ({ brush }) => `Brush of ${whole.format(brush.diameter)} pixels`,
    undone: () => "Stroke undone",
    redone: () => "Stroke redone",
    removed: () => "Ruler removed",
    cursor: ({ place }) => (place ? VIEWER.place(place) : ""),
    dab: () => "Painted",
    brushDown: () => "Brush down: the arrow keys paint",
    brushUp: () => "Brush lifted",
    ruler: ({ length }) => (length ? lengthWords(length) : "No ruler"),
    rulerBegun: () => "First end set. Move with the arrow keys, then press Space",
    rulerHeld: () => "End taken up",
    noRuler: () => "There is no ruler yet",
  },
};
