/** The unattended till at the desk: what a technician does there, and which commands come of it. */
import { appError } from "../../contract/errors.ts";
import { USUAL_DISPLAYS, USUAL_KIOSK } from "../../contract/kiosk.ts";
import { readPicture } from "../../main/settings/pictures.ts";
import { png } from "../support/pictures.ts";
import { CATALOGUE, openDesk, SESSION, view } from "./support/desk.ts";
import { snapshot } from "./support/snapshots.ts";
import { expect, test } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const ok = (value: unknown) => ({ ok: true, value });
const namesOf = async (till: Till): Promise<string[]> =>
  (await till.calls()).map(({ name }) => name).filter((name) => /^(kiosk|settings)\.(save|picture)$/.test(name));
const inputOf = async (till: Till, name: string): Promise<any> => (await till.calls(name)).at(-1)?.input;
const pick = async (till: Till, name: string, buffer: Buffer): Promise<void> => {
  const chooser = till.page.waitForEvent("filechooser");
  await till.id("picture-pick").click();
  await (await chooser).setFiles({ name, buffer, mimeType: "image/png" });
};
const selling = view({ kiosk: { ...USUAL_KIOSK, catalogue: CATALOGUE } });

test("the mode: what it lacks is said, its line is saved before it and its settings after it", async ({
  till,
  page,
}) => {
  await openDesk(till, { view: view({ tokens: [] }) });
  await till.id("tab-kiosk").click();
  await till.id("mode-kiosk").click();
  await expect(till.id("lacking")).toContainText("Сначала добавьте товар");
  await till.id("mode-vending").click();
  await expect(till.id("lacking")).toContainText("Укажите линию автомата");
  await till.id("machine-tcp").click();
  await expect(till.id("lacking")).toHaveCount(0);
  await expect(page.locator("main")).toContainText("пять касаний в правом верхнем углу");
  await till.id("machine-port").fill("70000");
  await till.id("restart-at").fill("530");
  await till.id("save").click();
  await expect(page.locator("main")).toContainText("Число от 1 до 65535.");
  expect(await namesOf(till)).toEqual([]);
  await expect(till.id("restart-at")).toHaveValue("53:0");
  await expect(page.locator("main")).toContainText("Напишите время так: 04:30");
  await till.id("machine-port").fill("7401");
  await till.id("restart-at").fill("0530");
  await till.id("elsewhere-ru").fill(" Касса 2 ");
  await till.id("voice-no").click();
  await till.id("night-on").click();
  await till.id("display-customer-any").click();
  const kiosk = {
    ...USUAL_KIOSK,
    machine: { tcp: "127.0.0.1:7401" },
    elsewhere: { kk: "Касса 2", ru: "Касса 2", en: "Касса 2" },
    voice: false,
    restartAt: "05:30",
  };
  const displays = { till: null, customer: "any", night: { from: "23:00", to: "07:00", percent: 30 } };
  const general = { ...view().general, mode: "vending" as const, displays };
  await till.answer("kiosk.save", ok(view({ kiosk })));
  await till.answer("settings.save", ok(view({ kiosk, general })));
  await till.id("save").click();
  await expect(till.id("saved")).toBeVisible();
  expect(await namesOf(till)).toEqual(["kiosk.save", "settings.save"]);
  expect(await inputOf(till, "kiosk.save")).toEqual({ session: SESSION, kiosk });
  expect(await inputOf(till, "settings.save")).toEqual({ session: SESSION, general });

  // Nothing has changed: nothing is sent, and no core is begun anew for it.
  await till.id("save").click();
  expect(await namesOf(till)).toHaveLength(2);

  // The mode goes before its line does.
  await till.id("machine-none").click();
  await till.id("mode-refund").click();
  await till.id("save").click();
  expect((await namesOf(till)).slice(2)).toEqual(["settings.save"]);
  expect(await inputOf(till, "settings.save")).toMatchObject({ general: { mode: "refund", displays } });
});

test("the mode: a refusal stops at the first step and is told", async ({ till }) => {
  await openDesk(till, { view: view() });
  await till.id("tab-kiosk").click();
  await till.id("mode-vending").click();
  await till.id("fulfil").fill("30");
  await till.answer("kiosk.save", { ok: false, error: appError("till_busy") });
  await till.id("save").click();
  await expect(till.id("error")).toHaveAttribute("data-code", "till_busy");
  expect(await namesOf(till)).toEqual(["kiosk.save"]);
});

