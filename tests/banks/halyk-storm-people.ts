/** Customers and cashiers of a payment storm, and its weather. Each draws by the number of the sale, not by the moment. */
import { randomUUID } from "node:crypto";
import { isOpen } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Fault } from "../../simulator/index.ts";
import type { RealDesk } from "../support/real-desk.ts";
import { decimal, tried, type Chance, type Storm } from "./halyk-storm.ts";
import { SECOND } from "./scene.ts";

const SALES = 3;
/** A cashier serves the next customer after this long at the latest. */
const AT_MOST = 90 * SECOND;
/** Windows of the storm's profile. */
export const OPTIONS = { scanSeconds: "40", pollSeconds: "4" };

/** The document's own samples. */
const BROKEN = { raw: '[{"label":"Loan terms"","value":"2 month"}]' };

const DEAF: Fault = { kind: "http", status: 503, method: "status/change", count: 12 };

const CUSTOMERS = [
  "pays",
  "pays",
  "pays",
  "at once",
  "at the last moment",
  "at the last moment",
  "late",
  "slow",
  "slow",
  "rejected",
  "only scans",
  "leaves",
] as const;
const CASHIERS = ["waits", "waits", "waits", "cancels", "renews", "parks"] as const;

/** One till's day. What the customers do goes on after it, in `people`. */
export async function serve(storm: Storm, on: 0 | 1, people: Promise<void>[]): Promise<void> {
  const { chance, clock, tills } = storm;
  const till = tills[on];
  for (let sale = 0; sale < SALES; sale += 1) {
    const draw = chance.of(100 * (on + 1) + sale);
    const key = randomUUID();
    // Different sums: whose bill it is can be seen of each.
    const amount = decimal(draw.from(200, 9_000) * 100 + 10 * on + sale);
    for (const fault of weather(storm, draw)) storm.bank.simulator.faults.add(fault);
    const row = await charge(till, key, amount);
    if (row === null) continue;
    people.push(buy(storm, till, row.id, draw.of(1)), garble(storm, till, row.id, draw.of(3)));
    await attend(storm, till, row.id, draw.of(2), people);
    await clock.sleep(draw.from(0, 8) * SECOND);
  }
}

/** A cashier whose request got no answer repeats it under the same key. */
async function charge(till: RealDesk, key: string, amount: string): Promise<PaymentRow | null> {
  const request = { amount, provider: "halykQr" } as const;
  const end = till.clock.mono() + AT_MOST;
  while (till.clock.mono() < end) {
    const made = await tried(till, "payments.create", { key, request });
    const row = till.rows().find(({ idemKey }) => idemKey === key);
    if (row) return row;
    const open = till.rows().find(isOpen);
    if (made?.ok === false && open) await leave(till, open.id);
    await till.clock.sleep(3 * SECOND);
  }
  return null;
}

/** The cashier is done with it: given up if nobody has scanned, put aside otherwise. */
async function leave(till: RealDesk, id: string): Promise<void> {
  const { state } = till.row(id);
  const name = state === "creating" || state === "awaiting_scan" ? "payments.cancel" : "payments.dismiss";
  await tried(till, name, { id });
}

async function attend(
  { clock, ...storm }: Storm,
  till: RealDesk,
  id: string,
  draw: Chance,
  people: Promise<void>[],
): Promise<void> {
  const manner = draw.one(CASHIERS);
  const acts = clock.mono() + draw.from(0, 50) * SECOND + draw.from(0, 1000);
  const end = clock.mono() + AT_MOST;
  let acted = manner === "waits";
  while (isOpen(till.row(id)) && clock.mono() < end) {
    const { state } = till.row(id);
    if (!acted && clock.mono() >= acts) {
      acted = true;
      if (manner === "cancels") await tried(till, "payments.cancel", { id });
      if (manner === "parks" && state !== "awaiting_scan" && state !== "creating")
        await tried(till, "payments.dismiss", { id });
      if (manner === "renews" && state === "awaiting_scan") {
        const key = randomUUID();
        await tried(till, "payments.renew", { id, key });
        const again = till.rows().find(({ idemKey }) => idemKey === key);
        if (!again) continue;
        people.push(buy({ clock, ...storm }, till, again.id, draw.of(1)));
        return attend({ clock, ...storm }, till, again.id, draw.of(2), people);
      }
    }
    if (state === "in_doubt") await tried(till, "payments.dismiss", { id });
    await clock.sleep(SECOND);
  }
  if (isOpen(till.row(id))) await leave(till, id);
}

