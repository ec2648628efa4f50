/**
 * One sale of a vending machine with everything that may go wrong in it, drawn from a seed: the machine's power, the till's, the
 * line between them, the motor, the bank at the refund. In the end everybody is well again, a person looks into the tray for what
 * stands in the list, and for the customer's money there must be exactly one of goods or money.
 */
import type { CommandInput } from "../../../contract/commands.ts";
import type { Outcome as Decision } from "../../../contract/states.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { Fault } from "../../../simulator/faults.ts";
import { Machine, POINTS, type Outcome, type Point } from "../../../simulator/machine/machine.ts";
import { plainMemory, type Memory } from "../../../simulator/machine/memory.ts";
import { simulatedClock } from "../../support/simulated-clock.ts";
import { takenOf } from "../model/sales.ts";
import { chanceOf, decimal, type Chance } from "../model/shop.ts";
import { NO_LOSSES, type Losses } from "../part.ts";
import { openBanks, type Banks } from "../world/banks.ts";
import {
  ITEM,
  openTill,
  PIN,
  PRICE,
  settingsOf,
  TILL_POINTS,
  type Contract,
  type TillPoint,
  type VendingTill,
} from "./till.ts";
import { createWire, NO_TROUBLES, type Troubles, type Wire } from "./wire.ts";

const SECOND = 1_000;
const MINUTE = 60_000;
const MACHINE = "VM-1";

type Request = CommandInput<"payments.create">["request"];

export type Named = `machine: ${Point}` | `till: ${TillPoint}`;
export const NAMED: readonly Named[] = [
  ...POINTS.map((point) => `machine: ${point}` as const),
  ...TILL_POINTS.map((point) => `till: ${point}` as const),
];

interface Kill {
  readonly at: Named;
  /** The other one dies with it: one power strip. */
  readonly both: boolean;
  /** How long each stays dead, in milliseconds; which is back first follows from it. */
  readonly down: { readonly till: number; readonly machine: number };
}

interface Plan {
  readonly contract: Contract;
  /** Where the customer chose. */
  readonly from: "machine" | "screen";
  readonly pays: "pays" | "slowly" | "never";
  readonly outcome: Outcome;
  /** After a power cut the machine can look whether the goods fell. */
  readonly look: boolean;
  /** Whether he holds his telephone before a refund code. */
  readonly scansBack: boolean;
  readonly troubles: Troubles;
  readonly fault: Fault | null;
  readonly kills: readonly Kill[];
}

export interface Lived {
  readonly plan: Plan;
  readonly losses: Losses;
  readonly notes: readonly string[];
  readonly failures: readonly string[];
  /** The named points at which somebody died. */
  readonly deaths: readonly Named[];
  readonly paid: boolean;
  readonly ended: "goods" | "money" | "not paid";
  /** What a person decided, in order. */
  readonly decisions: readonly Decision[];
  readonly disputed: boolean;
}

const REFUND_POINTS: ReadonlySet<Named> = new Set<Named>([
  "till: before the refund is sent",
  "till: after the refund is sent",
  "till: after the refund's answer",
]);

