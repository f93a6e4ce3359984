// Ties the page together: slices come in, are measured, and the one that is looked at is shown.

import { announce } from "./announce.js";
import { apiUrl } from "./api.js";
import { Corrections } from "./correction.js";
import { byId } from "./dom.js";
import { errorBox, errorWords } from "./error_view.js";
import { listenForSlices } from "./intake.js";
import { Panel } from "./panel.js";
import { preparePicture, preparePrint } from "./print_view.js";
import { Queue } from "./queue.js";
import { QueueView } from "./queue_view.js";
import { FINISHED, Slices, shownAnswer } from "./slices.js";
import { Stage } from "./stage.js";
import { MESSAGES } from "./strings.js";

const slices = new Slices();
const leftOut = { noSlice: 0, notAxial: 0 };
const queue = new Queue(slices, {
  lookFirst: () => byId("look-first").checked,
  onStarted: (item) => item === slices.selected && announce(MESSAGES.measuring(item.name)),
  onFinished: finished,
  onLeftOut: (item, reason) => {
    leftOut[reason] += 1;
    slices.remove(item);
    tellLeftOut();
  },
  onConnection: (isThere) => {
    byId("offline").hidden = isThere;
    announce(isThere ? MESSAGES.online : MESSAGES.offline);
  },
});
const corrections = new Corrections(slices, { onAreas: (item, areas) => panel.showAreas(item, areas) });
const panel = new Panel(slices, queue, corrections);
const list = new QueueView(slices, queue);
const stage = new Stage({
  onEdit: (item, mask, final) => corrections.edit(item, mask, final),
  onCancel: (item) => queue.cancel(item),
});

slices.addEventListener("change", ({ detail: item }) => {
  document.body.dataset.view = slices.items.length ? "work" : "empty";
  list.show(item);
  // A slice that waits to be looked at also tells how many others do.
  if (item === null || item === slices.selected || slices.selected?.state === "review") showSelected();
});

function showSelected() {
  const { selected } = slices;
  stage.show(selected);
  panel.show(selected);
  preparePicture(selected);
  if (selected?.state === "review" && !selected.told) {
    selected.told = true;
    announce(MESSAGES.review(selected.name));
    focusPanel();
  }
}

function take(files, options) {
  Object.assign(leftOut, { noSlice: 0, notAxial: 0 });
  tellLeftOut();
  byId("intake-error").replaceChildren();
  const idle = slices.items.every((item) => FINISHED.has(item.state));
  const [first] = slices.add(files, options);
  announce(MESSAGES.added(files.length));
  if (idle) {
    slices.select(first);
    // Where one thing stands below the other, more is added from further down.
    byId("queue").scrollIntoView({ block: "nearest" });
  }
  byId("samples-more").open = false;
  queue.run();
}

function finished(item) {
  if (item.state === "done") {
    const { trusted } = shownAnswer(item).quality;
    announce(trusted ? MESSAGES.measured(item.name) : MESSAGES.measuredUntrusted(item.name));
  } else if (item.state === "failed") announce(MESSAGES.failed(item.name, errorWords(item.error).title));
  else announce(MESSAGES.cancelled(item.name));
  const all = slices.items.length;
  if (all > 1 && slices.count(...FINISHED) === all) announce(MESSAGES.allDone(all));
  if (item === slices.selected) focusPanel();
}

/** To the result, unless the reader is at work elsewhere. */
function focusPanel() {
  const { activeElement } = document;
  const atWork = activeElement?.closest("#panel, #viewer, #queue-list, .pick");
  if (atWork && !activeElement.matches("#cancel, .sample, #choose, #choose-folder")) return;
  (byId("error") ?? byId("panel-title"))?.focus({ preventScroll: true });
}

function tellLeftOut() {
  const texts = [
    leftOut.noSlice && MESSAGES.leftOut(leftOut.noSlice),
    leftOut.notAxial && MESSAGES.notAxial(leftOut.notAxial),
    leftOut.noSlice + leftOut.notAxial > 0 && slices.items.length === 0 && MESSAGES.nothingFound,
  ].filter(Boolean);
  byId("left-out").textContent = texts.join(" ");
}

listenForSlices(take, (error) => {
  byId("intake-error").replaceChildren(errorBox(error));
  byId("error").focus();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && slices.selected?.run) queue.cancel(slices.selected);
});
preparePrint(() => slices.selected);
apiUrl("docs").then((url) => (byId("api-link").href = url));
document.body.dataset.ready = "";
