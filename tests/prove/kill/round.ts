/** One sale from its first tap to rest, over as many lives of the till as it takes. */
import type { Payment } from "../../../contract/payment.ts";
import type { Refund } from "../../../contract/refund.ts";
import type { Sale } from "../books.ts";
import type { Scenario, Scene } from "./scenarios.ts";
import type { Banks } from "./shop.ts";
import type { Life, Till } from "./till.ts";

export interface Death {
  /** Name of the boundary; `any moment` where the signal came from outside. */
  readonly at: string;
  readonly during: "the sale" | "the start";
  /** Of the next life that stayed: milliseconds from its start to the right picture. */
  readonly backMs: number;
}

export interface Round {
  readonly deaths: readonly Death[];
  readonly sale: Sale;
  /** Boundaries passed in a life that nobody killed; 0 where one died. */
  readonly boundaries: number;
  readonly wrong: readonly string[];
  readonly payment: Payment;
  readonly refund: Refund | null;
}

export interface RoundPlan {
  readonly scenario: Scenario;
  readonly key: string;
  readonly minor: number;
  /** Dies at the n-th boundary; 0: lives. */
  readonly at: number;
  /** Killed from outside so many milliseconds after it began, instead. */
  readonly afterMs: number | null;
  /** The next starts die at these boundaries of theirs. */
  readonly starts: readonly number[];
}

/** What happens to the till is kept here between rounds. */
export interface Stage {
  readonly till: Till;
  readonly banks: Banks;
  life: Life;
}

const PATIENCE = 90_000;
/** What stays in doubt for so long (the bank has never heard of it, and could still) is parked, as a person does. */
const DOUBTFUL = 1_000;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
export const decimal = (minor: number): string => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;

/** Rejects when a sale does not come to rest. */
export async function playRound(stage: Stage, plan: RoundPlan): Promise<Round> {
  const { scenario, minor } = plan;
  const { banks, till } = stage;
  await scenario.prepare?.(banks);
  for (const fault of scenario.faults ?? []) banks.faultsOf(scenario.provider).add(fault);
  await till.passed();
  await stage.life.arm(plan.at);
  const first = stage.life;
  const killer = plan.afterMs === null ? null : setTimeout(() => first.kill(), plan.afterMs);

  const acts = new Set<string>();
  const deaths: Death[] = [];
  const wrong: string[] = [];
  const until = performance.now() + PATIENCE;
  let boundaries = 0;
  let found: Scene | null = null;
  let doubtful: number | null = null;
  for (;;) {
    const { life } = stage;
    try {
      found = await look(stage, plan, acts);
      if (found !== null) {
        await triesHisLuck(scenario, found);
        await scenario.cashier?.(found);
        await refunds(found, scenario, minor);
        doubtful = found.payment.state === "in_doubt" ? (doubtful ?? performance.now()) : null;
        if (isAtRest(found, scenario) || (doubtful !== null && performance.now() - doubtful > DOUBTFUL)) {
          acts.add("away");
          await putAway(life, found);
          if (killer) clearTimeout(killer);
          await life.arm(0);
          if (!life.isDead()) break;
        }
      }
    } catch (error) {
      await Promise.race([life.dead, pause(500)]);
      if (!life.isDead()) throw error;
    }
    if (life.isDead()) {
      if (killer) clearTimeout(killer);
      await life.dead;
      for (const told of ["told", "told back"]) acts.delete(told);
      const fell = life.fell();
      if (fell !== null) wrong.push(`${scenario.name}: the till fell by itself, ${fell}`);
      const passed = await till.passed();
      deaths.push(...(await comeBack(stage, plan, passed.at(-1) ?? "any moment", acts, wrong)));
    } else if (performance.now() > until)
      throw new Error(`it did not come to rest: ${JSON.stringify([found?.payment, found?.refund])}`);
    else await pause(15);
  }
  if (deaths.length === 0) boundaries = (await till.passed()).length;
  await banks.heal();
  const { payment, refund } = found;
  return { deaths, boundaries, wrong, payment, refund, sale: saleOf(payment, refund, plan) };
}

/** A customer may be too late: the bank's window ends whenever it does. */
async function triesHisLuck({ customer }: Scenario, scene: Scene): Promise<void> {
  try {
    await customer?.(scene);
  } catch (error) {
    if (!(error instanceof Error && "httpStatus" in error)) throw error;
  }
}

/** How the sale stands; rings it up first, with the same key until the till has it. Null: not yet. */
async function look(stage: Stage, { scenario, key, minor }: RoundPlan, acts: Set<string>): Promise<Scene | null> {
  const { life, till, banks } = stage;
  const { items } = (await life.api("GET", `/payments?externalId=${key}`)).json() as { items: Payment[] };
  const [payment] = items;
  // Whoever asked a till that died says the same again to the next: he cannot know whether he was heard.
  if (payment === undefined || !acts.has("told")) {
    const body = { provider: scenario.provider, amount: decimal(minor), externalId: key, ...scenario.request };
    const answer = await life.api("POST", "/payments", body, key);
    // A till that has just started may not have spoken with the bank yet.
    if (answer.status >= 400 && !isPassing(answer.json().error?.code)) throw new Error(`refused: ${answer.text}`);
    if (answer.status < 300) acts.add("told");
    return null;
  }
  if (items.length > 1) throw new Error(`one intent, ${items.length} payments: ${key}`);
  const refund = acts.has("refund") ? await refundOf(life, payment.id) : null;
  return { banks, till, life, payment, refund, key, acts };
}

