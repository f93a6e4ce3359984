// Outlines of a mask as polygons along the pixels' edges: the service's own definition
// (layers/common/python/multifidus/outlines.py), so that what is drawn encloses exactly the pixels
// that are counted. Columns and rows are those of view.js: corners lie at whole numbers.

export const RIGHT = 1;
export const LEFT = 2;

// Rightwards, downwards, leftwards, upwards.
const STEP_X = [1, 0, -1, 0];
const STEP_Y = [0, 1, 0, -1];
const RIGHT_TURN = 1;
const LEFT_TURN = 3;

/**
 * The polygons of one side, each a Float32Array of column, row, column, row, ...; not closed.
 *
 * Outer borders run clockwise as seen, holes the other way round. Pixels that touch at a corner
 * alone are not joined.
 */
export function outlinesOf({ data, width, height }, label) {
  const box = boxOf(data, width, height, label);
  if (!box) return [];
  const { region, columns, rows } = padded(data, width, label, box);
  const leaves = leavingEdges(region, columns, rows);
  const vertices = columns - 1;
  const seen = new Uint8Array(leaves.length);
  const polygons = [];
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < vertices; column++) {
      const at = row * vertices + column;
      // Each border has a piece that runs rightwards; it is followed from the first one's start.
      if (!(leaves[at] & 1) || seen[at] || (column > 0 && leaves[at - 1] & 1)) continue;
      polygons.push(follow(leaves, seen, vertices, column, row, box));
    }
  }
  return polygons;
}

/** The smallest box that holds a label, or null. */
export function boxOf(data, width, height, label) {
  let left = width;
  let right = -1;
  let top = -1;
  let bottom = -1;
  for (let row = 0; row < height; row++) {
    const start = row * width;
    let first = data.indexOf(label, start);
    if (first === -1) break;
    if (first >= start + width) {
      row = Math.floor(first / width) - 1;
      continue;
    }
    const last = data.lastIndexOf(label, start + width - 1);
    first -= start;
    if (top === -1) top = row;
    bottom = row;
    if (first < left) left = first;
    if (last - start > right) right = last - start;
  }
  return top === -1 ? null : { left, top, right, bottom };
}

/** The box's pixels as 0 and 1 with a border of 0 about them. */
function padded(data, width, label, box) {
  const columns = box.right - box.left + 3;
  const rows = box.bottom - box.top + 3;
  const region = new Uint8Array(columns * rows);
  for (let row = 1; row < rows - 1; row++) {
    const from = (box.top + row - 1) * width + box.left - 1;
    for (let column = 1; column < columns - 1; column++) {
      if (data[from + column] === label) region[row * columns + column] = 1;
    }
  }
  return { region, columns, rows };
}

/** For each corner of pixels, as bits by direction: which edges leave it with the region at their right. */
function leavingEdges(region, columns, rows) {
  const vertices = columns - 1;
  const leaves = new Uint8Array(vertices * (rows - 1));
  for (let row = 0; row < rows - 1; row++) {
    for (let column = 0; column < vertices; column++) {
      const at = row * columns + column;
      const upperLeft = region[at];
      const upperRight = region[at + 1];
      const lowerLeft = region[at + columns];
      const lowerRight = region[at + columns + 1];
      leaves[row * vertices + column] =
        (lowerRight & ~upperRight & 1) |
        ((lowerLeft & ~lowerRight & 1) << 1) |
        ((upperLeft & ~lowerLeft & 1) << 2) |
        ((upperRight & ~upperLeft & 1) << 3);
    }
  }
  return leaves;
}

function follow(leaves, seen, vertices, startColumn, startRow, box) {
  const corners = [];
  let column = startColumn;
  let row = startRow;
  let direction = 0;
  do {
    if (direction === 0) seen[row * vertices + column] = 1;
    corners.push(column + box.left, row + box.top);
    do {
      column += STEP_X[direction];
      row += STEP_Y[direction];
    } while (leaves[row * vertices + column] & (1 << direction));
    // To the right first: where two pixels touch at a corner, it stays with the same one.
    const turned = (direction + RIGHT_TURN) % 4;
    const goesRight = leaves[row * vertices + column] & (1 << turned);
    direction = goesRight ? turned : (direction + LEFT_TURN) % 4;
  } while (direction !== 0 || column !== startColumn || row !== startRow);
  return Float32Array.from(corners);
}
