/**
 * What is said of a screen: all that it shows, what can be done and where. Pure, so that a test reads every screen in every
 * language. A sum, a result and what to do with the telephone are clips; a name and a bank's words are text.
 */
import { isUnattended } from "../../contract/unattended-facts.ts";
import type { AppError } from "../../contract/errors.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { isPostedMethod, LANGUAGES } from "../../contract/states.ts";
import type { Language } from "../../contract/states.ts";
import { chosen, sceneOf as shownScene } from "../kiosk/scene.ts";
import type { Session } from "../kiosk/scene.ts";
import { banksOf, choiceOf, hindrance } from "../kiosk/visit.ts";
import type { SpeechKey } from "../messages/speech.ts";
import type { Problem } from "../store.ts";
import { LARGEST_MINOR } from "./numbers.ts";
import type { Part } from "./parts.ts";
import type { Asked } from "./step.ts";
import { settledParts, tillParts } from "./till.ts";

export interface Seen extends Session {
  readonly snapshot: Snapshot | null;
  readonly language: Language;
  readonly asked: Asked | null;
  /** Left of the countdown on the screen. */
  readonly seconds: number | null;
  /** Wider than high: the code stands at the right, the buttons at the bottom. */
  readonly wide: boolean;
}

export interface Scene {
  /** Another key is another screen: what was being said of the one before is cut off. */
  readonly key: string;
  readonly parts: readonly Part[];
  /** What is said aloud to everybody: the sum and the result. Empty: nothing. */
  readonly aloud: readonly Part[];
}

/** Below this the screen offers a new code (design U8). */
const LOW_SECONDS = 30;

export const say = (...keys: readonly SpeechKey[]): readonly Part[] => keys.map((key) => ({ say: key }));
export const sumOf = (minor: number): readonly Part[] => (minor <= LARGEST_MINOR ? [{ sum: minor }] : []);
export const secondsOf = (seconds: number | null): readonly Part[] =>
  seconds === null ? [] : [{ say: "left" }, { seconds }];
const WITH: Readonly<Record<string, SpeechKey>> = { Gold: "with.Gold", Red: "with.Red", Loan: "with.Loan" };
const BANK: Readonly<Record<PaymentView["provider"], SpeechKey>> = {
  kaspi: "bank.kaspi",
  halykQr: "bank.halykQr",
  epay: "bank.epay",
};

const quiet = (key: string, parts: readonly Part[]): Scene => ({ key, parts, aloud: [] });

/** The screen that stands there now. */
export function sceneOf(seen: Seen): Scene {
  const { snapshot, link, asked, language } = seen;
  if (link === "locked") return quiet("locked", say("locked"));
  if (!snapshot) return quiet("opening", say(link === "silent" ? "link" : "opening"));
  if (link === "silent") return quiet("silent", say("link"));
  const { current, refund, app, view } = snapshot;
  if (view === "customer") return displayScene(seen, snapshot);
  if (!isUnattended(app.mode) || !app.locked) return quiet(tillKey(seen, snapshot), tillParts(seen, snapshot));
  if (asked === "idle") return quiet("idle", say("idle", "idle.stay"));
  if (asked === "leave") return quiet(`leave ${current?.id ?? ""}`, say("leave", place(seen)));
  const name = shownScene(snapshot, seen);
  switch (name) {
    case "technician":
      return quiet(name, say("staff"));
    case "attract":
      return attractScene(snapshot, language);
    case "outside":
      return quiet(name, [
        ...say(app.mode === "vending" ? "begin.machine" : "begin.till", "languages"),
        ...offline(snapshot),
      ]);
    case "catalogue":
      return catalogueScene(snapshot, language);
    case "product":
      return productScene(snapshot, seen, language);
    case "out-of-service":
      return outScene(snapshot, language);
    case "refused":
      return seen.problem ? problemScene(seen.problem, seen) : quiet(name, say("problem"));
    default:
      if (seen.starting) return quiet("creating", [...toPay(seen.starting.minor), ...say("creating")]);
      if (current) return paymentScene(current, seen, snapshot);
      return refund ? refundScene(refund, seen, snapshot) : quiet(name, say("creating"));
  }
}

