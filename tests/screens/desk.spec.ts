/** The technician's desk: what a person does there, and which commands come of it. */
import type { Page } from "playwright/test";
import { appError } from "../../contract/errors.ts";
import { awaitingConfirmation, awaitingScan, ended, HALYK, halykScan, KASPI, snapshot } from "./support/snapshots.ts";
import {
  check,
  DESK_STATES,
  fresh,
  halyk,
  halykCheck,
  KAFKA,
  kaspi,
  openDesk,
  POINTS,
  REQUEST,
  SESSION,
  view,
  withHalyk,
} from "./support/desk.ts";
import { expect, freshTest, test } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const ok = (value: unknown) => ({ ok: true, value });
const EMPTY = {
  app: { ...snapshot().app, setupNeeded: true, pinKnown: false, environment: "none" as const },
  providers: [],
};

const inputOf = async (till: Till, name: string): Promise<unknown> => (await till.calls(name)).at(-1)?.input;

async function pick(page: Page, till: Till, id: string, files: { name: string; buffer: Buffer }[]): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await till.id(id).click();
  await (await chooser).setFiles(files.map((file) => ({ ...file, mimeType: "application/octet-stream" })));
}

test("unlocking: the PIN is masked, typed or tapped, and sent by Enter or the button", async ({ till, page }) => {
  await openDesk(till, {
    answers: { "desk.unlock": { ok: false, error: appError("wrong_pin", { params: { left: "4" } }) } },
  });
  expect(await till.screen()).toBe("unlock");
  await expect(till.id("pin")).toHaveAttribute("type", "password");
  await expect(till.id("pin")).toBeFocused();
  await page.keyboard.type("123");
  await expect(till.id("done")).toHaveAttribute("aria-disabled", "true");
  await page.keyboard.press("Enter");
  expect(await till.calls("desk.unlock")).toEqual([]);
  await till.id("key-4").click();
  await page.keyboard.press("Enter");
  expect(await inputOf(till, "desk.unlock")).toEqual({ pin: "1234" });
  await expect(till.id("error")).toContainText("Попыток до паузы: 4");
  await expect(till.id("pin")).toHaveValue("");
  for (const key of ["7", "3", "9", "back", "0", "1"]) await till.id(`key-${key}`).click();
  await till.id("done").click();
  expect(await inputOf(till, "desk.unlock")).toEqual({ pin: "7301" });
});

freshTest("too many wrong PINs: the pause counts down, and nothing is sent while it lasts", async ({ till, page }) => {
  await page.clock.install();
  await openDesk(till, DESK_STATES["unlock-wait"] ?? {});
  await expect(till.id("pin-wait")).toContainText("1:00");
  await till.id("pin").fill("2222");
  await page.keyboard.press("Enter");
  expect(await till.calls("desk.unlock")).toHaveLength(1);
  await page.clock.runFor(59_000);
  await expect(till.id("pin-wait")).toContainText("0:01");
  await page.clock.runFor(1_500);
  await page.keyboard.press("Enter");
  expect(await till.calls("desk.unlock")).toHaveLength(2);
});

freshTest(
  "the session ends with the desk, with the idle time and with the till's word, and never leaves its commands",
  async ({ till, page }) => {
    await page.clock.install();
    await openDesk(till, { view: view({ idleSeconds: 60 }) });
    await till.id("tab-people").click();
    await page.clock.runFor(61_000);
    expect(await till.screen()).toBe("unlock");
    await expect(page.locator("main")).toContainText("у кассы никого не было");
    expect(await inputOf(till, "desk.lock")).toEqual({ session: SESSION });

    await till.id("pin").fill("730155");
    await page.keyboard.press("Enter");
    await till.answer("connection.check", { ok: false, error: appError("locked") });
    await till.id("check").click();
    await expect(till.id("screen")).toHaveAttribute("data-screen", "unlock");
    expect(await till.calls("desk.lock")).toHaveLength(1);

    await till.id("pin").fill("730155");
    await page.keyboard.press("Enter");
    await till.id("back").click();
    await expect(till.id("screen")).toHaveAttribute("data-screen", "idle");
    expect(await till.calls("desk.lock")).toHaveLength(2);
    const kept = await page.evaluate(() => JSON.stringify([sessionStorage, localStorage, location.href]));
    expect(kept).not.toContain(SESSION);
  },
);

