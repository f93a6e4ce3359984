// What is taken out of a DICOM file before it is sent, and the look at it before that.

import { h } from "./dom.js";
import { LABELS, PRIVACY } from "./strings.js";

/** Below a result: what was done to the file. */
export function privacyNote(item) {
  const { removed, burntIn } = item.privacy;
  return section(
    burntIn && burntInWarning(),
    item.kind === "picture" && h("p", { className: "aside" }, PRIVACY.pictureSent),
    removed.length === 0
      ? h("p", { className: "aside" }, PRIVACY.nothingRemoved)
      : h("details", {}, h("summary", {}, PRIVACY.removedTitle(removed.length)), removedTable(removed)),
  );
}

/** In the place of a result, while a slice waits for its reader's word. */
export function reviewView(item, { onSend, onLeave, onSendAll, othersWait }) {
  const { removed, kept, burntIn } = item.privacy ?? { removed: [], kept: [], burntIn: false };
  return h(
    "section",
    { className: "review" },
    h("h2", { id: "panel-title", tabIndex: -1 }, PRIVACY.reviewTitle),
    h("p", { className: "filename" }, item.name),
    burntIn && burntInWarning(),
    h("p", {}, item.kind === "picture" ? PRIVACY.picture : PRIVACY.reviewHelp),
    h(
      "div",
      { className: "actions" },
      button("send", PRIVACY.send, "button primary", onSend),
      button("leave", PRIVACY.leave, "button", onLeave),
      othersWait && button("send-all", PRIVACY.sendAll, "button", onSendAll),
    ),
    removed.length > 0 && h("h3", {}, PRIVACY.wouldRemove(removed.length)),
    removed.length > 0 && removedTable(removed),
    kept.length > 0 && h("details", {}, h("summary", {}, PRIVACY.kept(kept.length)), keptTable(kept)),
  );
}

function section(...content) {
  return h(
    "section",
    { className: "privacy", "aria-labelledby": "privacy-title" },
    h("h3", { id: "privacy-title" }, PRIVACY.title),
    ...content,
  );
}

const burntInWarning = () =>
  h(
    "div",
    { className: "verdict is-doubtful burnt-in" },
    h("h3", {}, PRIVACY.burntIn),
    h("p", {}, PRIVACY.burntInHelp),
  );

const removedTable = (removed) =>
  table(
    [PRIVACY.attribute, PRIVACY.value, PRIVACY.action],
    removed.map((row) => [name(row), row.value, PRIVACY.actions[row.action] ?? row.action]),
  );

const keptTable = (kept) =>
  table([PRIVACY.attribute, PRIVACY.value], kept.map((row) => [name(row), row.value]));

/** `PatientName` or `SOPInstanceUID` in words, above its tag. */
const name = ({ keyword, tag }) => {
  const words = keyword.replaceAll(/([a-z]|[A-Z](?=[A-Z][a-z]))(?=[A-Z])/g, "$1 ");
  return [words || tag, words ? h("span", { className: "tag" }, tag) : null];
};

function table(heads, rows) {
  return h(
    "div",
    { className: "scrolls attributes", tabIndex: 0, role: "region", "aria-label": heads[0] },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, heads.map((text) => h("th", { scope: "col" }, text)))),
      h(
        "tbody",
        {},
        rows.map(([first, ...others]) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, ...[first].flat().filter(Boolean)),
            others.map((text) => h("td", {}, text || LABELS.unknown)),
          ),
        ),
      ),
    ),
  );
}

function button(id, text, className, onClick) {
  const element = h("button", { type: "button", id, className }, text);
  element.addEventListener("click", onClick);
  return element;
}
