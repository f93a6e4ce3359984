// The line below the image: what is under the pointer, the window and the zoom.

import { h } from "../dom.js";

/** What lies at the cursor: whole column and row, value, and mm from the upper left corner; or null. */
export function placeUnder({ picture, cursor }) {
  if (!picture || !cursor) return null;
  const column = Math.floor(cursor.column);
  const row = Math.floor(cursor.row);
  const inside = column >= 0 && row >= 0 && column < picture.width && row < picture.height;
  if (!inside) return null;
  const [rowMm, columnMm] = picture.spacingMm ?? [];
  return {
    column,
    row,
    value: picture.colours ? null : picture.values[row * picture.width + column],
    xMm: columnMm ? cursor.column * columnMm : null,
    yMm: rowMm ? cursor.row * rowMm : null,
    valueUnit: picture.valueUnit ?? null,
  };
}

/** The line's element, and `sync`, which passes what is under the pointer on. */
export function createReadout(state, { strings, onPointer }) {
  const place = h("span", { className: "vw-place" });
  const window = h("span", { className: "vw-window" });
  const zoom = h("span", { className: "vw-zoom" });
  const element = h("div", { className: "vw-readout" }, place, window, zoom);
  let shown = null;
  const sync = () => {
    const under = placeUnder(state);
    place.textContent = under ? strings.place(under) : "";
    window.textContent = state.picture ? strings.window(state.window) : "";
    zoom.textContent = state.picture ? strings.zoom(state.zoomPct) : "";
    if (under?.column === shown?.column && under?.row === shown?.row) return;
    shown = under;
    onPointer?.(under);
  };
  return { element, sync };
}