test("an empty till: four questions, nothing typed is lost on going back, and then the bank", async ({
  till,
  page,
}) => {
  await openDesk(till, {
    snapshot: EMPTY,
    answers: {
      "setup.begin": ok({ session: SESSION, view: fresh(null) }),
      "connection.draft": ok(fresh({ scheme: 1 })),
    },
  });
  expect(await till.screen()).toBe("setup");
  await expect(page.locator("main")).toContainText("--provision provision.json");
  await till.id("next").click();
  await till.id("next").click();
  await expect(page.locator("main")).toContainText("Это поле нужно заполнить.");
  await till.id("shop-name").fill("Береке");
  await till.id("shop-bin").fill("180340021791");
  await till.id("next").click();
  await till.id("till-name").fill("Касса 1");
  await till.id("previous").click();
  await expect(till.id("shop-name")).toHaveValue("Береке");
  await till.id("next").click();
  await expect(till.id("till-name")).toHaveValue("Касса 1");
  await till.id("next").click();
  await till.id("person-name").fill("Ержан");
  await till.id("new-pin").fill("730155");
  await till.id("new-pin-again").fill("730156");
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toContainText("Два PIN не совпали");
  expect(await till.calls("setup.begin")).toEqual([]);
  await till.id("new-pin-again").fill("730155");
  await page.keyboard.press("Enter");
  expect(await inputOf(till, "setup.begin")).toEqual({
    language: "ru",
    merchant: { name: "Береке", bin: "180340021791", address: null, supportPhone: null },
    till: { id: "A1", name: "Касса 1" },
    technician: { name: "Ержан", pin: "730155" },
  });
  await till.id("choose-kaspi").click();
  await till.id("next").click();
  await expect(till.id("at-scheme")).toBeVisible();
  await till.id("scheme-1").click();
  await till.id("next").click();
  expect(await inputOf(till, "connection.draft")).toEqual({ session: SESSION, change: { scheme: 1 } });
  await expect(till.id("at-where")).toBeVisible();
});