function planOf(seed: number, chance: Chance): Plan {
  // One in sixteen is left in peace.
  const first = NAMED[seed % (NAMED.length + 1)] ?? null;
  const needsRefund = first !== null && REFUND_POINTS.has(first);
  const downtime = (): number => chance.pick([0, 0, 1, 8, 30, 75, 200]) * SECOND + chance.below(900);
  const kill = (at: Named): Kill => ({
    at,
    both: chance.happens(0.3),
    down: { till: downtime(), machine: downtime() },
  });
  const kills = first === null ? [] : [kill(first)];
  // Both die of their own, one after the other, and the machine stays away for longer than anybody waits.
  if (first?.startsWith("till") === true && chance.happens(0.4)) {
    const at = chance.pick<Named>(["machine: motor turning", "machine: goods fallen", "machine: outcome written"]);
    kills.push({ at, both: false, down: { till: 0, machine: chance.pick([75, 200, 400]) * SECOND } });
  }
  while (first !== null && kills.length < 4 && chance.happens(0.5)) kills.push(kill(chance.pick(NAMED)));
  const contract = chance.pick<Contract>(["Kaspi, scheme 3", "Kaspi, scheme 3", "Kaspi, scheme 2", "Halyk", "Halyk"]);
  const isClean = first === null;
  const odds = (most: number): number => (isClean || chance.happens(0.5) ? 0 : chance() * most);
  return {
    contract,
    from: chance.pick(["machine", "machine", "screen"]),
    pays: first !== null || chance.happens(0.8) ? chance.pick(["pays", "pays", "slowly"]) : "never",
    outcome:
      isClean || needsRefund
        ? chance.pick(needsRefund ? ["jams"] : ["falls", "jams"])
        : chance.pick(["falls", "falls", "falls", "jams", "jams", "jams", "falls unseen", "jams unseen"]),
    look: chance.happens(0.4),
    scansBack: needsRefund || isClean || chance.happens(0.7),
    troubles: { garbled: odds(0.3), doubled: odds(0.3), held: odds(0.1), breaks: odds(0.05) },
    fault: !isClean && chance.happens(0.35) ? faultOf(contract, chance) : null,
    kills,
  };
}

/** What the bank does to the sending that gives money back; from its questions about it not even an answer may come. */
function faultOf(contract: Contract, chance: Chance): Fault {
  const method = contract === "Halyk" ? "generate/refund" : "payment/return";
  const count = 1 + chance.below(2);
  return chance.pick<() => Fault>([
    () => ({ kind: "drop", method, count }),
    () => ({ kind: "eat", method, count }),
    () => ({ kind: "hang", method, count }),
    () => ({ kind: "hang", acts: true, method, count }),
    () => ({ kind: "html", method, count }),
    () => ({ kind: "garbage", method, count }),
    () => ({ kind: "late", ms: chance.below(60) * SECOND, method, count }),
    () => ({ kind: "refuse", method, count }),
    () => ({ kind: "eat", method: contract === "Halyk" ? "status" : "payment/details", count: 3 }),
  ])();
}

interface Stage {
  readonly plan: Plan;
  readonly chance: Chance;
  readonly clock: ReturnType<typeof simulatedClock>;
  readonly banks: Banks;
  readonly wire: Wire;
  readonly till: VendingTill;
  /** What really fell, by order. */
  readonly tray: string[];
  readonly deaths: Named[];
  /** The machine lost its power while nobody but its eyes could have told. */
  unseen: boolean;
  /** What a person gave back past the bank, by payment. */
  readonly cash: Map<string, number>;
  readonly machine: { now: Machine; isOn: boolean };
}

/** `memory`: another than the machine's own, to see that a bad one is found. */
export async function live(seed: number, memory: Memory = plainMemory()): Promise<Lived> {
  const chance = chanceOf(seed);
  const plan = planOf(seed, chance);
  const clock = simulatedClock();
  const banks = await openBanks(clock, {
    delay: () => 20 + chance.below(300),
    kaspi: { unscanned: "stays" },
    halyk: { refundSeconds: chance.pick([2, 20]) },
  });
  const wire = createWire(clock, chance);
  const till = await openTill(clock, banks, wire, settingsOf(plan.contract));
  try {
    return await play(seed, plan, { plan, chance, clock, banks, wire, till }, memory);
  } finally {
    await till.close();
  }
}

