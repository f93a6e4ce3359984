// The list of keys and gestures, made from the table of commands.

import { h } from "../dom.js";
import { COMMANDS, keyLabel } from "./commands.js";

let count = 0;

/** A modal dialog; the browser keeps the focus in it and gives it back. */
export function createHelp(strings) {
  const id = `vw-keys-${++count}`;
  const rows = [
    ...strings.keysMore,
    ...COMMANDS.map(({ id: name, key }) => [keyLabel(key), strings.commands[name].help]),
  ].map(([keys, words]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, words)));
  const close = h("button", { type: "button", className: "vw-close" }, strings.keysClose);
  const dialog = h(
    "dialog",
    { className: "vw-keys" },
    h("div", { className: "vw-keys-head" }, h("h2", { id }, strings.keysTitle), close),
    h("dl", { tabIndex: 0 }, ...rows),
  );
  dialog.setAttribute("aria-labelledby", id);
  close.addEventListener("click", () => dialog.close());
  return dialog;
}