const place = ({ wide }: Seen): SpeechKey => (wide ? "where.bottom" : "where.middle");
const toPay = (minor: number): readonly Part[] => [{ say: "to_pay" }, ...sumOf(minor)];
const offline = ({ offlineSince }: Snapshot): readonly Part[] => (offlineSince === null ? [] : say("offline"));
const training = ({ app }: Snapshot): readonly Part[] => (app.training ? say("training") : []);
const hasPhone = ({ merchant }: Snapshot): boolean => merchant.supportPhone !== null;

/** What a customer names on the telephone, or shows in the shop. */
const support = ({ merchant }: Snapshot, number: string, error: AppError | null = null): readonly Part[] => [
  ...(merchant.supportPhone === null ? [] : [{ say: "phone" } as const, { digits: merchant.supportPhone }]),
  { say: "sale" },
  { digits: number },
  ...(error ? [{ text: [error.incident ?? error.code, error.bankCode].filter(Boolean).join(" · ") }] : []),
];

/** What is bought, where the till knows; else who is paid. */
const what = ({ items }: PaymentView, { merchant }: Snapshot, language: Language): readonly Part[] =>
  items.length === 0
    ? [{ text: merchant.name }]
    : items.flatMap(({ name, quantity }) => [
        { text: name[language] },
        ...(quantity > 1 ? [{ say: "quantity" } as const, { count: quantity }] : []),
      ]);

function tillKey({ starting, problem }: Seen, { current, refund }: Snapshot): string {
  if (starting) return `starting ${starting.key}`;
  if (problem) return `problem ${problem.starting.key}`;
  const shown = current ?? refund;
  return shown ? `till ${shown.id} ${shown.state}` : "till";
}

function problemScene({ error, starting }: Problem, seen: Seen): Scene {
  const parts = say("problem", "no_money");
  const told = { text: errorText(seen.language, error).title };
  return { key: `problem ${starting.key}`, parts: [...parts, told, ...say("again", place(seen))], aloud: parts };
}

function outScene(snapshot: Snapshot, language: Language): Scene {
  const elsewhere = snapshot.kiosk?.elsewhere;
  return quiet("out", [
    ...say("out"),
    ...(elsewhere ? [{ say: "elsewhere" } as const, { text: elsewhere[language] }] : []),
  ]);
}

function attractScene(snapshot: Snapshot, language: Language): Scene {
  const hello = snapshot.app.mode === "vending" ? "hello.vending" : "hello";
  // Nobody has chosen a language yet.
  const others = LANGUAGES.filter((other) => other !== language);
  return quiet("attract", [
    ...say(hello),
    { text: snapshot.merchant.name },
    ...training(snapshot),
    ...say("begin"),
    ...others.flatMap((other): readonly Part[] => [{ say: "begin", in: other }]),
    ...offline(snapshot),
  ]);
}

function catalogueScene(snapshot: Snapshot, language: Language): Scene {
  const products = snapshot.kiosk?.catalogue ?? [];
  return quiet("catalogue", [
    ...say("choose"),
    ...products.flatMap(({ name, minor }) => [{ text: name[language] }, ...sumOf(minor)]),
    ...say("back", "languages"),
  ]);
}

function productScene(snapshot: Snapshot, seen: Seen, language: Language): Scene {
  const product = chosen(snapshot, seen);
  const choice = choiceOf(snapshot, seen.visit);
  if (!product || !choice) return quiet("product", say("choose"));
  const many: readonly Part[] = choice.quantity > 1 ? [{ say: "quantity" }, { count: choice.quantity }] : [];
  return {
    key: `product ${product.id} ${String(choice.quantity)}`,
    parts: [
      ...say("confirm"),
      { text: product.name[language] },
      ...many,
      ...toPay(choice.minor),
      ...say("bank", place(seen)),
      ...banksOf(snapshot).flatMap((bank) =>
        say(BANK[bank.name], ...(hindrance(bank, choice.minor) === null ? [] : ["bank.off" as const])),
      ),
      ...say("back"),
    ],
    aloud: [],
  };
}

