/** Every screen has a spoken text in every language (design U41): kiosk, vending, the customer's display, the cashier's payments. */
import { describe, expect, it, vi } from "vitest";
import { appError } from "../../contract/errors.ts";
import type { FulfilmentView, KioskView, PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { LANGUAGES, PAYMENT_STATES, REFUND_STATES } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { FULFILMENT_STATES, MONEY_BACK } from "../../contract/fulfilment.ts";
import { hasClip, SPEECH } from "../../renderer/messages/speech.ts";
import type { SpeechKey } from "../../renderer/messages/speech.ts";
import { saidOf, textOf } from "../../renderer/speech/parts.ts";
import type { Part } from "../../renderer/speech/parts.ts";
import type { Seen } from "../../renderer/speech/scene.ts";
import {
  awaitingLink,
  payment,
  posted,
  refundView,
  scan,
  snapshot,
  STATES,
  WARNED,
} from "../screens/support/snapshots.ts";

// The page's actions look for their bridge as soon as they are loaded.
vi.hoisted(() => Object.assign(globalThis, { window: { qabyl: {} } }));
const { sceneOf } = await import("../../renderer/speech/scene.ts");

const each = (text: string) => ({ kk: `${text} kk`, ru: `${text} ru`, en: `${text} en` });
const KIOSK: KioskView = {
  catalogue: [
    { id: "1", name: each("Water"), minor: 45_000, picture: null },
    { id: "2", name: each("Bread"), minor: 19_999, picture: null },
  ],
  voice: true,
  elsewhere: each("At the pharmacy"),
  outOfService: null,
};
const VISIT: Seen["visit"] = {
  number: 0,
  begun: true,
  home: null,
  item: null,
  quantity: 1,
  page: 0,
  stays: null,
  technician: false,
};
const nothing: Omit<Seen, "snapshot" | "language"> = {
  link: "up",
  asked: null,
  starting: null,
  problem: null,
  visit: VISIT,
  seconds: null,
  wide: false,
};

const customer = (mode: "kiosk" | "vending", more: Partial<Snapshot> = {}): Snapshot => {
  const base = snapshot({ kiosk: KIOSK, ...more });
  return { ...base, app: { ...base.app, mode, locked: true } };
};
const atDisplay = (more: Partial<Snapshot>): Snapshot => snapshot({ view: "customer", ...more });

const spoken = (shown: Snapshot | null, language: Language, more: Partial<Seen> = {}): string =>
  textOf(sceneOf({ ...nothing, snapshot: shown, language, ...more }).parts, language);

/** What must hold of any text that is said, and of each of its parts. */
function sound(parts: readonly Part[], language: Language, name: string): void {
  const text = textOf(parts, language);
  expect(text.length, `${name} in ${language}: ${text}`).toBeGreaterThan(8);
  expect(text, name).not.toMatch(/[{}]|undefined|NaN|null|\[object/);
  for (const part of parts) {
    const { clips } = saidOf(part, language);
    if (!("text" in part) && !("say" in part && !hasClip(part.say))) expect(clips, name).not.toHaveLength(0);
  }
}

const goods = (more: Partial<FulfilmentView>): FulfilmentView => ({
  state: "waiting",
  reason: null,
  moneyBack: "none",
  refundNumber: null,
  remainingMs: 60_000,
  ...more,
});

/** Every state that a payment can have on a screen. */
const payments = (): PaymentView[] => [
  ...PAYMENT_STATES.flatMap((state) =>
    [true, false].flatMap((settled) => [
      payment({ state, settled }),
      payment({ state, settled, scanned: true, ...WARNED }),
    ]),
  ),
  ...PAYMENT_STATES.map((state) => posted({ state })),
  awaitingLink(),
  ...FULFILMENT_STATES.flatMap((state) =>
    MONEY_BACK.map((moneyBack) => payment({ state: "paid", fulfilment: goods({ state, moneyBack }) })),
  ),
];
const refunds = (): RefundView[] => REFUND_STATES.map((state) => refundView({ state, minor: 250_000 }));

describe.each(LANGUAGES)("in %s", (language) => {
  const walk = (name: string, shown: Snapshot | null, more: Partial<Seen> = {}): string => {
    const scene = sceneOf({ ...nothing, snapshot: shown, language, ...more });
    sound(scene.parts, language, name);
    for (const part of scene.aloud)
      expect(saidOf(part, language).clips, `${name}: aloud without a clip`).not.toBeNull();
    return textOf(scene.parts, language);
  };
  const sum = saidOf({ sum: 250_000 }, language).text;
  const has = (text: string, ...keys: readonly SpeechKey[]): void => {
    for (const key of keys) expect(text).toContain(SPEECH[language][key]);
  };

  it("every payment and refund, at every place where a customer meets it, names the sum", () => {
    for (const current of payments()) {
      const name = `${current.method} ${current.state} ${current.fulfilment?.state ?? ""}`;
      for (const shown of [customer("kiosk", { current }), customer("vending", { current }), atDisplay({ current })]) {
        const text = walk(`${shown.view} ${shown.app.mode} ${name}`, shown, { seconds: 134 });
        if (current.kind === "sale" && current.state !== "awaiting_3ds") expect(text, name).toContain(sum);
      }
    }
    for (const refund of refunds()) {
      const current = payment({ state: "paid", fulfilment: goods({ state: "not_given", moneyBack: "customer" }) });
      walk(`refund ${refund.state}`, customer("vending", { refund }));
      walk(`refund beside ${refund.state}`, customer("vending", { current, refund }), { seconds: 100 });
      walk(`refund shown ${refund.state}`, atDisplay({ refund }));
    }
  });

  it("the screens between two payments", () => {
    for (const mode of ["kiosk", "vending"] as const) {
      const idle = customer(mode);
      const text = walk("attract", idle, { visit: { ...VISIT, begun: false } });
      // Nobody has chosen a language yet: where to begin is said in each.
      for (const other of LANGUAGES) expect(text).toContain(SPEECH[other].begin);
      const shelf = walk("catalogue", idle);
      for (const { name } of KIOSK.catalogue) expect(shelf).toContain(name[language]);
      has(shelf, "back");
      const product = walk("product", idle, { visit: { ...VISIT, item: "1", quantity: 3 } });
      expect(product).toContain(KIOSK.catalogue[0]?.name[language]);
      // A machine hands out one.
      expect(product).toContain(saidOf({ sum: mode === "kiosk" ? 135_000 : 45_000 }, language).text);
      has(product, ...(mode === "kiosk" ? ["quantity" as const] : []), "bank", "bank.kaspi");
      has(
        walk("outside", { ...idle, kiosk: { ...KIOSK, catalogue: [] } }),
        mode === "vending" ? "begin.machine" : "begin.till",
      );
      const error = appError("not_ready", { params: {} });
      const outOfService = { since: "2026-07-01T10:00:00Z", reason: error };
      const out = walk("out", { ...idle, kiosk: { ...KIOSK, outOfService } });
      has(out, "out");
      expect(out).toContain(KIOSK.elsewhere?.[language]);
      has(walk("idle", idle, { asked: "idle" }), "idle", "idle.stay");
      has(
        walk("leave", customer(mode, { current: payment({ state: "awaiting_confirmation" }) }), { asked: "leave" }),
        "leave",
      );
      has(walk("staff", idle, { visit: { ...VISIT, technician: true } }), "staff");
      has(walk("silent", idle, { link: "silent" }), "link");
    }
    has(walk("display", atDisplay({})), "begin.till");
    has(walk("locked", customer("kiosk"), { link: "locked" }), "locked");
    has(walk("opening", null), "opening");
  });

  it("the screens of a payment at the cashier's till", () => {
    for (const [name, state] of Object.entries(STATES)) {
      const shown = snapshot(state.snapshot());
      if (shown.current || shown.refund) walk(name, shown, { seconds: 134 });
    }
    walk("amount", snapshot());
  });

  it("nothing of the code's screen is for the eyes alone (U41)", () => {
    const current = payment({ state: "awaiting_scan", paymentMethods: ["Gold", "Loan"], countdown: scan(134_000) });
    const text = walk("code", customer("kiosk", { current }), { seconds: 134 });
    // The sum, to whom, where the code is, what to do with the telephone, by what, how long, and the way out.
    expect(text).toContain(sum);
    expect(text).toContain(customer("kiosk").merchant.name);
    has(text, "qr.where", "qr.kaspi", "qr.with", "with.Gold", "with.Loan", "left", "qr.cancel");
    expect(text).toContain(saidOf({ seconds: 134 }, language).text);
    const items = [{ id: "1", name: each("Water"), minor: 125_000, quantity: 2 }];
    expect(spoken(customer("kiosk", { current: { ...current, items } }), language)).toContain(each("Water")[language]);
    has(spoken(customer("kiosk", { current: { ...current, ...WARNED } }), language), "qr.warn");
    has(spoken(customer("kiosk", { current: { ...current, silent: true } }), language), "silent");
    has(spoken(customer("kiosk", { current }), language, { seconds: 20 }), "qr.low");
    const over = spoken(customer("kiosk", { current }), language, { seconds: 0 });
    has(over, "qr.asking");
    // A code that is gone may not be looked for.
    expect(over).not.toContain(SPEECH[language]["qr.where"]);
    // Where it stands depends on how the screen is hung.
    const wide = spoken(customer("kiosk", { current }), language, { seconds: 134, wide: true });
    has(wide, "qr.right", "qr.cancel.left");
    expect(wide).not.toContain(SPEECH[language]["qr.where"]);
    // At the customer's display there is nothing to touch.
    const shown = spoken(atDisplay({ current }), language, { seconds: 134 });
    has(shown, "qr.where", "qr.kaspi", "left");
    expect(shown).not.toContain(SPEECH[language]["qr.cancel"]);
  });

  it("says that no money was taken only where it is certain (U21)", () => {
    const none = SPEECH[language].no_money;
    const told = (more: Partial<PaymentView>): string =>
      spoken(customer("kiosk", { current: payment(more) }), language);
    expect(told({ state: "declined", settled: true })).toContain(none);
    expect(told({ state: "expired", settled: true })).toContain(none);
    for (const more of [
      { state: "expired", scanned: true },
      { state: "cancelled", scanned: true },
      { state: "expired", settled: true, error: appError("money_at_bank", { params: {} }) },
      { state: "in_doubt" },
      { state: "needs_review" },
    ] as const) {
      expect(told(more), more.state).not.toContain(none);
      expect(told(more), more.state).toMatch(
        new RegExp(`${SPEECH[language]["over.watch"]}|${SPEECH[language]["unknown.not"]}`),
      );
    }
  });
});

it("aloud are the sum and the result, and nothing of the rest", () => {
  const aloud = (current: PaymentView): string =>
    textOf(sceneOf({ ...nothing, snapshot: customer("kiosk", { current }), language: "ru" }).aloud, "ru");
  expect(aloud(payment({ state: "awaiting_scan" }))).toBe("К оплате: две тысячи пятьсот тенге.");
  expect(aloud(payment({ state: "paid" }))).toBe("Оплата принята. две тысячи пятьсот тенге. Спасибо.");
  expect(aloud(payment({ state: "declined", settled: true }))).toBe("Не оплачено. Деньги не списаны.");
  expect(aloud(payment({ state: "paid", fulfilment: goods({ state: "given" }) }))).toBe("Возьмите товар. Спасибо.");
  expect(aloud(payment({ state: "paid", fulfilment: goods({ state: "not_given", moneyBack: "going" }) }))).toBe(
    "Товар не выдан. Возвращаем деньги.",
  );
});
