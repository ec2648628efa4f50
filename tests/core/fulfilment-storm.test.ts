/**
 * A machine, a bank and the power, in any order. It is either the goods or the money: nothing is sent while the goods may be out
 * by the machine's own word, and at the end each sale has one of them, or a person is told.
 */
import { expect, it } from "vitest";
import { formatAmount, minor as toMinor } from "../../contract/money.ts";
import type { Payment } from "../../contract/payment.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import { openDesk, profileOf, testPeople, type Desk } from "../support/desk.ts";
import { seeded } from "../support/random.ts";
import { envelope, refusal, type Fate, type ScriptedBank } from "../support/scripted-bank.ts";
import { MINUTE, SECOND } from "./refund-helpers.ts";
import { machineAt, PINS, vending, type Machine } from "./vending-desk.ts";

/** Sales in all: `GOODS_STORMS=5000` for a long night. */
const RUNS = Number(process.env["GOODS_STORMS"] ?? 120);
/** So many of them share a desk: opening one costs more than a sale. */
const SALES = 25;
const STEPS = 9;

const LOST: readonly Fate[] = [
  { fail: "closed", reach: "sent" },
  { fail: "closed", reach: "body", acts: true },
  { fail: "closed", reach: "sent", acts: 40 * SECOND },
  { fail: "refused", reach: "connect" },
  { answer: refusal("-990000020") },
  { answer: refusal("-999"), acts: true },
  { answer: "<html>", status: 502 },
  "hang",
];
const DEAF: readonly Fate[] = [{ fail: "refused", reach: "connect" }, { fail: "timeout", reach: "sent" }, "hang"];

interface World {
  readonly desk: Desk;
  readonly machine: Machine;
  /** Commits that are still taken; then the process stands still, as at a power cut. */
  left: number;
  /** How the goods stood, as it was on the disk, whenever money was asked to go back. */
  readonly asked: { readonly id: string; readonly state: string | undefined }[];
}

async function openWorld(scheme: "2" | "3"): Promise<World> {
  let desk: Desk | null = null;
  const asked: World["asked"] = [];
  const watch = (bank: ScriptedBank): void => {
    const { send } = bank;
    Object.assign(bank, {
      async send(request: Parameters<typeof send>[0]) {
        const bankId = /"QrPaymentId":\s*"?(\d+)/.exec(request.body ?? "")?.[1];
        if (request.url.includes("/payment/return") && bankId !== undefined && desk) {
          const [row] = await desk.journal.payments({ bankId, limit: 1 });
          asked.push({ id: row?.id ?? "", state: row?.fulfilment?.state });
        }
        return send(request);
      },
    });
  };
  desk = await openDesk({
    settings: vending(profileOf(scheme)),
    people: { ...testPeople(PINS), unlocked: () => true },
    prepare: watch,
    wrap: (journal) => ({
      ...journal,
      commit(batch) {
        if (world.left <= 0) return new Promise(() => undefined);
        world.left -= 1;
        return journal.commit(batch);
      },
    }),
  });
  const world: World = { desk, machine: machineAt(() => world.desk), left: Number.POSITIVE_INFINITY, asked };
  return world;
}

/** An honest machine: it turns only after a yes, it knows what it did, and it says so until somebody has heard it. */
interface Motor {
  turned: boolean;
  /** The goods are out; null: it has not turned, or it has lost count. */
  out: boolean | null;
  done: boolean;
}

