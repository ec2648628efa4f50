/** What people, programs, customers, the line and the machine may do at any moment; one step of the model each. */
import { isOpen, OUTCOMES } from "../../../contract/states.ts";
import type { CommandInput } from "../../../contract/commands.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import { testCard } from "../../../simulator/epay/cards.ts";
import { behind, decimal, MINUTE, newKey, PIN, SECOND, settingsOf, type Shop, type Struck } from "./shop.ts";

type Request = CommandInput<"payments.create">["request"];
type Step = (shop: Shop) => Promise<void> | void;

const PHONE = "87077777777";
const OUTCOMES_OF_CARDS = ["ok", "ok", "ok", "3ds", "3ds", "484", "3ds-484", "459-charged", "526-open"] as const;
const typed = (outcome: string) => ({ number: testCard(outcome), expiry: "11/39", cvc: "739", name: "QWIXZYA" });

const KASPI_CALLS = ["qr/create", "qr/create-link", "remote/create", "remote/cancel", "payment/status", "payment/details",
  "payment/return", "return/create", "return/status", "return/operations", "device/register"] as const; // prettier-ignore
const HALYK_CALLS = ["generate/code", "status", "status/invoice", "status/change", "generate/refund", "*"] as const;
const EPAY_CALLS = ["*", "cryptopay", "cryptopay", "confirm", "check-status", "charge", "cancel", "refund"] as const;

/** Any way in which a call can go wrong. */
function weather({ chance }: Shop): Struck {
  return chance.pick<() => Struck>([
    () => ({ kind: "drop" }),
    () => ({ kind: "eat" }),
    () => ({ kind: "late", ms: chance.below(180) * SECOND }),
    () => ({ kind: "hang" }),
    () => ({ kind: "hang", acts: true }),
    () => ({ kind: "truncate" }),
    () => ({ kind: "garbage" }),
    () => ({ kind: "html" }),
    () => ({ kind: "html", acts: true }),
    () => ({ kind: "http", status: 429 }),
    () => ({ kind: "delay", ms: chance.below(40) * SECOND, acts: chance.pick(["first", "last"]) }),
  ])();
}

function request(shop: Shop): Request {
  const { chance, settings } = shop;
  const scheme = settings.providers[0]?.profile.scheme;
  const amount = decimal(shop.sum(200, 9_000));
  const card = typed(chance.pick(OUTCOMES_OF_CARDS));
  return chance.pick<() => Request>([
    () => ({ provider: "kaspi", amount }),
    () => ({ provider: "kaspi", amount }),
    () => ({ provider: "kaspi", amount, method: "link" }),
    () => ({ provider: "kaspi", amount, ...(scheme === "3" ? { method: "invoice", phone: PHONE } : {}) }),
    () => ({ provider: "halykQr", amount }),
    () => ({ provider: "halykQr", amount }),
    () => ({ provider: "epay", amount, method: "card", card }),
    () => ({ provider: "epay", amount, method: "card", card }),
    () => ({ provider: "epay", amount, method: "transfer", card, receiver: { number: testCard("ok") } }),
    () => ({
      provider: "epay",
      amount: "0",
      currency: "USD",
      method: "cardVerification",
      card,
      payer: { accountId: "7" },
    }),
  ])();
}

async function some(shop: Shop): Promise<PaymentRow | null> {
  const rows = await shop.payments();
  // Mostly the newest: the one the people are busy with.
  return (shop.chance.happens(0.6) ? rows[0] : shop.chance.pick(rows)) ?? null;
}

function guarded(act: () => unknown): void {
  try {
    act();
  } catch {
    // The bank would not have it.
  }
}

