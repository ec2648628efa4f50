/** The till's books against the bank's, and the till's manners, for every case of the suite. */
import { expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { RealDesk, Sent } from "../support/real-desk.ts";
import type { BankPayment, BankSide, Question } from "./harness.ts";

/**
 * What the scaled clock blurs: a timer of the core may fire this much early (its own slack is 100 ms), and between the
 * core's decision to ask and its call of the port lie some turns of the event loop.
 */
const BLUR = 250;

export interface BooksOptions {
  /** How many payments the case leaves undecided on purpose. */
  readonly unsettled?: number;
}

/** Compares everything the till believes with everything the bank did. */
export async function compareBooks(
  desk: RealDesk,
  banks: readonly BankSide[],
  { unsettled = 0 }: BooksOptions = {},
): Promise<void> {
  const rows = await desk.journal.payments({ limit: 500 });
  const theirs = banks.flatMap((bank) => bank.payments().map((payment) => ({ bank, payment })));
  expect(desk.errors, "the core logged errors").toEqual([]);
  expect(
    banks.flatMap((bank) => bank.complaints()),
    "the bank noticed departures from its document",
  ).toEqual([]);
  expect(await desk.journal.verifyChain()).toMatchObject({ ok: true });

  for (const row of rows)
    compareRow(
      row,
      theirs.map(({ payment }) => payment),
      desk,
    );
  for (const { payment } of theirs) {
    const row = rows.find((candidate) => isOf(payment, candidate));
    // Only an invoice is made without our number; one whose answer was lost is known by its journaled creation alone.
    if (!row && payment.number === null) continue;
    expect(row, `the bank knows ${payment.number}, the till does not`).toBeDefined();
    if (payment.captured && row?.settled)
      expect(row, `${payment.number} was paid at the bank`).toMatchObject({ state: "paid", bankId: payment.bankId });
  }
  expect(rows.filter((row) => !row.settled).map((row) => `${row.number} ${row.state}`)).toHaveLength(unsettled);

  const creations = banks.flatMap((bank) => bank.creations());
  const journaled = new Map<string, string>();
  for (const row of rows)
    for (const call of await desk.journal.calls(row.id)) journaled.set(call.requestId, row.number);
  for (const creation of creations)
    expect(journaled.has(creation.requestId), `creation ${creation.requestId} was never journaled`).toBe(true);
  const ids = [...creations, ...banks.flatMap((bank) => bank.questions())].map((call) => call.requestId);
  expect(new Set(ids).size, "request ids are used once").toBe(ids.length);

  for (const row of rows) if (row.bankId !== null) checkManners(row, banks, desk);
}

function compareRow(row: PaymentRow, theirs: readonly BankPayment[], desk: RealDesk): void {
  const made = theirs.filter((payment) => isOf(payment, row));
  const own = made.find((payment) => payment.bankId === row.bankId);
  const tokens = [...(desk.shown.get(row.number) ?? [])];
  expect(tokens.length, `${row.number}: tokens shown`).toBeLessThanOrEqual(1);
  for (const token of tokens)
    expect(own?.token, `${row.number}: the shown token is the one that is watched`).toBe(token);
  expect(made.filter((payment) => payment.captured).length, `${row.number}: captured`).toBeLessThanOrEqual(1);
  for (const payment of made) expect(payment.minor, `${row.number}: amount`).toBe(row.minor);
  if (row.bankId !== null) expect(own, `${row.number}: no such payment at the bank`).toBeDefined();
  if (row.state === "paid") expect(own, `${row.number} is paid here`).toMatchObject({ captured: true });
  if (row.state === "declined")
    expect(own, `${row.number} is declined here`).toMatchObject({ captured: false, word: "declined" });
  if (row.settled && row.state !== "paid")
    expect(
      made.some((payment) => payment.captured),
      `${row.number} is ${row.state} here`,
    ).toBe(false);
}

function isOf(payment: BankPayment, row: PaymentRow): boolean {
  return payment.number === null ? payment.bankId === row.bankId : payment.number === row.number;
}

/** Never more often than the interval, never two at once, none after the end: by the bank's own books. */
function checkManners(row: PaymentRow, banks: readonly BankSide[], desk: RealDesk): void {
  const interval = row.detail.windows?.pollMs ?? 5_000;
  const asked = banks.flatMap((bank) => questionsOf(row, bank, desk)).toSorted((a, b) => a.sent.at - b.sent.at);
  for (const [index, next] of asked.entries()) {
    const last = asked[index - 1];
    if (!last || last.sent.life !== next.sent.life) continue;
    const name = `${row.number}: question ${index + 1}`;
    expect(next.sent.at - last.sent.at, `${name} left too soon`).toBeGreaterThanOrEqual(interval - BLUR);
    expect(next.sent.at, `${name} overlaps the one before`).toBeGreaterThanOrEqual(
      last.sent.endedAt ?? Number.POSITIVE_INFINITY,
    );
    // The bank sees a question later than it left, by a delay that scaling blows up. It is known for each one, so it
    // is allowed for exactly, up to half an interval: two questions within half an interval fail whatever the delay.
    expect(next.question.at - last.question.at, `${name} came too soon`).toBeGreaterThanOrEqual(
      interval - BLUR - Math.min(last.delay, interval / 2),
    );
  }
  if (!row.settled) return;
  const lastLife = Math.max(...desk.sent.map((one) => one.life));
  const after = asked.filter(({ sent }) => sent.at > row.updatedAt);
  expect(
    after.filter(({ sent }) => row.state === "paid" || sent.life === lifeAt(desk, row.updatedAt)),
    `${row.number}: asked after the end`,
  ).toEqual([]);
  for (let life = 0; life <= lastLife; life += 1) {
    expect(
      after.filter(({ sent }) => sent.life === life).length,
      `${row.number}: asked again in life ${life}`,
    ).toBeLessThanOrEqual(1);
  }
}

interface Asked {
  readonly question: Question;
  readonly sent: Sent;
  /** From leaving the core to being seen by the bank. */
  readonly delay: number;
}

function questionsOf(row: PaymentRow, bank: BankSide, desk: RealDesk): Asked[] {
  const behind = desk.now() - bank.now(); // both run at one pace; the bank's clock began a moment later
  return bank.questions(row.bankId ?? "").map((question) => {
    const sent = desk.sent.find((one) => one.requestId === question.requestId);
    if (!sent) throw new Error(`${row.number}: a question the core never asked`);
    return { question, sent, delay: Math.max(0, question.at + behind - sent.at) };
  });
}

function lifeAt(desk: RealDesk, at: number): number {
  return desk.sent.findLast((one) => one.at <= at)?.life ?? 0;
}
