/** What is said of a cashier's screens: their own words, and where things stand. */
import { errorText } from "../../contract/messages/index.ts";
import type { PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import type { Language } from "../../contract/states.ts";
import { isPostedMethod } from "../../contract/states.ts";
import { APP_NAME, BANK_WORDS, WAY_NAME } from "../banks.ts";
import { WORDS } from "../messages/index.ts";
import type { PlainKey } from "../messages/index.ts";
import { paymentSentences } from "../screens/doubt-words.ts";
import { clockTime } from "../time.ts";
import { NOT_DONE } from "../ui/states.ts";
import { kindOf } from "../kinds.ts";
import type { Part } from "./parts.ts";
import type { Seen } from "./scene.ts";
import { LARGEST_MINOR } from "./numbers.ts";

const sumOf = ({ minor, kind }: Pick<PaymentView, "minor" | "kind">): readonly Part[] =>
  // A check takes nothing.
  kind === "verification" || minor > LARGEST_MINOR ? [] : [{ sum: minor }];

const told = (language: Language, ...keys: readonly PlainKey[]): readonly Part[] =>
  keys.map((key) => ({ text: WORDS[language](key) }));

const buttons = (language: Language, ...keys: readonly PlainKey[]): readonly Part[] => [
  { say: "till.buttons" },
  { text: keys.map((key) => WORDS[language](key)).join(", ") },
];

const reason = ({ error }: Pick<PaymentView, "error">, language: Language): readonly Part[] => {
  if (error === null) return [];
  const { title, next } = errorText(language, error);
  return [{ text: title }, { text: next }];
};

/** What stands on the screen of a till with a cashier, or with a technician at an unlocked one. */
export function tillParts(seen: Seen, snapshot: Snapshot): readonly Part[] {
  const { language, starting, problem } = seen;
  const words = WORDS[language];
  if (starting) {
    const kind = kindOf(starting.method);
    return [
      ...told(language, "creating.card"),
      ...sumOf({ minor: starting.minor, kind }),
      ...buttons(language, "cancel"),
    ];
  }
  if (problem) {
    const kind = kindOf(problem.starting.method);
    const none = told(language, NOT_DONE[kind], kind === "verification" ? "no.check.lead" : "no.lead");
    return [...none, ...reason(problem, language), ...buttons(language, "no.other", "paid.new")];
  }
  const { current, refund, providers } = snapshot;
  if (current) return paymentParts(current, seen, snapshot);
  if (refund) return refundParts(refund, language);
  const ways = providers.map(({ name, ready }) => (ready ? WAY_NAME[name] : `${WAY_NAME[name]}: ${words("pay.net")}`));
  return [
    ...told(language, "amount.label", "amount.first"),
    { text: providers.length > 0 ? `${words("pay.by")}: ${ways.join(", ")}` : words("pay.none") },
  ];
}

function paymentParts(payment: PaymentView, { language, seconds }: Seen, snapshot: Snapshot): readonly Part[] {
  const words = WORDS[language];
  const sum = sumOf(payment);
  const left: readonly Part[] = seconds === null ? [] : [{ say: "left" }, { seconds }];
  const silent = payment.silent ? told(language, "qr.silent") : [];
  const posted = isPostedMethod(payment.method);
  switch (payment.state) {
    case "creating":
      return [
        ...told(language, ...CREATING(payment.method)),
        ...sum,
        { text: snapshot.merchant.name },
        ...buttons(language, "cancel"),
      ];
    case "awaiting_scan":
      return codeParts(payment, language, seconds, snapshot);
    case "awaiting_payment":
      return [
        ...told(language, "inv.sent"),
        ...sum,
        ...(payment.phone === null ? [] : [{ text: `${words("inv.to")}: ${payment.phone}` }]),
        ...(payment.payableUntil === null
          ? []
          : [{ text: `${words("inv.until")}: ${clockTime(payment.payableUntil, snapshot.app.timezone, true)}` }]),
        ...told(language, "inv.how", "inv.self"),
        ...buttons(language, "inv.bank", "inv.next", "inv.back"),
      ];
    case "awaiting_confirmation":
      return posted
        ? [
            ...told(language, "posted.title", "posted.lead"),
            ...sum,
            ...silent,
            ...buttons(language, "conf.park", "conf.leave"),
          ]
        : [
            ...told(language, "conf.title", "conf.lead"),
            ...sum,
            { text: BANK_WORDS[payment.provider].confirming(words) },
            ...left,
            ...silent,
            ...reason(payment, language),
            ...buttons(language, "conf.park", "conf.leave"),
          ];
    case "awaiting_3ds":
      return [...told(language, ...PAGE(payment)), ...sum, ...left, ...buttons(language, "page.go", "cancel")];
    case "authorized":
      return [
        ...told(language, "held.title", "held.lead"),
        ...sum,
        ...reason(payment, language),
        ...(payment.operations
          ? [{ say: "till.buttons" } as const, { text: words("held.take", { sum: "" }) }, { text: words("held.back") }]
          : told(language, "held.else")),
      ];
    case "paid":
    case "verified":
    case "released":
      return [...settledParts(payment, language), ...buttons(language, "paid.new", "paid.stay")];
    case "in_doubt":
    case "needs_review": {
      const [known, tell, not] = paymentSentences(payment, words, language);
      return [
        ...told(language, payment.state === "in_doubt" ? "doubt.title" : "review.title"),
        ...sum,
        { text: `${words("doubt.k")}: ${known}` },
        { text: `${words("doubt.t")}: ${tell}` },
        { text: `${words("doubt.n")}: ${not}` },
        ...buttons(language, "doubt.check", "doubt.park"),
      ];
    }
    case "declined":
    case "failed":
    case "expired":
    case "cancelled":
      return notPaidParts(payment, language);
  }
}

const CREATING = (method: string): readonly PlainKey[] =>
  method === "link"
    ? ["creating.link", "creating.link.lead"]
    : method === "invoice"
      ? ["creating.invoice", "creating.invoice.lead"]
      : isPostedMethod(method)
        ? ["creating.card", "creating.card.lead"]
        : ["creating.title", "creating.lead"];

const PAGE = ({ bankPage }: PaymentView): readonly PlainKey[] =>
  bankPage?.page === "open"
    ? ["page.open", "page.open.t"]
    : bankPage?.page === "closed"
      ? ["page.closed", "page.closed.t"]
      : ["page.title", "page.title.t"];

function codeParts(
  payment: PaymentView,
  language: Language,
  seconds: number | null,
  snapshot: Snapshot,
): readonly Part[] {
  const words = WORDS[language];
  const link = payment.method === "link";
  const head: readonly Part[] = [{ say: "to_pay" }, ...sumOf(payment), { text: snapshot.merchant.name }];
  if (seconds === 0) return [...head, ...told(language, "qr.over", "qr.asking"), ...buttons(language, "cancel")];
  const app = APP_NAME[payment.provider];
  const how = link
    ? told(language, "url.send")
    : [words("qr.open", { app }), BANK_WORDS[payment.provider].tap(words), words("qr.aim")].map((text) => ({ text }));
  const low = seconds !== null && seconds <= 30;
  return [
    ...head,
    { say: "till.code" },
    ...how,
    ...reason(payment, language),
    ...(payment.paymentMethods.length > 0
      ? [{ text: `${words("qr.with")}: ${payment.paymentMethods.join(", ")}` }]
      : []),
    ...(seconds === null ? [] : [{ say: "left" } as const, { seconds }]),
    ...told(language, payment.silent ? "qr.silent" : low ? "qr.low" : link ? "url.wait" : "qr.scan"),
    ...buttons(
      language,
      "cancel",
      ...(low ? [link ? ("url.new" as const) : ("qr.new" as const)] : link ? ["url.copy" as const] : []),
    ),
  ];
}

/** The bank's yes: to a sale, and to what is none. */
export function settledParts(payment: PaymentView, language: Language): readonly Part[] {
  const { state, kind } = payment;
  const [title, lead]: readonly [PlainKey, PlainKey | null] =
    state === "released"
      ? ["paid.released", "paid.released.t"]
      : kind === "verification"
        ? ["paid.verified", "paid.verified.t"]
        : kind === "transfer"
          ? ["paid.sent", "paid.sent.t"]
          : ["paid.title", null];
  return [
    ...told(language, title),
    ...sumOf(payment),
    ...told(language, ...(lead ? [lead] : []), ...(payment.late ? ["paid.late" as const] : [])),
  ];
}

function notPaidParts(payment: PaymentView, language: Language): readonly Part[] {
  const { state, settled, scanned, method, provider, kind } = payment;
  const sum = sumOf(payment);
  const why = reason(payment, language);
  const posted = isPostedMethod(method);
  const uncertain = payment.error?.code === "money_at_bank" || (!settled && (posted || scanned));
  const title: PlainKey =
    state === "expired"
      ? "over.title"
      : state === "cancelled"
        ? settled
          ? "gone.title"
          : "gone.checking"
        : NOT_DONE[kind];
  const lead: PlainKey = uncertain
    ? posted
      ? "no.open"
      : state === "expired"
        ? BANK_WORDS[provider].unconfirmed
        : "gone.scanned"
    : state === "expired"
      ? scanned
        ? "over.unconfirmed"
        : method === "link"
          ? "url.unopened"
          : "over.unscanned"
      : settled || !(state === "cancelled")
        ? kind === "verification"
          ? "no.check.lead"
          : "no.lead"
        : "gone.unscanned";
  return [
    ...told(language, title, lead),
    ...sum,
    ...why,
    ...buttons(language, uncertain ? "doubt.check" : posted ? "no.card" : "qr.new", "paid.new"),
  ];
}

/** The refund desk says how a refund stands; its list of purchases is read by a screen reader. */
function refundParts(refund: RefundView, language: Language): readonly Part[] {
  const sum: readonly Part[] = refund.minor === null ? [] : [{ sum: refund.minor }];
  const parts: readonly Part[] = [...told(language, "nav.refund"), ...sum, ...reason(refund, language)];
  switch (refund.state) {
    case "awaiting_scan":
      return [...parts, { say: "till.code" }, ...told(language, "qr.aim")];
    case "refunded":
    case "recorded":
      return [...parts, { say: "goods.returned" }];
    case "in_doubt":
    case "needs_review":
      return [...parts, { say: "back.unknown" }];
    case "creating":
    case "choosing":
    case "sending":
    case "pending":
      return [...parts, { say: "deciding" }];
    case "failed":
    case "expired":
    case "cancelled":
    case "not_executed":
      return [...parts, { say: "back.not" }];
  }
}
