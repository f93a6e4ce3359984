// The worker of decoding.js.

import { decode } from "./picture.js";
import { DicomProblem } from "./problem.js";

addEventListener("message", async ({ data }) => {
  try {
    const picture = await decode(data);
    postMessage({ picture }, [picture.values.buffer]);
  } catch (error) {
    const code = error instanceof DicomProblem ? error.code : "unreadable_image";
    postMessage({ problem: { code, message: error instanceof DicomProblem ? error.message : "" } });
  }
});
