import type { Banner, BannerKind, PaymentView, RefundView, Snapshot } from "../../contract/snapshot.ts";
import { errorText } from "../../contract/messages/index.ts";
import type { AppError } from "../../contract/errors.ts";
import { formatMoney, minor } from "../../contract/money.ts";
import type { Language } from "../../contract/states.ts";
import type { Kind } from "../kinds.ts";
import type { Words } from "../messages/index.ts";
import { clockTime, dayTime } from "../time.ts";
import type { MarkName } from "./Mark.tsx";

export interface BannerText {
  readonly mark: MarkName;
  readonly tone: "yes" | "doubt" | "no";
  readonly title: string;
  readonly sub: string;
}

/** News of money first, then what stops the till, then what can wait for a technician. */
const ORDER: readonly BannerKind[] = [
  "double-paid",
  "contradiction",
  "late",
  "journal",
  "chain",
  "offline",
  "in-doubt",
  "restored",
  "certificate",
  "backup",
  "vault",
  "provision-file",
];

/** What the till has found out about its own stores: a technician's to look at, and to take away (settings, "This till"). */
const OF_TILL: ReadonlySet<BannerKind> = new Set(["chain", "restored", "backup", "vault"]);
export const isOfTill = ({ kind }: Banner): boolean => OF_TILL.has(kind);

/** The banners, the most pressing first; of two of a kind the newer. */
export function ordered(banners: readonly Banner[]): readonly Banner[] {
  return banners.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || b.since.localeCompare(a.since));
}

/** A new certificate takes the bank some days: from here on it is no longer "in good time". */
const URGENT_DAYS = 7;

/** One line of fact and one of meaning. */
export function bannerText(banner: Banner, snapshot: Snapshot, words: Words): BannerText {
  const { timezone } = snapshot.app;
  const { payment, refund, params } = banner;
  const sum = payment ? formatMoney(minor(payment.minor), payment.currency) : "";
  const number = payment?.number ?? refund?.number ?? "";
  const since = clockTime(banner.since, timezone, true);
  switch (banner.kind) {
    case "late": {
      if (payment && payment.state !== "paid") return lateUnpaid(payment, timezone, words);
      if (payment?.resolution?.outcome === "treatedAsUnpaid")
        return {
          mark: "yes",
          tone: "yes",
          title: words("late.title", { sum }),
          sub: words("late.decided", { number, by: payment.resolution.by }),
        };
      const sub = words("late.sub", { number, t: payment ? clockTime(payment.createdAt, timezone, true) : "" });
      return {
        mark: "yes",
        tone: "yes",
        title: words(payment?.kind === "transfer" ? "late.transfer" : "late.title", { sum }),
        sub: snapshot.current ? `${sub} ${words("late.other")}` : sub,
      };
    }
    case "double-paid": {
      if (payment?.state === "released") return lateUnpaid(payment, timezone, words);
      const [title, sub] = payment?.state === "authorized" ? TWICE_HELD : TWICE_PAID;
      return { mark: "attention", tone: "no", title: words(title, { sum }), sub: words(sub, { number }) };
    }
    case "journal":
      return { mark: "attention", tone: "no", title: words("journal.title", { t: since }), sub: words("journal.sub") };
    case "offline":
      return {
        mark: "net",
        tone: "doubt",
        title: words("off.title", { t: since }),
        sub: snapshot.current
          ? words("off.sale")
          : snapshot.watched > 0
            ? words("off.watched", { n: snapshot.watched })
            : words("off.sub"),
      };
    case "in-doubt": {
      const count = Number(params["count"] ?? 1);
      if (!payment && refund) {
        const back = refund.minor === null ? "" : formatMoney(minor(refund.minor), refund.currency);
        const [mark, title, sub] = ofRefund(refund);
        const what = count > 1 ? words("bback.many", { number, n: count }) : words(sub, { number });
        return { mark, tone: "doubt", title: words(title, { sum: back }), sub: what };
      }
      const [title, sub] = ofPayment(payment?.kind ?? "sale");
      const what = count > 1 ? words("bdoubt.many", { number, n: count }) : words(sub, { number });
      return { mark: "doubt", tone: "doubt", title: words(title, { sum }), sub: what };
    }
    case "certificate": {
      const days = Number(params["days"] ?? 0);
      // The till names the level that was passed: 60, 30, 7 or 1 days before the end, "0" or nothing after it.
      const level = Number(params["level"] ?? days);
      return {
        mark: "attention",
        tone: level <= URGENT_DAYS ? "no" : "doubt",
        title: days > 1 ? words("cert.title", { n: days }) : words(days === 1 ? "cert.day" : "cert.over"),
        sub: words(days < 1 ? "cert.sub.over" : level <= URGENT_DAYS ? "cert.sub.week" : "cert.sub"),
      };
    }
    case "contradiction": {
      const back = refund?.minor == null ? "" : formatMoney(minor(refund.minor), refund.currency);
      return {
        mark: "attention",
        tone: "no",
        title: words("contra.title", { sum: payment ? sum : back }),
        sub: words("contra.sub", { number }),
      };
    }
    case "chain":
      return {
        mark: "attention",
        tone: "no",
        title: words(params["result"] === "cut" ? "chain.cut" : "chain.title"),
        sub: words("chain.sub"),
      };
    case "restored": {
      if (params["why"] === "new")
        return { mark: "attention", tone: "doubt", title: words("restored.new"), sub: words("restored.new.sub") };
      const at = params["backupAt"] ? dayTime(params["backupAt"], timezone) : "";
      const sub = at === "" ? words("restored.sub.any") : words("restored.sub", { t: at });
      return { mark: "attention", tone: "doubt", title: words("restored.title"), sub };
    }
    case "backup":
      return { mark: "attention", tone: "doubt", title: words("backup.title"), sub: words("backup.sub") };
    case "vault":
      return { mark: "attention", tone: "doubt", title: words("vault.title"), sub: words("vault.sub") };
    case "provision-file":
      return {
        mark: "file",
        tone: "doubt",
        title: words("file.title"),
        sub: words("file.sub", { file: baseName(params["file"] ?? "") }),
      };
  }
}

