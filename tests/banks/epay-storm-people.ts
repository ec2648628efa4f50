/** Cashiers, till programs and payers of an ePay storm, and its weather. Each draws by the number of the sale, not by the moment. */
import { randomUUID } from "node:crypto";
import { isOpen } from "../../contract/states.ts";
import type { Actor } from "../../main/core/index.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { testCard, type Fault } from "../../simulator/index.ts";
import type { RealDesk } from "../support/real-desk.ts";
import { ACCOUNT, request, type Request } from "./epay-side.ts";
import type { EpayStorm } from "./epay-storm.ts";
import { decimal, tried, type Chance } from "./halyk-storm.ts";
import { SECOND } from "./scene.ts";

const SALES = 9;
/** A cashier serves the next customer after this long at the latest. */
const AT_MOST = 120 * SECOND;
/** What a 3-D Secure page is given before its payer leaves it. */
const ON_PAGE = 20;
const PROGRAM: Actor = { kind: "api", name: "shop", scopes: ["pay", "refund", "read", "cards"] };
const PERSON: Actor = { kind: "person", name: "cashier" };

const METHODS = [
  "googlePay",
  "googlePay",
  "googlePay",
  "card",
  "card",
  "cardVerification",
  "transfer",
  "saved",
  "saved",
  "saved-to-saved",
] as const;
const OUTCOMES = [
  "ok",
  "ok",
  "ok",
  "3ds",
  "3ds",
  "484",
  "3ds-484",
  "454",
  "459-charged",
  "3ds-454-charged",
  "526-open",
  "3ds-497-charged",
] as const;
const PAYERS = [
  "confirm",
  "confirm",
  "confirm",
  "confirm",
  "confirm",
  "decline",
  "another-mark",
  "no-proof",
  "closes",
  "leaves",
] as const;
const CASHIERS = ["waits", "waits", "waits", "cancels", "parks", "asks"] as const;

/** The till's day. What payers do goes on after it, in `people`. */
export async function serve(storm: EpayStorm, people: Promise<void>[]): Promise<void> {
  const { chance, clock, side } = storm;
  const doubted = chance.of(2).from(0, SALES);
  for (let sale = 0; sale < SALES; sale += 1) {
    const draw = chance.of(100 + sale);
    const wanted = wish(storm, draw, sale);
    const faults = weather(draw, sale === doubted).map((fault) => side.simulator.faults.add(fault));
    const row = await charge(storm, draw, wanted);
    if (row !== null) {
      // While the post, or the question after it, is on its way.
      if (draw.happens(0.15)) people.push(clock.sleep(draw.from(0, 3_000)).then(storm.die));
      people.push(prove(storm, row.id, draw.of(1)));
      await attend(storm, row.id, draw.of(2));
    }
    for (const id of faults) side.simulator.faults.remove(id);
    if (row === null) continue;
    people.push(settleLater(storm, row.id, draw.of(3)));
    await clock.sleep(draw.from(0, 8) * SECOND);
  }
}

function wish({ side, till }: EpayStorm, draw: Chance, sale: number): Request {
  const method = draw.one(METHODS);
  const outcome = draw.one(OUTCOMES);
  // Different sums: whose operation it is can be seen of each.
  const amount = decimal(draw.from(200, 9_000) * 100 + sale);
  const handles = till.rows().flatMap(({ detail }) => (detail.saveCard && detail.card?.id ? [detail.card.id] : []));
  const handle = handles.at(-1);
  if (method === "saved" && handle !== undefined)
    return { method: "card", amount, card: { id: handle }, payer: { accountId: ACCOUNT } };
  if (method === "saved-to-saved" && handle !== undefined)
    return { method: "transfer", amount, card: { id: handle }, receiver: { number: testCard("ok") } };
  // Nothing is saved yet: now it is.
  if (method === "cardVerification" || method.startsWith("saved"))
    return { ...request("cardVerification", outcome, side), saveCard: draw.happens(0.8) };
  return { ...request(method as "googlePay" | "card" | "transfer", outcome, side), amount };
}