/** A customer takes what is on the screen, and nothing else. */
async function buy({ clock, bank }: Storm, till: RealDesk, id: string, draw: Chance): Promise<void> {
  const kind = draw.one(CUSTOMERS);
  if (kind === "leaves") return;
  await clock.sleep(kind === "at the last moment" ? draw.from(33, 41) * SECOND : draw.from(1, 20) * SECOND);
  const bill = await scanned(till, id, bank);
  if (bill === null) return;
  const phone = bank.simulator;
  try {
    // He has the code on a picture, and takes his time.
    if (kind === "slow") await clock.sleep(draw.from(10, 80) * SECOND);
    if (kind !== "at once") {
      phone.scan(bill);
      await clock.sleep(kind === "late" ? draw.from(60, 900) * SECOND : draw.from(1, 45) * SECOND);
    }
    if (kind === "only scans") return;
    if (kind === "rejected") phone.reject(bill);
    else {
      const [feeMinor, bonusMinor] = [draw.from(0, 2) * 150, draw.from(0, 2) * 100];
      if (draw.happens(0.3)) {
        phone.block(bill);
        await clock.sleep(draw.from(1, 10) * SECOND);
      }
      phone.pay(bill, { feeMinor, bonusMinor });
    }
  } catch {
    // His bank has told him no: the bill had ended.
  }
}

/** The bill behind the code that stands on the screen for this payment; null if none appears. */
async function scanned(till: RealDesk, id: string, bank: Storm["bank"]): Promise<string | null> {
  for (let looks = 0; looks < 20; looks += 1) {
    const { number, settled } = till.row(id);
    if (settled) return null;
    const payload = shownNow(till, number);
    const bill = bank.simulator.bills().find(({ kind, qrcode }) => kind === "payment" && qrcode === payload);
    if (bill) return bill.billNumber;
    await till.clock.sleep(SECOND);
  }
  return null;
}

function shownNow(till: RealDesk, number: string): string | null {
  try {
    const { current } = till.snapshot();
    return current?.number === number ? (current.qr?.payload ?? null) : null;
  } catch {
    // The process is just starting: its screen is dark.
    return null;
  }
}

/** What was garbled on the way may say anything: here "paid", of a bill that nobody may have paid. */
async function garble({ bank, clock }: Storm, till: RealDesk, id: string, draw: Chance): Promise<void> {
  if (!draw.happens(0.3)) return;
  await clock.sleep(draw.from(1, 60) * SECOND);
  const { bankId, minor } = till.row(id);
  const extra = { status: "PAID", amount: decimal(minor), currency: "398", details: BROKEN };
  if (bankId !== null) bank.simulator.faults.add({ kind: "answer", method: "status", paymentId: bankId, extra });
}

/** What goes wrong around one sale; struck is whoever calls next. */
function weather({ bank }: Storm, draw: Chance): Fault[] {
  const acts = draw.happens(0.5);
  const lost: readonly Fault[] = [
    { kind: "drop" },
    { kind: "eat" },
    { kind: "late", ms: 1 * SECOND + draw.from(0, 174 * SECOND) },
    { kind: "late", ms: 1 * SECOND + draw.from(0, 20 * SECOND) },
    { kind: "hang", acts },
    { kind: "truncate" },
    { kind: "garbage" },
    { kind: "html", acts },
    { kind: "http", status: 500, acts },
    { kind: "http", status: 409, acts },
    { kind: "refuse" },
    { kind: "delay", ms: draw.from(2, 20) * SECOND, acts: acts ? "first" : "last" },
  ];
  const unread: readonly Fault[] = [
    { kind: "drop" },
    { kind: "hang" },
    { kind: "garbage" },
    { kind: "truncate" },
    { kind: "http", status: 500 },
    { kind: "answer", httpStatus: 404, body: '{"message":"QR is not found"}' },
  ];
  const misread: readonly Fault[] = [
    ...unread,
    // Broken as in the document, an amount that cannot be read, and a reader that lags behind.
    { kind: "answer", extra: { details: BROKEN } },
    { kind: "answer", extra: { amount: null } },
    { kind: "answer", status: "NEW" },
  ];
  // The answer about another's number, mixed up by the bank.
  const other = bank.simulator.bills().find((bill) => bill.kind === "payment")?.qrcode;
  const mixed: Fault = { kind: "answer", extra: { qrcode: other } };
  const missed: readonly Fault[] = other === undefined ? unread : [...unread, mixed, mixed, mixed];
  const some = (all: readonly Fault[], method: string, end: number): Fault[] =>
    Array.from({ length: draw.from(0, end) }, (_, before) => ({ ...draw.one(all), method, nth: before + 1 }));
  // Nobody hears it, however often it is said.
  const deaf = draw.happens(0.2) ? [DEAF] : [];
  return [
    ...deaf,
    ...some(lost, "generate/code", 3),
    ...some(missed, "status/invoice", 3),
    ...some(misread, "status", 5),
    ...some(lost, "status/change", 4),
  ];
}
