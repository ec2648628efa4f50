import { randomUUID } from "node:crypto";
import { minor } from "../../contract/money.ts";
import type { CommandInput } from "../../contract/commands.ts";
import type { Payment } from "../../contract/payment.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Settings } from "../../main/core/settings.ts";
import { codeBank, CODE_PROFILE, type CodeBank } from "./code-bank.ts";
import { openDesk, testSettings, type Desk, type DeskOptions } from "./desk.ts";

/** A till with Kaspi and a bank that takes a number of ours with each creation. */
export interface CodeDesk extends Desk {
  readonly codes: CodeBank;
  readonly settings: Settings;
  /** Begins a sale at that bank; it may still be `creating`. */
  sell(more?: Partial<CommandInput<"payments.create">["request"]>): Promise<Payment>;
  /** Begins one and does not wait for the bank, which is silent. */
  begin(): Promise<string>;
  row(id: string): Promise<PaymentRow>;
}

export interface CodeDeskOptions extends Pick<DeskOptions, "wrap" | "events" | "training" | "people"> {
  readonly without?: readonly string[];
  readonly range?: { readonly from: number; readonly to: number };
  readonly tillId?: string;
}

export function codeSettings({
  range = { from: 1, to: 999_999 },
  events,
  tillId = "A1",
  training,
}: CodeDeskOptions = {}): Settings {
  const kaspi = testSettings();
  return {
    ...kaspi,
    till: { id: tillId, name: tillId },
    training: training !== undefined,
    providers: [
      ...kaspi.providers,
      {
        name: "halykQr",
        profile: CODE_PROFILE,
        min: minor(100),
        max: minor(100_000_000),
        certificateExpires: null,
        invoices: range,
        events: events !== undefined,
        organization: null,
        blocked: null,
      },
    ],
  };
}

export async function openCodeDesk(options: CodeDeskOptions = {}): Promise<CodeDesk> {
  const made: CodeBank[] = [];
  const { wrap, events, training, people } = options;
  const desk = await openDesk({
    settings: codeSettings(options),
    other(clock) {
      made.push(codeBank(clock, options.without));
      return made[0] as CodeBank;
    },
    ...(wrap ? { wrap } : {}),
    ...(events ? { events } : {}),
    ...(training ? { training } : {}),
    ...(people ? { people } : {}),
  });
  const [codes] = made;
  if (!codes) throw new Error("no second bank");
  return Object.assign(desk, {
    codes,
    settings: codeSettings(options),
    sell: (more: Parameters<CodeDesk["sell"]>[0] = {}) => desk.charge("5000.00", { provider: "halykQr", ...more }),
    async begin() {
      const request = { amount: "5000.00", provider: "halykQr" };
      void desk.core.call({ kind: "person", name: "cashier" }, "payments.create", { key: randomUUID(), request });
      await desk.clock.advance(0);
      const id = desk.snapshot().current?.id;
      if (id === undefined) throw new Error("no payment was begun");
      return id;
    },
    async row(id: string) {
      const row = await desk.journal.payment(id);
      if (!row) throw new Error(`no payment ${id}`);
      return row;
    },
  });
}
