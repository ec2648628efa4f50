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

  for (const row of rows) compareRow(row, theirs, desk);
  for (const one of theirs) {
    const { payment } = one;
    const row = rows.find((candidate) => isOf(one, candidate));
    // Only an invoice is made without our number; one whose answer was lost is known by its journaled creation alone.
    if (!row && payment.number === null) continue;
    expect(row, `the bank knows ${payment.number}, the till does not`).toBeDefined();
    if (payment.captured && row?.settled)
      expect(row, `${payment.number} was paid at the bank`).toMatchObject({ state: "paid", bankId: payment.bankId });
  }
  expect(rows.filter((row) => !row.settled).map((row) => `${row.number} ${row.state}`)).toHaveLength(unsettled);

  const creations = banks.flatMap((bank) => bank.creations());
  await checkJournaled(desk, rows, banks);
  const ids = [...creations, ...banks.flatMap((bank) => bank.questions())].map((call) => call.requestId);
  expect(new Set(ids).size, "request ids are used once").toBe(ids.length);

  for (const row of rows) if (row.bankId !== null) checkManners(row, banks, desk);
}

/** Every creation was in the journal before it left: by its id, or where it has none, as many times as it was sent. */
async function checkJournaled(desk: RealDesk, rows: readonly PaymentRow[], banks: readonly BankSide[]): Promise<void> {
  const journaled = new Set<string>();
  const lines = new Map<string, number>();
  for (const row of rows)
    for (const { requestId, danger } of await desk.journal.calls(row.id)) {
      journaled.add(requestId);
      if (danger === "resolvable") lines.set(row.id, (lines.get(row.id) ?? 0) + 1);
    }
  for (const bank of banks)
    for (const { requestId, ownNumber } of bank.creations()) {
      if (ownNumber === null) expect(journaled.has(requestId), `creation ${requestId} was never journaled`).toBe(true);
      else {
        const row = rows.find((candidate) => bank.numberOf(candidate) === ownNumber);
        const left = lines.get(row?.id ?? "") ?? 0;
        expect(left, `a creation of ${ownNumber} was never journaled`).toBeGreaterThan(0);
        lines.set(row?.id ?? "", left - 1);
      }
    }
}

interface Theirs {
  readonly bank: BankSide;
  readonly payment: BankPayment;
}

function compareRow(row: PaymentRow, theirs: readonly Theirs[], desk: RealDesk): void {
  const made = theirs.filter((one) => isOf(one, row)).map(({ payment }) => payment);
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

function isOf({ bank, payment }: Theirs, row: PaymentRow): boolean {
  return payment.number === null ? payment.bankId === row.bankId : payment.number === bank.numberOf(row);
}

/** Never more often than the interval, never two at once, none after the end: by the bank's own books. */
function checkManners(row: PaymentRow, banks: readonly BankSide[], desk: RealDesk): void {
  const interval = row.detail.windows?.pollMs ?? 5_000;
  const asked = banks.flatMap((bank) => questionsOf(row, bank, desk)).toSorted((a, b) => a.sent.at - b.sent.at);
  const extra = banks.some((bank) => bank.refusable) ? extraQuestion(row, asked) : null;
  for (const [index, next] of asked.entries()) {
    const last = asked[index - 1];
    if (!last || last.sent.life !== next.sent.life) continue;
    const name = `${row.number}: question ${index + 1}`;
    if (index === extra) continue;
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

/**
 * Before the till says that nobody waits any more, it asks once more at the deadline, at once after a question that left
 * just before: who scanned in time is to be served.
 */
function extraQuestion(row: PaymentRow, asked: readonly Asked[]): number | null {
  const deadline = row.detail.scanDeadline ?? Number.NaN;
  const about = ({ sent }: Asked): boolean => Math.abs(sent.at - deadline) <= BLUR;
  const first = asked.findIndex(about);
  return first >= 0 && asked.filter(about).length === 2 ? first + 1 : null;
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