/** Every customer goes one step on, or does not. */
function customers(shop: Shop): void {
  const { banks, chance, desk, pages, seen } = shop;
  const { kaspi, halyk, epay } = banks;
  const { current } = desk.snapshot();
  const shown = current?.link ?? current?.qr?.payload;
  for (const payment of kaspi.ledger.payments.values()) {
    const { id, state } = payment;
    if (state === "RemotePaymentCreated" && chance.happens(0.4))
      guarded(() => kaspi.invoices.act(id, chance.pick(["pay", "pay", "reject"])));
    else if (
      state === "QrTokenCreated" &&
      seen.has(payment.token) &&
      chance.happens(payment.token === shown ? 0.6 : 0.15)
    )
      guarded(() => kaspi.payments.act(id, chance.pick(["scan", "scan", "scan", "scanerror"])));
    else if (state === "Wait")
      guarded(() => kaspi.payments.act(id, chance.pick(["confirm", "confirm", "confirm", "confirmerror"])));
  }
  for (const one of kaspi.ledger.returns.values())
    if (one.state === "QrTokenCreated" && chance.happens(0.7))
      guarded(() => kaspi.returns.scan(one.id, chance.happens(0.9) ? "c1" : null));
  for (const bill of halyk.ledger.payments()) {
    const { billNumber, status } = bill;
    if (status === "NEW" && seen.has(bill.qrcode) && chance.happens(0.5)) guarded(() => halyk.bills.scan(billNumber));
    else if (status !== "NEW" && chance.happens(0.7))
      guarded(() =>
        chance.pick([
          () => halyk.bills.block(billNumber),
          () => halyk.bills.pay(billNumber),
          () => halyk.bills.reject(billNumber),
        ])(),
      );
  }
  for (const bill of halyk.ledger.bills.values())
    if (bill.kind === "refund" && bill.status === "NEW" && chance.happens(0.5))
      guarded(() =>
        chance.happens(0.7) ? halyk.refunds.finish(bill.billNumber) : halyk.refunds.reject(bill.billNumber, "no"),
      );
  for (const transaction of epay.ledger.transactions.values())
    if (transaction.status === "NEW" && chance.happens(0.3))
      guarded(() => epay.orders.set(transaction, chance.pick(["REJECT", "FAILED"]), {}));
  const page = pages.at(-1);
  if (page && !page.ended && chance.happens(0.5)) payer(shop);
}

function payer(shop: Shop): void {
  const page = shop.pages.at(-1);
  if (!page || page.ended) return;
  const mark = page.page.fields["MD"] ?? "";
  const proofs = behind(shop, page)?.challenge?.paRes;
  shop.chance.pick<() => void>([
    () => page.on.back({ PaRes: proofs?.confirm ?? "", MD: mark }),
    () => page.on.back({ PaRes: proofs?.confirm ?? "", MD: mark }),
    () => page.on.back({ PaRes: proofs?.decline ?? "", MD: mark }),
    () => page.on.back({ PaRes: proofs?.confirm ?? "", MD: "another" }),
    () => page.on.back({ PaRes: "", MD: mark }),
    () => page.on.closed(),
    () => page.on.failed("broken"),
  ])();
}

async function refund(shop: Shop): Promise<void> {
  const { chance } = shop;
  const paid = (await shop.payments()).filter(({ state, kind }) => state === "paid" && kind === "sale");
  const row = chance.pick(paid);
  if (!row) return;
  const amount = chance.happens(0.3) ? decimal(row.minor) : decimal(shop.sum(11, 60));
  const recorded = chance.happens(0.1) ? ({ recorded: true, reason: "in the bank's app", pin: PIN } as const) : {};
  shop.command(
    "refunds.create",
    { key: newKey(), request: { paymentId: row.id, amount, ...recorded } },
    chance.happens(0.3),
  );
}

async function choose(shop: Shop): Promise<void> {
  const row = (await shop.refunds()).find(({ state }) => state === "choosing" || state === "not_executed");
  if (!row) return;
  const operation = row.detail.operations.at(0);
  const operationId = row.state === "not_executed" ? row.detail.purchaseId : (operation?.id ?? row.detail.purchaseId);
  if (operationId === null) return;
  const amount = decimal(row.minor ?? shop.sum(11, 60));
  shop.command("refunds.select", { id: row.id, operationId, amount });
}