test("the whole way to the bank with a PFX, and a test payment played to its end", async ({ till, page }) => {
  const missing = (field: string) => ({ missing: [{ path: `providers.kaspi.${field}`, words: "missing; x" }] });
  const certificate = kaspi().certificate;
  const draft = { certificate, roots: kaspi().roots, deviceId: "A1-7K3F" };
  await openDesk(till, { view: fresh(null) });
  await till.id("next").click();
  await expect(page.locator("main"), "no bank is meant by itself").toContainText("Выберите что-нибудь одно.");
  await till.id("choose-kaspi").click();
  await till.id("next").click();
  await till.answer("connection.draft", ok(fresh({}, missing("url"))));
  await till.id("scheme-2").click();
  await till.id("next").click();

  await till.id("environment-production").click();
  await till.id("next").click();
  await expect(page.locator("main"), "the till's own word, in its place").toContainText("нужен адрес из письма банка");
  await till.id("url").fill("https://qr.bank.example/r2/v01");
  await till.answer("connection.draft", ok(fresh({}, missing("certificate"))));
  await till.id("next").click();
  expect(await inputOf(till, "connection.draft")).toEqual({
    session: SESSION,
    change: { environment: "production", url: "https://qr.bank.example/r2/v01", headers: {} },
  });

  await till.id("cert-way-pfx").click();
  await pick(page, till, "cert-file", [{ name: "huge.pfx", buffer: Buffer.alloc(256 * 1024 + 1) }]);
  await expect(page.locator("main")).toContainText("huge.pfx: файл слишком велик");
  await pick(page, till, "cert-file", [{ name: "certfile.pfx", buffer: Buffer.from([0, 250, 128, 7]) }]);
  await till.id("cert-passphrase").fill("secret");
  await till.answer("certificate.open", { ok: false, error: appError("cert_wrong_passphrase") });
  await till.id("cert-open").click();
  await expect(till.id("error")).toHaveAttribute("data-code", "cert_wrong_passphrase");
  expect(await inputOf(till, "certificate.open")).toEqual({
    session: SESSION,
    certificate: Buffer.from([0, 250, 128, 7]).toString("base64"),
    privateKey: null,
    passphrase: "secret",
  });
  await till.answer("certificate.open", ok(fresh({ certificate })));
  await till.id("cert-open").click();
  await expect(till.id("draft-certificate")).toContainText("Осталось дней: 1804");
  await till.id("next").click();

  await till.answer("certificate.roots", ok(fresh({ certificate, roots: kaspi().roots })));
  await pick(page, till, "roots-files", [
    { name: "kbs_root_ca.crt", buffer: Buffer.from("root") },
    { name: "kbs_ca.crt", buffer: Buffer.from("ca") },
  ]);
  await expect(till.id("roots")).toContainText("Kaspi Bank Services Root CA");
  expect(await inputOf(till, "certificate.roots")).toMatchObject({
    files: ["root", "ca"].map((text) => Buffer.from(text).toString("base64")),
  });
  await till.id("next").click();

  await expect(till.id("device-id")).toHaveValue(/^A1-[A-Z2-9]{4}$/);
  await till.id("device-id").fill("A1-7K3F");
  await till.answer("connection.draft", ok(fresh(draft)));
  const refused = appError("server_untrusted");
  await till.answer("connection.check", ok(fresh(draft, { check: check(2, "tls", refused) })));
  await till.id("next").click();
  await expect(till.id("layer-tls")).toHaveAttribute("data-state", "failed");
  await expect(till.id("layer-certificate")).toHaveAttribute("data-state", "untried");
  await expect(till.id("layer-key"), "no such layer in this scheme").toHaveCount(0);
  await till.id("remedy-go").click();
  await expect(till.id("at-roots")).toBeVisible();
  await till.id("step-check").click();
  await till.answer("connection.check", ok(fresh(draft, { check: check(2) })));
  await till.id("next").click();
  await expect(till.id("layer-tradePoint")).toContainText("Найдено точек: 2");
  await till.id("next").click();

  const registered = { ...draft, tradePointId: POINTS[1]?.id ?? null, registered: true };
  await till.answer("connection.draft", ok(fresh(draft, { check: check(2) })));
  await till.answer("connection.register", ok(fresh(registered, { check: check(2) })));
  await till.id("point-1043").click();
  await till.id("next").click();
  expect(await inputOf(till, "connection.draft")).toMatchObject({ change: { tradePointId: "1043" } });
  await expect(till.id("at-apply")).toContainText("Дүкен №2");
  await till.answer("connection.apply", {
    ok: false,
    error: appError("till_busy", { params: { number: "A1-000123" } }),
  });
  await till.id("next").click();
  await expect(till.id("error")).toContainText("A1-000123");
  await till.answer("connection.apply", ok(view()));
  await till.id("next").click();

  await till.answer("payments.create", ok({ created: true, payment: { id: "p-1" } }));
  await till.id("trial-start").click();
  expect(await inputOf(till, "payments.create")).toMatchObject({
    request: { amount: "10.00", provider: "kaspi", method: "qr" },
  });
  const trial = { environment: "test" as const, minor: 1_000 };
  await till.show({ current: awaitingScan(trial) });
  await till.id("phone-scan").click();
  expect(await inputOf(till, "training.phone")).toEqual({ id: "p-1", action: "scan", session: SESSION });
  await till.show({ current: awaitingConfirmation(trial) });
  await till.id("phone-confirm").click();
  await till.show({ current: ended("paid", trial) });
  await expect(till.id("trial")).toContainText("Оплата принята");
  await till.id("finish").click();
  await till.show({});
  await expect(till.id("screen")).toHaveAttribute("data-screen", "idle");
  expect(await inputOf(till, "payments.dismiss")).toEqual({ id: "p-1" });
});

