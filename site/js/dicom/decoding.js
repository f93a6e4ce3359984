// Pictures are decoded in a worker, so that no file keeps the page from answering its reader.

import { DicomProblem } from "./problem.js";

// A slice takes a fraction of a second; one that takes this long is made to take for ever.
const MAX_MS = 15_000;

let worker = null;
let queue = Promise.resolve();

/**
 * Decode a DICOM, PNG or JPEG file.
 * @param {Uint8Array} bytes  stay as they are
 * @returns {Promise<Picture>} see picture.js
 * @throws {DicomProblem} with the service's code where it would refuse the file,
 *   `decoding_timed_out`, or `decoder_unavailable`
 */
export function decodePicture(bytes) {
  const result = queue.then(() => decodedByWorker(bytes));
  queue = result.catch(() => {});
  return result;
}

function decodedByWorker(bytes) {
  return new Promise((resolve, reject) => {
    worker ??= new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    const current = worker;
    const timer = setTimeout(() => fail("decoding_timed_out"), MAX_MS);
    const fail = (code, detail) => {
      clearTimeout(timer);
      if (code !== "refused") {
        current.terminate();
        worker = null;
      }
      reject(new DicomProblem(code === "refused" ? detail.code : code, detail?.message));
    };
    current.onerror = () => fail("decoder_unavailable");
    current.onmessageerror = () => fail("decoder_unavailable");
    current.onmessage = ({ data }) => {
      if (data.problem) return fail("refused", data.problem);
      clearTimeout(timer);
      resolve(data.picture);
    };
    current.postMessage(bytes);
  });
}