const STEPS: Readonly<Record<string, readonly [weight: number, step: Step]>> = {
  sell: [
    26,
    async (shop) => {
      const { current } = shop.desk.snapshot();
      // What is over leaves the counter first.
      if (current && !isOpen(current)) {
        shop.command("payments.dismiss", { id: current.id });
        await shop.desk.clock.advance(0);
      }
      shop.command("payments.create", { key: newKey(), request: request(shop) }, shop.chance.happens(0.2));
      await shop.desk.clock.advance(SECOND);
    },
  ],
  "sell, and the power fails": [
    1.5,
    async (shop) => {
      const { current } = shop.desk.snapshot();
      if (current && !isOpen(current)) shop.command("payments.dismiss", { id: current.id });
      await shop.desk.clock.advance(0);
      shop.command("payments.create", { key: newKey(), request: request(shop) });
      await shop.desk.clock.advance(0);
      await shop.die();
    },
  ],
  cancel: [
    5,
    ({ desk, command, chance }) => {
      const { current } = desk.snapshot();
      if (current) command("payments.cancel", { id: current.id }, chance.happens(0.2));
    },
  ],
  dismiss: [
    9,
    ({ desk, command }) => {
      const { current } = desk.snapshot();
      if (current) command("payments.dismiss", { id: current.id });
    },
  ],
  renew: [
    2,
    ({ desk, command }) => {
      const { current } = desk.snapshot();
      if (current) command("payments.renew", { id: current.id, key: newKey() });
    },
  ],
  "sell again": [
    1,
    async (shop) => {
      const row = await some(shop);
      if (row && !isOpen(row))
        shop.command("payments.create", {
          key: newKey(),
          request: {
            amount: decimal(row.minor),
            provider: row.provider,
            saleId: row.saleId,
            ...(shop.chance.happens(0.5) ? { replaces: row.id } : {}),
          },
        });
    },
  ],
  refresh: [
    3,
    async (shop) => {
      const row = await some(shop);
      if (row) shop.command("payments.refresh", { id: row.id });
    },
  ],
  held: [
    4,
    async (shop) => {
      const row = (await shop.payments()).find(({ state }) => state === "authorized");
      if (!row) return;
      if (shop.chance.happens(0.3))
        shop.banks.epayFaults.add({ kind: "eat", method: shop.chance.pick(["charge", "cancel"]) });
      const part = shop.chance.happens(0.3) ? { amount: decimal(row.minor - 100) } : {};
      if (shop.chance.happens(0.6)) shop.command("payments.capture", { id: row.id, ...part });
      else shop.command("payments.void", { id: row.id });
    },
  ],
  refund: [22, refund],
  "refund, and the power fails": [
    1.5,
    async (shop) => {
      await refund(shop);
      await shop.desk.clock.advance(shop.chance.pick([0, 0, 1_500]));
      await shop.die();
    },
  ],

  "refund of a customer": [
    5,
    ({ command }) => command("refunds.create", { key: newKey(), request: { provider: "kaspi" } }),
  ],
  choose: [9, choose],
  "choose, and the power fails": [
    2,
    async (shop) => {
      await choose(shop);
      await shop.desk.clock.advance(shop.chance.below(2_500));
      await shop.die();
    },
  ],
  "touch a refund": [
    4,
    async (shop) => {
      const rows = await shop.refunds();
      const row = shop.chance.happens(0.5) ? rows[0] : shop.chance.pick(rows);
      const name = shop.chance.pick([
        "refunds.cancel",
        "refunds.dismiss",
        "refunds.refresh",
        "refunds.refresh",
      ] as const);
      if (row) shop.command(name, { id: row.id });
    },
  ],
  "refund elsewhere": [
    1,
    (shop) => {
      const { kaspi } = shop.banks;
      const paid = [...kaspi.ledger.payments.values()].filter(({ captured }) => captured);
      const one = shop.chance.pick(paid);
      // No sum of ours: an equal one cannot be told apart (docs/reliability.md).
      if (one) guarded(() => kaspi.refunds.elsewhere(one.id, 777n));
    },
  ],
  resolve: [
    7,
    async (shop) => {
      const { chance } = shop;
      const ids = [...(await shop.payments()), ...(await shop.refunds())].filter(
        ({ state }) =>
          state === "in_doubt" || state === "needs_review" || state === "awaiting_payment" || state === "authorized",
      );
      const review = ids.filter(({ state }) => state === "needs_review");
      const one = chance.pick(review.length > 0 && chance.happens(0.6) ? review : ids);
      if (one)
        shop.command("review.resolve", {
          id: one.id,
          outcome: chance.pick(OUTCOMES),
          reason: "asked the bank",
          pin: PIN,
        });
    },
  ],
  acknowledge: [
    1,
    async ({ desk, command, chance }) => {
      const one = chance.pick(await desk.journal.notices());
      if (one) command("notices.acknowledge", { id: one.id });
    },
  ],
  seen: [1, ({ command }) => command("review.seen", {})],
  prepare: [
    1,
    ({ command, chance }) => command("bank.prepare", { provider: chance.pick(["kaspi", "halykQr", "epay"]) }),
  ],
  customers: [20, customers],
  "the customer pays": [
    14,
    ({ banks, desk }) => {
      const { current } = desk.snapshot();
      const shown = current?.link ?? current?.qr?.payload;
      if (shown === undefined) return;
      const { kaspi, halyk } = banks;
      const payment = kaspi.ledger.paymentByToken(shown);
      for (const what of ["scan", "confirm"] as const) if (payment) guarded(() => kaspi.payments.act(payment.id, what));
      const bill = halyk.ledger.payments().find(({ qrcode }) => qrcode === shown);
      if (bill) guarded(() => halyk.bills.pay(bill.billNumber));
    },
  ],
  payer: [5, payer],
  "a fault at Kaspi": [
    5,
    (shop) => {
      const { banks, chance } = shop;
      banks.kaspiFaults.add({ ...weather(shop), method: chance.pick(KASPI_CALLS), count: 1 + chance.below(3) });
    },
  ],
  "an odd answer of Kaspi's": [
    2,
    ({ banks, chance }) => {
      const method = chance.happens(0.4) ? "payment/status" : chance.pick(KASPI_CALLS);
      const answer = chance.pick([
        { statusCode: "-999" },
        { statusCode: "-999", acts: true },
        { statusCode: "-1601" },
        { statusCode: "-99000001" },
        { statusCode: "-990000018" },
        { statusCode: "-99000006", acts: true },
        { status: ["Rejected"] },
        { status: "Frobnicated" },
        { status: "Wait" },
        { data: "missing" as const },
      ]);
      banks.kaspiFaults.add({ kind: "answer", method, ...answer });
    },
  ],
  "a fault at Halyk": [
    4,
    (shop) => {
      const { banks, chance } = shop;
      banks.halykFaults.add({ ...weather(shop), method: chance.pick(HALYK_CALLS), count: 1 + chance.below(3) });
    },
  ],
  "a fault at ePay": [
    4,
    (shop) => {
      const { banks, chance } = shop;
      const unauthorized: Struck = { kind: "http", status: 401 };
      banks.epayFaults.add({
        ...(chance.happens(0.2) ? unauthorized : weather(shop)),
        method: chance.pick(EPAY_CALLS),
        count: 1 + chance.below(3),
      });
    },
  ],
  "no answer to questions": [
    2.5,
    async ({ banks, chance, desk }) => {
      const silent = { kind: chance.pick(["drop", "eat", "html"] as const), count: 40 };
      banks.kaspiFaults.add({ ...silent, method: "payment/status" });
      banks.halykFaults.add({ ...silent, method: "status" });
      await desk.clock.advance((1 + chance.below(5)) * MINUTE);
      banks.kaspiFaults.clear();
      banks.halykFaults.clear();
    },
  ],
  "fair weather": [
    3,
    ({ banks }) => {
      banks.kaspiFaults.clear();
      banks.halykFaults.clear();
      banks.epayFaults.clear();
    },
  ],
  "unplugged for long": [
    2.5,
    async (shop) => {
      const { banks, chance, desk } = shop;
      banks.line.down = true;
      await desk.clock.advance((2 + chance.below(6)) * MINUTE);
      // Their line is another one.
      if (chance.happens(0.5)) customers(shop);
      banks.line.down = false;
    },
  ],
  unplugged: [
    2,
    async ({ banks, chance, desk }) => {
      banks.line.down = true;
      await desk.clock.advance(chance.below(60) * SECOND);
      banks.line.down = false;
    },
  ],
  disk: [
    2,
    async ({ desk, disk, chance }) => {
      disk.broken = true;
      await desk.clock.advance(chance.below(4) * SECOND);
      disk.broken = false;
    },
  ],
  restart: [3, (shop) => shop.die()],
  settings: [1, (shop) => shop.die(settingsOf(shop.chance.pick([1, 2, 3] as const)))],
  "the wall clock jumps": [1, ({ desk, chance }) => desk.clock.jump(chance.pick([-12, -1, 1, 12]) * 60 * MINUTE)],
  "a moment": [16, ({ desk, chance }) => desk.clock.advance(chance.below(20) * SECOND)],
  "a window": [3, ({ desk }) => desk.clock.advance(2 * MINUTE)],
  "a session": [0.7, ({ desk }) => desk.clock.advance(20 * MINUTE)],
  "a day": [0.08, ({ desk }) => desk.clock.advance(25 * 60 * MINUTE)],
};

const NONE: ReadonlySet<string> = new Set();
const TOTAL = Object.values(STEPS).reduce((sum, [weight]) => sum + weight, 0);

/** Draws one step, takes it, and lets what it starts come to rest; instead of one of `never` a moment passes. Returns its name. */
export async function takeStep(shop: Shop, never: ReadonlySet<string> = NONE): Promise<string> {
  let at = shop.chance() * TOTAL;
  const [name, [, step]] = Object.entries(STEPS).find(([, [weight]]) => (at -= weight) < 0) ?? [
    "",
    [0, () => undefined],
  ];
  if (never.has(name)) await shop.desk.clock.advance(SECOND);
  else await step(shop);
  await shop.desk.clock.advance(0);
  const { current } = shop.desk.snapshot();
  const shown = current?.link ?? current?.qr?.payload;
  if (shown !== undefined) shop.seen.add(shown);
  return name;
}
