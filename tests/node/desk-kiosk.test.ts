/** The unattended till at the desk: its mode, products and pictures, and the way out, as a technician changes them on a real till. */
import { readdir } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { DeskView } from "../../contract/desk.ts";
import { USUAL_KIOSK, type CatalogueItem, type KioskSettings } from "../../contract/kiosk.ts";
import { picturesIn } from "../../main/pictures.ts";
import { startSimulator, type Simulator } from "../../simulator/index.ts";
import { jpegHead, png } from "../support/pictures.ts";
import { goodProvision, SECRETS, type Raw } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";
import { openTillApp, type TillApp } from "../support/till-app.ts";

const KEY = "test_SECRET-api-key";
let bank: Simulator;
let shop: Shop;
let till: TillApp;
let session: string;
let view: DeskView;

beforeAll(async () => {
  bank = await startSimulator({ schemes: [1], apiKey: KEY, pollSeconds: 1, maxTls: "TLSv1.2" });
}, 60_000);
afterAll(() => bank.stop());
beforeEach(async () => {
  shop = await openShop();
  await shop.write(file());
  till = await openTillApp({ worker: "", provision: shop.file });
  await unlock();
});
afterEach(async () => {
  await till.close();
  await shop.remove();
});

/** A shop with a cashier, one program and the bank that needs no certificate. */
function file(): Raw {
  const kaspi = {
    scheme: 1,
    url: bank.urlOf(1),
    apiKey: KEY,
    certificate: undefined,
    passphrase: undefined,
    ca: bank.paths.ca,
    limits: { min: "1.00", max: "5000.00" },
  };
  return goodProvision(kaspi);
}
async function unlock(): Promise<void> {
  ({ session, view } = await till.must("desk.unlock", { pin: SECRETS.pin }));
}
const water: CatalogueItem = { id: "24", name: { kk: "Су", ru: "Вода", en: "Water" }, price: "450", picture: null };
const save = (kiosk: Partial<KioskSettings>): Promise<DeskView> =>
  till.must("kiosk.save", { session, kiosk: { ...USUAL_KIOSK, ...kiosk } });
const refusedSave = (kiosk: Partial<KioskSettings>) =>
  till.fails("kiosk.save", { session, kiosk: { ...USUAL_KIOSK, ...kiosk } });
const general = (more: Partial<DeskView["general"]>) => ({ session, general: { ...view.general, ...more } });
const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const kept = (): Promise<string[]> => readdir(picturesIn(till.dir)).catch(() => []);

describe("the mode", () => {
  it("changes at the desk, is the core's at once and after a restart, and back", async () => {
    await save({ catalogue: [water], restartAt: null });
    const displays = { till: null, customer: "any", night: { from: "23:00", to: "06:00", percent: 20 } };
    const next = await till.must("settings.save", general({ mode: "kiosk", displays }));
    expect(next).toMatchObject({ general: { mode: "kiosk", displays }, idleSeconds: 120, displays: [] });
    expect(next.kiosk.catalogue).toEqual([{ ...water, price: "450.00" }]);
    expect(till.snapshot()).toMatchObject({ app: { mode: "kiosk", locked: false }, night: displays.night });
    await till.must("desk.lock", { session });
    expect(till.snapshot().app.locked, "the core was told").toBe(true);
    await till.restart();
    expect(till.snapshot()).toMatchObject({ app: { mode: "kiosk", locked: true }, night: displays.night });
    await unlock();
    expect(till.snapshot().app.locked).toBe(false);
    await till.must("settings.save", general({ mode: "cashier" }));
    expect(till.snapshot().app.mode).toBe("cashier");
    expect((await till.must("settings.get", { session })).kiosk.catalogue).toHaveLength(1);
  });

  it("without a cashier is refused while it lacks something, and what it needs cannot be taken away", async () => {
    await till.must("token.remove", { session, name: "1c" });
    const lacking = { code: "bad_setting", params: { field: "mode" } };
    expect(await till.fails("settings.save", general({ mode: "kiosk" }))).toMatchObject(lacking);
    await save({ catalogue: [water] });
    await till.must("settings.save", general({ mode: "kiosk" }));
    expect(await refusedSave({ catalogue: [] })).toMatchObject(lacking);
    expect(await till.fails("settings.save", general({ mode: "vending" }))).toMatchObject(lacking);
    await save({ catalogue: [water], machine: { tcp: "127.0.0.1:7401" } });
    await till.must("settings.save", general({ mode: "vending" }));
    expect(await refusedSave({ catalogue: [water] })).toMatchObject(lacking);
    await till.must("token.make", { session, name: "machine", may: ["pay"] });
    await save({ catalogue: [water] });
    expect(await till.fails("token.remove", { session, name: "machine" })).toMatchObject(lacking);
    expect((await till.must("settings.get", { session })).tokens.map(({ name }) => name)).toEqual(["machine"]);
  });

  it("gives the customer's display another screen than the till's", async () => {
    const displays = { till: "HDMI-1", customer: "HDMI-1", night: null };
    expect(await till.fails("settings.save", general({ displays }))).toMatchObject({
      code: "bad_setting",
      params: { field: "displays.customer" },
    });
  });
});