test("the whole way to Halyk QR: what is wrong is named in its place, and a broken event stream stops nobody", async ({
  till,
  page,
}) => {
  const missing = (field: string, words = "missing; x") => ({
    missing: [{ path: `providers.halykQr.${field}`, words }],
  });
  const answer = async (
    draft: Parameters<typeof halyk>[0],
    more: Parameters<typeof withHalyk>[0] = {},
  ): Promise<void> => till.answer("bank.draft", ok(withHalyk({ draft: halyk(draft), ...more })));
  const change = async (): Promise<unknown> => ((await inputOf(till, "bank.draft")) as { change: unknown }).change;
  const next = till.id("next");
  const main = page.locator("main");
  await openDesk(till, { view: fresh(null) });
  await till.id("choose-halykQr").click();
  await next.click();

  await till.id("halyk-environment-production").click();
  await answer({ environment: "production", url: "" }, missing("url"));
  await next.click();
  await expect(main, "the till's own word, in its place").toContainText("нужен адрес от банка");
  await till.id("halyk-url").fill("https://qr.halyk.example/qr-service");
  await answer({ username: "", hasPassword: false, terminal: "" }, missing("username"));
  await next.click();
  expect(await inputOf(till, "bank.draft")).toEqual({
    session: SESSION,
    change: { provider: "halykQr", environment: "production", url: "https://qr.halyk.example/qr-service" },
  });

  await till.id("halyk-username").fill("BEREKE:1");
  await till.id("halyk-terminal").fill("9205 9431");
  await next.click();
  await expect(main).toContainText("без пробелов и двоеточия");
  await expect(main).toContainText("не больше 32 знаков");
  await expect(till.id("halyk-username")).toBeFocused();
  expect(await till.calls("bank.draft"), "nothing wrong is sent").toHaveLength(2);
  await till.id("halyk-username").fill("BEREKE");
  await till.id("halyk-password").fill(" secret ");
  await expect(till.id("halyk-password")).toHaveAttribute("type", "password");
  await till.id("halyk-terminal").fill("92059431");
  await answer({});
  await next.click();
  expect(await change()).toEqual({
    provider: "halykQr",
    username: "BEREKE",
    password: "secret",
    terminal: "92059431",
    mpan: null,
  });

  await expect(till.id("halyk-latin"), "the shop's own name").toHaveText("Duken No1");
  await till.id("halyk-pointOfSale").fill("«Әйгерім» дүкені, Қабанбай батыр көшесі");
  await expect(till.id("halyk-latin")).toHaveText('"Aygerim" dukeni, Qabanba');
  await expect(main).toContainText("Не поместилось знаков: 15");
  await till.id("halyk-pointOfSale").fill("Асхана");
  await expect(till.id("halyk-latin")).toHaveText("Askhana");
  await next.click();
  expect(await change()).toEqual({ provider: "halykQr", pointOfSale: "Асхана" });

  await expect(main).toContainText("Обычно не нужны");
  await next.click();

  await till.id("halyk-invoiceFrom").fill("500000");
  await till.id("halyk-invoiceTo").fill("499999");
  await next.click();
  await expect(main).toContainText("Последний номер не может быть меньше первого");
  await till.id("halyk-invoiceTo").fill("999999");
  await till.id("halyk-emvMismatch-block").click();
  await next.click();
  expect(await change()).toEqual({
    provider: "halykQr",
    scanSeconds: 180,
    pollSeconds: 3,
    emvMismatch: "block",
    invoiceRange: { from: "500000", to: "999999" },
    limits: { min: "1.00", max: "1000000.00" },
    channel: "SMART_POS",
    amountAsString: false,
  });

  await till.id("halyk-document-shop").click();
  await expect(till.id("ask"), "Q-56 is asked, the safe answer first").toContainText("оплаты не завершатся");
  await till.id("ask-no").click();
  await expect(till.id("halyk-document-bank").locator("input")).toBeChecked();
  await till.id("halyk-document-shop").click();
  await till.id("ask-yes").click();
  await expect(till.id("halyk-document-warning")).toContainText("ни одна оплата не завершится");
  await till.id("halyk-document-bank").click();
  await next.click();
  expect(await change()).toEqual({ provider: "halykQr", makesFinDocument: false });

  await till.id("halyk-events-on").click();
  await till.id("halyk-brokers").fill("10.0.67.22:31097, 10.0.67.21");
  await till.id("halyk-tls-yes").click();
  await till.id("halyk-sasl-SCRAM-SHA-512").click();
  await till.id("halyk-saslUsername").fill("bereke");
  await next.click();
  await expect(main).toContainText("Запишите адреса так");
  await expect(main).toContainText("Это поле нужно заполнить.");
  await till.id("halyk-brokers").fill("10.0.67.22:31097, 10.0.67.21:31096");
  await till.id("halyk-saslPassword").fill("stream-secret");
  await answer({ kafka: KAFKA });
  await till.answer("bank.roots", ok(withHalyk({ draft: halyk({ kafka: KAFKA }) })));
  await pick(page, till, "halyk-eventRoots-files", [{ name: "broker.pem", buffer: Buffer.from("root") }]);
  const kafka = {
    brokers: ["10.0.67.22:31097", "10.0.67.21:31096"],
    topic: "ob-qr-service-status-events",
    groupId: null,
    tls: true,
    sasl: { mechanism: "SCRAM-SHA-512", username: "bereke", password: "stream-secret" },
  };
  await expect
    .poll(() => inputOf(till, "bank.roots"))
    .toEqual({
      session: SESSION,
      provider: "halykQr",
      of: "events",
      files: [Buffer.from("root").toString("base64")],
    });
  expect(await change(), "the roots belong to a stream that is there").toEqual({ provider: "halykQr", kafka });
  await answer({ kafka: KAFKA }, missing("kafka.brokers[1]", "must be host:port in quotes"));
  await next.click();
  await expect(main, "a field inside another").toContainText("Проверьте адреса брокера. (kafka.brokers: must be host");
  await answer({ kafka: KAFKA });
  const refused = halykCheck("key", appError("login_refused", { bankCode: "401" }));
  await till.answer("bank.check", ok(withHalyk({ draft: halyk({ kafka: KAFKA }), check: refused })));
  await next.click();

  await expect(till.id("layer-key")).toHaveAttribute("data-state", "failed");
  await expect(till.id("layer-key")).toContainText("Вход");
  await expect(till.id("layer-certificate"), "no such layer at this bank").toHaveCount(0);
  await till.id("remedy-go").click();
  await expect(till.id("at-login")).toBeVisible();
  await till.id("step-check").click();
  const silent = halykCheck("events", appError("events_unreachable", { params: { detail: "ETIMEDOUT" } }));
  await till.answer("bank.check", ok(withHalyk({ draft: halyk({ kafka: KAFKA }), check: silent })));
  await next.click();
  await expect(main).toContainText("оплате это не мешает");
  await till.id("remedy-copy").click();
  await expect(till.id("remedy-text")).toHaveValue(/terminal: 92059431[\s\S]*ETIMEDOUT/);
  await next.click();

  await expect(till.id("at-apply")).toContainText("Duken No1");
  await till.answer("bank.apply", { ok: false, error: appError("till_busy", { params: { number: "A1-000123" } }) });
  await next.click();
  await expect(till.id("error")).toContainText("A1-000123");
  await till.answer("bank.apply", ok(withHalyk({ inUse: halyk() })));
  await next.click();
  expect(await inputOf(till, "bank.apply")).toEqual({ session: SESSION, provider: "halykQr" });

  await till.answer("payments.create", ok({ created: true, payment: { id: "p-1" } }));
  await till.id("trial-start").click();
  expect(await inputOf(till, "payments.create")).toMatchObject({
    request: { amount: "10.00", provider: "halykQr", method: "qr" },
  });
  const trial = { environment: "test" as const, minor: 1_000 };
  await till.show({ providers: [HALYK], current: halykScan(trial) });
  await expect(till.id("phone-scan"), "this bank's test host has no telephone to play").toHaveCount(0);
  await till.id("trial-cancel").click();
  expect(await inputOf(till, "payments.cancel")).toEqual({ id: "p-1" });
  await till.show({ providers: [HALYK], current: ended("cancelled", trial) });
  await expect(till.id("trial")).toContainText("Код отозван");
  await till.id("connect-kaspi").click();
  expect(await inputOf(till, "payments.dismiss")).toEqual({ id: "p-1" });
  await till.show({ providers: [HALYK] });
  await expect(till.id("at-scheme"), "the second bank follows").toBeVisible();
});

