// What was dropped or chosen, as files in a sensible order; folders are walked through.

const byName = new Intl.Collator("en", { numeric: true });
// Of folders: what lies there beside slices.
const NO_SLICE = /^(\.|dicomdir$|thumbs\.db$)|\.(txt|pdf|xml|html?|json|csv|exe|inf|zip|md|docx?)$/i;

/** Files of a drop: {files, fromFolder}. Read at once: a drop's data is gone after its event. */
export async function droppedFiles(transfer) {
  const entries = [...transfer.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const fromFolder = entries.some((entry) => entry?.isDirectory);
  const found = await Promise.all(entries.filter(Boolean).map(walk));
  return { files: found.flat(), fromFolder };
}

/** Files of a chosen folder, without what is no slice by its name, in their names' order. */
export function chosenFolder(list) {
  const files = [...list].filter((file) => !NO_SLICE.test(file.name));
  return files.sort((a, b) => byName.compare(a.webkitRelativePath, b.webkitRelativePath));
}

async function walk(entry) {
  if (entry instanceof File) return [entry];
  if (entry.isFile) return [await new Promise((resolve, reject) => entry.file(resolve, reject))];
  const children = [];
  const reader = entry.createReader();
  // Gives a hundred at a time, and an empty list at the end.
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  children.sort((a, b) => byName.compare(a.name, b.name));
  const wanted = children.filter((child) => child.isDirectory || !NO_SLICE.test(child.name));
  return (await Promise.all(wanted.map(walk))).flat();
}
