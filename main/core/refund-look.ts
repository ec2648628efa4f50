/** The bank's own figures for a purchase, before anybody types an amount (Q-41; design U26). */
import { appError, type Result } from "../../contract/errors.ts";
import type { CommandInput, PurchaseLook } from "../../contract/commands.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import { toPayment } from "./present.ts";
import type { PaymentRow } from "./payment.ts";
import { leftOf, readFigure } from "./refund-bank.ts";
import type { RefundRow } from "./refund.ts";
import type { RefundParts } from "./refunds.ts";
import { isoTime } from "./time.ts";

interface Subject {
  readonly profileId: string;
  readonly purchaseId: string;
  readonly paymentId: string | null;
  /** The sale, where it is one of ours. */
  readonly payment: PaymentRow | null;
}

/**
 * Reads the figures of a payment of ours, or of a purchase that the customer of `choosing` has shown. Safe: nothing
 * changes. Where the bank has no such figure, what is left by this till's own sum (`isOurs`). Refuses with `refund_elsewhere` where the bank's contract has no such question.
 */
export async function lookAt(
  { ports, providers, runner, settings }: RefundParts,
  choosing: RefundRow | null,
  input: CommandInput<"refunds.look">,
): Promise<Result<PurchaseLook>> {
  const found = "paymentId" in input ? await ofPayment(input.paymentId) : ofRefund(input.operationId);
  if (!found.ok) return found;
  const { profileId, purchaseId, paymentId, payment } = found.value;
  const ctx = await providers.context(profileId);
  const bank = providers.bank(ctx.profile.provider);
  if (!bank || bank.refunds(ctx.profile) === "elsewhere") return { ok: false, error: appError("refund_elsewhere") };
  const figure = await readFigure(providers, ctx, purchaseId);
  if (!("available" in figure)) return { ok: false, error: figure };
  const { total, available, ours } = await leftOf(ports.journal, figure, ctx.profile, payment, null);
  return {
    ok: true,
    value: {
      purchaseId,
      paymentId,
      total: formatAmount(total),
      refunded: formatAmount(minor(Math.max(0, total - available))),
      available: formatAmount(available),
      isOurs: ours,
      at: isoTime(ports.clock.now(), settings.timezone),
    },
  };

  async function ofPayment(id: string): Promise<Result<Subject>> {
    const row = runner.live(id)?.row ?? (await ports.journal.payment(id));
    if (!row) return { ok: false, error: appError("not_found") };
    if (row.state !== "paid" || row.bankId === null)
      return { ok: false, error: appError("not_paid"), payment: toPayment(row, settings.timezone) };
    if (row.kind !== "sale")
      return { ok: false, error: appError("not_supported"), payment: toPayment(row, settings.timezone) };
    return { ok: true, value: { profileId: row.profileId, purchaseId: row.bankId, paymentId: row.id, payment: row } };
  }

  function ofRefund(operationId: string): Result<Subject> {
    const purchase = choosing?.detail.operations.find(({ id }) => id === operationId);
    if (!choosing || !purchase) return { ok: false, error: appError("not_found") };
    return {
      ok: true,
      value: { profileId: choosing.profileId, purchaseId: purchase.id, paymentId: purchase.paymentId, payment: null },
    };
  }
}
