// What is announced, and what stands in the place of a result that is not there yet.

export const MESSAGES = {
  added: (count) => (count === 1 ? "One slice added." : `${count} slices added.`),
  leftOut: (count) =>
    count === 1 ? "One file is no slice and was left out." : `${count} files are no slices and were left out.`,
  notAxial: (count) =>
    count === 1
      ? "One slice is not axial and was left out."
      : `${count} slices are not axial and were left out.`,
  nothingFound: "Nothing that could be measured was found there.",
  reading: (name) => `Reading ${name}`,
  measuring: (name) => `Measuring ${name}`,
  measured: (name) => `${name} measured.`,
  measuredUntrusted: (name) => `${name} measured, but do not rely on the numbers: see the reasons.`,
  failed: (name, title) => `${name} not measured. ${title}`,
  cancelled: (name) => `Cancelled. ${name} was not measured.`,
  removed: (name) => `${name} taken off the list.`,
  allDone: (count) => `All ${count} slices are done.`,
  review: (name) => `${name} waits for you to look before it is sent.`,
  waiting: "Waiting for its turn.",
  waitingFor: (name) => `${name} waits for its turn`,
  slow: "This takes longer than usual. A service that was idle starts up first; you can wait or cancel.",
  busyRetry: (seconds) => `The service is busy. Trying again in ${seconds} s.`,
  offline: "Offline. Slices wait here until the connection is back.",
  online: "The connection is back.",
  assumedSides:
    "The file does not say which side is which. Right is taken to be the image's left half, by radiological convention.",
  requestId: "Request",
  recomputing: "Measuring the corrected outline",
  recomputed: "The numbers are those of your outline.",
  notRecomputed: (title) => `Area by this page; the rest could not be measured again. ${title}`,
  discarded: "Correction discarded. The numbers are those of the model's outline again.",
  writing: "Writing the report",
  written: "The report is written.",
  making: (what) => `Making ${what}`,
  saved: (what) => `${what} saved.`,
  notSaved: (what, title) => `${what} could not be made. ${title}`,
};
