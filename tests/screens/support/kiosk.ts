/** The states of a till without a cashier, by name: what the core would send, and what a customer has touched by then. */
import { appError } from "../../../contract/errors.ts";
import type { FulfilmentView, KioskView, PaymentView, ProductView, Snapshot } from "../../../contract/snapshot.ts";
import type { Page } from "playwright/test";
import type { Language } from "../../../contract/states.ts";
import { RULES } from "./eyes.ts";
import { go } from "./hands.ts";
import type { Till } from "./till.ts";
import {
  awaitingConfirmation,
  awaitingScan,
  EMV,
  ended,
  HALYK,
  halykScan,
  KASPI,
  payment,
  refundQr,
  refundView,
  snapshot,
  WARNED,
} from "./snapshots.ts";

const NAMES: readonly (readonly [kk: string, ru: string, en: string, minor: number, picture: boolean])[] = [
  ["Ауызсу, 0,5 л", "Вода питьевая, 0,5 л", "Drinking water, 0.5 l", 45_000, true],
  ["Сүт қосылған кофе", "Кофе с молоком", "Coffee with milk", 90_000, true],
  ["Жаңғақты шоколад", "Шоколад с орехами", "Chocolate with nuts", 72_500, true],
  [
    "Қытырлақ бауырсақ, үлкен қорап",
    "Хрустящие баурсаки, большая коробка",
    "Crispy baursaks, a large box",
    1_250_000,
    false,
  ],
  ["Айран", "Айран", "Ayran", 60_000, true],
  ["Алма шырыны", "Сок яблочный", "Apple juice", 80_000, true],
];

const picture = (index: number): string => `${String(index).repeat(32)}.png`;
export const PRODUCTS: readonly ProductView[] = Array.from({ length: 13 }, (_, index) => {
  const [kk, ru, en, minor, has] = NAMES[index % NAMES.length] ?? ["", "", "", 0, false];
  const turn = Math.floor(index / NAMES.length);
  const more = turn === 0 ? "" : ` ${turn + 1}`;
  return {
    id: String(index + 1),
    name: { kk: kk + more, ru: ru + more, en: en + more },
    minor,
    picture: has ? picture((index % NAMES.length) + 1) : null,
  };
});
const WATER = PRODUCTS.slice(0, 1);

export const kioskView = (more: Partial<KioskView> = {}): KioskView => ({
  catalogue: PRODUCTS,
  voice: false,
  elsewhere: { kk: "№ 2 касса, кіреберіс жанында", ru: "касса № 2, у входа", en: "till 2, at the entrance" },
  outOfService: null,
  ...more,
});

/** A locked till; `mode` and the catalogue are what differs most often. */
export function kiosk(
  more: Partial<Snapshot> = {},
  view: Partial<KioskView> = {},
  mode: "kiosk" | "vending" = "kiosk",
): Snapshot {
  const one = snapshot({ providers: [KASPI, HALYK], lastProvider: null, ...more });
  return {
    ...one,
    app: { ...one.app, ...more.app, mode, locked: more.app?.locked ?? true, pinKnown: true },
    kiosk: kioskView(view),
  };
}

const bought = (quantity: number, index = 0): Pick<PaymentView, "items" | "minor" | "number"> => {
  const { id, name, minor } = PRODUCTS[index] ?? { id: "", name: { kk: "", ru: "", en: "" }, minor: 0 };
  return { items: [{ id, name, minor, quantity }], minor: minor * quantity, number: "A1-000123" };
};
export const SALE = bought(2);

const goods = (more: Partial<FulfilmentView>): PaymentView =>
  ended("paid", {
    ...bought(1),
    fulfilment: { state: "waiting", reason: null, moneyBack: "none", refundNumber: null, remainingMs: 40_000, ...more },
  });
const machine = (fulfilment: Partial<FulfilmentView>, more: Partial<Snapshot> = {}): Snapshot =>
  kiosk({ current: goods(fulfilment), ...more }, { catalogue: [] }, "vending");

