/** What is practised without a cashier: a shop of our own that passes the rules of any other. */
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { TRAINING_PIN } from "../../contract/kiosk.ts";
import { MODES, readProvision } from "../../contract/provision.ts";
import { readPicture } from "../../main/settings/pictures.ts";
import { practice, practicePictures, practisedMode } from "../../main/training-mode.ts";
import { goodProvision } from "../support/provision.ts";

const DEMO = join(import.meta.dirname, "..", "..", "assets", "demo");
const shop = () => ({ ...goodProvision(), people: [], adminPin: undefined });

describe("--mode", () => {
  it("is the cashier's till unless something else is asked for", () => {
    expect(practisedMode(null, true)).toEqual({ mode: "cashier" });
    expect(practisedMode(null, false)).toEqual({ mode: "cashier" });
    expect(MODES.map((mode) => practisedMode(mode, true))).toEqual(MODES.map((mode) => ({ mode })));
  });
  it("is refused in words with a till that takes money, and where there is no such mode", () => {
    expect(practisedMode("kiosk", false)).toEqual({ line: expect.stringContaining("only with --training") });
    expect(practisedMode("shop", true)).toEqual({ line: expect.stringContaining("cashier, refund, kiosk, vending") });
  });
});

describe("a practised mode", () => {
  it.each(["kiosk", "vending"] as const)("%s sells six products with pictures, and can be left", async (mode) => {
    const read = readProvision({ ...shop(), ...practice(mode) });
    if (!read.ok) throw new Error(JSON.stringify(read.problems));
    const { kiosk, adminPin } = read.value;
    expect([read.value.mode, adminPin, kiosk.restartAt]).toEqual([mode, TRAINING_PIN, null]);
    expect(new Set(kiosk.catalogue.map(({ price }) => price)).size).toBe(6);
    const pictures = await practicePictures(DEMO, read.value);
    expect([...pictures.keys()]).toEqual(kiosk.catalogue.map((_, index) => `kiosk.catalogue[${index}].picture`));
    for (const [field, content] of pictures) {
      expect(readPicture(content), field).toMatchObject({ ok: true, kind: "png" });
      expect(content.length).toBeLessThan(30_000);
    }
    expect((await practicePictures(join(DEMO, "nowhere"), read.value)).size, "a product needs no picture").toBe(0);
  });
  it.each(["cashier", "refund"] as const)("%s has no PIN and no products", (mode) => {
    const read = readProvision({ ...shop(), ...practice(mode) });
    expect(read).toMatchObject({ ok: true, value: { mode, people: [], kiosk: { catalogue: [] } } });
    expect(read.ok && read.value.adminPin).toBeUndefined();
  });
});
