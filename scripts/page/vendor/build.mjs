// Makes site/vendor/ again: one folder per package, a built module, its WebAssembly, its licence.
//
//     npm ci --ignore-scripts && npm run build

import { build } from "esbuild";
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const modules = path.join(here, "node_modules");
const out = path.join(here, "../../../site/vendor");

// `bundles`: packages that end up in the same file, whose licences go with it.
const PACKAGES = [
  { folder: "fflate", name: "fflate", source: 'export { Inflate } from "fflate";' },
  { folder: "uuid", name: "uuid", source: 'export { v5 } from "uuid";' },
  {
    folder: "dicom-character-set",
    name: "dicom-character-set",
    source: 'export { convertBytes } from "dicom-character-set";',
  },
  {
    folder: "fast-png",
    name: "fast-png",
    bundles: ["fflate", "iobuffer"],
    source: 'export { decode } from "fast-png";',
  },
  {
    folder: "jpeg-lossless",
    name: "@cornerstonejs/jpeg-lossless-decoder-js",
    source: 'export { Decoder } from "@cornerstonejs/jpeg-lossless-decoder-js";',
    corrections: [
      {
        // ITU-T T.81 table H.1: the sum is shifted, so that it is a whole number below 0 too.
        why: "predictor 7 of samples that wrap around",
        from: "(this.getPreviousX(compOffset) + this.getPreviousY(compOffset)) / 2",
        to: "(this.getPreviousX(compOffset) + this.getPreviousY(compOffset)) >> 1",
      },
    ],
  },
  {
    // The one file of it that decodes 12 bits; the package has no door to it.
    folder: "jpeg-12bit",
    name: "@cornerstonejs/dicom-image-loader",
    source: 'export { default } from "./node_modules/@cornerstonejs/dicom-image-loader/dist/esm/codecs/jpeg.js";',
    corrections: [
      // The level shift of 8 bits is scaled there by 255 / 4095 instead of by 1 / 16: 15 too bright.
      {
        why: "level shift of 12 bits",
        from: "q <= -2056 / component.bitConversion",
        to: "q <= -(component.levelShift)",
      },
      {
        why: "level shift of 12 bits",
        from: "q >= 2024 / component.bitConversion",
        to: "q + component.levelShift >= 2 * (component.levelShift - 8)",
      },
      {
        why: "level shift of 12 bits",
        from: "(q + 2056 / component.bitConversion) >> 4",
        to: "(q + component.levelShift) >> 4",
      },
      {
        why: "level shift of 12 bits",
        from: "bitConversion: 255 / ((1 << frame.precision) - 1),",
        to: "bitConversion: 255 / ((1 << frame.precision) - 1), levelShift: (8 << frame.precision) + 8,",
      },
    ],
  },
  ...[
    ["charls", "codec-charls", "charlswasm_decode.wasm"],
    ["openjpeg", "codec-openjpeg", "openjpegwasm_decode.wasm"],
    ["libjpeg-turbo", "codec-libjpeg-turbo-8bit", "libjpegturbowasm_decode.wasm"],
  ].map(([folder, name, wasm]) => ({
    folder,
    name: `@cornerstonejs/${name}`,
    source: `export { default } from "@cornerstonejs/${name}/decodewasmjs";`,
    wasm,
  })),
];

await rm(out, { recursive: true, force: true });
for (const { folder, name, source, wasm, bundles = [], corrections = [] } of PACKAGES) {
  const target = path.join(out, folder);
  await mkdir(target, { recursive: true });
  await build({
    stdin: { contents: source, resolveDir: here },
    outfile: path.join(target, `${folder}.js`),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    legalComments: "inline",
    external: ["fs", "path"], // which the glue asks for in Node alone
    logLevel: "warning",
    plugins: [corrected(corrections)],
  });
  if (wasm) {
    await copyFile(path.join(modules, name, "dist", wasm), path.join(target, `${folder}.wasm`));
  }
  await writeFile(path.join(target, "NOTICE"), await notice(folder, [name, ...bundles], corrections));
}

function address(repository) {
  return (repository?.url ?? "").replace(/^git\+/, "").replace(/\.git$/, "");
}

/** Replaces what is wrong in a package; each text has to be there once. */
function corrected(corrections) {
  return {
    name: "corrected",
    setup({ onLoad, onEnd }) {
      const done = new Set();
      onLoad({ filter: /\.m?js$/ }, async ({ path: file }) => {
        let contents = await readFile(file, "utf8");
        for (const correction of corrections) {
          const parts = contents.split(correction.from);
          if (parts.length === 2 && !done.has(correction)) {
            contents = parts.join(correction.to);
            done.add(correction);
          }
        }
        return { contents, loader: "js" };
      });
      onEnd(() => {
        const missed = corrections.filter((correction) => !done.has(correction));
        if (missed.length) throw new Error(`Not found: ${missed.map(({ from }) => from).join(" | ")}`);
      });
    },
  };
}

/** Which packages a folder holds, what was changed in them, and their licences. */
async function notice(folder, names, corrections) {
  const parts = [];
  const changes = [...new Set(corrections.map(({ why }) => why))];
  if (changes.length) parts.push(`Changed (scripts/page/vendor/build.mjs): ${changes.join("; ")}.`);
  for (const name of names) {
    const read = JSON.parse(await readFile(path.join(modules, name, "package.json"), "utf8"));
    parts.push(`${read.name} ${read.version}, ${read.license}\n${address(read.repository)}`);
    const licences = (await readdir(path.join(modules, name))).filter((file) => /^licen[cs]e/i.test(file));
    for (const file of licences) parts.push((await readFile(path.join(modules, name, file), "utf8")).trim());
  }
  const more = path.join(here, "notices", `${folder}.txt`);
  parts.push(await readFile(more, "utf8").then((text) => text.trim(), () => ""));
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}