async function play(
  seed: number,
  plan: Plan,
  parts: Pick<Stage, "plan" | "chance" | "clock" | "banks" | "wire" | "till">,
  memory: Memory,
): Promise<Lived> {
  const { chance, clock, banks, wire, till } = parts;
  const waiting = [...plan.kills];
  const failures: string[] = [];

  function switchOn(): Machine {
    const machine: Machine = new Machine({
      id: MACHINE,
      memory,
      hardware: {
        outcome: () => plan.outcome,
        drop: (order) => void stage.tray.push(order),
        look: (order) => (plan.look ? stage.tray.includes(order) : null),
        has: () => true,
      },
      timers: {
        after(ms, run) {
          const timer = clock.setTimeout(run, ms);
          return { cancel: () => clock.clearTimeout(timer) };
        },
      },
      at(point, order) {
        // A motor that turns when the power goes may still push the goods over the edge, or not.
        if (pass(`machine: ${point}`) && point === "motor turning" && plan.outcome.startsWith("falls"))
          if (chance.happens(0.5)) stage.tray.push(order);
      },
    });
    stage.machine.isOn = true;
    stage.machine.now = machine;
    wire.attach(machine);
    return machine;
  }

  function killMachine(down: number): void {
    const { machine } = stage;
    if (!machine.isOn) return;
    if (machine.now.open.some((kept) => kept.stage === "turning") && !plan.look) stage.unseen = true;
    machine.isOn = false;
    machine.now.kill();
    wire.machineDied();
    clock.setTimeout(() => void switchOn(), down);
  }

  function killTill(down: number): void {
    if (!till.isAlive()) return;
    till.die();
    clock.setTimeout(() => void till.begin().catch((error: unknown) => failures.push(String(error))), down);
  }

  /** True when somebody died there. */
  function pass(at: Named): boolean {
    const index = waiting.findIndex((kill) => kill.at === at);
    const [kill] = index < 0 ? [] : waiting.splice(index, 1);
    if (!kill) return false;
    stage.deaths.push(at);
    if (at.startsWith("machine") || kill.both) killMachine(kill.down.machine);
    if (at.startsWith("till") || kill.both) killTill(kill.down.till);
    return true;
  }

  const stage: Stage = {
    ...parts,
    tray: [],
    deaths: [],
    unseen: plan.outcome.endsWith("unseen"),
    cash: new Map(),
    machine: { now: undefined as unknown as Machine, isOn: false },
  };
  till.at = (point) => void pass(`till: ${point}`);
  const { machine } = stage;
  switchOn();
  await till.begin();
  await clock.advance(8 * SECOND);
  wire.troubles = plan.troubles;
  if (plan.fault) (plan.contract === "Halyk" ? banks.halykFaults : banks.kaspiFaults).add(plan.fault);

  const customer = createCustomer(stage);
  await choose(stage);
  for (let step = 0; step < 400; step += 1) {
    customer();
    await clock.advance(700);
    if (step > 20 && till.isAlive() && machine.isOn && (await isQuiet(stage))) break;
  }
  // Everybody is well again.
  wire.troubles = NO_TROUBLES;
  banks.kaspiFaults.clear();
  banks.halykFaults.clear();
  waiting.length = 0;
  await clock.advance(4 * MINUTE);
  for (let step = 0; step < 60 && !(await isQuiet(stage)); step += 1) {
    customer();
    await clock.advance(20 * SECOND);
  }
  const decisions = await people(stage, failures);
  await clock.advance(MINUTE);
  return judge(seed, stage, decisions, failures);
}

/** The customer chooses a product; at the screen he tries again while the machine is away. */
async function choose({ plan, till, clock, machine }: Stage): Promise<void> {
  if (plan.from === "machine") return void machine.now.sell(ITEM, decimal(PRICE));
  const provider: Request["provider"] = plan.contract === "Halyk" ? "halykQr" : "kaspi";
  for (let tries = 0; tries < 20; tries += 1) {
    const request = { provider, amount: decimal(PRICE), items: [{ id: ITEM, quantity: 1 }] } satisfies Request;
    const made = await Promise.race([
      till.call("payments.create", { key: `screen-${tries}`, request }),
      clock.advance(6 * SECOND).then(() => null),
    ]);
    if (made?.ok === true) return;
    await clock.advance(2 * SECOND);
  }
}

