/** Pictures of a size, and headers of such, made byte by byte. */
import { crc32, deflateSync } from "node:zlib";

function chunk(name: string, body: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name, "latin1"), body]);
  const bytes = Buffer.alloc(named.length + 8);
  bytes.writeUInt32BE(body.length, 0);
  named.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(named), named.length + 4);
  return bytes;
}

/** A whole PNG of one grey. `extra` bytes stand in a chunk that nobody reads. */
export function png(width: number, height: number, { shade = 128, extra = 0 } = {}): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(Math.min((width + 1) * height, 4_000_000), shade);
  for (let row = 0; row * (width + 1) < rows.length; row += 1) rows[row * (width + 1)] = 0;
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", header),
    ...(extra > 0 ? [chunk("teSt", Buffer.alloc(extra))] : []),
    chunk("IDAT", deflateSync(rows)),
    chunk("IEND", new Uint8Array()),
  ]);
}

/** The head of a JPEG: APP0, a Huffman table that looks like a frame, fill bytes, and then the frame. */
export function jpegHead(width: number, height: number, marker = 0xc2): Buffer {
  const frame = [0xff, marker, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
  const tables = [0xff, 0xc4, 0, 7, 9, 9, 9, 9, 9];
  return Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 1, ...tables, 0xff, 0xff, ...frame.slice(1), 0xff, 0xd9]);
}

const WEBP = { lossy: "VP8 ", lossless: "VP8L", extended: "VP8X", animated: "VP8X" } as const;

/** The head of a WebP in each of its forms. */
export function webpHead(width: number, height: number, form: keyof typeof WEBP): Buffer {
  const bytes = Buffer.alloc(40);
  bytes.write("RIFF", 0, "latin1");
  bytes.write(`WEBP${WEBP[form]}`, 8, "latin1");
  if (form === "lossy") {
    bytes.set([0x9d, 0x01, 0x2a], 23);
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (form === "lossless") {
    bytes[20] = 0x2f;
    bytes.writeUInt32LE((((height - 1) << 14) | (width - 1)) >>> 0, 21);
  } else {
    bytes[20] = form === "animated" ? 0x02 : 0;
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
}
