import { randomUUID } from "node:crypto";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Refund } from "../../contract/refund.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import type { Desk } from "../support/desk.ts";

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const HOUR = 3_600_000;

type Request = CommandInput<"refunds.create">["request"];

/** What a clerk or a program does with refunds, on a desk. */
export interface RefundDesk {
  /** A paid sale that has left the screen. */
  paid(amount?: string): Promise<Payment & { bankId: string }>;
  ask(request: Request, key?: string): Promise<Result<CommandOutput["refunds.create"]>>;
  /** The same as a program with the scope `refund`. */
  askAsProgram(request: Request, key?: string): Promise<Result<CommandOutput["refunds.create"]>>;
  /** A refund that was accepted. */
  begin(request: Request): Promise<Refund>;
  select(id: string, operationId: string, amount: string, pin?: string): Promise<Result<Refund>>;
  get(id: string): Promise<Refund>;
  row(id: string): Promise<RefundRow>;
  payment(id: string): Promise<Payment>;
  /** How often money was asked to go back. */
  sendings(): number;
  /** When the figure was asked for, in milliseconds since `from` (monotonic). */
  readings(from: number): number[];
  shown(): NonNullable<Snapshot["refund"]>;
}

export function refundDesk(desk: () => Desk): RefundDesk {
  const unwrap = <T>(result: Result<T>): T => {
    if (!result.ok) throw new Error(`refused: ${result.error.code}`);
    return result.value;
  };
  const ask: RefundDesk["ask"] = (request, key = randomUUID()) => desk().call("refunds.create", { key, request });
  const get = async (id: string): Promise<Refund> => unwrap(await desk().call("refunds.get", { id }));
  return {
    async paid(amount = "5000.00") {
      const { id } = await desk().charge(amount);
      desk().bank.status("Processed");
      await desk().clock.advance(5 * SECOND);
      const payment = unwrap(await desk().call("payments.dismiss", { id }));
      if (payment.state !== "paid" || payment.bankId === null) throw new Error(`it is ${payment.state}`);
      return { ...payment, bankId: payment.bankId };
    },
    ask,
    async askAsProgram(request, key = randomUUID()) {
      const actor = { kind: "api", name: "1c", scopes: ["refund", "read"] } as const;
      const result = desk().core.call(actor, "refunds.create", { key, request });
      await desk().clock.advance(0);
      return (await result) as Result<CommandOutput["refunds.create"]>;
    },
    async begin(request) {
      return unwrap(await ask(request)).refund;
    },
    select: (id, operationId, amount, pin) =>
      desk().call("refunds.select", { id, operationId, amount, ...(pin === undefined ? {} : { pin }) }),
    get,
    async row(id) {
      const row = await desk().journal.refund(id);
      if (!row) throw new Error(`no refund ${id}`);
      return row;
    },
    payment: (id) => desk().get(id),
    sendings: () => desk().bank.calls("/payment/return"),
    readings: (from) =>
      desk()
        .bank.requests.filter(({ path, at }) => path.startsWith("/payment/details") && at > from)
        .map(({ at }) => at - from),
    shown() {
      const { refund } = desk().snapshot();
      if (!refund) throw new Error("no refund on the screen");
      return refund;
    },
  };
}
