import { appError } from "../../contract/errors.ts";
import type { Bank, BankCall, Challenged, GrantNeed, Posted, Word } from "../../main/core/bank.ts";
import type { BankWord } from "../../main/core/payment.ts";
import type { Danger, Profile } from "../../main/core/ports.ts";
import type { OtherBank } from "./desk.ts";
import { createFates, type Fates } from "./fates.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

export const POSTED_PROFILE: Profile = {
  id: "posted-1",
  provider: "epay",
  environment: "test",
  scheme: null,
  url: "https://posts.test",
  bin: "180340021791",
  tradePoint: null,
  device: "67e34d63-102f-4bd1-898e-370781d0074d",
  options: { cards: "true", transfers: "true", operations: "true" },
};

const PAGE_TIME = 600_000;
const WINDOWS = { pollMs: 5_000, scanMs: 0, confirmMs: PAGE_TIME };
const SERVICE = "service";

/** What stands at the bank under one of our numbers. */
export interface Order {
  readonly invoiceId: string;
  minor: number;
  word: BankWord;
  posts: number;
  confirms: number;
  captures: number;
}

/** A bank to which payments are posted: no document's, only what the core sees of such a bank. */
export interface PostedBank extends OtherBank, Fates {
  readonly orders: Order[];
  /** What the bank makes of a post. */
  takes: "posted" | "challenged" | "declined";
  /** What stands there after a post, and after a confirmation. */
  word: BankWord;
  confirmed: BankWord;
  /** Goes into every word. */
  told: Partial<Word>;
  /** The order that was made last, with another word where one is given. */
  order(word?: BankWord): Order;
}

/** The requests carry their meaning, and the answers are the core's own events as JSON. */
function call<T>(
  name: string,
  path: string,
  danger: Danger,
  body: object | null = null,
  grant?: GrantNeed,
): BankCall<T> {
  return {
    name,
    danger,
    method: body === null ? "GET" : "POST",
    url: `${POSTED_PROFILE.url}${path}`,
    headers: {},
    body: body === null ? null : JSON.stringify(body),
    timeoutMs: 60_000,
    canonical: path,
    ...(grant ? { grant } : {}),
    read: ({ status, text }) =>
      (status === 401
        ? {
            kind: danger === "safe" ? "misconfigured" : "unclear",
            error: appError("terminal_refused", { bankCode: "401" }),
          }
        : JSON.parse(text)) as T,
  };
}

const right = (keep: string | null, path: string): GrantNeed => ({
  keep,
  ask: call("token", `/token/${path}`, "safe"),
  with: (token) => ({ headers: { Authorization: `Bearer ${token}` } }),
});

const BANK: Bank = {
  name: "epay",
  methods: () => ["googlePay", "card", "cardVerification", "transfer"],
  refunds: () => "till",
  create: ({ seal }, { minor, detail: { invoiceId } }, { paying }) =>
    call(
      "post",
      "/post",
      "resolvable",
      { invoiceId, minor, sealed: paying?.card && seal ? seal("card") : null },
      right(`operation:${invoiceId}`, "operation"),
    ),
  seals: (_, { paying }) => paying?.card !== undefined && paying.card !== null && "typed" in paying.card,
  key: () => call("key", "/key", "safe"),
  status: (_, { bankId }) => call("status", `/status/${bankId}`, "safe", null, right(SERVICE, SERVICE)),
  ping: () => call("ping", "/ping", "safe"),
  confirm: (_, { detail: { invoiceId } }, { mark, fields }) =>
    fields["MD"] === mark && fields["PaRes"] !== undefined
      ? call("confirm", "/confirm", "resolvable", { invoiceId }, { ...right(`operation:${invoiceId}`, "x"), ask: null })
      : null,
  operations: () => true,
  capture: (_, { detail: { invoiceId } }, minor) =>
    call("capture", "/capture", "dangerous", { invoiceId, minor }, right(SERVICE, SERVICE)),
  release: (_, { detail: { invoiceId } }) =>
    call("release", "/release", "dangerous", { invoiceId }, right(SERVICE, SERVICE)),
};

export function postedBank(clock: SimulatedClock): PostedBank {
  const { send, ...fates } = createFates(clock);
  const orders: Order[] = [];
  let tokens = 0;

  const posted = (bankId: string): Posted => ({
    kind: "posted",
    bankId,
    windows: WINDOWS,
    operationId: `op-${bankId}`,
  });
  const challenged = (bankId: string): Challenged => ({
    ...posted(bankId),
    kind: "challenged",
    page: { action: "https://acs.test/page", fields: { PaReq: "request", MD: `mark-${bankId}` } },
    mark: `mark-${bankId}`,
  });

  function take({ invoiceId, minor }: { invoiceId: string; minor: number }): object {
    const there = orders.find((order) => order.invoiceId === invoiceId);
    if (there) {
      there.posts += 1;
      return { kind: "declined", error: appError("operation_refused") };
    }
    const order: Order = { invoiceId, minor, word: self.word, posts: 1, confirms: 0, captures: 0 };
    orders.push(order);
    switch (self.takes) {
      case "posted":
        return posted(invoiceId);
      case "challenged":
        order.word = "unproven";
        return challenged(invoiceId);
      case "declined":
        order.word = "declined";
        return { kind: "declined", error: appError("insufficient_funds", { bankCode: "484" }) };
    }
  }

  function usual(path: string, body: string | null): object {
    const [, method, id] = path.split("/");
    const sent = JSON.parse(body ?? "{}") as { invoiceId: string; minor: number };
    if (method === "post") return take(sent);
    const order = orders.find(({ invoiceId }) => invoiceId === (id ?? sent.invoiceId));
    switch (method) {
      case "token":
        tokens += 1;
        return { kind: "grant", token: `${id}-${tokens}`, lifeMs: 1_200_000 };
      case "key":
        return { kind: "key", text: "a key" };
      case "status":
        return order
          ? { kind: "word", word: order.word, raw: order.word, unsure: false, minor: null, ...self.told }
          : { kind: "notFound", error: appError("purchase_not_found") };
      case "confirm":
        if (!order) return { kind: "unclear", error: appError("malformed_answer") };
        order.confirms += 1;
        order.word = self.confirmed;
        return posted(order.invoiceId);
      case "capture":
        if (order) Object.assign(order, { captures: order.captures + 1, word: "paid" });
        return { kind: "heard" };
      case "release":
        if (order) order.word = "released";
        return { kind: "heard" };
      default:
        return { kind: "alive" };
    }
  }

  const self: PostedBank = {
    bank: BANK,
    profile: POSTED_PROFILE,
    ...fates,
    orders,
    takes: "posted",
    word: "pending",
    confirmed: "paid",
    told: {},
    order(word) {
      const order = orders.at(-1);
      if (!order) throw new Error("nothing was posted");
      if (word) order.word = word;
      return order;
    },
    send: (request) => send(request, () => usual(new URL(request.url).pathname, request.body)),
  };
  return self;
}
