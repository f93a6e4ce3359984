// The toolbar's pictures: lines on a grid of 20, of our own drawing.

const NAMESPACE = "http://www.w3.org/2000/svg";

const PATHS = {
  window: "M10 3a7 7 0 1 0 0 14zM10 3a7 7 0 0 1 0 14",
  pan: "M10 3v14M3 10h14M8 5l2-2 2 2M8 15l2 2 2-2M5 8l-2 2 2 2M15 8l2 2-2 2",
  ruler: "M3 13 13 3l4 4L7 17zM6 10l2 2M9 7l2 2M12 4.5l1.5 1.5",
  brush: "M16.5 3.5 9 11M9.4 9.6l2 2M8 11.5c-2.5-.6-3.4 1.2-3.6 2.6-.1.9-.6 1.6-1.4 2.1 3 1 6.6 0 6.5-3z",
  erase: "M8 16h9M4 12.5l7-8 5 4.5-6.5 7H7zM7.5 8.5l5 4.5",
  zoomOut: "M5 10h10",
  zoomIn: "M5 10h10M10 5v10",
  fit: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  actual: "M5 6.5 6.5 5v10M13 6.5 14.5 5v10M10 8v.1M10 12v.1",
  invert: "M4 4h12v12H4zM16 4v12H4z",
  reset: "M4.5 8.5A6 6 0 1 1 4 11M4 4v4.5h4.5",
  outline: "M10 4c4 0 6 2.5 6 6s-2.5 6-6 6-6-1.5-6-5 2-7 6-7z",
  compare: "M2.5 10S5.5 5 10 5s7.5 5 7.5 5-3 5-7.5 5-7.5-5-7.5-5zM10 8a2 2 0 1 0 0 4 2 2 0 0 0 0-4",
  keys: "M2.5 6h15v9h-15zM5.5 9v.1M8.5 9v.1M11.5 9v.1M14.5 9v.1M6.5 12h7",
  undo: "M4 8h8a4 4 0 0 1 0 8H8M7 5 4 8l3 3",
  redo: "M16 8H8a4 4 0 0 0 0 8h4M13 5l3 3-3 3",
  remove: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6",
};
const FILLED = { window: "M10 3a7 7 0 1 0 0 14z", invert: "M16 4v12H4z" };

export function icon(id) {
  const svg = document.createElementNS(NAMESPACE, "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path(PATHS[id]));
  if (FILLED[id]) svg.append(path(FILLED[id], "vw-icon-fill"));
  return svg;
}

function path(d, name = "") {
  const element = document.createElementNS(NAMESPACE, "path");
  element.setAttribute("d", d);
  if (name) element.setAttribute("class", name);
  return element;
}
