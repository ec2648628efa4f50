import { appError } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Bank, BankCall, Created, Word } from "../../main/core/bank.ts";
import type { BankWord } from "../../main/core/payment.ts";
import type { Danger, Profile } from "../../main/core/ports.ts";
import type { OtherBank } from "./desk.ts";
import { createFates, type Fate, type Fates } from "./fates.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

export const CODE_PROFILE: Profile = {
  id: "code-1",
  provider: "halykQr",
  environment: "test",
  scheme: null,
  url: "https://codes.test",
  bin: null,
  tradePoint: null,
  device: "92059431",
  options: {},
};

export const WINDOWS = { pollMs: 3_000, scanMs: 180_000, confirmMs: 180_000 };
export const LIFE = 21 * 60_000;

export type CodeFate = Fate;

export interface CodeBill {
  readonly bankId: string;
  readonly invoiceId: string;
  minor: number;
  word: BankWord;
  /** Whether a refusal was heard of it. */
  refused: boolean;
}

/** A bank that takes a number of ours with each creation: no document's, only what the core sees of such a bank. */
export interface CodeBank extends OtherBank, Fates {
  readonly bills: CodeBill[];
  /** The numbers of ours that creations came with, in order. */
  numbers(): string[];
  /** The bill that was made last, with another word where one is given. */
  bill(word?: BankWord): CodeBill;
  /** A second creation under a number that is taken: refused, or answered with the bill that is there. */
  taken: "refuse" | "same";
  /** What a refusal of an unpaid bill does. */
  refusals: "obey" | "ignore";
  /** Goes into every creation's answer. */
  extra: Partial<Created>;
  /** Goes into every word. */
  told: Partial<Word>;
}

/** The requests carry their meaning, and the answers are the core's own events as JSON. */
function call<T>(name: string, path: string, danger: Danger, body: object | null = null): BankCall<T> {
  return {
    name,
    danger,
    method: body === null ? "GET" : "POST",
    url: `${CODE_PROFILE.url}${path}`,
    headers: {},
    body: body === null ? null : JSON.stringify(body),
    timeoutMs: 10_000,
    canonical: `${path} ${JSON.stringify(body)}`,
    read: (answer) => JSON.parse(answer.text) as T,
  };
}

const BANK: Bank = {
  name: "halykQr",
  methods: () => ["qr"],
  refunds: () => "till",
  create: (_, { minor: sum, detail: { invoiceId } }) =>
    call("create", "/create", "resolvable", { invoiceId, minor: sum }),
  status: (_, { bankId }) => call("status", `/status/${bankId}`, "safe"),
  ping: () => call("ping", "/ping", "safe"),
  lookUp: (_, { detail: { invoiceId } }) => call("look-up", `/look-up/${invoiceId}`, "safe"),
  refuse: (_, { bankId }) => call("refuse", `/refuse/${bankId}`, "harmless", {}),
  hint: (_, text) => JSON.parse(text) as ReturnType<NonNullable<Bank["hint"]>>,
};

const RAW: Record<BankWord, string> = {
  created: "NEW",
  pending: "PENDING",
  scanned: "SCANNED",
  held: "BLOCKED",
  paid: "PAID",
  declined: "REJECTED",
  authorized: "AUTHORIZED",
  released: "CANCEL",
  verified: "VERIFIED",
  unproven: "3D",
};

/** `without`: what this bank cannot do. */
export function codeBank(clock: SimulatedClock, without: readonly string[] = []): CodeBank {
  const { send, ...fates } = createFates(clock);
  const numbers: string[] = [];
  const bills: CodeBill[] = [];
  let number = 9_007_199_254_740_992n;

  const wordOf = ({ word }: CodeBill): object => ({
    kind: "word",
    word,
    raw: RAW[word],
    unsure: false,
    minor: null,
    ...self.told,
  });
  const createdOf = ({ bankId }: CodeBill): object => ({
    kind: "created",
    bankId,
    payload: `code ${bankId}`,
    link: null,
    paymentMethods: [],
    windows: WINDOWS,
    expiresAt: null,
    lifeMs: LIFE,
    ...self.extra,
  });

  function make({ invoiceId, minor: sum }: { invoiceId: string; minor: number }): object {
    const there = bills.find((bill) => bill.invoiceId === invoiceId);
    if (there && self.taken === "refuse") return { kind: "refused", error: appError("bank_refused") };
    if (there) return createdOf(there);
    number += 1n;
    const bill: CodeBill = { bankId: String(number), invoiceId, minor: minor(sum), word: "created", refused: false };
    bills.push(bill);
    return createdOf(bill);
  }

  function usual(path: string, body: string | null): object {
    const [, method, id] = path.split("/");
    const notFound = { kind: "notFound", error: appError("purchase_not_found") };
    if (method === "create") return make(JSON.parse(body ?? "") as { invoiceId: string; minor: number });
    const bill = bills.find(({ bankId, invoiceId }) => id === (method === "look-up" ? invoiceId : bankId));
    switch (method) {
      case "look-up":
        return bill ? { kind: "found", created: createdOf(bill), word: wordOf(bill) } : notFound;
      case "status":
        return bill ? wordOf(bill) : notFound;
      case "refuse":
        if (bill) {
          bill.refused = true;
          if (self.refusals === "obey" && bill.word !== "paid") bill.word = "declined";
        }
        return { kind: "heard" };
      default:
        return { kind: "alive" };
    }
  }

  const self: CodeBank = {
    bank: Object.fromEntries(Object.entries(BANK).filter(([name]) => !without.includes(name))) as unknown as Bank,
    profile: CODE_PROFILE,
    ...fates,
    bills,
    taken: "refuse",
    refusals: "obey",
    extra: {},
    told: {},
    numbers: () => numbers,
    bill(word) {
      const bill = bills.at(-1);
      if (!bill) throw new Error("no bill was made");
      if (word) bill.word = word;
      return bill;
    },
    send(request) {
      const path = new URL(request.url).pathname;
      if (path === "/create") numbers.push((JSON.parse(request.body ?? "") as { invoiceId: string }).invoiceId);
      return send(request, () => usual(path, request.body));
    },
  };
  return self;
}
