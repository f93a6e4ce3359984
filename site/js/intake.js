// How slices come in: chosen, dropped, pasted, or one of the generated ones.

import { announce } from "./announce.js";
import { ApiError, known } from "./api_errors.js";
import { byId, h } from "./dom.js";
import { chosenFolder, droppedFiles } from "./dropped.js";
import { MESSAGES, SAMPLES } from "./strings.js";

/** `onFiles(files, {fromFolder})` gets what came in; `onError(error)` what went wrong. */
export function listenForSlices(onFiles, onError) {
  const take = (files, options = { fromFolder: false }) => {
    if (files.length) onFiles(files, options);
    else announce(MESSAGES.nothingFound);
  };
  chooser("choose", "file", (list) => take([...list]));
  chooser("choose-folder", "folder", (list) => take(chosenFolder(list), { fromFolder: true }));
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (files.length) take(files);
  });
  listenForDrops(async (transfer) => {
    const { files, fromFolder } = await droppedFiles(transfer);
    take(files, { fromFolder });
  });
  listSamples((file) => take([file]), onError);
}

/** A button that stands for an input that cannot be made to look like one. */
function chooser(buttonId, inputId, onChosen) {
  const input = byId(inputId);
  byId(buttonId).addEventListener("click", () => input.click());
  input.addEventListener("change", () => {
    onChosen(input.files);
    // So that choosing the same file again counts as a change.
    input.value = "";
  });
}

function listenForDrops(onDrop) {
  let depth = 0; // dragenter and dragleave also fire for every child
  const mark = (step) => {
    depth = step === 0 ? 0 : Math.max(0, depth + step);
    document.body.toggleAttribute("data-drag", depth > 0);
  };
  document.addEventListener("dragenter", () => mark(1));
  document.addEventListener("dragleave", () => mark(-1));
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(0);
    onDrop(event.dataTransfer);
  });
}

function listSamples(onFile, onError) {
  byId("samples").append(
    ...SAMPLES.map(({ id, label, alt }) => {
      const button = h(
        "button",
        { type: "button", className: "sample" },
        h("img", { src: `samples/${id}.png`, alt, loading: "lazy", width: 320, height: 320 }),
        h("span", {}, label),
      );
      button.addEventListener("click", async () => {
        try {
          onFile(await sampleFile(id));
        } catch (error) {
          onError(known(error));
        }
      });
      return h("li", {}, button);
    }),
  );
}

async function sampleFile(id) {
  const name = `${id}.dcm`;
  try {
    const response = await fetch(`samples/${name}`);
    if (!response.ok) throw new ApiError("unreachable");
    return new File([await response.blob()], name, { type: "application/dicom" });
  } catch {
    throw new ApiError(navigator.onLine ? "unreachable" : "offline");
  }
}