describe("the products", () => {
  it("are checked by the rules of the file", async () => {
    for (const [catalogue, field] of [
      [[water, { ...water, price: "10.00" }], "kiosk.catalogue[1].id"],
      [[{ ...water, price: "0.00" }], "kiosk.catalogue[0].price"],
      [[{ ...water, price: "5000.01" }], "kiosk.catalogue[0].price"],
    ] as const)
      expect(await refusedSave({ catalogue: [...catalogue] })).toMatchObject({
        code: "bad_setting",
        params: { field },
      });
    expect(await refusedSave({ catalogue: [{ ...water, picture: `${"0".repeat(32)}.png` }] })).toMatchObject({
      code: "bad_picture",
    });
    expect((await till.must("settings.get", { session })).kiosk.catalogue).toEqual([]);
  });

  it("show pictures that were taken in, and one that no product shows is let go of", async () => {
    const [first, second] = [png(64, 48), jpegHead(640, 480)];
    const { picture: one } = await till.must("kiosk.picture", { session, file: base64(first) });
    const { picture: two } = await till.must("kiosk.picture", { session, file: base64(second) });
    await save({
      catalogue: [
        { ...water, picture: one },
        { ...water, id: "25", picture: two },
      ],
    });
    expect((await kept()).toSorted()).toEqual([one, two].toSorted());
    const less = await save({ catalogue: [{ ...water, picture: two }] });
    expect([await kept(), less.kiosk.catalogue[0]?.picture]).toEqual([[two], two]);
    await till.must("kiosk.picture", { session, file: base64(first) });
    await till.restart();
    expect(await kept(), "one that was never saved does not stay").toEqual([two]);
  });

  it("show a picture up to 300 KiB to the byte, and nothing that is none", async () => {
    const least = png(64, 48).length + 12;
    const sized = (bytes: number): string => base64(png(64, 48, { extra: bytes - least }));
    for (const [what, file, code] of [
      ["a page", base64(Buffer.from("<html>")), "bad_picture"],
      ["too large to draw", base64(jpegHead(9000, 9000)), "bad_picture"],
      ["one byte over the bound", sized(300 * 1024 + 1), "bad_request"],
      ["no base64", "<html>", "bad_request"],
    ] as const)
      expect(await till.fails("kiosk.picture", { session, file }), what).toMatchObject({ code });
    expect(await kept()).toEqual([]);
    expect(await till.must("kiosk.picture", { session, file: sized(300 * 1024) })).toMatchObject({ picture: /png$/ });
  });
});

describe("a sale that is open", () => {
  it("holds every change and the way out, and none of them has touched anything", async () => {
    await till.until("the till is ready", ({ providers }) => providers[0]?.ready === true);
    const { payment } = await till.must("payments.create", {
      key: "k",
      request: { amount: "450.00", provider: "kaspi" },
    });
    await till.until("a code is shown", ({ current }) => current?.state === "awaiting_scan");
    const { picture } = await till.must("kiosk.picture", { session, file: base64(png(64, 48)) });
    const busy = { code: "till_busy" };
    expect(await refusedSave({ catalogue: [{ ...water, picture }] })).toMatchObject(busy);
    expect(await till.fails("settings.save", general({ mode: "kiosk" }))).toMatchObject(busy);
    expect(await till.fails("kiosk.leave", { session })).toMatchObject(busy);
    expect(await kept(), "the picture waits for the next try").toEqual([picture]);
    expect(till.left()).toBe(0);
    await till.must("payments.cancel", { id: payment.id });
    await till.until("the screen is free", ({ current }) => current?.state !== "awaiting_scan");
    await till.must("payments.dismiss", { id: payment.id });
    await save({ catalogue: [{ ...water, picture }] });
    expect(await kept()).toEqual([picture]);
  });
});

describe("the way out", () => {
  it("is a technician's: journaled with his name, told to the host after the answer", async () => {
    const locked = { code: "locked" };
    expect(await till.fails("kiosk.leave", { session: "x".repeat(43) })).toMatchObject(locked);
    expect(await till.fails("kiosk.picture", { session: "x".repeat(43), file: base64(png(64, 48)) })).toMatchObject(
      locked,
    );
    const program = { kind: "api", name: "bi", scopes: ["read"] } as const;
    const { journal } = await till.must("health", {});
    expect(await till.must("kiosk.leave", { session })).toBeNull();
    expect(till.left(), "the answer is out first").toBe(0);
    expect(await till.fails("settings.get", { session }), "nobody is at the desk any more").toMatchObject(locked);
    await expect.poll(() => till.left()).toBe(1);
    const after = await till.app.core.call(program, "events.after", { seq: journal.seq, limit: 10 });
    const body = JSON.stringify({ person: "t1", name: "Техник", mode: "cashier" });
    expect(after).toMatchObject({ ok: true, value: { events: [{ kind: "left", body }] } });
  });
});
