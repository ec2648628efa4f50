import { randomUUID } from "node:crypto";
import { minor } from "../../contract/money.ts";
import type { CommandInput } from "../../contract/commands.ts";
import type { Payment } from "../../contract/payment.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { BankPage, BankPages } from "../../main/core/ports.ts";
import type { Settings } from "../../main/core/settings.ts";
import { openDesk, testSettings, type Desk, type DeskOptions } from "./desk.ts";
import { postedBank, POSTED_PROFILE, type PostedBank } from "./posted-bank.ts";

type Request = Partial<CommandInput<"payments.create">["request"]>;

/** A page that the bank wants the payer on; `bring` is what his browser brings back. */
export interface ShownPage {
  readonly page: BankPage;
  ended: boolean;
  bring(fields: Readonly<Record<string, string>>): Promise<void>;
}

/** A till with Kaspi and a bank to which payments are posted. */
export interface PostedDesk extends Desk {
  readonly posts: PostedBank;
  readonly pages: ShownPage[];
  /** Posts a payment by Google Pay, or as `more` says, and lets the bank answer. */
  post(more?: Request): Promise<Payment>;
  /** Begins one and does not wait for the bank, which is silent. */
  begin(more?: Request): Promise<string>;
  /** The proof that the page in sight is waiting for. */
  prove(): Promise<void>;
  row(id: string): Promise<PaymentRow>;
  causes(id: string): Promise<string[]>;
}

export const TOKEN = {
  apiVersion: 2,
  apiVersionMinor: 0,
  paymentMethodData: {
    type: "CARD",
    tokenizationData: { type: "PAYMENT_GATEWAY", token: '{"signature":"MEUCI","signedMessage":"{}"}' },
  },
};
export const TYPED_CARD = { number: "4111111111111111", expiry: "10/29", cvc: "636", name: "AIGUL KIM" };
export const CHECK: Request = {
  amount: "0",
  currency: "USD",
  method: "cardVerification",
  card: TYPED_CARD,
  payer: { accountId: "7" },
  saveCard: true,
};

export function postedSettings(): Settings {
  const kaspi = testSettings();
  return {
    ...kaspi,
    providers: [
      ...kaspi.providers,
      {
        name: "epay",
        profile: POSTED_PROFILE,
        min: minor(100),
        max: minor(100_000_000),
        certificateExpires: null,
        invoices: { from: 100_000, to: 999_999 },
        events: false,
        organization: null,
        blocked: null,
      },
    ],
  };
}

export async function openPostedDesk(options: Pick<DeskOptions, "wrap" | "people"> = {}): Promise<PostedDesk> {
  const made: PostedBank[] = [];
  const shown: ShownPage[] = [];
  const bankPages: BankPages = {
    offer(page, on) {
      const one: ShownPage = {
        page,
        ended: false,
        async bring(fields) {
          if (!one.ended) on.back(fields);
          await desk.clock.advance(0);
        },
      };
      shown.push(one);
      return { path: "/bank/ticket", open: () => undefined, end: () => void (one.ended = true) };
    },
  };
  const desk = await openDesk({
    ...options,
    settings: postedSettings(),
    pages: bankPages,
    other(clock) {
      made.push(postedBank(clock));
      return made[0] as PostedBank;
    },
  });
  const [posts] = made;
  if (!posts) throw new Error("no second bank");
  const requestOf = (more: Request): Request & { readonly amount: string } => ({
    amount: "5000.00",
    provider: "epay",
    ...(more.method === undefined || more.method === "googlePay" ? { method: "googlePay", token: TOKEN } : {}),
    ...more,
  });
  return Object.assign(desk, {
    posts,
    pages: shown,
    async post(more: Request = {}) {
      const { amount, ...request } = requestOf(more);
      const payment = await desk.charge(amount, request);
      await desk.clock.advance(0);
      return desk.get(payment.id);
    },
    async begin(more: Request = {}) {
      const request = requestOf(more);
      void desk.core.call({ kind: "person", name: "cashier" }, "payments.create", { key: randomUUID(), request });
      await desk.clock.advance(0);
      const id = desk.snapshot().current?.id;
      if (id === undefined) throw new Error("no payment was begun");
      return id;
    },
    async prove() {
      const page = shown.at(-1);
      await page?.bring({ PaRes: "proof", MD: page.page.fields["MD"] ?? "" });
      await desk.clock.advance(0);
    },
    async row(id: string) {
      const row = await desk.journal.payment(id);
      if (!row) throw new Error(`no payment ${id}`);
      return row;
    },
    async causes(id: string) {
      return (await desk.get(id)).history.map(({ cause }) => cause);
    },
  });
}
