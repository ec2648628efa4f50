import { expect, it } from "vitest";
import { isOpen } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { CodeFate } from "../support/code-bank.ts";
import { openCodeDesk, type CodeDesk } from "../support/code-desk.ts";
import { seeded } from "../support/random.ts";

const RUNS = Number(process.env["CODE_STORMS"] ?? 6);
const STEPS = 60;
const SECOND = 1_000;
const MINUTE = 60_000;
const CLAIM = { answer: { kind: "claim", error: { code: "malformed_answer", params: {}, bankCode: null } } };

interface Storm {
  readonly desk: CodeDesk;
  /** The payloads that ever stood on the screen. */
  readonly shown: Set<string>;
  readonly disk: { broken: boolean };
}

const fates = (chance: () => number): CodeFate[] => [
  { fail: "closed", reach: "sent" },
  { fail: "closed", reach: "sent", acts: true },
  { fail: "closed", reach: "body", acts: true },
  { fail: "closed", reach: "sent", acts: Math.round(chance() * 60) * SECOND },
  { fail: "refused", reach: "connect" },
  { slow: Math.round(chance() * 12) * SECOND },
  "hang",
];

async function storm(seed: number, { desk, shown, disk }: Storm): Promise<void> {
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const rows = (): Promise<readonly PaymentRow[]> => desk.journal.payments({ limit: 500 });
  const paid = new Set<string>();
  const { codes } = desk;
  codes.refusals = seed % 3 === 0 ? "ignore" : "obey";
  codes.taken = seed % 2 === 0 ? "same" : "refuse";
  // The customer: he scans what he sees, and pays what he has scanned.
  const look = (): void => {
    const payload = desk.snapshot().current?.qr?.payload;
    if (payload !== undefined) shown.add(payload);
  };
  const customer = (): void => {
    look();
    for (const bill of codes.bills) {
      if (bill.word === "created" && shown.has(`code ${bill.bankId}`) && chance() < 0.6) bill.word = "scanned";
      else if (bill.word === "scanned") bill.word = pick(["held", "paid", "declined"]);
      else if (bill.word === "held") bill.word = pick(["paid", "declined"]);
      if (bill.word === "paid") paid.add(bill.bankId);
    }
  };
  const act = async (name: "payments.cancel" | "payments.dismiss" | "payments.refresh"): Promise<void> => {
    const row = pick(await rows());
    if (row) void desk.call(name, { id: row.id });
  };
  const steps: Record<string, () => Promise<unknown> | void> = {
    sell: () => void desk.sell().catch(() => undefined),
    cancel: async () => {
      const { current } = desk.snapshot();
      if (current && isOpen(current)) void desk.call("payments.cancel", { id: current.id });
    },
    dismiss: () => act("payments.dismiss"),
    refresh: () => act("payments.refresh"),
    customer,
    create: () => codes.next("/create", pick(fates(chance))),
    find: () => codes.next("/look-up", pick(fates(chance))),
    status: () => codes.next("/status", pick([...fates(chance), CLAIM])),
    refuse: () => codes.next("/refuse", pick(fates(chance))),
    disk: async () => {
      disk.broken = true;
      await desk.clock.advance(Math.round(chance() * 4) * SECOND);
      disk.broken = false;
    },
    restart: () => desk.restart(),
    wait: () => desk.clock.advance(Math.round(chance() * 20) * SECOND),
    deadline: () => desk.clock.advance(2 * MINUTE),
  };
  const order =
    "sell sell sell sell cancel cancel dismiss dismiss refresh customer customer customer create create create find status refuse disk restart wait wait wait wait wait deadline";
  const names = order.split(" ");
  for (let n = 0; n < STEPS; n += 1) {
    await steps[pick(names)]?.();
    await desk.clock.advance(0);
    look();
  }
  // The bank can be reached again, and ends what nobody has paid.
  for (const path of ["/create", "/look-up", "/status", "/refuse"]) codes.clear(path);
  await desk.clock.advance(2 * MINUTE);
  for (const bill of codes.bills) if (bill.word !== "paid") bill.word = "declined";
  await desk.clock.advance(6 * MINUTE);

  const all = await rows();
  const what = `seed ${seed}: ${JSON.stringify(
    all.map(({ number, state, settled, bankId, detail }) => [
      number,
      state,
      settled,
      bankId,
      detail.history.map(({ cause }) => cause).join(" "),
    ]),
    null,
    1,
  )}`;
  expect(
    all.filter(({ settled }) => !settled).map(({ number }) => number),
    what,
  ).toEqual([]);
  // Nothing lost, nothing made up: what the bank was paid is paid here, and nothing else is.
  const known = all.filter(({ state }) => state === "paid").map(({ bankId }) => bankId);
  expect(known.toSorted(), what).toEqual([...paid].toSorted());
  // Nothing doubled: one number a payment, sent twice at most, and never more than one bill under it.
  const numbers = all.map(({ detail }) => detail.invoiceId);
  expect(new Set(numbers).size, what).toBe(all.length);
  for (const number of new Set(codes.numbers())) {
    expect(numbers, what).toContain(number);
    expect(codes.numbers().filter((sent) => sent === number).length, what).toBeLessThanOrEqual(2);
  }
  for (const { bankId } of codes.bills) {
    const row = all.find((candidate) => candidate.bankId === bankId);
    // Shown only after it was kept, and a bill that no payment knows was never shown.
    if (!row) expect(shown, what).not.toContain(`code ${bankId}`);
    const told = codes.requests.filter(({ path, left }) => left && path === `/refuse/${bankId}`).length;
    expect(told, what).toBeLessThanOrEqual(row?.detail.refusal?.tries ?? 0);
  }
  for (const { bankId, detail } of all) {
    expect(detail.refusal?.tries ?? 0, what).toBeLessThanOrEqual(5);
    if (detail.payload === null) expect(shown, what).not.toContain(`code ${bankId}`);
  }
  expect(
    desk.notes.filter(({ event }) => event === "command.failed"),
    what,
  ).toEqual([]);
}

it("storms of sales (lost and late answers, cancels, a full disk, restarts) end decided, the bank's books as the till's", async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const disk = { broken: false };
    const desk = await openCodeDesk({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (disk.broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    try {
      await storm(seed, { desk, shown: new Set(), disk });
    } finally {
      await desk.close();
    }
  }
}, 600_000);
