/**
 * A plain till program for Kaspi scheme 3, right in what it does: the ground of the anti-patterns, each of which is this
 * program with another of its habits. Its memory never dies; it has one till and no journal.
 */
import { randomUUID } from "node:crypto";
import type { Clock, Http, HttpAnswer } from "../../../main/core/ports.ts";
import type { Till } from "./till.ts";

/** What a status word, or the want of one, means to the program. */
export type Meaning = "waiting" | "scanned" | "paid" | "not_paid";

export interface Attempt {
  readonly sale: string;
  readonly minor: number;
  bankId: string | null;
  code: string | null;
  /** Monotonic and wall time of the code's coming. */
  monoAt: number;
  wallAt: number;
  scanMs: number;
  confirmMs: number;
  pollMs: number;
  says: "open" | "paid" | "not_paid" | "doubt";
  shown: boolean;
}

/** What the public anti-patterns are about; each changes one. */
export interface Habits {
  /** How many milliseconds ago the code came. */
  elapsed(attempt: Attempt, clock: Clock): number;
  /** The time in which the code can be scanned is over, and the bank has said nothing final. */
  onDeadline(attempt: Attempt): "ask" | "not_paid";
  meaning(status: string): Meaning;
  /** The cashier wants another code while this one can still be paid. */
  onAgain(attempt: Attempt): "wait" | "new";
  onDone(attempt: Attempt): "wait" | "paid";
  /** No readable answer came to a refund that was sent. */
  onRefundLost(tries: number): "look" | "send";
  /** The page is gone, and a new one is there. */
  onReload(attempt: Attempt): "keep" | "forget";
}

export const RIGHT: Habits = {
  elapsed: (attempt, clock) => clock.mono() - attempt.monoAt,
  onDeadline: () => "ask",
  meaning(status) {
    if (status === "Processed") return "paid";
    if (status === "Error") return "not_paid";
    return status === "Wait" ? "scanned" : "waiting";
  },
  onAgain: () => "wait",
  onDone: () => "wait",
  onRefundLost: () => "look",
  onReload: () => "keep",
};

/** Who the program is to the bank. */
export interface Account {
  readonly url: string;
  readonly bin: string;
  readonly tradePoint: string;
  readonly device: string;
  /** Of the TLS client certificate. */
  readonly identity: string;
}

interface Refund {
  readonly sale: string;
  says: "open" | "over" | "doubt";
}

const TIMEOUT = 10_000;
/** A token that nobody scanned is dead so long after both windows (the document's own promise, and some). */
const GRACE = 30_000;
const READINGS = [10_000, 30_000, 60_000, 120_000];

const decimal = (minor: number): string => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;
/** An Int64 as text: JSON.parse would round it. */
const digits = (text: string, key: string): string | null =>
  new RegExp(`"${key}":\\s*"?(\\d+)`).exec(text)?.[1] ?? null;
const figure = (text: string, key: string): number | null => {
  const found = new RegExp(`"${key}":\\s*"?(-?[\\d.]+)`).exec(text)?.[1];
  return found === undefined ? null : Number(found);
};
const word = (text: string, key: string): string | null => new RegExp(`"${key}":\\s*"([^"]*)"`).exec(text)?.[1] ?? null;

