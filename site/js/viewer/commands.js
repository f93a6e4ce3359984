// Everything that a button or a key does, in one table: the toolbar, the keys and the list of keys
// are made from it, so that they cannot disagree.

const always = () => true;
const withPicture = (state) => state.picture !== null;
const withMask = (state) => state.mask !== null;
const editing = (state) => state.editable;

const tool = (id, key, enabled = withPicture) => ({
  id,
  key,
  enabled,
  tool: id,
  pressed: (state) => state.tool === id,
  run: (state) => state.setTool(id),
});

/** `says` is what is announced afterwards, by its name in the words' `announce`. */
export const COMMANDS = [
  tool("window", "w"),
  tool("pan", "p"),
  tool("ruler", "m"),
  tool("brush", "b", editing),
  tool("erase", "e", editing),
  { id: "zoomOut", key: "-", enabled: withPicture, run: (state) => state.zoomStep(-1), says: "zoom" },
  { id: "zoomIn", key: "+", enabled: withPicture, run: (state) => state.zoomStep(1), says: "zoom" },
  { id: "fit", key: "0", enabled: withPicture, run: (state) => state.fit(), says: "zoom" },
  { id: "actual", key: "1", enabled: withPicture, run: (state) => state.actualSize(), says: "zoom" },
  {
    id: "invert",
    key: "i",
    enabled: withPicture,
    pressed: (state) => state.inverted,
    run: (state) => state.invert(),
    says: "inverted",
  },
  { id: "reset", key: "r", enabled: withPicture, run: (state) => state.reset(), says: "reset" },
  {
    id: "outline",
    key: "o",
    enabled: withMask,
    pressed: (state) => state.outlined,
    run: (state) => state.set({ outlined: !state.outlined }),
    says: "outlined",
  },
  {
    id: "compare",
    key: "h",
    enabled: withMask,
    held: true,
    pressed: (state) => state.comparing,
    run: (state) => state.set({ comparing: !state.comparing }),
    says: "comparing",
  },
  { id: "keys", key: "?", enabled: always, help: true },
  { id: "side", key: "x", enabled: editing, run: (state) => state.swapSide(), says: "side" },
  { id: "thinner", key: "[", enabled: editing, run: (state) => resize(state, -1), says: "diameter" },
  { id: "thicker", key: "]", enabled: editing, run: (state) => resize(state, 1), says: "diameter" },
  {
    id: "undo",
    key: "Control+z",
    enabled: (state) => state.canUndo,
    run: (state) => state.undo(),
    says: "undone",
  },
  {
    id: "redo",
    key: "Control+Shift+z",
    enabled: (state) => state.canRedo,
    run: (state) => state.redo(),
    says: "redone",
  },
  {
    id: "remove",
    key: "Delete",
    enabled: (state) => state.rulers.active !== null,
    run(state) {
      state.rulers.remove();
      state.changed();
    },
    says: "removed",
  },
];

export const command = (id) => COMMANDS.find((one) => one.id === id);

/** The command that a key press means, or undefined. */
export function commandFor(event) {
  if (event.altKey) return undefined;
  const ctrl = event.ctrlKey || event.metaKey;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (ctrl) {
    if (key === "z") return command(event.shiftKey ? "redo" : "undo");
    return key === "y" ? command("redo") : undefined;
  }
  if (key === "=") return command("zoomIn");
  if (key === "Backspace") return command("remove");
  return COMMANDS.find((one) => one.key === key);
}

/** A key as a reader sees it on the keyboard. */
export const keyLabel = (key) =>
  key
    .replace("Control", "Ctrl")
    .replace("Delete", "Del")
    .replace(/(^|\+)([a-z])$/, (_, before, letter) => before + letter.toUpperCase());

function resize(state, direction) {
  const { diameter } = state.brush;
  // Finer steps where a pixel counts.
  const step = diameter < 12 || (diameter === 12 && direction < 0) ? 1 : 3;
  state.setBrush({ diameter: diameter + direction * step });
}