/** The customer's side of a payment. `hands`: there are buttons; at the customer's display there are none. */
function paymentScene(payment: PaymentView, seen: Seen, snapshot: Snapshot, hands = true): Scene {
  const key = `${payment.id} ${payment.state}`;
  const touch = (...keys: readonly SpeechKey[]): readonly Part[] => (hands ? say(...keys) : []);
  switch (payment.state) {
    case "creating":
      return quiet(key, [...toPay(payment.minor), ...say("creating"), ...offline(snapshot)]);
    case "awaiting_scan":
    case "awaiting_payment":
      return codeScene(payment, seen, snapshot, hands);
    case "awaiting_confirmation":
    case "awaiting_3ds":
      return {
        key,
        parts: [
          ...say(isPostedMethod(payment.method) ? "deciding" : "scanned"),
          ...warned(payment),
          ...toPay(payment.minor),
          ...secondsOf(seen.seconds),
          ...(payment.silent ? say("silent") : []),
          ...offline(snapshot),
          ...touch("scanned.leave"),
        ],
        aloud: say(isPostedMethod(payment.method) ? "deciding" : "scanned"),
      };
    case "authorized":
      return quiet(key, [...say("deciding"), ...sumOf(payment.minor)]);
    case "paid":
    case "verified":
    case "released":
      return paidScene(payment, seen, snapshot, hands);
    case "in_doubt":
    case "needs_review": {
      const aloud = say("unknown", "unknown.not");
      return {
        key,
        parts: [
          ...say("unknown"),
          ...sumOf(payment.minor),
          ...say("unknown.look", "unknown.not"),
          ...offline(snapshot),
          ...(payment.bankId === null ? [] : touch("check", place(seen))),
          ...support(snapshot, payment.number, payment.error),
        ],
        aloud,
      };
    }
    case "declined":
    case "failed":
    case "expired":
    case "cancelled":
      return notPaidScene(payment, seen, snapshot, hands);
  }
}

const warned = ({ error }: PaymentView): readonly Part[] => (error?.code === "qr_mismatch" ? say("qr.warn") : []);

/** The code itself, with everything that stands around it (design U41). */
function codeScene(payment: PaymentView, seen: Seen, snapshot: Snapshot, hands: boolean): Scene {
  const { seconds, language, wide } = seen;
  const over = seconds === 0;
  // The clock of a screen is said, and said again at the last seconds; it does not make another screen.
  const key = `${payment.id} ${payment.state}${over ? " over" : ""}`;
  if (over) return quiet(key, [...say("qr.asking"), ...toPay(payment.minor)]);
  const methods = payment.paymentMethods.flatMap((method) => WITH[method] ?? []);
  const open = payment.provider === "epay" ? "qr.any" : (`qr.${payment.provider}` as const);
  return {
    key,
    parts: [
      ...training(snapshot),
      ...toPay(payment.minor),
      ...what(payment, snapshot, language),
      ...say(wide ? "qr.right" : "qr.where"),
      ...(payment.method === "link" ? say("qr.link") : []),
      ...say(open),
      ...warned(payment),
      ...(methods.length > 0 ? say("qr.with", ...methods) : []),
      ...secondsOf(seconds),
      ...(payment.silent ? say("silent") : []),
      ...offline(snapshot),
      ...(hands
        ? say(
            ...(seconds !== null && seconds <= LOW_SECONDS ? ["qr.low" as const] : []),
            wide ? "qr.cancel.left" : "qr.cancel",
          )
        : []),
    ],
    aloud: toPay(payment.minor),
  };
}

function paidScene(payment: PaymentView, seen: Seen, snapshot: Snapshot, hands: boolean): Scene {
  const { fulfilment } = payment;
  const key = `${payment.id} ${payment.state}`;
  // A check, a transfer and money let go of are no sale: the cashier's words say what they are.
  if (payment.state !== "paid" || payment.kind !== "sale") return quiet(key, settledParts(payment, seen.language));
  const paid = [...say("paid"), ...sumOf(payment.minor), ...(payment.late ? say("paid.late") : [])];
  const finish = hands ? say("finish", place(seen), "itself") : [];
  if (fulfilment === null) {
    const aloud = [...paid, ...say("thanks")];
    return { key, parts: [...aloud, ...finish], aloud };
  }
  const goods = `${key} ${fulfilment.state} ${fulfilment.moneyBack}`;
  const told = (aloud: readonly Part[], ...more: readonly Part[]): Scene => ({
    key: goods,
    parts: [...aloud, ...more],
    aloud,
  });
  switch (fulfilment.state) {
    case "waiting":
      return told([...paid, ...say("goods.wait")]);
    case "dispensing":
      return told([...paid, ...say("goods.giving")]);
    case "given":
      return told(say("take", "thanks"), ...paid, ...finish);
    case "unknown":
      return told(
        say(hasPhone(snapshot) ? "goods.unknown" : "goods.unknown.any"),
        ...sumOf(payment.minor),
        ...support(snapshot, payment.number),
        ...finish,
      );
    case "not_given":
      return backScene(payment, fulfilment.moneyBack, goods, seen, snapshot);
  }
}