async function refundOf(life: Life, paymentId: string): Promise<Refund | null> {
  const { items } = (await life.api("GET", `/refunds?paymentId=${paymentId}`)).json() as { items: Refund[] };
  if (items.length > 1) throw new Error(`one intent, ${items.length} refunds`);
  return items[0] ?? null;
}

const PASSING: ReadonlySet<string> = new Set([
  "not_ready",
  "bank_offline",
  "bank_unavailable",
  "till_busy",
  "device_missing",
]);
const isPassing = (code: unknown): boolean => typeof code === "string" && PASSING.has(code);

/** The cashier gives it back: the same request with the same key until the till has it. */
async function refunds({ life, payment, refund, key, acts }: Scene, scenario: Scenario, minor: number): Promise<void> {
  if (scenario.refund === undefined || payment.state !== "paid") return;
  acts.add("refund");
  if (refund === null || !acts.has("told back")) {
    const amount = decimal(backOf(scenario, minor));
    const answer = await life.api("POST", "/refunds", { paymentId: payment.id, amount }, `${key}-back`);
    if (answer.status >= 400 && !isPassing(answer.json().error?.code)) throw new Error(`refused: ${answer.text}`);
    if (answer.status < 300) acts.add("told back");
  } else if (refund.state === "choosing" && refund.operations.length > 0) {
    const operation = refund.operations.find(({ paymentId }) => paymentId === payment.id);
    if (operation === undefined) throw new Error(`the purchase is not among ${JSON.stringify(refund.operations)}`);
    await life.api("POST", `/refunds/${refund.id}/select`, {
      operationId: operation.id,
      amount: decimal(backOf(scenario, minor)),
    });
  }
}

const backOf = ({ refund }: Scenario, minor: number): number =>
  refund === undefined ? 0 : refund === "all" ? minor : Math.floor(minor / 2);

function isAtRest({ payment, refund }: Scene, scenario: Scenario): boolean {
  if (payment.state === "paid" && scenario.refund !== undefined)
    return refund !== null && (refund.settled || refund.state === "needs_review");
  return payment.settled || payment.state === "needs_review";
}

async function putAway(life: Life, { payment, refund }: Scene): Promise<void> {
  await life.api("POST", `/payments/${payment.id}/dismiss`);
  if (refund) await life.call("refunds.dismiss", { id: refund.id });
}

/** Starts the till again until it stays, and looks whether the right picture is back. */
async function comeBack(
  stage: Stage,
  plan: RoundPlan,
  at: string,
  acts: ReadonlySet<string>,
  wrong: string[],
): Promise<Death[]> {
  const before = stage.life.screen();
  const deaths: { at: string; during: Death["during"] }[] = [
    { at: plan.afterMs === null ? at : "any moment", during: "the sale" },
  ];
  for (const start of [...plan.starts, 0]) {
    const life = await stage.till.begin(start);
    if (life !== null && start !== 0) {
      // It passed fewer boundaries than that while it could be looked at; the rest of them come by themselves.
      await Promise.race([life.dead, pause(300)]);
      if (!life.isDead()) life.kill();
      await life.dead;
    }
    if (start !== 0) {
      deaths.push({ at: (await stage.till.passed()).at(-1) ?? "any moment", during: "the start" });
      continue;
    }
    if (life === null) throw new Error("the till died of itself");
    stage.life = life;
    const after = life.screen();
    for (const which of ["current", "refund"] as const) {
      const [was, is] = [before[which], after[which]];
      // Who died while it was put away comes back with or without it; a paid sale makes room for the refund that was asked for.
      const over = acts.has("away") || (which === "current" && was?.state === "paid" && acts.has("refund"));
      if (was !== null && was.id !== is?.id && !over)
        wrong.push(
          `${plan.scenario.name}: killed ${at} with ${was.number} ${was.state} on the screen, back with ${is ? `${is.number} ${is.state}` : "none"}`,
        );
      if (was?.qr && is?.qr && was.qr.payload !== is.qr.payload)
        wrong.push(`${plan.scenario.name}: killed ${at}, back with another code`);
    }
    const { screenMs } = life.start;
    return deaths.map((death) => ({ ...death, backMs: screenMs }));
  }
  throw new Error("not reached");
}

export function saleOf(
  payment: Payment,
  refund: Refund | null,
  { key, minor, scenario }: Pick<RoundPlan, "key" | "minor" | "scenario">,
): Sale {
  const openRefunds = refund !== null && !refund.settled && refund.state !== "needs_review" ? 1 : 0;
  return { sale: key, minor, says: saysOf(payment), meantBack: backOf(scenario, minor), openRefunds };
}

function saysOf({ state, settled }: Payment): Sale["says"] {
  if (state === "paid" || state === "in_doubt" || state === "needs_review") return state === "paid" ? "paid" : "doubt";
  return settled ? "not_paid" : "open";
}
