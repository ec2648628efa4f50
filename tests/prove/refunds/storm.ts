/** One refund storm: two tills, lost and late answers, partial sums, other people's refunds, decisions, killed processes. */
import type { RefundRow } from "../../../main/core/refund.ts";
import { compareSales, type Sale, type Taken } from "../books.ts";
import { testCard } from "../../../simulator/epay/cards.ts";
import type { Losses } from "../part.ts";
import { refundsWrong } from "../model/refund-books.ts";
import { decimal, MINUTE, newKey, openShop, PIN, SECOND, type Shop, type Struck } from "../model/shop.ts";

export interface Raged {
  readonly losses: Losses;
  readonly notes: readonly string[];
  readonly asked: number;
  readonly sent: number;
  readonly states: Readonly<Record<string, number>>;
}

type Where = "kaspi-2" | "kaspi-3" | "halyk" | "epay";

interface Purchase {
  readonly paymentId: string;
  readonly bankId: string;
  readonly minor: number;
}

const ROUNDS = 10;
/** No sum of ours: an equal one cannot be told apart (docs/reliability.md). */
const FOREIGN = 777n;

function weather({ chance }: Shop): Struck {
  return chance.pick<() => Struck>([
    () => ({ kind: "eat" }),
    () => ({ kind: "eat" }),
    () => ({ kind: "drop" }),
    () => ({ kind: "late", ms: chance.below(180) * SECOND }),
    () => ({ kind: "hang", acts: chance.happens(0.5) }),
    () => ({ kind: "garbage" }),
    () => ({ kind: "truncate" }),
    () => ({ kind: "html", acts: chance.happens(0.5) }),
    () => ({ kind: "http", status: 429 }),
    () => ({ kind: "delay", ms: chance.below(45) * SECOND, acts: chance.pick(["first", "last"]) }),
  ])();
}

function strike(shop: Shop, where: Where): void {
  const { banks, chance } = shop;
  const fault = weather(shop);
  if (where === "halyk") banks.halykFaults.add({ ...fault, method: chance.pick(["generate/refund", "status"]) });
  else if (where === "epay")
    banks.epayFaults.add({
      ...fault,
      method: chance.pick(["refund", "refund", "check-status", "token/service"]),
    });
  else
    banks.kaspiFaults.add({ ...fault, method: chance.pick(["payment/return", "payment/return", "payment/details"]) });
}

async function sell(shop: Shop, where: Where): Promise<Purchase> {
  const { desk, banks } = shop;
  const minor = shop.sum(700, 900) * 10;
  const provider = where === "halyk" ? "halykQr" : where === "epay" ? "epay" : "kaspi";
  const posted = {
    method: "card" as const,
    card: { number: testCard("ok"), expiry: "11/39", cvc: "739", name: "QWIXZYA" },
  };
  shop.command("payments.create", {
    key: newKey(),
    request: { amount: decimal(minor), provider, ...(where === "epay" ? posted : {}) },
  });
  await desk.clock.advance(5 * SECOND);
  const [begun] = await shop.payments();
  if (where === "halyk") banks.halyk.bills.pay(begun?.bankId ?? "");
  if (where.startsWith("kaspi"))
    for (const what of ["scan", "confirm"] as const) banks.kaspi.payments.act(begun?.bankId ?? "", what);
  await desk.clock.advance(20 * SECOND);
  const [row] = await shop.payments();
  if (row?.state !== "paid" || row.bankId === null) throw new Error(`the sale is ${row?.state} at ${where}`);
  shop.command("payments.dismiss", { id: row.id });
  await desk.clock.advance(SECOND);
  return { paymentId: row.id, bankId: row.bankId, minor };
}

export async function rage(seed: number): Promise<Raged> {
  const scheme = seed % 3 === 0 ? 2 : 3;
  const first = await openShop(seed, { scheme });
  const second = await openShop(seed, { scheme, beside: first });
  try {
    return await raged(seed, first, second);
  } finally {
    await first.desk.close();
    await second.desk.close();
  }
}