/** Goes one step on each time: scans what he has seen, confirms, and holds his telephone before a refund code. */
function createCustomer({ plan, till, banks, clock }: Stage): () => void {
  const seen = new Set<string>();
  const begun = clock.mono();
  const guarded = (act: () => unknown): void => {
    try {
      act();
    } catch {
      // He was too late.
    }
  };
  return () => {
    const snapshot = till.snapshot();
    for (const one of [snapshot?.current, snapshot?.refund]) if (one?.qr) seen.add(one.qr.payload);
    const { kaspi, halyk } = banks;
    const late = plan.pays === "slowly" ? 45 * SECOND : 0;
    if (plan.pays !== "never" && clock.mono() - begun > late) {
      for (const { id, state, token } of kaspi.ledger.payments.values())
        if (state === "QrTokenCreated" && seen.has(token)) guarded(() => kaspi.payments.act(id, "scan"));
        else if (state === "Wait") guarded(() => kaspi.payments.act(id, "confirm"));
      for (const { billNumber, qrcode, status } of halyk.ledger.payments())
        if (status !== "PAID" && status !== "REJECTED" && seen.has(qrcode)) guarded(() => halyk.bills.pay(billNumber));
    }
    if (plan.scansBack)
      for (const { id, state, token } of kaspi.ledger.returns.values())
        if (state === "QrTokenCreated" && seen.has(token)) guarded(() => kaspi.returns.scan(id, "c1"));
  };
}

const rowsOf = ({ till }: Pick<Stage, "till">): Promise<readonly PaymentRow[]> => till.journal.payments({ limit: 50 });

/** Nothing is under way any more: decided, or before a person. */
async function isQuiet(stage: Stage): Promise<boolean> {
  const { till, machine } = stage;
  if (!till.isAlive() || !machine.isOn || machine.now.open.some(({ stage: at }) => at !== "asked")) return false;
  const rows = await rowsOf(stage);
  const refunds = await till.journal.unfinishedRefunds();
  const isOver = ({ fulfilment: goods, settled }: PaymentRow): boolean =>
    settled && (goods === null || !goods.open || goods.stuck !== null || goods.state === "unknown");
  return (
    rows.length > 0 && rows.every(isOver) && refunds.every(({ settled, state }) => settled || state === "needs_review")
  );
}

/** A person looks at everything in the list: into the tray, and at the bank. */
async function people(stage: Stage, failures: string[]): Promise<Decision[]> {
  const { till, clock, banks, tray, cash } = stage;
  const decisions: Decision[] = [];
  till.unlock();
  for (let round = 0; round < 8; round += 1) {
    const listed = await till.call("review.list", {});
    if (!listed.ok) {
      failures.push(`the list: ${listed.error.code}`);
      return decisions;
    }
    const { items } = listed.value;
    if (items.length === 0) return decisions;
    for (const item of items) {
      const rows = await rowsOf(stage);
      const paymentId = item.of === "payment" ? item.id : (await till.journal.refund(item.id))?.paymentId;
      const row = rows.find(({ id }) => id === paymentId);
      if (!row) {
        failures.push(`${item.number} is listed and belongs to nothing`);
        continue;
      }
      const has = tray.includes(orderOf(row));
      const taken = takenOf({ banks }, rows).find(({ sale }) => sale === row.id);
      const isBack = (taken?.backMinor ?? 0) > 0;
      let outcome: Decision;
      if (item.of === "refund") outcome = isBack ? "treatedAsRefunded" : "treatedAsNotRefunded";
      else if (item.cause === "goods") {
        outcome = has ? "treatedAsGiven" : "treatedAsNotGiven";
        if (!stage.unseen)
          failures.push(`a person was asked about goods that the machine could tell of: ${row.number}`);
      } else if (item.cause === "owed") {
        outcome = has ? "treatedAsGiven" : "treatedAsRefunded";
        if (!has && !isBack) cash.set(row.id, row.minor);
      } else outcome = taken?.captured === true ? "treatedAsPaid" : "treatedAsUnpaid";
      if (!item.outcomes.includes(outcome)) {
        if (item.of === "refund") await till.call("refunds.refresh", { id: item.id });
        continue;
      }
      const done = await till.call("review.resolve", {
        id: item.id,
        outcome,
        reason: "looked into the tray",
        pin: PIN,
      });
      if (done.ok) decisions.push(outcome);
      else {
        failures.push(`${item.cause} of ${item.number}: ${outcome} was refused: ${done.error.code}`);
        cash.delete(row.id);
      }
    }
    const customer = createCustomer(stage);
    for (let step = 0; step < 40; step += 1) {
      customer();
      await clock.advance(30 * SECOND);
      if (await isQuiet(stage)) break;
    }
  }
  return decisions;
}