export interface KioskState {
  readonly snapshot: () => Snapshot;
  /** What is touched before it is looked at. */
  readonly press?: readonly string[];
  /** What a start answers. */
  readonly answers?: Readonly<Record<string, unknown>>;
  readonly scene: string;
}

const refusal = (code: Parameters<typeof appError>[0]) => ({
  "payments.create": { ok: false, error: appError(code, { incident: "K7QX" }) },
});
const BUY = ["language-ru", "product-1", "pay-kaspi"];
const owed = () => machine({ state: "not_given", reason: "no_report", moneyBack: "support" });

export const KIOSK_STATES: Readonly<Record<string, KioskState>> = {
  attract: { snapshot: () => kiosk(), scene: "attract" },
  "attract-one": { snapshot: () => kiosk({}, { catalogue: WATER }), scene: "attract" },
  "attract-test": {
    snapshot: () => kiosk({ app: { ...snapshot().app, environment: "test" } }, { catalogue: WATER }),
    scene: "attract",
  },
  outside: { snapshot: () => kiosk({}, { catalogue: [] }, "vending"), press: ["language-ru"], scene: "outside" },
  "outside-till": { snapshot: () => kiosk({}, { catalogue: [] }), press: ["language-ru"], scene: "outside" },
  catalogue: { snapshot: () => kiosk(), press: ["language-ru"], scene: "catalogue" },
  "catalogue-last": { snapshot: () => kiosk(), press: ["language-ru", "page-on"], scene: "catalogue" },
  "catalogue-few": {
    snapshot: () => kiosk({}, { catalogue: PRODUCTS.slice(0, 3) }),
    press: ["language-ru"],
    scene: "catalogue",
  },
  product: { snapshot: () => kiosk(), press: ["language-ru", "product-1", "more"], scene: "product" },
  "product-bare": { snapshot: () => kiosk(), press: ["language-ru", "product-4", "more"], scene: "product" },
  "product-only": {
    snapshot: () => kiosk({ providers: [KASPI] }, { catalogue: WATER }),
    press: ["language-ru"],
    scene: "product",
  },
  "product-vending": {
    snapshot: () => kiosk({ providers: [KASPI] }, { catalogue: WATER }, "vending"),
    press: ["language-ru"],
    scene: "product",
  },
  "product-off": {
    snapshot: () => kiosk({ providers: [{ ...KASPI, ready: false, reason: appError("not_registered") }, HALYK] }),
    press: ["language-ru", "product-3"],
    scene: "product",
  },
  // Its strip is not a place from which the sum may be pushed over the horizon.
  "product-noted": {
    snapshot: () => kiosk({ app: { ...snapshot().app, environment: "test" } }),
    press: BUY,
    answers: { "payments.create": "lost" },
    scene: "product",
  },
  "refused-price": { snapshot: () => kiosk(), press: BUY, answers: refusal("wrong_price"), scene: "refused" },
  refused: { snapshot: () => kiosk(), press: BUY, answers: refusal("till_busy"), scene: "refused" },
  "creating-start": { snapshot: () => kiosk(), press: BUY, answers: { "payments.create": "never" }, scene: "creating" },
  creating: { snapshot: () => kiosk({ current: payment({ ...SALE, state: "creating" }) }), scene: "creating" },
  qr: { snapshot: () => kiosk({ current: awaitingScan(SALE) }), scene: "qr" },
  "qr-low": {
    snapshot: () =>
      kiosk({ current: awaitingScan({ ...SALE, countdown: { kind: "scan", remainingMs: 24_000, totalMs: 180_000 } }) }),
    scene: "qr",
  },
  "qr-halyk": {
    snapshot: () => kiosk({ current: halykScan({ ...SALE, qr: { payload: EMV }, silent: true }) }),
    scene: "qr",
  },
  "qr-warned": { snapshot: () => kiosk({ current: halykScan({ ...SALE, ...WARNED }) }), scene: "qr" },
  "qr-over": {
    snapshot: () =>
      kiosk({ current: awaitingScan({ ...SALE, countdown: { kind: "scan", remainingMs: 0, totalMs: 180_000 } }) }),
    scene: "qr",
  },
  "qr-large": { snapshot: () => kiosk({ current: awaitingScan({ ...bought(9, 3) }) }), scene: "qr" },
  "qr-foreign": {
    snapshot: () =>
      kiosk(
        {
          current: halykScan({ minor: 100_000_000, qr: { payload: EMV }, actor: "till:machine" }),
          app: { ...snapshot().app, environment: "test" },
        },
        { catalogue: [] },
        "vending",
      ),
    scene: "qr",
  },
  "qr-plain": { snapshot: () => kiosk({ current: awaitingScan() }), scene: "qr" },
  confirming: { snapshot: () => kiosk({ current: awaitingConfirmation(SALE) }), scene: "confirming" },
  "confirming-halyk": {
    snapshot: () => kiosk({ current: awaitingConfirmation({ ...SALE, provider: "halykQr", silent: true }) }),
    scene: "confirming",
  },
  "confirming-leave": {
    snapshot: () => kiosk({ current: awaitingConfirmation(SALE) }),
    press: ["cancel"],
    scene: "confirming",
  },
  paid: { snapshot: () => kiosk({ current: ended("paid", SALE) }), scene: "paid" },
  "paid-large": { snapshot: () => kiosk({ current: ended("paid", { ...bought(9, 3), late: true }) }), scene: "paid" },
  "goods-waiting": { snapshot: () => machine({}), scene: "goods-waiting" },
  "goods-dispensing": { snapshot: () => machine({ state: "dispensing" }), scene: "goods-waiting" },
  "goods-given": { snapshot: () => machine({ state: "given" }), scene: "paid" },
  "goods-unknown": { snapshot: () => machine({ state: "unknown" }), scene: "goods-unknown" },
  "money-going": { snapshot: () => machine({ state: "not_given", moneyBack: "going" }), scene: "money-going" },
  "money-back": {
    snapshot: () => machine({ state: "not_given", moneyBack: "returned", refundNumber: "A1-R000001" }),
    scene: "money-back",
  },
  "money-owed": { snapshot: owed, scene: "money-owed" },
  "money-owed-mute": {
    snapshot: () => ({ ...owed(), merchant: { name: "Дүкен №1", address: null, supportPhone: null } }),
    scene: "money-owed",
  },
  "refund-code": {
    snapshot: () =>
      machine({ state: "not_given", moneyBack: "customer" }, { refund: refundQr({ paymentId: "p-1", minor: 45_000 }) }),
    scene: "refund-code",
  },
  "refund-code-alone": {
    snapshot: () =>
      kiosk({ refund: refundQr({ minor: 45_000, sale: refundView().sale }) }, { catalogue: [] }, "vending"),
    scene: "refund-code",
  },
  "refund-code-making": {
    snapshot: () => machine({ state: "not_given", moneyBack: "customer" }),
    scene: "refund-code",
  },
  declined: {
    snapshot: () =>
      kiosk({ current: ended("declined", { ...SALE, error: appError("declined_by_bank", { bankCode: "-99" }) }) }),
    scene: "not-paid",
  },
  expired: { snapshot: () => kiosk({ current: ended("expired", SALE) }), scene: "not-paid" },
  "expired-watched": {
    snapshot: () => kiosk({ current: payment({ ...SALE, state: "expired", scanned: true }) }),
    scene: "not-paid",
  },
  cancelled: { snapshot: () => kiosk({ current: ended("cancelled", SALE) }), scene: "not-paid" },
  "cancelled-watched": {
    snapshot: () => kiosk({ current: payment({ ...SALE, state: "cancelled", scanned: true }) }),
    scene: "not-paid",
  },
  failed: {
    snapshot: () => kiosk({ current: ended("failed", { ...SALE, error: appError("bank_unreachable") }) }),
    scene: "not-paid",
  },
  "in-doubt": {
    snapshot: () =>
      kiosk({ current: payment({ ...SALE, state: "in_doubt", error: appError("offline", { incident: "K999" }) }) }),
    scene: "in-doubt",
  },
  "needs-review": {
    snapshot: () => kiosk({ current: payment({ ...SALE, state: "needs_review", error: appError("amount_mismatch") }) }),
    scene: "in-doubt",
  },
  "out-of-service": {
    snapshot: () =>
      kiosk(
        {},
        {
          outOfService: { since: "2026-11-22T14:31:00+05:00", reason: appError("machine_down", { incident: "K7QX" }) },
        },
      ),
    scene: "out-of-service",
  },
  "out-of-service-bare": {
    snapshot: () =>
      kiosk({}, { elsewhere: null, outOfService: { since: "2026-11-22T14:31:00+05:00", reason: appError("offline") } }),
    scene: "out-of-service",
  },
};

