/**
 * The refund code of scheme 2: made, watched for its scan, and what the customer bought. Nothing here moves money
 * (Kaspi 3.4.1 to 3.4.3).
 */
import { appError } from "../../contract/errors.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure, failureError } from "./failure.ts";
import type { CallRow } from "./ports.ts";
import type { RefundEvent } from "./refund-reduce.ts";
import type { LiveRefund, RefundRunner } from "./refund-runner.ts";
import type { KnownPurchase, Purchase, RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";

const PURCHASE_HITS = 10;

export interface RefundCodes {
  /** The journal's line of the creation to come, for the intent's own commit. */
  call(row: RefundRow): Promise<CallRow>;
  /** Sends the creation whose intent has been committed, and once more if its answer is lost. */
  create(live: LiveRefund, first: CallRow): Promise<void>;
  /** Asks for the scan, and after it for the purchases. Rejects with HttpFailure. */
  poll(live: LiveRefund): Promise<void>;
  /** The purchases with our own sales marked. */
  mark(row: Pick<RefundRow, "provider" | "environment">, purchases: readonly Purchase[]): Promise<KnownPurchase[]>;
}

export interface RefundCodeHooks extends Pick<RefundRunner, "apply" | "keep" | "stopped"> {
  heard(live: LiveRefund, answered: boolean): void;
  /** The customer has shown his purchases. */
  scanned(live: LiveRefund): void;
}

/** Makes what a till needs of refund codes. */
export function createRefundCodes(
  { ports, providers, runner }: RefundParts,
  { apply, keep, stopped, heard, scanned }: RefundCodeHooks,
): RefundCodes {
  const { clock, journal } = ports;

  async function codeCall(row: RefundRow): Promise<CallRow> {
    const ctx = await providers.context(row.profileId);
    const call = bankOf(providers, row).returnCreate?.(ctx, row);
    if (!call) throw new Error(`${row.provider} makes no refund codes`);
    return lineOf(ports, ctx, call, { paymentId: row.paymentId, refundId: row.id });
  }

  async function createCode(live: LiveRefund, first: CallRow): Promise<void> {
    let journaled = first;
    for (;;) {
      const { event, done } = await askCode(live, journaled);
      if (stopped()) return;
      await keep(live, event, { calls: [done] });
      if (live.row.state !== "creating" || stopped()) return;
      try {
        journaled = await codeCall(live.row);
        await runner.commit({ at: clock.now(), calls: [journaled] });
      } catch {
        return keep(live, { kind: "refused", error: appError("journal_unavailable") });
      }
    }
  }

  async function askCode(live: LiveRefund, call: CallRow): Promise<{ event: RefundEvent; done: CallRow }> {
    const incident = call.requestId.slice(0, 8);
    try {
      const ctx = { ...(await providers.context(live.row.profileId)), requestId: call.requestId };
      const request = bankOf(providers, live.row).returnCreate?.(ctx, live.row);
      if (!request) throw new Error(`${live.row.provider} makes no refund codes`);
      const answer = await providers.send(ctx, request);
      if (answer.kind === "created") return { event: { kind: "code", answer }, done: answered(call, clock.now(), "0") };
      const error = { ...answer.error, incident };
      const kind = answer.kind === "refused" ? "refused" : "codeLost";
      return { event: { kind, error }, done: answered(call, clock.now(), error.bankCode) };
    } catch (error) {
      const failure = asFailure(error);
      const away = failure.reach !== "connect";
      const told = away ? appError("answer_lost", { params: { problem: failure.problem } }) : failureError(failure);
      return {
        event: { kind: away ? "codeLost" : "refused", error: { ...told, incident } },
        done: unanswered(call, clock.now(), failure),
      };
    }
  }

  async function poll(live: LiveRefund): Promise<void> {
    const { row } = live;
    if (row.state !== "awaiting_scan") return;
    if (row.detail.payload === null) return askPurchases(live);
    const ctx = await providers.context(row.profileId);
    const request = bankOf(providers, row).returnStatus?.(ctx, row);
    if (!request) return;
    const answer = await providers.send(ctx, request);
    heard(live, answer.kind === "word");
    if (stopped() || answer.kind !== "word" || answer.word === "created") return;
    if (answer.word === "over") return void (await apply(live, { kind: "over" }));
    await apply(live, { kind: "identified" });
    await askPurchases(live);
  }

  async function askPurchases(live: LiveRefund): Promise<void> {
    const { row } = live;
    const ctx = await providers.context(row.profileId);
    const request = bankOf(providers, row).purchases?.(ctx, row);
    if (!request || row.state !== "awaiting_scan") return;
    const answer = await providers.send(ctx, request);
    heard(live, answer.kind === "purchases");
    if (stopped()) return;
    if (answer.kind === "refused") return void (await apply(live, { kind: "refused", error: answer.error }));
    if (answer.kind !== "purchases") return;
    const purchases = await mark(row, answer.purchases);
    if (await apply(live, { kind: "purchases", purchases })) scanned(live);
  }

  /** Ours are found by the bank's id, never by the sum, and in the same environment. */
  function mark(
    { provider, environment }: Pick<RefundRow, "provider" | "environment">,
    purchases: readonly Purchase[],
  ): Promise<KnownPurchase[]> {
    return Promise.all(
      purchases.map(async (purchase) => {
        const hits = await journal.payments({ bankId: purchase.id, limit: PURCHASE_HITS });
        const ours = hits.find((row) => row.provider === provider && row.environment === environment);
        return { ...purchase, paymentId: ours?.id ?? null, number: ours?.number ?? null };
      }),
    );
  }

  return { call: codeCall, create: createCode, poll, mark };
}