test("Halyk QR in the settings: tried, changed without the password, and taken off after a question", async ({
  till,
  page,
}) => {
  const used = { inUse: halyk({ kafka: KAFKA }), events: "down" as const };
  await openDesk(till, { view: withHalyk(used), snapshot: { providers: [HALYK] } });
  await expect(till.id("tab-halykQr"), "the only bank").toHaveAttribute("aria-selected", "true");
  await expect(till.id("works")).toBeVisible();
  await expect(till.id("events-state")).toHaveAttribute("data-state", "down");
  await till.answer("bank.check", ok(withHalyk({ ...used, check: halykCheck() })));
  await till.id("check").click();
  await expect(till.id("layer-events")).toHaveAttribute("data-state", "ok");

  await till.id("change").click();
  await till.id("step-login").click();
  await expect(till.id("halyk-password")).toHaveAttribute("placeholder", "сохранено, не меняется");
  await till.id("halyk-terminal").fill("92059432");
  await till.answer("bank.draft", ok(withHalyk({ ...used, draft: halyk({ terminal: "92059432" }) })));
  await till.id("next").click();
  expect(await inputOf(till, "bank.draft")).toEqual({
    session: SESSION,
    change: { provider: "halykQr", username: "BEREKE", terminal: "92059432", mpan: null },
  });
  await till.id("back").click();
  await till.answer("bank.discard", ok(withHalyk(used)));
  await till.id("draft-discard").click();
  await till.id("ask-yes").click();
  await expect(till.id("unfinished")).toHaveCount(0);
  await till.id("change").click();
  await till.id("step-login").click();
  await expect(till.id("halyk-terminal"), "what was thrown away is gone").toHaveValue("92059431");
  await till.id("back").click();

  await till.id("bank-remove").click();
  await expect(till.id("ask")).toContainText("вернуть их можно");
  await till.id("ask-no").click();
  expect(await till.calls("bank.remove")).toEqual([]);
  await till.id("bank-remove").click();
  await till.answer("bank.remove", ok(view()));
  await till.id("ask-yes").click();
  expect(await inputOf(till, "bank.remove")).toEqual({ session: SESSION, provider: "halykQr" });
  await expect(page.locator("main")).toContainText("Halyk QR ещё не подключён");
  await expect(till.id("connect")).toBeVisible();
});

