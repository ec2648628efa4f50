/** Sales rung up on the screen: how soon the code is painted, and how soon what the customer does. */
import { setTimeout as sleep } from "node:timers/promises";
import { phases } from "./figures.mjs";

/**
 * One thing the customer did and the screen it led to; times on our own clock.
 * @typedef {{ pollSeconds: number, paymentId: string, word: "Wait" | "Processed", actAt: number, painted: number }} Act
 * @typedef {{ by: "key" | "tap", paymentId: string, hand: number, painted: number }} Start
 */

/**
 * @param {object} with_
 * @param {import("./programs.mjs").Bank} with_.bank
 * @param {import("./pages.mjs").BenchPage} with_.page at the idle screen
 * @param {number} with_.samples
 * @param {() => boolean} with_.goOn
 */
export async function measureSales({ bank, page, samples, goOn }) {
  const { offset: bankClock, sure } = await bank.clockOffset();
  const roundTrip = await bank.roundTrip();
  const pageClock = await page.clockOffset();
  /** A time of the bank is told in whole milliseconds, cut off: half of one is put back. @param {number} at */
  const ours = (at) => at + 0.5 - bankClock;

  /** @type {Start[]} */
  const starts = [];
  /** @type {Act[]} */
  const acts = [];

  /**
   * @param {"key" | "tap"} by
   * @param {number} pollSeconds
   * @param {readonly { does: "scan" | "confirm" | "pay", phase: number }[]} customer
   */
  async function sale(by, pollSeconds, customer) {
    await page.type("500");
    while (!(await page.canPay())) await sleep(20);
    if (by === "key") await page.enter();
    else await page.tapPay();
    const qr = await page.until("qr");
    if (qr.hand === null) throw new Error("no key and no tap came to the page");
    let last = performance.now();
    const token = await page.payload();
    const id = (await bank.payments()).findLast((payment) => payment.token === token)?.id;
    if (id === undefined) throw new Error("the code on the screen is not the bank's");
    starts.push({ by, paymentId: id, hand: qr.hand + pageClock, painted: qr.painted + pageClock });
    for (const { does, phase } of customer) {
      await sleep(Math.max(0, last + phase * pollSeconds * 1000 - performance.now()));
      const { history } = await bank.act(id, does);
      const { painted } = await page.until(does === "scan" ? "confirming" : "result");
      last = performance.now();
      const word = does === "scan" ? "Wait" : "Processed";
      const actAt = history.at(-1)?.at ?? 0;
      acts.push({ pollSeconds, paymentId: id, word, actAt: ours(actAt), painted: painted + pageClock });
    }
    await page.enter();
    await page.until("idle");
  }

  // The first sale after the start is told apart: nothing is warm yet.
  await bank.configure(1);
  await sale("key", 1, [{ does: "pay", phase: 0 }]);
  acts.length = 0;

  // Most are paid at the first word; some are scanned first; some are asked about at the longer interval.
  const slow = Math.max(4, Math.round(samples / 6));
  const scanned = Math.max(1, Math.round(samples / 6));
  const fast = Math.max(0, samples - slow - scanned);
  const fastPhases = phases(fast + 2 * scanned);
  const slowPhases = phases(slow);
  /** @typedef {{ pollSeconds: number, does: readonly ("scan" | "confirm" | "pay")[], due: number }} Planned */
  /** Spread over the whole, so that a run cut short has some of each. @type {(count: number, pollSeconds: number, does: Planned["does"]) => Planned[]} */
  const some = (count, pollSeconds, does) =>
    Array.from({ length: count }, (_, i) => ({ pollSeconds, does, due: (i + 0.5) / count }));
  const plan = [...some(fast, 1, ["pay"]), ...some(scanned, 1, ["scan", "confirm"]), ...some(slow, 2, ["pay"])];
  plan.sort((a, b) => a.due - b.due);

  let interval = 1;
  for (const [index, { pollSeconds, does }] of plan.entries()) {
    if (!goOn()) break;
    if (pollSeconds !== interval) await bank.configure((interval = pollSeconds));
    const left = pollSeconds === 1 ? fastPhases : slowPhases;
    const customer = does.map((act) => ({ does: act, phase: Number(left.pop()) }));
    await sale(index % 2 === 0 ? "key" : "tap", pollSeconds, customer);
  }
  return evaluate(starts, acts, await bank.calls(), { ours, roundTrip, sure });
}

/**
 * @param {readonly Start[]} starts
 * @param {readonly Act[]} acts
 * @param {readonly import("./programs.mjs").Call[]} calls
 * @param {{ ours: (at: number) => number, roundTrip: number, sure: number }} clocks
 */
function evaluate(starts, acts, calls, { ours, roundTrip, sure }) {
  const codes = starts.map(({ by, paymentId, hand, painted }) => {
    const call = calls.find((one) => one.name === "qr/create" && one.paymentId === paymentId);
    if (!call?.answer) throw new Error("the bank's ledger does not hold the creation");
    const banks = call.answer.at - call.at + roundTrip;
    return {
      by,
      whole: painted - hand,
      ours: painted - hand - banks,
      out: ours(call.at) - hand,
      back: painted - ours(call.answer.at),
    };
  });
  const words = acts.map(({ pollSeconds, paymentId, word, actAt, painted }) => {
    const call = calls.find(
      (one) => one.name === "payment/status" && one.paymentId === paymentId && one.answer && statusOf(one) === word,
    );
    if (!call?.answer) throw new Error(`the bank's ledger holds no status ${word}`);
    return {
      pollSeconds,
      word,
      toPixels: painted - ours(call.answer.at),
      exchange: call.answer.at - call.at + roundTrip,
      lag: painted - actAt,
    };
  });
  const gaps = acts.flatMap(({ paymentId, pollSeconds }) => {
    const asked = calls.filter((one) => one.name === "payment/status" && one.paymentId === paymentId);
    return asked.slice(1).map((one, i) => (one.at - Number(asked[i]?.at)) / (pollSeconds * 1000));
  });
  return { first: codes[0] ?? null, codes: codes.slice(1), words, gaps, roundTrip, sure };
}

/** @param {import("./programs.mjs").Call} call */
function statusOf(call) {
  return JSON.parse(call.answer?.bodyText ?? "{}")?.Data?.Status;
}
