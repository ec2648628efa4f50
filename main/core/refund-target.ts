/** What is meant by a request for a refund: a sale of ours, a purchase of another till, or what a customer will show. */
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import { minor as toMinor, type Minor } from "../../contract/money.ts";
import type { RefundRequest } from "../../contract/refund.ts";
import type { PaymentRow } from "./payment.ts";
import type { Profile } from "./ports.ts";
import { toPayment } from "./present.ts";
import { otherKeyOf, purchaseKeyOf, rrnKeyOf } from "./refund-bank.ts";
import type { RefundRunner } from "./refund-runner.ts";
import type { RefundSender } from "./refund-send.ts";
import type { RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";

const REFERENCE_HITS = 10;

/** What is to go back, as far as it is known before the customer scans. */
export interface Target {
  readonly profile: Profile;
  readonly payment: PaymentRow | null;
  readonly purchaseId: string | null;
  /** The bank's number of its transaction, where the purchase is known by that alone. */
  readonly rrn: string | null;
  readonly minor: Minor | null;
}

/** Names what goes back; null where that is not known before the customer scans. */
export function keyOf({ profile, purchaseId, rrn }: Target): string | null {
  if (purchaseId !== null) return purchaseKeyOf(profile, purchaseId);
  return rrn === null ? null : rrnKeyOf(profile, rrn);
}

export interface RefundTargets {
  /** What a request means, with its amount in tiyn; refuses what is not known, not paid, or not supported. */
  find(request: RefundRequest, minor: Minor | null): Promise<Result<Target>>;
  /** The undecided refund of it, under either of its names. */
  undecided(target: Target): Promise<RefundRow | null>;
}

export function createRefundTargets(
  { ports, settings, providers, runner }: RefundParts,
  { codes }: Pick<RefundRunner, "codes">,
  sender: Pick<RefundSender, "undecided">,
): RefundTargets {
  const { journal } = ports;

  const refuse = (error: AppError, payment: PaymentRow | null = null): Result<never> => ({
    ok: false,
    error,
    ...(payment ? { payment: toPayment(payment, settings.timezone) } : {}),
  });

  async function ofPayment(id: string, minor: Minor | null): Promise<Result<Target>> {
    const payment = runner.live(id)?.row ?? (await journal.payment(id));
    if (!payment) return refuse(appError("not_found"));
    if (payment.state !== "paid" || payment.bankId === null) return refuse(appError("not_paid"), payment);
    // It went from card to card: the shop has nothing of it to give back.
    if (payment.kind !== "sale") return refuse(appError("not_supported"), payment);
    return { ok: true, value: await throughPayment(payment, minor) };
  }

  /** Through the profile it was paid with, whatever the settings say now. */
  async function throughPayment(payment: PaymentRow, minor: Minor | null): Promise<Target> {
    const { profile } = await providers.context(payment.profileId);
    return { profile, payment, purchaseId: payment.bankId, rrn: null, minor };
  }

  async function ofBank(
    request: Extract<RefundRequest, { provider: string }>,
    minor: Minor | null,
  ): Promise<Result<Target>> {
    const provider = providers.find(request.provider);
    if (!provider) return refuse(appError("not_configured", { params: { provider: request.provider } }));
    const { profile } = provider.settings;
    const nothing = { profile, payment: null, purchaseId: null, rrn: null, minor };
    if ("rrn" in request) return ofTransaction(nothing, request.rrn);
    if (!("bankId" in request)) return { ok: true, value: nothing };
    const [ours] = await codes.mark(profile, [{ id: request.bankId, minor: minor ?? toMinor(0), at: null }]);
    const payment = ours?.paymentId == null ? null : await journal.payment(ours.paymentId);
    if (payment && payment.state !== "paid") return refuse(appError("not_paid"), payment);
    if (payment && payment.kind !== "sale") return refuse(appError("not_supported"), payment);
    if (payment) return { ok: true, value: await throughPayment(payment, minor) };
    return { ok: true, value: { ...nothing, purchaseId: request.bankId } };
  }

  /**
   * By the bank's number of the transaction. One of ours that has it is meant by its own number, which is the surer one
   * . Only a bank that makes a bill of the refund takes a number whose figure nobody can read.
   */
  async function ofTransaction(nothing: Target, typed: string): Promise<Result<Target>> {
    const { profile, minor } = nothing;
    // With a space that came along it would be another purchase than the one it is.
    const rrn = typed.trim();
    if (rrn === "") return refuse(appError("bad_request", { params: { field: "rrn" } }));
    const bank = providers.bank(profile.provider);
    if (!bank?.refundStatus || bank.refunds(profile) !== "till") return refuse(appError("not_supported"));
    const hits = await journal.payments({ reference: rrn, limit: REFERENCE_HITS });
    const ours = hits.filter((row) => row.provider === profile.provider && row.environment === profile.environment);
    const paid = ours.filter(({ state }) => state === "paid");
    const [payment] = paid;
    if (paid.length > 1) return refuse(appError("bad_request", { params: { field: "rrn" } }));
    if (payment) return { ok: true, value: await throughPayment(payment, minor) };
    const [unpaid] = ours;
    return unpaid ? refuse(appError("not_paid"), unpaid) : { ok: true, value: { ...nothing, rrn } };
  }

  return {
    find: (request, minor) => ("paymentId" in request ? ofPayment(request.paymentId, minor) : ofBank(request, minor)),
    async undecided(target) {
      for (const key of [keyOf(target), otherKeyOf(target.payment)]) {
        const other = key === null ? null : await sender.undecided(key, null);
        if (other) return other;
      }
      return null;
    },
  };
}
