// Whether to trust the numbers, why not, and what to do about each reason.

import { h } from "./dom.js";
import { FLAGS, LABELS, MESSAGES, UNKNOWN_FLAG } from "./strings.js";

/** Comes before the numbers. */
export function verdict({ quality, orientation }) {
  const { trusted, flags } = quality;
  const assumed = orientation === "image" && !flags.includes("no_multifidus_found");
  if (!trusted) {
    return h(
      "section",
      { className: "verdict is-doubtful" },
      h("h3", {}, mark("!"), LABELS.untrusted),
      reasons(flags, assumed),
    );
  }
  return h(
    "section",
    { className: "verdict" },
    h("h3", {}, mark("\u2713"), LABELS.trusted),
    h("p", {}, LABELS.trustedHelp),
    flags.length > 0 || assumed
      ? h("details", { open: true }, h("summary", {}, LABELS.notes), reasons(flags, assumed))
      : null,
  );
}

export const flagTitle = (flag) => FLAGS[flag]?.title ?? flag.replaceAll("_", " ");

function reasons(flags, assumedSides = false) {
  return h(
    "ul",
    {},
    flags.map((flag) =>
      h(
        "li",
        { className: `flag-${flag}` },
        h("strong", {}, flagTitle(flag)),
        h("span", {}, (FLAGS[flag] ?? UNKNOWN_FLAG).help),
      ),
    ),
    assumedSides && h("li", { className: "assumed" }, h("span", {}, MESSAGES.assumedSides)),
  );
}

const mark = (sign) => h("span", { className: "mark", "aria-hidden": "true" }, sign);
