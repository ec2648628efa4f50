/** Pictures of products: what counts as one, by its own bytes, and where they are kept. */
import { PICTURE_CAP } from "../../contract/kiosk.ts";

export type PictureKind = "png" | "jpg" | "webp";

/** In pixels. A smaller one shows nothing, a larger one takes tens of megabytes once it is drawn. */
export const PICTURE_SIDES = { least: 16, most: 2000 } as const;

/** The folder of pictures that were taken in. */
export interface Pictures {
  /** Keeps a picture (one that `readPicture` has taken) and gives its name. The same picture twice is kept once. */
  take(bytes: Uint8Array, kind: PictureKind): Promise<string>;
  has(name: string): Promise<boolean>;
  /** Lets go of every other one. */
  keepOnly(names: readonly string[]): Promise<void>;
}

export type ReadPicture =
  | { readonly ok: true; readonly kind: PictureKind; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly words: string };

/** What a picture's header says of it. Its name is not looked at: a page that is called .png stays a page. */
export function readPicture(bytes: Uint8Array): ReadPicture {
  if (bytes.length > PICTURE_CAP) return no(`is larger than ${PICTURE_CAP / 1024} KiB`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const read = READERS.find(({ is }) => is(bytes));
  if (!read) return no("is not a picture: PNG, JPEG or WebP");
  const size = sizeOf(() => read.size(view));
  if (size === null) return no("is a damaged picture");
  const { least, most } = PICTURE_SIDES;
  const [width, height] = size;
  if (Math.min(width, height) < least || Math.max(width, height) > most)
    return no(`is ${width} × ${height} pixels; each side must be ${least} to ${most}`);
  return { ok: true, kind: read.kind, width, height };
}

const no = (words: string): ReadPicture => ({ ok: false, words });

type Size = readonly [width: number, height: number];

/** A header that ends too early makes a DataView throw. */
function sizeOf(read: () => Size | null): Size | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

const begins = (bytes: Uint8Array, signature: readonly number[] | Buffer, at = 0): boolean =>
  signature.every((byte, index) => bytes[at + index] === byte);
const ascii = (text: string): Buffer => Buffer.from(text, "latin1");

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];

const READERS: readonly { kind: PictureKind; is(bytes: Uint8Array): boolean; size(view: DataView): Size | null }[] = [
  { kind: "png", is: (bytes) => begins(bytes, PNG), size: pngSize },
  { kind: "jpg", is: (bytes) => begins(bytes, JPEG), size: jpegSize },
  { kind: "webp", is: (bytes) => begins(bytes, ascii("RIFF")) && begins(bytes, ascii("WEBP"), 8), size: webpSize },
];

const nameAt = (view: DataView, at: number): string =>
  String.fromCharCode(view.getUint8(at), view.getUint8(at + 1), view.getUint8(at + 2), view.getUint8(at + 3));

/** PNG 11.2.1: the first chunk is IHDR, 13 bytes. */
function pngSize(view: DataView): Size | null {
  return view.getUint32(8) === 13 && nameAt(view, 12) === "IHDR" ? [view.getUint32(16), view.getUint32(20)] : null;
}

/** Frame headers are SOF0 to SOF15, but for C4 (Huffman tables), C8 (reserved) and CC (arithmetic): ITU-T T.81, table B.1. */
function jpegSize(view: DataView): Size | null {
  for (let at = 2; ;) {
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return [view.getUint16(at + 7), view.getUint16(at + 5)];
    // The picture itself, or its end, without a frame before it.
    if (marker === 0xda || marker === 0xd9) return null;
    const length = view.getUint16(at + 2);
    if (length < 2) return null;
    at += 2 + length;
  }
}

/** RFC 9649: the lossy form, the lossless one, and the extended one, which may be animated and is not taken then. */
function webpSize(view: DataView): Size | null {
  const form = nameAt(view, 12);
  const three = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (form === "VP8 ") return [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  if (form === "VP8L") {
    const bits = view.getUint32(21, true);
    return view.getUint8(20) === 0x2f ? [(bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1] : null;
  }
  const animated = form === "VP8X" && (view.getUint8(20) & 0x02) !== 0;
  return form === "VP8X" && !animated ? [three(24) + 1, three(27) + 1] : null;
}