const orderOf = ({ id, externalId }: PaymentRow): string =>
  externalId?.startsWith(`${MACHINE}:`) === true ? externalId.slice(MACHINE.length + 1) : id.replaceAll("-", "");

async function judge(seed: number, stage: Stage, decisions: readonly Decision[], found: string[]): Promise<Lived> {
  const { till, banks, tray, cash, machine, plan } = stage;
  const rows = await rowsOf(stage);
  const losses: Record<keyof Losses, number> = { ...NO_LOSSES };
  const notes: string[] = [];
  const failures = [...found];
  const story = (row: PaymentRow): string =>
    `${row.number} ${row.state} ${JSON.stringify(row.fulfilment)} (${row.detail.history.map(({ cause }) => cause).join(", ")})`;
  const count = (kind: keyof Losses, words: string): void => {
    losses[kind] += 1;
    notes.push(`seed ${seed}: ${kind}: ${words}`);
  };
  const taken = takenOf({ banks }, rows);
  for (const one of taken)
    if (one.captured && !rows.some(({ id }) => id === one.sale)) count("lost", `nobody knows of ${one.sale}`);
  if (rows.length > 1 && plan.from === "machine") count("doubled", `${rows.length} payments for one order`);
  for (const row of rows) {
    const own = taken.find(({ sale }) => sale === row.id);
    const captured = own?.captured === true;
    const goods = tray.filter((order) => order === orderOf(row)).length;
    const back = (own?.backMinor ?? 0) + (cash.get(row.id) ?? 0);
    const tell = story(row);
    if (goods > 1) count("doubled", `goods fell ${goods} times: ${tell}`);
    if (!captured && goods > 0) count("falsePaid", `goods for nothing: ${tell}`);
    if (captured && goods === 0 && back === 0) count("lost", `neither goods nor money: ${tell}`);
    if (goods > 0 && back > 0) count("doubleRefund", `goods and money: ${tell}`);
    if (back > row.minor) count("doubleRefund", `gave ${back} back of ${row.minor}: ${tell}`);
    if (goods === 0 && back > 0 && back < row.minor) count("wrongAmount", `only ${back} went back: ${tell}`);
    if (captured !== (row.state === "paid") && row.resolution === null)
      count(captured ? "falseNotPaid" : "falsePaid", tell);
    if (row.fulfilment?.open !== false) count("stuck", tell);
    if (captured && (row.fulfilment?.state === "given") !== goods > 0)
      failures.push(`the books say otherwise: ${tell}`);
  }
  const orders = rows.map(orderOf);
  for (const order of tray) if (!orders.includes(order)) count("falsePaid", `goods of no payment: ${order}`);
  const stays = machine.now.open.filter(({ stage: at }) => at !== "asked");
  if (stays.length > 0) failures.push(`the machine still has ${JSON.stringify(stays)}`);
  if (plan.kills.length === 0 && decisions.length > 0) failures.push(`an undisturbed sale needed a person`);
  for (const note of till.notes) failures.push(note);
  const chain = await till.journal.verifyChain();
  if (!chain.ok) failures.push("the journal's chain does not hold");
  const paid = taken.some(({ captured }) => captured);
  return {
    plan,
    losses,
    notes,
    failures: failures.map((words) => `seed ${seed}: ${words}`),
    deaths: stage.deaths,
    paid,
    ended: tray.length > 0 ? "goods" : paid ? "money" : "not paid",
    decisions,
    disputed: rows.some(({ detail }) => detail.history.some(({ cause }) => cause === "goods-disputed")),
  };
}
