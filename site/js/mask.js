// Masks: 0 background, 1 the patient's right multifidus, 2 the left; as PNG and as pixels.

export const RIGHT = 1;
export const LEFT = 2;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** Read a mask: {width, height, data}, a byte for each pixel. */
export async function decodeMask(blob) {
  // As stored: a colour profile of the screen would change the values.
  const bitmap = await createImageBitmap(blob, {
    colorSpaceConversion: "none",
    premultiplyAlpha: "none",
  });
  const { width, height } = bitmap;
  const context = new OffscreenCanvas(width, height).getContext("2d");
  context.drawImage(bitmap, 0, 0);
  bitmap.close();
  const rgba = context.getImageData(0, 0, width, height).data;
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => rgba[4 * i]) };
}

/** Write a mask as an 8-bit grey PNG, the form in which the service sends its own. */
export async function encodeMask({ width, height, data }) {
  const rows = new Uint8Array((width + 1) * height); // a byte in front of each row: no filter
  for (let row = 0; row < height; row += 1) {
    rows.set(data.subarray(row * width, (row + 1) * width), row * (width + 1) + 1);
  }
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, 8); // bits; what follows are zeros: grey, deflate, no interlace
  return new Blob(
    [
      new Uint8Array(SIGNATURE),
      chunk("IHDR", new Uint8Array(header.buffer)),
      chunk("IDAT", await deflated(rows)),
      chunk("IEND", new Uint8Array()),
    ],
    { type: "image/png" },
  );
}

/** Pixels of each side, and the mean column of each (NaN where there are none). */
export function countSides({ width, data }) {
  const count = [0, 0, 0];
  const columns = [0, 0, 0];
  for (let index = 0; index < data.length; index += 1) {
    const side = data[index];
    if (side === 0) continue;
    count[side] += 1;
    columns[side] += index % width;
  }
  return {
    right: { pixels: count[RIGHT], column: columns[RIGHT] / count[RIGHT] },
    left: { pixels: count[LEFT], column: columns[LEFT] / count[LEFT] },
  };
}

/**
 * Where the patient's right is in the picture, `start` or `end`: by the mask where it holds both
 * sides, by convention where the file gave no orientation, otherwise unknown (null).
 */
export function rightSide(mask, orientation) {
  const { right, left } = countSides(mask);
  if (right.pixels && left.pixels) return right.column <= left.column ? "start" : "end";
  return orientation === "image" ? "start" : null;
}

async function deflated(bytes) {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream("deflate"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

function chunk(name, content) {
  const bytes = new Uint8Array(content.length + 12);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(content, 8);
  view.setUint32(content.length + 8, crc32(bytes.subarray(4, content.length + 8)));
  return bytes;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = CRC_TABLE[(crc ^ byte) & 0xff] ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