async function raged(seed: number, first: Shop, second: Shop): Promise<Raged> {
  const { chance, banks } = first;
  const { clock } = first.desk;
  const where: Where = seed % 5 === 0 ? "halyk" : seed % 5 === 1 ? "epay" : seed % 3 === 0 ? "kaspi-2" : "kaspi-3";
  const tills = [first, second];
  // What makes a sale last longer, or needs a person, is of no use here.
  Object.assign(banks.halyk.config, { malformed: false });
  Object.assign(banks.epay.config, { scheme: "sms", decideMs: 0, statusLagMs: 0 });
  const purchases = [await sell(first, where), await sell(first, where)];
  const refundsOf = async (): Promise<RefundRow[]> => (await Promise.all(tills.map((till) => till.refunds()))).flat();

  async function ask(till: Shop): Promise<void> {
    const sale = chance.pick(purchases);
    const amount = decimal(chance.happens(0.15) ? sale.minor : till.sum(100, 900));
    if (where === "kaspi-2" && chance.happens(0.6))
      return till.command("refunds.create", { key: newKey(), request: { provider: "kaspi" } });
    const program = chance.happens(0.3);
    if (till === first)
      till.command("refunds.create", { key: newKey(), request: { paymentId: sale.paymentId, amount } }, program);
    // ePay's purchases can be given back by the till that made them alone.
    else if (where !== "epay")
      till.command(
        "refunds.create",
        { key: newKey(), request: { provider: where === "halyk" ? "halykQr" : "kaspi", bankId: sale.bankId, amount } },
        program,
      );
  }

  async function choose(till: Shop): Promise<void> {
    for (const row of await till.refunds()) {
      const operationId =
        row.state === "choosing" ? (row.detail.purchaseId ?? chance.pick(purchases).bankId) : row.detail.purchaseId;
      const wanted = row.state === "choosing" || (row.state === "not_executed" && chance.happens(0.5));
      if (wanted && operationId !== null)
        till.command("refunds.select", { id: row.id, operationId, amount: decimal(row.minor ?? till.sum(100, 900)) });
    }
  }

  function customer(): void {
    for (const { id, state } of banks.kaspi.ledger.returns.values())
      if (state === "QrTokenCreated" && chance.happens(0.8))
        try {
          banks.kaspi.returns.scan(id, "c1");
        } catch {
          // His telephone tells him that it is too late.
        }
    for (const { billNumber, kind, status } of banks.halyk.ledger.bills.values())
      if (kind === "refund" && status === "NEW" && chance.happens(0.4))
        if (chance.happens(0.8)) banks.halyk.refunds.finish(billNumber);
        else banks.halyk.refunds.reject(billNumber, "no");
  }

  for (let round = 0; round < ROUNDS; round += 1) {
    if (chance.happens(0.6)) strike(first, where);
    await ask(chance.pick(tills));
    if (chance.happens(0.25)) await ask(chance.pick(tills));
    await clock.advance(chance.below(3) * SECOND);
    if (where.startsWith("kaspi") && chance.happens(0.2))
      try {
        banks.kaspi.refunds.elsewhere(chance.pick(purchases).bankId, FOREIGN);
      } catch {
        // Nothing is left of it.
      }
    await clock.advance(chance.below(12) * SECOND);
    customer();
    await clock.advance(6 * SECOND);
    for (const till of tills) await choose(till);
    await clock.advance(chance.below(60) * SECOND);
    if (chance.happens(0.25)) await chance.pick(tills).die();
    if (chance.happens(0.2)) {
      const row = chance.pick(
        (await refundsOf()).filter(({ state }) => state === "needs_review" || state === "in_doubt"),
      );
      const outcome = chance.pick(["treatedAsRefunded", "treatedAsNotRefunded"] as const);
      if (row)
        for (const till of tills)
          till.command("review.resolve", { id: row.id, outcome, reason: "asked the bank", pin: PIN });
    }
    if (chance.happens(0.15)) await clock.advance(4 * MINUTE);
    for (const till of tills)
      for (const { id, state } of await till.refunds())
        if (state !== "sending" && chance.happens(0.5)) till.command("refunds.dismiss", { id });
  }

  for (const faults of [banks.kaspiFaults, banks.halykFaults, banks.epayFaults]) faults.clear();
  await clock.advance(8 * MINUTE);
  customer();
  for (const till of tills) await till.die();
  for (let n = 0; n < 4; n += 1) {
    if ((await refundsOf()).every(({ settled, state }) => settled || state === "needs_review")) break;
    for (const { billNumber, kind, status } of banks.halyk.ledger.bills.values())
      if (kind === "refund" && status === "NEW") banks.halyk.refunds.finish(billNumber);
    await clock.advance(10 * MINUTE);
  }
  for (const till of tills)
    for (const { id, settled } of await till.refunds()) if (!settled) till.command("refunds.refresh", { id });
  await clock.advance(MINUTE);

  const all = await refundsOf();
  const payments = await first.payments();
  const sales: Sale[] = purchases.map(({ paymentId, bankId, minor }) => {
    const own = all.filter((row) => row.paymentId === paymentId || (row.detail.purchaseId ?? "") === bankId);
    return {
      sale: paymentId,
      minor,
      says: payments.find(({ id }) => id === paymentId)?.state === "paid" ? "paid" : "open",
      meantBack: own.reduce((sum, row) => sum + (row.detail.sends > 0 ? (row.minor ?? 0) : 0), 0),
      openRefunds: own.filter(
        ({ settled, state, resolution }) => !settled && state !== "needs_review" && resolution === null,
      ).length,
    };
  });
  const taken: Taken[] = purchases.map(({ paymentId, bankId, minor }) => ({
    sale: paymentId,
    minor,
    captured: true,
    backMinor: backOf(first, where, bankId, payments.find(({ id }) => id === paymentId)?.detail.invoiceId ?? null),
  }));
  const { losses, notes } = compareSales(sales, taken);
  const wrong = tills.map((till, n) =>
    refundsWrong(
      till,
      payments,
      all.filter(
        (row) => row.tillId === till.settings.till.id && (n === 0) === (row.paymentId !== null || where === "kaspi-2"),
      ),
    ),
  );
  const lost = wrong.flatMap((one) => one.lost);
  const made = wrong.flatMap((one) => one.made);
  const states: Record<string, number> = {};
  for (const { state } of all) states[state] = (states[state] ?? 0) + 1;
  return {
    losses: { ...losses, lost: losses.lost + lost.length, falsePaid: losses.falsePaid + made.length },
    notes: [...notes, ...lost, ...made].map((note) => `seed ${seed} (${where}): ${note}`),
    asked: all.length,
    sent: all.reduce((sum, { detail }) => sum + detail.sends, 0),
    states,
  };
}

function backOf({ banks }: Shop, where: Where, bankId: string, invoice: string | null): number {
  if (where === "halyk")
    return Number(
      banks.halyk.ledger
        .refundsOf(bankId)
        .reduce((sum, one) => sum + (one.by === "till" && one.status === "PAID" ? one.amountMinor : 0n), 0n),
    );
  if (where === "epay")
    return Number(banks.epay.ledger.refundsOf(invoice ?? "").reduce((sum, { minor }) => sum + minor, 0n));
  return Number(
    banks.kaspi.ledger.refundsOf(bankId).reduce((sum, one) => sum + (one.by === "till" ? one.amountMinor : 0n), 0n),
  );
}