test("a key and a request: what to send, from which mailbox, and the bank's four things", async ({ till, page }) => {
  const lacking = { missing: [{ path: "providers.kaspi.certificate", words: "missing; x" }] };
  await openDesk(till, { view: fresh({}, lacking) });
  await till.id("cert-way-request").click();
  await till.id("request-make").click();
  expect(await till.calls("certificate.request")).toEqual([]);
  const subject = {
    organization: "ТОО «Береке»",
    region: "Алматинская область",
    city: "Алматы",
    commonName: "till.bereke.kz",
    email: "it@bereke.kz",
  };
  for (const [field, text] of Object.entries(subject)) await till.id(`request-${field}`).fill(text);
  await till.answer(
    "certificate.request",
    ok({ request: REQUEST, view: fresh({}, { ...lacking, requests: [REQUEST] }) }),
  );
  await till.id("request-make").click();
  expect(await inputOf(till, "certificate.request")).toEqual({ session: SESSION, subject });
  await expect(till.id("request")).toContainText("именно с почты, которая указана в договоре");
  await expect(till.id("request")).toContainText("kbs_root_ca.crt, kbs_ca.crt");
  await expect(till.id("request-mail")).toHaveValue("cert.request@kaspi.kz");
  await till.id("request-csr-copy").click();
  await expect(till.id("request-csr-copy")).toHaveText("Скопировано");

  await till.id("cert-way-answer").click();
  await pick(page, till, "answer-certificate", [{ name: "certfile.cer", buffer: Buffer.from("cert") }]);
  await till.id("answer-url").fill("https://qr.bank.example/r2/v01");
  await till.answer("certificate.answer", ok(fresh({ certificate: kaspi().certificate })));
  await till.id("answer-take").click();
  expect(await inputOf(till, "certificate.answer")).toEqual({
    session: SESSION,
    id: "req-1",
    certificate: Buffer.from("cert").toString("base64"),
    roots: [],
    url: "https://qr.bank.example/r2/v01",
  });
  await expect(till.id("draft-certificate")).toBeVisible();
});