const leaving = (): Snapshot[] => [kiosk(), kiosk({ current: payment({ id: "p-leave", state: "creating" }) }), kiosk()];

/** Brings a state up: whatever was touched before goes, for a sale from elsewhere comes and leaves. */
export async function reachKiosk(till: Till, one: KioskState): Promise<Snapshot> {
  const { snapshot: build, press = [], answers = {}, scene } = one;
  const leave = leaving();
  const shown = build();
  await go(till.page, { leave, shown, answers, strokes: press.map((testid) => ({ press: testid })) });
  await till.page.locator(`[data-testid=screen][data-scene="${scene}"]`).waitFor();
  return shown;
}

interface Look {
  readonly shown: Snapshot;
  /** The language in which axe looks. */
  readonly axeIn: Language | null;
  readonly keys: string;
  /** Whether the places of what is pressed are looked at: an upright display that somebody in a wheelchair stands before. */
  readonly reach: boolean;
}

/** Everything that is wrong with the state on the screen, in three languages and with words 40 % longer than the English ones. */
export function lookAtKiosk(page: Page, look: Look): Promise<string[]> {
  return page.evaluate(
    async ({ shown, axeIn, keys, reach, tags, version }) => {
      const { eyes, fakeTill } = window;
      const faults: string[] = [];
      const say = (where: string, found: readonly string[]): void => {
        for (const fault of found) faults.push(`${where}: ${fault}`);
      };
      for (const language of ["kk", "en", "ru"] as const) {
        fakeTill.push({ ...shown, version, app: { ...shown.app, language } });
        await eyes.settled();
        if (document.documentElement.lang !== language) say(language, ["the language did not change"]);
        say(language, eyes.findFaults());
        say(language, eyes.findSmall(64));
        say(language, eyes.findNear(12));
        if (reach) say(language, eyes.findFar(0.4, 0.8));
        say(language, eyes.findBadWords(keys));
        if (language === axeIn) say(language, await eyes.askAxe(tags, true));
        if (language === "en") {
          const shorten = eyes.lengthen();
          await eyes.settled();
          say("long words", eyes.findFaults());
          shorten();
        }
      }
      say("colours", eyes.findWeak());
      return faults;
    },
    { ...look, tags: RULES, version: snapshot().version },
  );
}

/** A picture of a product, drawn: what a shop would take with a telephone. */
export function drawn(path: string): string {
  const digit = Number(/\/pictures\/(\d)/.exec(path)?.[1] ?? 1);
  const hue = digit * 53;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200"><rect x="55" y="40" width="90" height="150" rx="22" fill="hsl(${hue} 45% 55%)"/><rect x="78" y="8" width="44" height="40" rx="8" fill="hsl(${hue} 45% 35%)"/><rect x="55" y="96" width="90" height="52" fill="#fff"/></svg>`;
}