/** A cashier or program whose request got no answer repeats it under the same key, with the same content. */
async function charge({ till }: EpayStorm, draw: Chance, wanted: Request): Promise<PaymentRow | null> {
  const key = randomUUID();
  const actor = draw.happens(0.5) ? PROGRAM : PERSON;
  const end = till.clock.mono() + AT_MOST;
  while (till.clock.mono() < end) {
    const made = await tried(till, "payments.create", { key, request: { ...wanted, provider: "epay" } }, actor);
    const row = till.rows().find(({ idemKey }) => idemKey === key);
    if (row) {
      // Said again on purpose: it is the same one.
      if (draw.happens(0.2))
        await tried(till, "payments.create", { key, request: { ...wanted, provider: "epay" } }, actor);
      return row;
    }
    const open = till.rows().find(isOpen);
    if (made?.ok === false && open) await leave(till, open.id);
    await till.clock.sleep(3 * SECOND);
  }
  return null;
}

/** Given up while that is allowed, put aside otherwise. */
async function leave(till: RealDesk, id: string): Promise<void> {
  const { state } = till.row(id);
  const name = state === "creating" || state === "awaiting_3ds" ? "payments.cancel" : "payments.dismiss";
  await tried(till, name, { id });
}

async function attend({ clock, till }: EpayStorm, id: string, draw: Chance): Promise<void> {
  const manner = draw.one(CASHIERS);
  const acts = clock.mono() + draw.from(0, 50) * SECOND + draw.from(0, 1000);
  const end = clock.mono() + AT_MOST;
  let acted = manner === "waits";
  while (isOpen(till.row(id)) && clock.mono() < end) {
    if (!acted && clock.mono() >= acts) {
      acted = true;
      if (manner === "cancels") await tried(till, "payments.cancel", { id });
      if (manner === "parks") await tried(till, "payments.dismiss", { id });
      if (manner === "asks") await tried(till, "payments.refresh", { id });
    }
    if (till.row(id).state === "in_doubt") await tried(till, "payments.dismiss", { id });
    await clock.sleep(SECOND);
  }
  if (isOpen(till.row(id))) await leave(till, id);
}

/** The payer on the bank's page, as soon as it is offered for this payment. */
async function prove({ clock, till, side, die }: EpayStorm, id: string, draw: Chance): Promise<void> {
  const how = draw.one(PAYERS);
  const takes = draw.from(1, ON_PAGE) * SECOND;
  const offered = clock.mono() + 30 * SECOND;
  while (till.row(id).state === "creating" && clock.mono() < offered) await clock.sleep(SECOND);
  const page = side.shown.findLast(({ invoice, ended }) => !ended && invoice === till.row(id).detail.invoiceId);
  if (!page || how === "leaves") return;
  await tried(till, "payments.bankPage", { id, did: "open" });
  await clock.sleep(takes);
  if (how === "closes") {
    page.close();
    await tried(till, "payments.bankPage", { id, did: "closed" });
    return;
  }
  page.press(how);
  if (draw.happens(0.15)) await clock.sleep(draw.from(0, 500)).then(die);
  if (draw.happens(0.3)) page.press("confirm");
}

/** Held money is taken or given back, what was paid is given back in part or whole; some of it twice, by an impatient hand. */
async function settleLater(storm: EpayStorm, id: string, draw: Chance): Promise<void> {
  const { clock, till, side } = storm;
  await clock.sleep(draw.from(1, 60) * SECOND);
  const { detail } = till.row(id);
  for (const method of ["charge", "cancel", "refund"])
    if (draw.happens(0.5) && detail.invoiceId !== null)
      side.simulator.faults.add({ ...draw.one(lostIn(draw)), method, paymentId: detail.invoiceId });
  if (till.row(id).state === "authorized") await operate(storm, id, draw);
  if (till.row(id).state === "paid" && draw.happens(0.7)) await giveBack(storm, id, draw);
}

async function operate({ till }: EpayStorm, id: string, draw: Chance): Promise<void> {
  const amount = decimal(draw.from(100, till.row(id).minor + 1));
  const calls = (): Promise<unknown>[] => {
    const kind = draw.one(["all", "part", "void", "both"] as const);
    const take = (): Promise<unknown> =>
      tried(till, "payments.capture", kind === "part" ? { id, amount } : { id }, PROGRAM);
    if (kind === "void") return [tried(till, "payments.void", { id })];
    return kind === "both" ? [take(), tried(till, "payments.void", { id })] : [take()];
  };
  await Promise.all(calls());
  await till.clock.sleep(draw.one([1, 30, 200]) * SECOND);
  if (till.row(id).state === "authorized") await Promise.all(calls());
}

