import decode from "jsqr";
import type { Locator, Page } from "playwright/test";

export interface Read {
  readonly code: string | null;
  /** Without the quiet zone. */
  readonly modules: number;
  readonly pixels: number;
}

/** Reads the code off a photograph of the screen, and measures its modules. */
export async function decodeQr(page: Page, qr: Locator): Promise<Read> {
  const image = (await qr.screenshot()).toString("base64");
  const { data, width, height } = await page.evaluate(async (png) => {
    const bytes = Uint8Array.from(atob(png), (sign) => sign.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    context.drawImage(bitmap, 0, 0);
    const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height);
    let text = "";
    // One sign a pixel is enough, and there must be nothing but black and white.
    for (let index = 0; index < pixels.data.length; index += 4) {
      const [red, green, blue] = pixels.data.subarray(index, index + 3);
      text += red === 0 && green === 0 && blue === 0 ? "#" : red === 255 && green === 255 && blue === 255 ? " " : "?";
    }
    return { data: text, width: bitmap.width, height: bitmap.height };
  }, image);
  if (data.includes("?")) throw new Error("the QR is not black on white");
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let index = 0; index < data.length; index++) if (data[index] === "#") rgba.fill(0, index * 4, index * 4 + 3);
  const cells = await qr.evaluate((svg) => (svg as SVGSVGElement).viewBox.baseVal.width);
  const pixels = width / cells;
  const quiet = data.split("").findIndex((sign) => sign === "#");
  if (Math.floor(quiet / width) < 4 * pixels - 1) throw new Error("the quiet zone is narrower than four modules");
  return { code: decode(rgba, width, height)?.data ?? null, modules: cells - 8, pixels };
}
