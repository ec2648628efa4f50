/**
 * Held money is taken or given back (ePay, a terminal with two steps). Only the bank's word ends it: it is asked before,
 * so that nothing is sent for what is over, the call is journaled and sent once, and it is asked again.
 */
import { appError, type AppError, type ErrorCode, type Result } from "../../contract/errors.ts";
import { formatMoney, type Minor } from "../../contract/money.ts";
import type { PaymentState } from "../../contract/states.ts";
import type { Bank, BankCall, BankContext, OperationAnswer } from "./bank.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import { LATE_DELIVERY } from "./pace.ts";
import type { PaymentRow } from "./payment.ts";
import { HttpFailure, type CallRow, type Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { PaymentEvent } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";

type Operation = NonNullable<PaymentRow["detail"]["operation"]>;

const UNCONFIRMED = { capture: "capture_unconfirmed", release: "void_unconfirmed" } as const satisfies Record<
  Operation,
  ErrorCode
>;
const DONE = { capture: "paid", release: "released" } as const;

export interface Operations {
  /** Takes held money: `minor` of it, all of it where that is null. */
  capture(live: Live, minor: Minor | null): Promise<Result<PaymentRow>>;
  /** Gives all of it back. */
  release(live: Live): Promise<Result<PaymentRow>>;
}

/**
 * Makes the operations of one till. Refused: `not_supported`, with `where: office` for what is done in the bank's own
 * office, `already_final` and `not_finished` for what is not held, `amount_too_large` above what is held,
 * `capture_unconfirmed` and `void_unconfirmed` while nobody knows what came of one, and the bank's own no. Rejects where
 * the journal refuses.
 */
export function createOperations(
  ports: Pick<Ports, "clock" | "crypto">,
  providers: Providers,
  runner: Runner,
): Operations {
  const { clock } = ports;
  const busy = new Set<string>();
  /** When the last one of a payment left; monotonic. One that a dead process left behind counts from when it is met. */
  const left = new Map<string, number>();

  async function operate(live: Live, operation: Operation, minor: Minor | null): Promise<Result<PaymentRow>> {
    const { id, profileId, method } = live.row;
    const { profile } = await providers.context(profileId);
    const bank = bankOf(providers, live.row);
    // A bank without held money has no office for it either.
    if (!bank.operations) return no(appError("not_supported"));
    if (!bank.operations(profile)) return no(appError("not_supported", { params: { where: "office", method } }));
    if (live.row.state !== "authorized") return notHeld(live.row, operation);
    const asked = minor ?? live.row.minor;
    if (asked > live.row.minor)
      return no(appError("amount_too_large", { params: { limit: formatMoney(live.row.minor, live.row.currency) } }));
    if (busy.has(id)) return no(appError("not_finished"));
    busy.add(id);
    live.out += 1;
    try {
      return await carryOut(live, bank, operation, asked);
    } finally {
      live.out -= 1;
      busy.delete(id);
    }
  }

  async function carryOut(live: Live, bank: Bank, operation: Operation, minor: Minor): Promise<Result<PaymentRow>> {
    const { id } = live.row;
    const stateNow = (): PaymentState => live.row.state;
    await runner.ask(live, true);
    if (stateNow() !== "authorized") return notHeld(live.row, operation);
    if (!isHeard(live)) return no(whySilent(live));
    const earlier = live.row.detail.operation;
    if (earlier !== null) {
      const at = left.get(id);
      if (at === undefined) left.set(id, clock.mono());
      if (at === undefined || clock.mono() - at < LATE_DELIVERY) return no(appError(UNCONFIRMED[earlier]));
      await runner.apply(live, { kind: "operationRefused", error: appError(UNCONFIRMED[earlier]) });
    }
    const ctx = await providers.context(live.row.profileId);
    const call = operation === "capture" ? bank.capture?.(ctx, live.row, minor) : bank.release?.(ctx, live.row);
    if (!call) return no(appError("not_supported"));
    const line = lineOf(ports, ctx, call, { paymentId: id, refundId: null });
    const meant: PaymentEvent = { kind: "operating", operation, ...(operation === "capture" ? { minor } : {}) };
    if (!(await runner.applyIfNew(live, meant, { calls: [line] }))) return notHeld(live.row, operation);
    left.set(id, clock.mono());
    const refused = await send(live, ctx, call, line, operation);
    await runner.ask(live, true);
    if (stateNow() === DONE[operation]) return { ok: true, value: live.row };
    if (refused) return no(refused);
    if (stateNow() !== "authorized") return notHeld(live.row, operation);
    const error = appError(UNCONFIRMED[operation]);
    if (live.row.error?.code !== error.code) await runner.apply(live, { kind: "operationLost", error });
    return no(error);
  }

  /** The bank's clear no, or that not one byte has left; null where only its word about the payment tells. */
  async function send(
    live: Live,
    ctx: BankContext,
    call: BankCall<OperationAnswer>,
    line: CallRow,
    operation: Operation,
  ): Promise<AppError | null> {
    const incident = line.requestId.slice(0, 8);
    try {
      const answer = await providers.send(ctx, call);
      if (answer.kind === "heard") {
        await runner.commit({ at: clock.now(), calls: [answered(line, clock.now(), "0")] });
        return null;
      }
      const done = answered(line, clock.now(), answer.error.bankCode);
      const { bankCode, bankMessage } = answer.error;
      if (answer.kind === "refused") return await refuse(live, { ...answer.error, incident }, done);
      return await lose(live, appError(UNCONFIRMED[operation], { bankCode, bankMessage, incident }), done);
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const failure = asFailure(error);
      const done = unanswered(line, clock.now(), failure);
      if (failure.reach === "connect") return refuse(live, { ...failureError(failure), incident }, done);
      return lose(live, appError(UNCONFIRMED[operation], { incident }), done);
    }
  }

  async function refuse(live: Live, error: AppError, done: CallRow): Promise<AppError> {
    await runner.apply(live, { kind: "operationRefused", error }, { calls: [done] });
    return error;
  }

  async function lose(live: Live, error: AppError, done: CallRow): Promise<null> {
    await runner.apply(live, { kind: "operationLost", error }, { calls: [done] });
    return null;
  }

  function whySilent({ row }: Live): AppError {
    if (row.detail.paused && row.error !== null) return row.error;
    return appError(providers.isOffline(row.profileId) ? "bank_unreachable" : "bank_unavailable");
  }

  return {
    capture: (live, minor) => operate(live, "capture", minor),
    release: (live) => operate(live, "release", null),
  };
}

const no = (error: AppError): Result<never> => ({ ok: false, error });

/** The bank has just said that it is held: not less, as "not found" or "in progress" would be. */
function isHeard({ silent, row: { detail } }: Live): boolean {
  return !silent && !detail.paused && detail.notFound === 0 && detail.lastWord === "authorized";
}

/** What was meant may have come about already: by an earlier one whose answer was lost, or in the bank's office. */
function notHeld(row: PaymentRow, operation: Operation): Result<PaymentRow> {
  if (row.state === DONE[operation]) return { ok: true, value: row };
  return no(appError(row.settled ? "already_final" : "not_finished"));
}
