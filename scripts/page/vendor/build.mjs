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
    name: "jpeg-lossless-decoder-js",
    source: 'export { Decoder } from "jpeg-lossless-decoder-js";',
  },
  {
    // The one file of it that decodes 12 bits; the package has no door to it.
    folder: "jpeg-12bit",
    name: "@cornerstonejs/dicom-image-loader",
    source: 'export { default } from "./node_modules/@cornerstonejs/dicom-image-loader/dist/esm/codecs/jpeg.js";',
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
for (const { folder, name, source, wasm, bundles = [] } of PACKAGES) {
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
  });
  if (wasm) {
    await copyFile(path.join(modules, name, "dist", wasm), path.join(target, `${folder}.wasm`));
  }
  await writeFile(path.join(target, "NOTICE"), await notice(folder, [name, ...bundles]));
}

function address(repository) {
  return (repository?.url ?? "").replace(/^git\+/, "").replace(/\.git$/, "");
}

/** Which packages a folder holds, and their licences. */
async function notice(folder, names) {
  const parts = [];
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