test("-1502: the desk opens at the device and says that the owner may have meant it", async ({ till }) => {
  await openDesk(till, DESK_STATES["settings-fault"] ?? {});
  await expect(till.id("device")).toContainText("Сначала спросите его");
  await till.answer("device.register", ok(view()));
  await till.id("device-register").click();
  expect(await inputOf(till, "device.register")).toEqual({ session: SESSION });
  await till.show({ providers: [KASPI] });
  await expect(till.id("device")).toContainText("Банк зарегистрировал кассу");
});

test("what cannot be taken back asks first, and the safe answer is the main one", async ({ till }) => {
  await openDesk(till, { view: view() });
  await till.id("device-delete").click();
  await expect(till.id("ask")).toContainText("перестанет принимать оплату");
  await expect(till.id("ask-no")).toHaveClass(/main/);
  await till.id("ask-no").click();
  expect(await till.calls("device.delete")).toEqual([]);
  await till.id("device-delete").click();
  await till.answer("device.delete", ok(view({ kaspi: kaspi({ registered: false }) })));
  await till.id("ask-yes").click();
  await expect(till.id("device")).toContainText("не зарегистрировано");
});

test("shop, people and programs are saved as the contract wants them", async ({ till }) => {
  await openDesk(till, { view: view() });
  await till.id("tab-shop").click();
  await till.id("pin-above").fill("25 000,5");
  await till.id("shop-address").fill("");
  await till.answer("settings.save", ok(view()));
  await till.id("tab-people").click();
  await till.id("tab-shop").click();
  await expect(till.id("pin-above"), "another section and back").toHaveValue("25 000,5");
  await till.id("save").click();
  const { general } = view();
  expect(await inputOf(till, "settings.save")).toEqual({
    session: SESSION,
    general: { ...general, merchant: { ...general.merchant, address: null }, refund: { pinAbove: "25000.50" } },
  });
  await expect(till.id("saved")).toBeVisible();

  await till.id("tab-people").click();
  await till.id("person-edit-s1").click();
  await till.id("role-owner").click();
  await till.answer("people.put", ok(view()));
  await till.id("person-save").click();
  expect(await inputOf(till, "people.put")).toEqual({ session: SESSION, id: "s1", name: "Айгүл", role: "owner" });

  await till.id("tab-tokens").click();
  await till.id("token-add").click();
  await till.id("token-name").fill("vending");
  await till.id("may-refund").click();
  await till.answer("token.make", ok({ token: "qt_only_once_0123456789", view: view() }));
  await till.id("token-make").click();
  expect(await inputOf(till, "token.make")).toEqual({
    session: SESSION,
    name: "vending",
    may: ["pay", "refund", "read"],
  });
  await expect(till.id("token-text")).toHaveValue("qt_only_once_0123456789");
  await till.id("token-text-copy").click();
  await expect(till.id("token-text-copy")).toHaveText("Скопировано");
  await till.id("token-close").click();
  await expect(till.id("token-text")).toHaveCount(0);
});

test("U39: the settings are done by keyboard alone, with a visible focus", async ({ till, page }) => {
  await openDesk(till, { view: view() });
  const reach = async (testid: string): Promise<void> => {
    for (let steps = 0; steps < 60; steps++) {
      const on = await page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset["testid"]);
      if (on === testid) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`${testid} cannot be reached with Tab`);
  };
  await reach("tab-kaspi");
  for (const key of [...Array<string>(5).fill("ArrowDown"), "Enter"]) await page.keyboard.press(key);
  await expect(till.id("tab-people")).toHaveAttribute("aria-selected", "true");
  await reach("person-add");
  const ring = await page.evaluate(() =>
    document.activeElement ? getComputedStyle(document.activeElement).outline : "",
  );
  expect(ring).toContain("solid 4px");
  await page.keyboard.press("Enter");
  await reach("person-name");
  await page.keyboard.type("Дана");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Tab");
  await page.keyboard.type("4455");
  await page.keyboard.press("Tab");
  await page.keyboard.type("4455");
  await reach("person-save");
  await till.answer("people.put", ok(view()));
  await page.keyboard.press("Enter");
  expect(await inputOf(till, "people.put")).toMatchObject({ id: null, name: "Дана", role: "senior", pin: "4455" });
  await expect(till.id("person")).toHaveCount(0);
});