const TWICE_PAID = ["twice.title", "twice.sub"] as const;
/** Of held money there is no refund: it is let go. */
const TWICE_HELD = ["twice.held", "twice.held.sub"] as const;

/** Late money that has paid for nothing: held, let go since, or at the bank for a payment that was called over. */
function lateUnpaid(payment: PaymentView, timezone: string, words: Words): BannerText {
  const sum = formatMoney(minor(payment.minor), payment.currency);
  const params = { number: payment.number, t: clockTime(payment.createdAt, timezone, true) };
  if (payment.state === "released")
    return { mark: "gone", tone: "doubt", title: words("late.released", { sum }), sub: words("late.sub", params) };
  if (payment.state !== "authorized")
    return {
      mark: "attention",
      tone: "no",
      title: words("late.over", { sum }),
      sub: words("late.over.sub", params),
    };
  const sub = words(payment.operations ? "late.held.sub" : "late.held.else", params);
  return { mark: "held", tone: "doubt", title: words("late.held", { sum }), sub };
}

function ofPayment(kind: Kind) {
  if (kind === "verification") return ["bdoubt.check", "bdoubt.sub.check"] as const;
  if (kind === "transfer") return ["bdoubt.transfer", "bdoubt.sub.transfer"] as const;
  return ["bdoubt.title", "bdoubt.sub"] as const;
}

/** Still being made, waiting for a person, or being checked. */
function ofRefund({ state }: RefundView) {
  if (state === "pending") return ["watch", "bback.pending", "bback.pending.sub"] as const;
  if (state === "needs_review") return ["doubt", "bback.review", "bback.review.sub"] as const;
  return ["doubt", "bback.title", "bback.sub"] as const;
}

/** The folder is of no use to a cashier and would not fit the line. */
const baseName = (path: string): string => path.split(/[\\/]/).at(-1) ?? path;

/** A refused command, as a banner. */
export function noticeText(error: AppError, language: Language): BannerText {
  const { title, next } = errorText(language, error);
  return { mark: "attention", tone: "no", title, sub: next };
}
