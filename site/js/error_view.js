// Failures in words that help.

import { h } from "./dom.js";
import { ERRORS, MESSAGES, QUEUE, UNKNOWN_ERROR } from "./strings.js";

export function errorWords(error) {
  const words = ERRORS[error.code];
  if (words) return words;
  return { ...UNKNOWN_ERROR, help: `${UNKNOWN_ERROR.help} ${error.detail || error.code}` };
}

/** What went wrong, what to do, and the button to do it with where trying again may help. */
export function errorBox(error, { onAgain } = {}) {
  const { title, help } = errorWords(error);
  const again = onAgain && error.mayBeTriedAgain && againButton(onAgain);
  return h(
    "div",
    { className: "error", id: "error", tabIndex: -1, role: "group", "aria-labelledby": "error-title" },
    h("h2", { id: "error-title" }, title),
    h("p", {}, help),
    error.requestId && h("p", { className: "request" }, `${MESSAGES.requestId} ${error.requestId}`),
    again,
  );
}

export function againButton(onAgain, text = QUEUE.again) {
  const button = h("button", { type: "button", id: "again", className: "button" }, text);
  button.addEventListener("click", onAgain);
  return button;
}
