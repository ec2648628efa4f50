/** Product pictures: from the provisioning folder to the till's own, to the page, and away again. */
import { createHash } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readPage } from "../../main/pages.ts";
import { openPictures, picturesIn } from "../../main/pictures.ts";
import { readPicture } from "../../main/settings/pictures.ts";
import { jpegHead, png, webpHead } from "../support/pictures.ts";
import { goodProvision, withField, type Raw } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";
import { openShopStores, type ShopStores } from "../support/shop-stores.ts";

describe("what counts as a picture", () => {
  it.each<[string, Buffer, string]>([
    ["PNG", png(64, 48), "png 64×48"],
    ["JPEG, progressive", jpegHead(640, 480), "jpg 640×480"],
    ["JPEG, baseline", jpegHead(2000, 16, 0xc0), "jpg 2000×16"],
    ["WebP, lossy", webpHead(800, 600, "lossy"), "webp 800×600"],
    ["WebP, lossless", webpHead(801, 1999, "lossless"), "webp 801×1999"],
    ["WebP, extended", webpHead(300, 200, "extended"), "webp 300×200"],
  ])("%s", (_, bytes, told) => {
    const read = readPicture(bytes);
    expect(read.ok ? `${read.kind} ${read.width}×${read.height}` : read.words).toBe(told);
  });

  it.each<[string, Uint8Array, RegExp]>([
    ["nothing", Buffer.alloc(0), /^is not a picture/],
    ["a page that is called a picture", Buffer.from("<html><script>alert(1)</script>"), /^is not a picture/],
    ["a drawing that may hold a script", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /^is not a picture/],
    ["a GIF", Buffer.from("GIF89a\x10\x00\x10\x00"), /^is not a picture/],
    ["a sound in the same wrapping", Buffer.from("RIFF\0\0\0\0WAVEfmt "), /^is not a picture/],
    ["a PNG that was cut", png(64, 48).subarray(0, 20), /damaged/],
    [
      "a PNG that begins with something else",
      Buffer.concat([png(64, 48).subarray(0, 8), Buffer.alloc(40, 65)]),
      /damaged/,
    ],
    ["a JPEG without a frame", Buffer.from([0xff, 0xd8, 0xff, 0xda, 0, 4, 0, 0]), /damaged/],
    ["a JPEG whose part has no length", Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 0, 0, 0, 0, 0]), /damaged/],
    ["a JPEG that was cut", jpegHead(64, 48).subarray(0, 12), /damaged/],
    ["a WebP that moves", webpHead(64, 48, "animated"), /damaged/],
    ["a WebP of another kind", Buffer.from("RIFF\0\0\0\0WEBPVP9 \0\0\0\0\0\0\0\0\0\0"), /damaged/],
    ["one too small to see", png(15, 64), /^is 15 × 64 pixels; each side must be 16 to 2000/],
    ["one that takes a hundred megabytes to draw", jpegHead(9000, 9000), /^is 9000 × 9000 pixels/],
    ["one that takes too much room", png(64, 48, { extra: 300 * 1024 }), /^is larger than 300 KiB/],
  ])("not %s", (_, bytes, words) => {
    const read = readPicture(bytes);
    expect(read.ok ? "taken" : read.words).toMatch(words);
  });

  it("up to 300 KiB to the byte", () => {
    const whole = 300 * 1024;
    const bytes = png(64, 48, { extra: whole - png(64, 48).length - 12 });
    expect([bytes.length, readPicture(bytes).ok]).toEqual([whole, true]);
  });
});