async function storm(world: World, seed: number): Promise<void> {
  const { desk, machine } = world;
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const isHonest = seed % 3 !== 0;
  const motor: Motor = { turned: false, out: null, done: false };
  const { id } = await machine.paid();
  const trace: string[] = [];

  const begin = async (): Promise<void> => {
    const result = await answered(machine.dispense(id));
    if (!result?.ok || motor.turned || !isHonest) return;
    motor.turned = true;
    motor.out = pick([true, false, false, null]);
  };
  const report = async (): Promise<void> => {
    if (!isHonest) return void (await answered(pick([machine.given, machine.failed])(id)));
    if (!motor.turned && chance() < 0.7) return;
    if (motor.out === null && motor.turned) return;
    const result = await answered(motor.out === true ? machine.given(id) : machine.failed(id));
    if (result?.ok === false && result.error.code === "journal_unavailable") return;
    if (result === null) return;
    motor.done = true;
    if (!motor.turned) motor.out = false;
  };
  /** null: the process stands still. */
  async function answered<T>(result: Promise<T>): Promise<T | null> {
    return Promise.race([
      result,
      desk.clock
        .advance(0)
        .then(() => desk.clock.advance(0))
        .then(() => null),
    ]);
  }
  const steps: Record<string, () => Promise<unknown> | void> = {
    begin,
    report,
    // Nobody waits for anybody; an honest machine does wait for its yes.
    both: () => (isHonest ? begin() : Promise.all([begin(), report()])),
    wait: () => desk.clock.advance(pick([1, 29 * SECOND, 30 * SECOND, 55 * SECOND, 90 * SECOND, 5 * MINUTE])),
    soon: () => desk.clock.advance(pick([1, SECOND, 3 * SECOND])),
    due: async () => {
      const { dueAt } = await machine.goods(id);
      if (dueAt === null || dueAt <= desk.clock.now()) return;
      await desk.clock.advance(dueAt - desk.clock.now() - 1);
      await Promise.all([desk.clock.advance(1), pick([begin, report])()]);
    },
    lost: () => desk.bank.next("/payment/return", pick(LOST)),
    deaf: () => desk.bank.next("/payment/details", pick(DEAF)),
    // The figure comes late, and the goods may be given before the money is sent.
    slow: async () => {
      const { bankId, minor } = await machine.row(id);
      const left = formatAmount(toMinor(desk.bank.left(bankId ?? "") ?? minor));
      const data = `"QrPaymentId":${bankId},"TotalAmount":${formatAmount(minor)},"AvailableReturnAmount":${left}`;
      const answer = envelope(`{${data},"TransactionDate":"2026-11-22T11:35:48.1566667"}`);
      desk.bank.next("/payment/details", { answer, after: pick([1, SECOND, 2 * SECOND]) });
    },
    offline: () => desk.bank.always("/", { fail: "refused", reach: "connect" }),
    online: () => desk.bank.always("/", null),
    cut: () => void (world.left = Math.floor(chance() * 6)),
    restart: async () => {
      world.left = Number.POSITIVE_INFINITY;
      await desk.restart();
    },
  };
  const usual = "begin begin report both wait wait wait due lost lost deaf slow slow offline online cut restart".split(
    " ",
  );
  // One that says anything at any time says it most while the money is on its way.
  const any = "begin report report report report both lost slow slow wait soon restart".split(" ");
  const names = isHonest ? usual : any;
  if (!isHonest) {
    if (chance() < 0.5) await steps["lost"]?.();
    if (chance() < 0.5) await steps["slow"]?.();
    void answered(machine.failed(id));
  }
  for (let n = 0; n < STEPS; n += 1) {
    const name = pick(names);
    trace.push(name);
    await Promise.race([steps[name]?.() ?? null, desk.clock.advance(0)]);
    await desk.clock.advance(0);
  }
  if (world.left !== Number.POSITIVE_INFINITY) await steps["restart"]?.();
  desk.bank.forget();
  if (isHonest && motor.turned && motor.out !== null) {
    motor.done = false;
    for (let n = 0; n < 5 && !motor.done; n += 1) await report();
  }
  await desk.clock.advance(40 * MINUTE);
  await judge(world, id, `seed ${seed}: ${trace.join(" ")}`, isHonest ? motor : null);
}

async function judge(world: World, id: string, told: string, motor: Motor | null): Promise<void> {
  const { desk, machine } = world;
  const row: PaymentRow = await machine.row(id);
  const payment = (await machine.call("payments.get", { id })) as { ok: true; value: Payment };
  const goods = payment.value.fulfilment;
  const gone = row.minor - (desk.bank.left(row.bankId ?? "") ?? 0);
  const refunds = await machine.refunds(id);
  const listed = (await machine.list()).filter(
    (item) => item.id === id || refunds.some((refund) => refund.id === item.id),
  );
  const stands = `${told}\n${JSON.stringify(row.fulfilment)}\n${JSON.stringify(refunds.map(({ state, error }) => [state, error?.code]))}`;

  expect(gone, stands).toBeLessThanOrEqual(row.minor);
  for (const { state } of world.asked.splice(0)) expect(state, stands).toBe("not_given");
  const isReturned = goods?.moneyBack === "returned";
  const isGiven = goods?.state === "given";
  expect(isGiven && gone > 0 && listed.length === 0, `both, and nobody is told. ${stands}`).toBe(false);
  expect([isGiven, isReturned, listed.length > 0].includes(true), `neither, and nobody is told. ${stands}`).toBe(true);
  if (isReturned && listed.length === 0) expect(gone, stands).toBe(row.minor);
  if (motor !== null) {
    // What an honest machine has given is paid, whatever came between; what it has not given is not called so.
    if (motor.out === true) expect([isGiven, gone], stands).toEqual([true, 0]);
    else expect(isGiven, stands).toBe(false);
    if (motor.out === false) expect(isReturned || listed.length > 0, stands).toBe(true);
    if (motor.turned && motor.out === null) expect([goods?.state, gone], stands).toEqual(["unknown", 0]);
  }
  // Out of the way of the next one.
  for (const item of listed)
    if (item.outcomes.length > 0)
      await machine.decide(item.id, item.outcomes.find((one) => one !== "treatedAsNotGiven") ?? "treatedAsGiven");
  await machine.call("payments.dismiss", { id });
  const { refund } = desk.snapshot();
  if (refund) await desk.call("refunds.dismiss", { id: refund.id });
}

const desks = Math.ceil(RUNS / SALES);
it.each(Array.from({ length: desks }, (_, n) => n))(
  "either the goods or the money: storm %i",
  { timeout: 120_000 },
  async (n) => {
    const world = await openWorld(n % 4 === 3 ? "2" : "3");
    try {
      for (let sale = 0; sale < Math.min(SALES, RUNS - n * SALES); sale += 1) await storm(world, n * SALES + sale + 1);
    } finally {
      await world.desk.close();
    }
  },
);
