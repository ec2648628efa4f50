/** What people do around one call to a bank, from the sale's beginning to its end. */
import type { CommandInput } from "../../../contract/commands.ts";
import { testCard } from "../../../simulator/epay/cards.ts";
import { behind, decimal, MINUTE, newKey, SECOND, type Shop } from "../model/shop.ts";

/** Lets the fault strike the call's next request. */
export type Strike = () => void;
/** Ends with the state that the struck payment or refund is in at last. */
export type Story = (shop: Shop, strike: Strike) => Promise<string>;

type Request = CommandInput<"payments.create">["request"];

const MINOR = 500_000;
const BACK = 120_001;
const LOOKS = 80;

const typed = (outcome: string) => ({ number: testCard(outcome), expiry: "11/39", cvc: "739", name: "QWIXZYA" });

async function newest(
  shop: Shop,
): Promise<{ readonly id: string; readonly state: string; readonly settled: boolean; readonly bankId: string | null }> {
  const [row] = await shop.payments();
  if (!row) throw new Error("there is no payment");
  return row;
}

/** The customer pays whatever he is shown, as soon as he is shown it. */
function customer({ banks, desk, pages }: Shop): void {
  const { current } = desk.snapshot();
  const payload = current?.link ?? current?.qr?.payload;
  const { kaspi, halyk } = banks;
  const payment = payload === undefined ? undefined : kaspi.ledger.paymentByToken(payload);
  if (payment?.state === "QrTokenCreated")
    for (const what of ["scan", "confirm"] as const) kaspi.payments.act(payment.id, what);
  const bill = halyk.ledger.payments().find(({ qrcode, status }) => qrcode === payload && status === "NEW");
  if (bill) halyk.bills.pay(bill.billNumber);
  for (const { id, state } of kaspi.ledger.payments.values())
    if (state === "RemotePaymentCreated") kaspi.invoices.act(id, "pay");
  const page = pages.at(-1);
  const proofs = page && !page.ended ? behind({ banks } as Shop, page)?.challenge : null;
  if (page && proofs?.open) page.on.back({ PaRes: proofs.paRes.confirm, MD: proofs.md });
}

async function sell(shop: Shop, request: Omit<Request, "amount">): Promise<string> {
  const amount = request.method === "cardVerification" ? "0" : decimal(MINOR);
  shop.command("payments.create", { key: newKey(), request: { ...request, amount } });
  await shop.desk.clock.advance(SECOND);
  return paidBy(shop);
}

async function paidBy(shop: Shop): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    const { id, state, settled } = await newest(shop);
    if (settled || state === "authorized") return state;
    customer(shop);
    if (state === "awaiting_payment" && look % 3 === 2) shop.command("payments.refresh", { id });
    await shop.desk.clock.advance(look < 40 ? 5 * SECOND : 2 * MINUTE);
  }
  return (await newest(shop)).state;
}

export const sale =
  (request: Omit<Request, "amount">): Story =>
  async (shop, strike) => {
    strike();
    return sell(shop, request);
  };

export const card = (method: "card" | "cardVerification" | "transfer", outcome = "ok"): Story =>
  sale({
    provider: "epay",
    method,
    card: typed(outcome),
    ...(method === "cardVerification" ? { currency: "USD", payer: { accountId: "7" } } : {}),
    ...(method === "transfer" ? { receiver: { number: testCard("ok") } } : {}),
  });

/** The customer does not come; the cashier gives up, and the call tells the bank so. */
export const givenUp =
  (request: Omit<Request, "amount">): Story =>
  async (shop, strike) => {
    shop.command("payments.create", { key: newKey(), request: { ...request, amount: decimal(MINOR) } });
    await shop.desk.clock.advance(5 * SECOND);
    const { id } = await newest(shop);
    strike();
    shop.command("payments.cancel", { id });
    for (let look = 0; look < LOOKS; look += 1) {
      const { state, settled } = await newest(shop);
      if (settled) return state;
      if (look % 4 === 3) shop.command("payments.refresh", { id });
      // It was not taken back: then it can be paid.
      if (look > 20 && state === "awaiting_payment") customer(shop);
      await shop.desk.clock.advance(30 * SECOND);
    }
    return (await newest(shop)).state;
  };

/** The answer to the creation is lost; the call looks for what stands at the bank. */
export const soughtAfter =
  (request: Omit<Request, "amount">, lose: (shop: Shop) => void): Story =>
  async (shop, strike) => {
    lose(shop);
    strike();
    return sell(shop, request);
  };

/** Held money is taken, or given back. */
export const held =
  (name: "payments.capture" | "payments.void"): Story =>
  async (shop, strike) => {
    Object.assign(shop.banks.epay.config, { scheme: "dms" });
    await sell(shop, { provider: "epay", method: "card", card: typed("ok") });
    const { id } = await newest(shop);
    strike();
    shop.command(name, { id });
    for (let look = 0; look < LOOKS; look += 1) {
      await shop.desk.clock.advance(30 * SECOND);
      const { state, settled } = await newest(shop);
      if (settled) return state;
    }
    return (await newest(shop)).state;
  };

async function refunded(shop: Shop): Promise<string> {
  for (let look = 0; look < LOOKS; look += 1) {
    const [refund] = await shop.refunds();
    if (!refund) return "refused";
    const { id, state, settled, detail } = refund;
    if (settled || state === "needs_review") {
      await shop.desk.clock.advance(4 * MINUTE);
      return (await shop.refunds())[0]?.state ?? state;
    }
    const returned = [...shop.banks.kaspi.ledger.returns.values()].find((one) => one.id === refund.bankReturnId);
    if (returned?.state === "QrTokenCreated") shop.banks.kaspi.returns.scan(returned.id, "c1");
    const operationId = detail.operations[0]?.id;
    if (state === "choosing" && operationId !== undefined && detail.sends === 0 && refund.error === null)
      shop.command("refunds.select", { id, operationId, amount: decimal(BACK) });
    else if (state === "choosing" && refund.error !== null) {
      shop.command("refunds.cancel", { id });
      await shop.desk.clock.advance(SECOND);
      return "choosing, not sent";
    }
    await shop.desk.clock.advance(5 * SECOND);
  }
  return (await shop.refunds())[0]?.state ?? "refused";
}

/** Money goes back of a sale that is paid. */
export const refund =
  (request: Omit<Request, "amount">): Story =>
  async (shop, strike) => {
    await sell(shop, request);
    const { id } = await newest(shop);
    shop.command("payments.dismiss", { id });
    await shop.desk.clock.advance(SECOND);
    strike();
    shop.command("refunds.create", { key: newKey(), request: { paymentId: id, amount: decimal(BACK) } });
    await shop.desk.clock.advance(SECOND);
    return refunded(shop);
  };

/** The same where the customer scans first. */
export const refundByScan: Story = async (shop, strike) => {
  await sell(shop, { provider: "kaspi" });
  const { id } = await newest(shop);
  shop.command("payments.dismiss", { id });
  await shop.desk.clock.advance(SECOND);
  strike();
  shop.command("refunds.create", { key: newKey(), request: { provider: "kaspi" } });
  await shop.desk.clock.advance(SECOND);
  return refunded(shop);
};

export const byCard = { provider: "epay", method: "card", card: typed("ok") } as const;
