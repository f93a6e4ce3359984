// Every word that a script puts on the page, in one place; the modules beside divide it up.

export * from "./strings/errors.js";
export * from "./strings/flags.js";
export * from "./strings/labels.js";
export * from "./strings/limits.js";
export * from "./strings/messages.js";
export * from "./strings/privacy.js";
export * from "./strings/samples.js";
export * from "./strings/viewer.js";
