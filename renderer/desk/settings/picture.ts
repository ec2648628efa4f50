/** A picture that was picked, made small enough for the till before it is sent. */
import { PICTURE_CAP } from "../../../contract/unattended-facts.ts";

/** Enough for half a kiosk's screen. */
const SIDE = 800;
/** Of what the till takes (main/settings/pictures.ts). */
const LEAST = 16;
/** A photograph of a telephone; more than that is no picture of a product. */
const FILE_CAP = 40 * 1024 * 1024;

export interface SmallPicture {
  /** For the preview: `data:`, since the page's policy lets no `blob:` in. */
  readonly url: string;
  readonly base64: string;
}

export type Shrunk =
  | { readonly ok: true; readonly picture: SmallPicture }
  | { readonly ok: false; readonly why: "file" | "small" };

/**
 * Always drawn anew, also where it is small already: what a telephone writes beside a picture (the place, the hour) does not
 * come along. WebP, since it keeps what is transparent.
 */
export async function shrink(file: File): Promise<Shrunk> {
  if (file.size > FILE_CAP) return { ok: false, why: "file" };
  const bitmap = await createImageBitmap(file).catch(() => null);
  if (!bitmap) return { ok: false, why: "file" };
  try {
    if (Math.min(bitmap.width, bitmap.height) < LEAST) return { ok: false, why: "small" };
    for (let side = SIDE; side >= 200; side -= 150)
      for (const quality of [0.86, 0.7, 0.5]) {
        const url = draw(bitmap, side, quality);
        const base64 = url?.slice(url.indexOf(",") + 1) ?? "";
        if (url !== null && base64.length <= (PICTURE_CAP / 3) * 4) return { ok: true, picture: { url, base64 } };
      }
    return { ok: false, why: "file" };
  } finally {
    bitmap.close();
  }
}

function draw(bitmap: ImageBitmap, side: number, quality: number): string | null {
  const scale = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  // A very long and thin one would otherwise come out with a side of nothing.
  canvas.width = Math.max(LEAST, Math.round(bitmap.width * scale));
  canvas.height = Math.max(LEAST, Math.round(bitmap.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  pen.imageSmoothingQuality = "high";
  pen.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/webp", quality);
}