type MoneyBack = NonNullable<PaymentView["fulfilment"]>["moneyBack"];

function backScene(payment: PaymentView, way: MoneyBack, key: string, seen: Seen, snapshot: Snapshot): Scene {
  const not = say("goods.not");
  const sum = sumOf(payment.minor);
  switch (way) {
    case "returned": {
      const aloud = say("goods.returned");
      return { key, parts: [...aloud, ...sum, ...support(snapshot, payment.number)], aloud };
    }
    case "customer":
      if (snapshot.refund) return refundScene(snapshot.refund, seen, snapshot, payment.number);
      return { key, parts: [...not, ...sum, ...say("creating")], aloud: not };
    case "support": {
      const aloud = [...not, ...say(hasPhone(snapshot) ? "goods.support" : "goods.support.any")];
      return { key, parts: [...aloud, ...sum, ...support(snapshot, payment.number)], aloud };
    }
    case "going":
    case "none":
      return {
        key,
        parts: [...not, ...sum, ...say("goods.going"), ...support(snapshot, payment.number)],
        aloud: not,
      };
  }
}

/** Only a refund for goods that were not given stands at a screen that a customer is alone at. */
function refundScene(refund: RefundView, seen: Seen, snapshot: Snapshot, saleNumber?: string): Scene {
  const key = `refund ${refund.id} ${refund.state}`;
  const number = saleNumber ?? refund.sale?.number ?? refund.number;
  const sum = refund.minor === null ? [] : sumOf(refund.minor);
  switch (refund.state) {
    case "creating":
      return { key, parts: [...say("goods.not"), ...sum, ...say("creating")], aloud: say("goods.not") };
    case "awaiting_scan": {
      const aloud = say("goods.not", "goods.scan");
      const parts = [...aloud, ...sum, ...secondsOf(seen.seconds), ...support(snapshot, number)];
      return { key, parts, aloud };
    }
    case "choosing":
    case "sending":
    case "pending":
      return quiet(key, [...say("goods.not", "deciding"), ...sum]);
    case "refunded":
    case "recorded":
      return {
        key,
        parts: [...say("goods.returned"), ...sum, ...say("finish", place(seen))],
        aloud: say("goods.returned"),
      };
    case "in_doubt":
    case "needs_review":
      return { key, parts: [...say("back.unknown"), ...support(snapshot, number)], aloud: say("back.unknown") };
    case "failed":
    case "expired":
    case "cancelled":
    case "not_executed": {
      const aloud = say("goods.not", hasPhone(snapshot) ? "goods.support" : "goods.support.any");
      return { key, parts: [...aloud, ...sum, ...support(snapshot, number, refund.error)], aloud };
    }
  }
}

function notPaidScene(payment: PaymentView, seen: Seen, snapshot: Snapshot, hands: boolean): Scene {
  const { state, settled, error } = payment;
  const key = `${payment.id} ${state} ${String(settled)}`;
  const title: SpeechKey = state === "expired" ? "over" : state === "cancelled" ? "gone" : "not_paid";
  // "No money was taken" only where that is certain (design U21).
  const certain = settled && error?.code !== "money_at_bank";
  const aloud = say(title, certain ? "no_money" : "over.watch");
  return {
    key,
    parts: [
      ...aloud,
      ...sumOf(payment.minor),
      ...(error ? [{ text: errorText(seen.language, error).title }] : []),
      ...(hands ? say(certain ? "again" : "finish", place(seen)) : []),
      ...(hands ? support(snapshot, payment.number, error) : []),
    ],
    aloud,
  };
}

/** The customer's display: the same, and nothing to touch. */
function displayScene(seen: Seen, snapshot: Snapshot): Scene {
  const { current, refund, merchant } = snapshot;
  const scene = current
    ? paymentScene(current, seen, snapshot, false)
    : refund
      ? refundScene(refund, seen, snapshot)
      : quiet("display", [{ text: merchant.name }, ...training(snapshot), ...say("begin.till")]);
  return { ...scene, aloud: [] };
}