export async function openPlain(clock: Clock, http: Http, account: Account, habits: Habits): Promise<Till> {
  const attempts: Attempt[] = [];
  const refunds: Refund[] = [];
  let closed = false;
  const current = (): Attempt | null => attempts.findLast(({ shown }) => shown) ?? null;
  const sleep = (ms: number): Promise<void> => new Promise((done) => void clock.setTimeout(done, ms));

  /** null: no answer that can be read. */
  async function ask(method: "GET" | "POST", path: string, body: string | null): Promise<string | null> {
    const headers = { "Content-Type": "application/json", "X-Request-ID": randomUUID().replaceAll("-", "") };
    const request = { identity: account.identity, method, url: account.url + path, headers, body, timeoutMs: TIMEOUT };
    try {
      const answer: HttpAnswer = await http.send(request);
      return answer.status === 200 && digits(answer.text, "StatusCode") !== null ? answer.text : null;
    } catch {
      return null;
    }
  }

  let device = "";
  async function register(): Promise<void> {
    const body = `{"OrganizationBin":"${account.bin}","DeviceId":"${account.device}","TradePointId":${account.tradePoint}}`;
    device = word((await ask("POST", "/device/register", body)) ?? "", "DeviceToken") ?? "";
  }
  const who = (): string => `"OrganizationBin":"${account.bin}","DeviceToken":"${device}"`;

  async function begin(attempt: Attempt): Promise<void> {
    if (device === "") await register();
    const body = `{${who()},"Amount":${decimal(attempt.minor)},"ExternalId":"${attempt.sale}"}`;
    // A lost answer is harmless: nobody has seen the code. Once more, then it is over.
    const answer = (await ask("POST", "/qr/create", body)) ?? (await ask("POST", "/qr/create", body)) ?? "";
    const [bankId, code] = [digits(answer, "QrPaymentId"), word(answer, "QrToken")];
    if (bankId === null || code === null) {
      attempt.says = "not_paid";
      return;
    }
    attempt.bankId = bankId;
    attempt.monoAt = clock.mono();
    attempt.wallAt = clock.now();
    attempt.pollMs = (figure(answer, "StatusPollingInterval") ?? 5) * 1000;
    attempt.scanMs = (figure(answer, "QrCodeScanWaitTimeout") ?? 180) * 1000;
    attempt.confirmMs = (figure(answer, "PaymentConfirmationTimeout") ?? 65) * 1000;
    attempt.code = code;
    await watch(attempt, bankId);
  }

  async function watch(attempt: Attempt, bankId: string): Promise<void> {
    for (;;) {
      await sleep(attempt.pollMs);
      if (closed || !attempts.includes(attempt) || attempt.says !== "open") return;
      if (habits.elapsed(attempt, clock) > attempt.scanMs && habits.onDeadline(attempt) === "not_paid") {
        attempt.says = "not_paid";
        return;
      }
      const past = habits.elapsed(attempt, clock) > attempt.scanMs + attempt.confirmMs + GRACE;
      const answer = await ask("GET", `/payment/status/${bankId}`, null);
      const status = answer === null ? null : word(answer, "Status");
      if (status === null || attempt.says !== "open") continue;
      const meaning = habits.meaning(status);
      if (meaning === "paid" || meaning === "not_paid") attempt.says = meaning;
      else if (habits.elapsed(attempt, clock) > attempt.scanMs) attempt.code = null;
      // Nobody has scanned it, and nobody can any more.
      if (meaning === "waiting" && past) attempt.says = "not_paid";
    }
  }

  const available = async (bankId: string): Promise<number | null> => {
    const answer = await ask("GET", `/payment/details?QrPaymentId=${bankId}&DeviceToken=${device}`, null);
    const left = answer === null ? null : figure(answer, "AvailableReturnAmount");
    return left === null ? null : Math.round(left * 100);
  };

  async function giveBack(refund: Refund, bankId: string, minor: number): Promise<void> {
    const before = await available(bankId);
    if (before === null || before < minor) {
      refund.says = "over";
      return;
    }
    const body = `{${who()},"QrPaymentId":${bankId},"Amount":${decimal(minor)}}`;
    for (let tries = 1; ; tries += 1) {
      const answer = await ask("POST", "/payment/return", body);
      if (answer !== null && digits(answer, "ReturnOperationId") !== null) {
        refund.says = "over";
        return;
      }
      if (habits.onRefundLost(tries) === "look") break;
      await sleep(2_000);
    }
    // Decided by the bank's own figure, or by a person.
    const begun = clock.mono();
    for (const at of READINGS) {
      await sleep(Math.max(0, begun + at - clock.mono()));
      if (closed) return;
      if ((await available(bankId)) === before - minor) {
        refund.says = "over";
        return;
      }
    }
    refund.says = "doubt";
  }

  await register();
  const till: Till = {
    charge(sale, minor) {
      if (current()?.says === "open") return;
      for (const one of attempts) one.shown = false;
      const attempt: Attempt = {
        sale,
        minor,
        bankId: null,
        code: null,
        monoAt: clock.mono(),
        wallAt: clock.now(),
        scanMs: 180_000,
        confirmMs: 65_000,
        pollMs: 5_000,
        says: "open",
        shown: true,
      };
      attempts.push(attempt);
      void begin(attempt);
    },
    code: () => (current()?.says === "open" ? (current()?.code ?? null) : null),
    async says(sale) {
      const own = attempts.filter((one) => one.sale === sale).map((one) => one.says);
      return (["paid", "doubt", "open"] as const).find((says) => own.includes(says)) ?? "not_paid";
    },
    again() {
      const attempt = current();
      if (!attempt || attempt.says !== "open" || habits.onAgain(attempt) === "wait") return;
      // The old one is let go of: the new one is the sale's payment now.
      attempt.says = "not_paid";
      till.charge(attempt.sale, attempt.minor);
    },
    done() {
      const attempt = current();
      if (attempt?.says === "open" && habits.onDone(attempt) === "paid") attempt.says = "paid";
    },
    leave() {
      for (const one of attempts) one.shown = false;
    },
    refund(sale, minor) {
      const paid = attempts.find((one) => one.sale === sale && one.says === "paid");
      if (!paid?.bankId) return;
      const refund: Refund = { sale, says: "open" };
      refunds.push(refund);
      void giveBack(refund, paid.bankId, minor);
    },
    openRefunds: async (sale) => refunds.filter((one) => one.sale === sale && one.says === "open").length,
    reload() {
      const attempt = current();
      // All that was known of it stood in the page.
      if (attempt?.says === "open" && habits.onReload(attempt) === "forget")
        attempts.splice(attempts.indexOf(attempt), 1);
    },
    saleOf: async (externalId) => externalId,
    async close() {
      closed = true;
    },
  };
  return till;
}