describe("pictures of a provisioning file", () => {
  let shop: Shop;
  let stores: ShopStores;
  const raw: Raw = {
    ...goodProvision({ certificate: undefined, passphrase: undefined, scheme: 1, apiKey: "test_SECRET-api-key" }),
    mode: "kiosk",
    kiosk: {
      catalogue: [
        { id: "1", name: "Су", price: "450", picture: "pictures-of-the-shop/water.png" },
        { id: "2", name: "Шай", price: "300.5", picture: null },
        { id: "3", name: "Айран", price: "500.00", picture: "ayran.webp" },
      ],
    },
  };
  const water = png(64, 48);
  const named = (bytes: Uint8Array, kind: string): string =>
    `${createHash("sha256").update(bytes).digest("hex").slice(0, 32)}.${kind}`;
  const kept = (): Promise<string[]> => readdir(picturesIn(shop.dir));

  beforeEach(async () => {
    shop = await openShop();
    stores = await openShopStores(shop);
    await mkdir(join(shop.dir, "pictures-of-the-shop"));
    await shop.put("pictures-of-the-shop/water.png", water);
    await shop.put("ayran.webp", webpHead(300, 200, "lossy"));
    await shop.write(raw);
  });
  afterEach(async () => {
    await stores.journal.close();
    await shop.remove();
  });

  it("are taken in under what is in them, and stand in the settings by that name", async () => {
    expect(await stores.lines()).toEqual([]);
    const { mode, kiosk } = await stores.stored();
    const ayran = named(webpHead(300, 200, "lossy"), "webp");
    expect([mode, kiosk.catalogue.map(({ price, picture }) => [price, picture])]).toEqual([
      "kiosk",
      [
        ["450.00", named(water, "png")],
        ["300.50", null],
        ["500.00", ayran],
      ],
    ]);
    expect((await kept()).toSorted()).toEqual([named(water, "png"), ayran].toSorted());
    if (process.platform !== "win32") {
      expect((await stat(picturesIn(shop.dir))).mode & 0o777).toBe(0o700);
      expect((await stat(join(picturesIn(shop.dir), ayran))).mode & 0o777).toBe(0o600);
    }
  });

  it("are part of what was applied: another picture under the same name is another file", async () => {
    expect(await stores.apply()).toBe("applied");
    expect(await stores.apply()).toBe("unchanged");
    await shop.put("pictures-of-the-shop/water.png", png(64, 48, { shade: 9 }));
    expect(await stores.apply()).toBe("applied");
    expect((await stores.stored()).kiosk.catalogue[0]?.picture).toBe(named(png(64, 48, { shade: 9 }), "png"));
  });

  it("come back from the same file after their folder was lost", async () => {
    await stores.apply();
    await rm(picturesIn(shop.dir), { recursive: true });
    expect(await stores.apply()).toBe("unchanged");
    expect(await kept()).toHaveLength(2);
  });

  it("are named by their field where they are missing or none, and then nothing is applied", async () => {
    await shop.write(withField(raw, "kiosk.catalogue[1].picture", "nowhere.png"));
    await shop.put("ayran.webp", "<html>");
    expect(await stores.lines()).toEqual([
      "kiosk.catalogue[1].picture: no such file",
      "kiosk.catalogue[2].picture: is not a picture: PNG, JPEG or WebP",
    ]);
    await expect(kept()).rejects.toThrow("ENOENT");
    await expect(stores.stored()).rejects.toThrow("nothing was applied");
  });
});

describe("the folder of pictures", () => {
  let shop: Shop;
  beforeEach(async () => {
    shop = await openShop();
  });
  afterEach(() => shop.remove());

  it("keeps the same picture once, knows its own names alone, and lets go of the others and of nothing else", async () => {
    const folder = picturesIn(shop.dir);
    const pictures = openPictures(folder);
    const [one, other] = [await pictures.take(png(64, 48), "png"), await pictures.take(png(48, 64), "png")];
    const { mtimeMs } = await stat(join(folder, one));
    expect(await pictures.take(png(64, 48), "png")).toBe(one);
    expect((await stat(join(folder, one))).mtimeMs).toBe(mtimeMs);
    expect([await pictures.has(one), await pictures.has("../provision.json"), await pictures.has(`0${one}`)]).toEqual([
      true,
      false,
      false,
    ]);
    await writeFile(join(folder, "README.txt"), "of the shop");
    await writeFile(join(folder, `${other}.0123456789ab.tmp`), "half");
    await pictures.keepOnly([one]);
    expect((await readdir(folder)).toSorted()).toEqual([one, "README.txt"].toSorted());
  });

  it("is served under /pictures/ by whole names alone, and only where a host names it", async () => {
    const folder = picturesIn(shop.dir);
    const name = await openPictures(folder).take(png(64, 48), "png");
    await writeFile(join(folder, "index.html"), "<script>");
    const screen = join(shop.dir, "screen");
    await mkdir(screen);
    await writeFile(join(screen, "page.html"), "ours");
    const get = (path: string, pictures: string | null = folder) => readPage(screen, "GET", path, pictures);
    const page = await get(`/pictures/${name}`);
    expect([page.status, page.headers["content-type"], page.content.equals(png(64, 48))]).toEqual([
      200,
      "image/png",
      true,
    ]);
    expect(page.headers["x-content-type-options"]).toBe("nosniff");
    expect((await get("/page.html")).status).toBe(200);
    for (const path of ["", "index.html", "..%2Fprovision.json", "../provision.json", `${name}/`, `%2e/${name}`])
      expect((await get(`/pictures/${path}`)).status, path).toBe(404);
    expect((await get(`/pictures/${"0".repeat(32)}.png`)).status).toBe(404);
    expect((await get(`/pictures/${name}`, null)).status).toBe(404);
    expect((await readPage(screen, "POST", `/pictures/${name}`, folder)).status).toBe(405);
  });
});
