// The viewer alone on a page, with what tests need to hand it numbers and read its canvas.

import { VIEWER } from "/js/strings/viewer.js";
import { createViewer } from "/js/viewer/index.js";

const TYPES = { Int16Array, Uint16Array, Uint8Array, Float32Array };
const edits = [];
const places = [];
let viewer = null;

/** A new viewer in place of the one before it, which costs less than a new page. */
function anew() {
  viewer?.destroy();
  edits.length = places.length = 0;
  viewer = window.viewer = createViewer(document.getElementById("place"), {
    strings: VIEWER,
    onEdit: (mask, how) => edits.push({ area: mask.data.filter(Boolean).length, ...how }),
    onPointer: (place) => places.push(place),
  });
}

const bytesOf = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

function base64Of(bytes) {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return btoa(text);
}

/** The canvas's pixels after whatever has been asked for is drawn. */
async function pixels() {
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const canvas = document.querySelector(".vw-canvas");
  const { width, height } = canvas;
  // Through a copy: reading the canvas itself would make the browser treat it in another way.
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, width, height);
  return { width, height, base64: base64Of(data) };
}

Object.assign(window, {
  anew,
  edits,
  places,
  pixels,
  show({ values, type, ...picture }) {
    viewer.setPicture({ ...picture, values: new TYPES[type](bytesOf(values).buffer) });
  },
  lay({ data, ...mask }) {
    viewer.setMask({ ...mask, data: bytesOf(data) });
  },
  showPng: (base64, about) => viewer.setPng(new Blob([bytesOf(base64)]), about),
  maskNow: () => base64Of(viewer.getMask().data),
  exported: async () => base64Of(new Uint8Array(await (await viewer.exportPng()).arrayBuffer())),
});
anew();
document.body.dataset.ready = "";