async function giveBack({ till }: EpayStorm, id: string, draw: Chance): Promise<void> {
  const all = till.row(id).minor;
  for (let wishes = draw.from(1, 4); wishes > 0; wishes -= 1) {
    const amount = decimal(draw.happens(0.3) ? all : draw.from(1_000, Math.max(1_001, Math.floor(all / 2))));
    const key = randomUUID();
    const wanted = { key, request: { paymentId: id, amount } };
    const made = await tried(till, "refunds.create", wanted, draw.happens(0.5) ? PROGRAM : PERSON);
    if (made === null) await tried(till, "refunds.create", wanted, PERSON);
    await till.clock.sleep(draw.from(1, 90) * SECOND);
  }
}

/** How a call fares that moves money. */
function lostIn(draw: Chance): readonly Fault[] {
  const acts = draw.happens(0.5);
  return [
    { kind: "refuse" },
    { kind: "drop" },
    { kind: "eat" },
    { kind: "late", ms: SECOND + draw.from(0, 174 * SECOND) },
    { kind: "late", ms: SECOND + draw.from(0, 20 * SECOND) },
    { kind: "hang", acts },
    { kind: "truncate" },
    { kind: "garbage" },
    { kind: "html", status: 502, acts },
    { kind: "http", status: 401, acts },
    { kind: "http", status: 500, acts },
    { kind: "delay", ms: draw.from(2, 20) * SECOND, acts: acts ? "first" : "last" },
    { kind: "slow", ms: draw.from(1, 6) * SECOND },
  ];
}

/** What goes wrong around one sale; struck is whoever calls next. */
function weather(draw: Chance, told101: boolean): Fault[] {
  const lost = lostIn(draw);
  const unread: readonly Fault[] = [
    { kind: "drop" },
    { kind: "hang" },
    { kind: "garbage" },
    { kind: "truncate" },
    { kind: "http", status: 500 },
    { kind: "http", status: 401 },
    { kind: "html", status: 502 },
  ];
  const word = draw.one(["CHARGE", "VERIFIED", "REJECT", "AUTH"]);
  const misread: readonly Fault[] = [
    ...unread,
    // A reader that lags behind, the codes that decide nothing, and answers about something else.
    { kind: "answer", status: "NEW" },
    { kind: "answer", extra: { resultCode: "102", transaction: null } },
    { kind: "answer", extra: { resultCode: "103", transaction: null } },
    { kind: "answer", extra: { resultCode: "107", transaction: null } },
    { kind: "answer", extra: { transaction: null } },
    { kind: "answer", status: "Frobnicated" },
    { kind: "answer", status: word, extra: { invoiceID: "999999" } },
    { kind: "answer", status: word, extra: { currency: "EUR" } },
    { kind: "answer", status: word, extra: { terminalID: randomUUID() } },
    { kind: "answer", extra: { amount: null, orgAmount: null } },
  ];
  // Once in a storm, for once it is not believed: a second one would be the bank's word.
  const no: Fault = { kind: "answer", extra: { resultCode: "101", transaction: null } };
  // Our settings, as the bank sees them for a moment.
  const complaint: Fault = { kind: "answer", extra: { resultCode: "104", transaction: null } };
  const some = (all: readonly Fault[], method: string, end: number): Fault[] =>
    Array.from({ length: draw.from(0, end) }, (_, before) => ({ ...draw.one(all), method, nth: before + 1 }));
  const perhaps = (part: number, all: readonly Fault[], ...methods: string[]): Fault[] => {
    const fault = draw.one(all);
    return draw.happens(part) ? methods.map((method) => ({ ...fault, method })) : [];
  };
  return [
    ...perhaps(0.4, lost, "cryptopay", "cards/auth"),
    ...perhaps(0.5, lost, "confirm"),
    ...perhaps(0.1, [complaint], "check-status", "check-status/p2p"),
    ...(told101 ? ["check-status", "check-status/p2p"].map((method): Fault => ({ ...no, method })) : []),
    ...some(misread, "check-status", 4),
    ...some(misread, "check-status/p2p", 4),
    ...perhaps(0.15, unread, draw.one(["token", "token/service", "key"])),
  ];
}
