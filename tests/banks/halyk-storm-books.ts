/** After a payment storm: what the tills believe against what the bank did, bill by bill. */
import { expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Bill } from "../../simulator/halyk/records.ts";
import type { RealDesk, Sent } from "../support/real-desk.ts";
import { decimal, type Storm } from "./halyk-storm.ts";
import { SECOND } from "./scene.ts";

const MOST_REFUSALS = 5;
/** From an answer's arrival to its being in the journal, as the faster clock makes of it; no death comes between. */
const TO_DISK = 2 * SECOND;

interface Kept {
  readonly till: RealDesk;
  readonly row: PaymentRow;
}

/** Nothing lost, nothing doubled, nobody's bill shown as another's, and nobody refused who was known to have paid. */
export async function comparePayments({ bank, tills }: Storm): Promise<void> {
  const kept: Kept[] = [];
  for (const till of tills) {
    expect(till.errors, `${till.tillId} logged errors`).toEqual([]);
    expect(await till.journal.verifyChain()).toMatchObject({ ok: true });
    for (const row of await till.journal.payments({ limit: 500 })) kept.push({ till, row });
  }
  const bills = bank.simulator.bills().filter(({ kind }) => kind === "payment");
  for (const one of kept) compareRow(one, bills);
  const numbers = kept.map(({ row }) => row.detail.invoiceId);
  expect(new Set(numbers).size, "each payment has a number of its own").toBe(numbers.length);
  const payloads = tills.flatMap((till) => [...till.shown.values()].flatMap((all) => [...all]));
  expect(new Set(payloads).size, "no code is shown for two payments").toBe(payloads.length);

  for (const bill of bills) {
    const owners = kept.filter(({ row }) => row.detail.invoiceId === bill.invoiceId);
    expect(owners, `${bill.billNumber}: payments that may own it`).toHaveLength(1);
    const row = owners[0]?.row as PaymentRow;
    if (bill.captured && row.state !== "paid") expectHonest(row, `${bill.billNumber} was paid at the bank`);
  }
  await compareCreations(kept, tills);
  compareRefusals(bank, tills);
  expect(bank.complaints(), "departures from the document").toEqual([]);
}

function compareRow({ till, row }: Kept, bills: readonly Bill[]): void {
  const name = storyOf(row);
  const made = bills.filter(({ invoiceId }) => invoiceId === row.detail.invoiceId);
  const own = made.find(({ billNumber }) => billNumber === row.bankId);
  if (row.bankId !== null) expect(own, `${name}: no such bill under its number`).toBeDefined();
  for (const bill of made) expect(decimal(bill.amountMinor), `${name}: amount`).toBe(decimal(row.minor));
  const tokens = [...(till.shown.get(row.number) ?? [])];
  expect(tokens.length, `${name}: codes shown`).toBeLessThanOrEqual(1);
  for (const token of tokens) expect(token, `${name}: another bill's code was shown`).toBe(own?.qrcode);
  const captured = made.filter((bill) => bill.captured);
  expect(captured.length, `${name}: captured`).toBeLessThanOrEqual(1);
  if (row.state === "paid") expect(captured, `${name}: not captured`).toEqual([own]);
  else if (row.settled) expect(captured, `${name}: captured`).toEqual([]);
  else expectHonest(row, name);
  if (row.state === "declined") expect(own?.status, name).toBe("REJECTED");
  const states = row.detail.history.map(({ state }) => state);
  if (states.includes("cancelled"))
    expect(states.lastIndexOf("awaiting_scan"), `${name}: shown after it was given up`).toBeLessThan(
      states.indexOf("cancelled"),
    );
}

function expectHonest(row: PaymentRow, what: string): void {
  expect(["needs_review", "in_doubt"], `${what}: ${storyOf(row)}`).toContain(row.state);
  expect(row, what).toMatchObject({ settled: false, error: { code: expect.any(String) } });
}

/** What a till gave to the network, arrived or not; the bank's ledger has no body of what was cut off on the way. */
function postsOf(till: RealDesk, path: RegExp): readonly Sent[] {
  return till.sent.filter(({ request }) => request.method === "POST" && path.test(request.url));
}

const fieldsOf = ({ request }: Sent): Record<string, unknown> =>
  JSON.parse(request.body ?? "") as Record<string, unknown>;

/** Each number was sent at most twice, never more often than the journal says, by one till, and always for the same sum. */
async function compareCreations(kept: readonly Kept[], tills: readonly RealDesk[]): Promise<void> {
  for (const till of tills) {
    const sent = Map.groupBy(postsOf(till, /\/generate\/code/), (one) => String(fieldsOf(one)["invoiceId"]));
    for (const [number, posts] of sent) {
      const owner = kept.find((one) => one.till === till && one.row.detail.invoiceId === number);
      expect(owner, `${number} was sent and never journaled`).toBeDefined();
      if (!owner) continue;
      const lines = (await till.journal.calls(owner.row.id)).filter(({ danger }) => danger === "resolvable");
      expect(posts.length, `${storyOf(owner.row)}: sent`).toBeLessThanOrEqual(Math.min(2, lines.length));
      expect(new Set(posts.map((one) => one.request.body)).size, `${number}: another order each time`).toBe(1);
    }
  }
}

/** Nothing but REJECTED, not too often, and not once the till had been told by any answer at all that it was paid. */
function compareRefusals({ simulator }: Storm["bank"], tills: readonly RealDesk[]): void {
  const sent = new Map(tills.flatMap((till) => till.sent.map((one) => [one.requestId, one])));
  const told = simulator.ledger.calls.filter(
    ({ httpMethod, answer }) => httpMethod === "GET" && answer?.sent === "whole" && answer.bodyText.includes('"PAID"'),
  );
  for (const post of tills.flatMap((till) => postsOf(till, /\/status\//))) {
    const bill = post.request.url.split("/").at(-1) ?? "";
    expect(post.request.body).toBe(`{"billId":"${bill}","status":"REJECTED"}`);
    const heard = told.filter(({ paymentId, headers }) => {
      const asked = sent.get(headers["x-request-id"] ?? "");
      // An answer without a status was cut off.
      return paymentId === bill && asked?.status !== null && (asked?.endedAt ?? Infinity) < post.at - TO_DISK;
    });
    const bodies = heard.map(({ answer }) => answer?.bodyText);
    expect(bodies, `${bill} was refused after it had been told as paid`).toEqual([]);
  }
  const arrived = Map.groupBy(simulator.ledger.callsNamed("status/change"), ({ path }) => path);
  for (const [path, calls] of arrived) expect(calls.length, `${path}: refusals`).toBeLessThanOrEqual(MOST_REFUSALS);
}

function storyOf({ number, state, settled, bankId, detail }: PaymentRow): string {
  const start = detail.history[0]?.at ?? 0;
  const steps = detail.history.map(
    ({ at, state: to, cause }) => `${((at - start) / 1000).toFixed(0)} s ${to} (${cause})`,
  );
  return `${number} ${bankId ?? "without a bill"} ${state}${settled ? ", settled" : ""}: ${steps.join("; ")}`;
}
