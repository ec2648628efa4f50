/** A machine before a desk in vending mode: what it says as a program, and what became of the goods and the money. */
import { USUAL_KIOSK } from "../../contract/kiosk.ts";
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { DoubtItem } from "../../contract/review.ts";
import type { Person } from "../../main/core/index.ts";
import type { Goods, PaymentRow } from "../../main/core/payment.ts";
import type { Profile } from "../../main/core/ports.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import type { Settings } from "../../main/core/settings.ts";
import { profileOf, testSettings, type Desk } from "../support/desk.ts";

export const WATER = { kk: "Су", ru: "Вода", en: "Water" };
export const KIOSK: Settings["kiosk"] = {
  ...USUAL_KIOSK,
  catalogue: [
    { id: "24", name: WATER, price: minor(45_000), picture: null },
    { id: "25", name: WATER, price: minor(60_000), picture: null },
  ],
};
export const SENIOR: Person = { id: "s1", name: "Айгүл", role: "senior" };
export const PINS: Readonly<Record<string, Person>> = { "2222": SENIOR };

export function vending(profile: Profile = profileOf("3"), more: Partial<Settings> = {}): Settings {
  return testSettings(profile, { mode: "vending", kiosk: KIOSK, ...more });
}

export interface Machine {
  /** As a program with the scope `pay`. */
  call<N extends CommandName>(name: N, input: CommandInput<N>, by?: string): Promise<Result<CommandOutput[N]>>;
  /** A sale that is paid, whose goods wait. */
  paid(amount?: string): Promise<Payment>;
  dispense(id: string, by?: string): Promise<Result<Payment>>;
  given(id: string): Promise<Result<Payment>>;
  failed(id: string, reason?: string): Promise<Result<Payment>>;
  row(id: string): Promise<PaymentRow>;
  goods(id: string): Promise<Goods>;
  /** "state moneyBack", as a program sees it. */
  stands(id: string): Promise<string>;
  refunds(id: string): Promise<readonly RefundRow[]>;
  /** How often money was asked to go back. */
  sendings(): number;
  list(): Promise<readonly DoubtItem[]>;
  decide(id: string, outcome: CommandInput<"review.resolve">["outcome"], reason?: string): Promise<Result<null>>;
}

export function machineAt(desk: () => Desk): Machine {
  const call: Machine["call"] = async (name, input, by = "machine") => {
    const actor = { kind: "api", name: by, scopes: ["pay", "read", "refund"] } as const;
    const result = desk().core.call(actor, name, input);
    await desk().clock.advance(0);
    return (await result) as never;
  };
  const row = async (id: string): Promise<PaymentRow> => {
    const found = await desk().journal.payment(id);
    if (!found) throw new Error(`no payment ${id}`);
    return found;
  };
  const goods = async (id: string): Promise<Goods> => {
    const { fulfilment } = await row(id);
    if (!fulfilment) throw new Error("nothing has to be handed out");
    return fulfilment;
  };
  const get = async (id: string): Promise<Payment> => {
    const result = await call("payments.get", { id });
    return result.ok ? result.value : told(result);
  };
  const told = (result: Result<unknown>): never => {
    throw new Error(result.ok ? "taken" : result.error.code);
  };
  return {
    call,
    async paid(amount = "450.00") {
      const made = await call("payments.create", {
        key: `key-${Math.random().toString(36).slice(2)}`,
        request: { amount, provider: "kaspi" },
      });
      if (!made.ok) return told(made);
      desk().bank.status("Processed");
      await desk().clock.advance(5_000);
      return get(made.value.payment.id);
    },
    dispense: (id, by) => call("payments.dispense", { id }, by),
    given: (id) => call("payments.fulfil", { id, ok: true }),
    failed: (id, reason = "motor 24 jammed") => call("payments.fulfil", { id, ok: false, reason }),
    row,
    goods,
    async stands(id) {
      const { fulfilment } = await get(id);
      return `${fulfilment?.state} ${fulfilment?.moneyBack}`;
    },
    refunds: async (id) => (await desk().journal.refunds({ paymentId: id, limit: 99 })).toReversed(),
    sendings: () => desk().bank.calls("/payment/return"),
    async list() {
      const result = await desk().core.call({ kind: "person", name: "cashier" }, "review.list", {});
      const listed = result as Result<{ items: readonly DoubtItem[] }>;
      return listed.ok ? listed.value.items : told(listed);
    },
    async decide(id, outcome, reason = "looked into the tray") {
      return desk().call("review.resolve", { id, outcome, reason, pin: "2222" });
    },
  };
}