test("the displays: a name that is unplugged just now stays chosen, and the till's own is not offered to customers", async ({
  till,
}) => {
  const one = { id: "A", label: "A", width: 1080, height: 1920, primary: true };
  const general = { ...view().general, displays: { ...USUAL_DISPLAYS, till: "A", customer: "HDMI-2" } };
  await openDesk(till, { view: view({ general, displays: [one, { ...one, id: "B", label: "B", primary: false }] }) });
  await till.id("tab-kiosk").click();
  await expect(till.id("display-customer-HDMI-2")).toContainText("Сейчас не подключён");
  await expect(till.id("display-customer-HDMI-2").locator("input")).toBeChecked();
  await expect(till.id("display-customer-A")).toHaveCount(0);
  await till.id("display-customer-B").click();
  await till.answer("settings.save", ok(view()));
  await till.id("save").click();
  expect(await namesOf(till)).toEqual(["settings.save"]);
  expect((await inputOf(till, "settings.save")).general.displays).toEqual({ till: "A", customer: "B", night: null });
});

test("a product: its picture comes small and without what was written beside it, and one language stands for all", async ({
  till,
  page,
}) => {
  await openDesk(till, { view: view() });
  await till.id("tab-products").click();
  await till.id("product-add").click();
  await till.id("product-save").click();
  await expect(till.id("product")).toContainText("Заполните хотя бы один язык.");
  await pick(till, "notes.png", Buffer.from("<html>"));
  await expect(till.id("picture-fault")).toContainText("notes.png: это не картинка");
  await pick(till, "dot.png", png(4, 4));
  await expect(till.id("picture-fault")).toContainText("слишком мала");
  await pick(till, "water.png", png(1600, 1200, { extra: 500 * 1024 }));
  await expect(till.id("product").locator(".thumb img")).toHaveAttribute("src", /^data:image\/webp;base64,/);
  await till.id("product-name-kk").fill("Су");
  await till.id("product-price").fill("1 300,5");
  await till.id("product-id").fill("24");
  const name = `${"a".repeat(32)}.webp`;
  await till.answer("kiosk.picture", ok({ picture: name }));
  const refusedPrice = appError("bad_setting", { params: { field: "kiosk.catalogue[0].price", problem: "x" } });
  await till.answer("kiosk.save", { ok: false, error: refusedPrice });
  await page.keyboard.press("Enter");
  await expect(till.id("product")).toContainText("Такую сумму не принимает ни один банк этой кассы.");
  await till.answer("kiosk.save", ok(view()));
  await till.id("product-save").click();
  await expect(till.id("product")).toHaveCount(0);
  const sent = readPicture(Buffer.from((await inputOf(till, "kiosk.picture")).file, "base64"));
  expect(sent).toEqual({ ok: true, kind: "webp", width: 800, height: 600 });
  const item = { id: "24", name: { kk: "Су", ru: "Су", en: "Су" }, price: "1300.50", picture: name };
  expect(await inputOf(till, "kiosk.save")).toEqual({ session: SESSION, kiosk: { ...USUAL_KIOSK, catalogue: [item] } });
});

test("the products: changed, put in another order, and removed after a question", async ({ till }) => {
  await openDesk(till, { view: selling, answers: { "kiosk.save": ok(selling) } });
  await till.id("tab-products").click();
  const sent = async (): Promise<string[]> =>
    (await inputOf(till, "kiosk.save")).kiosk.catalogue.map(({ id, price }: any) => `${id} ${price}`);
  await till.id("product-up-11").dispatchEvent("click");
  expect(await namesOf(till), "the first cannot go higher").toEqual([]);
  await till.id("product-down-11").click();
  expect(await sent()).toEqual(["12 1300.00", "11 250.00", "B-7 400.50"]);
  await till.id("product-up-B-7").click();
  expect(await sent()).toEqual(["11 250.00", "B-7 400.50", "12 1300.00"]);

  await till.id("product-edit-12").click();
  await expect(till.id("product-price")).toHaveValue("1 300");
  await till.id("product-id").fill("11");
  await till.id("product-save").click();
  await expect(till.id("product")).toContainText("Этот код уже у другого товара.");
  await till.id("product-id").fill("12");
  await till.id("product-price").fill("1 400");
  await till.id("product-save").click();
  expect(await sent()).toEqual(["11 250.00", "12 1400.00", "B-7 400.50"]);

  await till.id("product-edit-12").click();
  await till.id("product-remove").click();
  await till.id("ask-no").click();
  expect(await namesOf(till)).toHaveLength(3);
  await till.id("product-edit-12").click();
  await till.id("product-remove").click();
  await till.id("ask-yes").click();
  expect(await sent()).toEqual(["11 250.00", "B-7 400.50"]);
  expect(await till.calls("kiosk.picture"), "a picture that stays is not sent again").toEqual([]);
});

test("training says its PIN where it is asked for, and no other till does", async ({ till }) => {
  await openDesk(till, { snapshot: { app: { ...snapshot().app, training: true } } });
  await expect(till.id("training-pin")).toHaveText("Учебный режим. PIN: 0000");
  await till.leave();
  await openDesk(till, {});
  await expect(till.id("training-pin")).toHaveCount(0);
});
