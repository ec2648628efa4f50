/** What a till believes against what ePay did, operation by operation; and that nothing was sent twice. */
import { expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { RefundRow } from "../../main/core/refund.ts";
import type { Movement, Transaction } from "../../simulator/epay/records.ts";
import type { RealDesk, Sent } from "../support/real-desk.ts";
import { operationsOf, type EpaySide } from "./epay-side.ts";
import { decimal } from "./halyk-storm.ts";

/** The bank has, or holds, the payer's money, or has proved his card. */
const TAKEN: ReadonlySet<string> = new Set(["CHARGE", "REFUND", "AUTH", "VERIFIED"]);
/** A dying connection may deliver what it carried so late. */
const LATEST = 180_000;
const POSTS: ReadonlySet<string> = new Set(["cryptopay", "cards/auth"]);

/** Nothing lost, nothing doubled, no token used for two things, no money moved that nobody meant to move. */
export async function compareEpay(till: RealDesk, side: EpaySide): Promise<void> {
  const { ledger } = side.simulator;
  expect(till.errors, `${till.tillId} logged errors`).toEqual([]);
  expect(
    ledger.calls.flatMap(({ problems }) => problems),
    "departures from the document",
  ).toEqual([]);
  expect(ledger.complaints, "breaches of the bank's rules").toEqual([]);
  expect(await till.journal.verifyChain()).toMatchObject({ ok: true });
  const rows = await till.journal.payments({ limit: 500 });
  const refunds = await till.journal.refunds({ limit: 200 });
  for (const row of rows) comparePayment(row, side);
  for (const operation of side.simulator.transactions()) {
    const owners = rows.filter((row) => operationsOf(side, row).includes(operation));
    expect(owners, `${operation.invoice} ${operation.status}: payments that own it`).toHaveLength(1);
  }
  await comparePosts(till, rows, refunds);
  comparePatience(till, side);
  compareTokens(side);
  for (const row of refunds) compareRefund(row, till, side);
  for (const movement of ledger.movements)
    if (movement.kind === "refund" && movement.by === "till")
      expect(
        refunds.map(({ number }) => number),
        "money went back that nobody gave back",
      ).toContain(movement.externalId);
  for (const row of rows) if (row.state === "paid") await compareGivenBack(row, till, refunds, side);
}

const movementsOf = ({ simulator }: EpaySide, { id }: Transaction, kind: Movement["kind"]): readonly Movement[] =>
  simulator.ledger.movements.filter((one) => one.transactionId === id && one.kind === kind);

const sumOf = (movements: readonly Movement[]): number =>
  movements.reduce((total, { minor }) => total + Number(minor), 0);

function comparePayment(row: PaymentRow, side: EpaySide): void {
  const made = operationsOf(side, row);
  const name = storyOf(row, made[0]);
  expect(made.length, `${name}: operations`).toBeLessThanOrEqual(1);
  const [own] = made;
  const status = own?.status ?? "none";
  if (own) {
    expect(Number(own.orgAmountMinor), `${name}: amount`).toBe(row.minor);
    expect(own.currency, `${name}: currency`).toBe(row.currency);
    if (row.detail.operationId !== null) expect(own.id, `${name}: operation`).toBe(row.detail.operationId);
    const taken = [...movementsOf(side, own, "charge"), ...movementsOf(side, own, "transfer")];
    expect(taken.length, `${name}: taken`).toBeLessThanOrEqual(1);
    const meant = row.detail.captureMinor ?? row.minor;
    if (taken.length > 0) expect(sumOf(taken), `${name}: taken`).toBe(meant);
  }
  if (row.state === "paid") expect(["CHARGE", "REFUND"], name).toContain(status);
  else if (row.state === "verified") expect(status, name).toBe("VERIFIED");
  else if (row.state === "authorized") expect(status, name).toBe("AUTH");
  else if (row.state === "released") expect(status, name).toBe("CANCEL");
  else if (row.settled) expect(TAKEN.has(status), name).toBe(false);
  else if (row.state === "needs_review" || row.state === "in_doubt") {
    expect(row.error?.code, name).toBeTruthy();
    expect(row.error?.remedy, name).not.toBe("retry");
  }
  if (row.state === "failed") expect(status, name).toBe("none");
}

/** Each post, confirmation and operation left once, and stood in the journal before; a refund as often as it was asked for. */
async function comparePosts(till: RealDesk, rows: readonly PaymentRow[], refunds: readonly RefundRow[]): Promise<void> {
  const sent = Map.groupBy(
    till.sent.filter(({ request }) => request.method === "POST" && !/oauth2/.test(request.url)),
    whatItIs,
  );
  for (const [what, all] of sent) {
    const number = /^refund (.+)$/.exec(what)?.[1];
    const often = number === undefined ? 1 : (refunds.find((row) => row.number === number)?.detail.sends ?? 0);
    const isOperation = what.startsWith("charge ") || what.startsWith("cancel ");
    // A person may try held money again; the bank takes it once.
    if (!isOperation) expect(all.length, `${what} was sent`).toBeLessThanOrEqual(often);
  }
  const journaled: string[] = [];
  for (const row of rows) for (const { requestId } of await till.journal.calls(row.id)) journaled.push(requestId);
  for (const row of refunds)
    for (const { requestId } of await till.journal.refundCalls(row.id)) journaled.push(requestId);
  const posts = [...sent.values()].flat();
  expect(journaled.length, "sent and never journaled").toBeGreaterThanOrEqual(posts.length);
}

/** Held money: nothing more is sent about it while an earlier call whose answer was lost may still arrive. */
function comparePatience(till: RealDesk, side: EpaySide): void {
  const sent = Map.groupBy(
    till.sent.filter(({ request: { url } }) => /\/operation\/[^/]+\/(charge|cancel)/.test(url)),
    ({ request: { url } }) => /\/operation\/([^/]+)/.exec(url)?.[1],
  );
  for (const [operation, all] of sent)
    for (const [index, next] of all.entries()) {
      const before = all[index - 1];
      const isLost =
        before &&
        side.arrived(before.requestId) &&
        (before.status === null || before.status === 401 || before.status >= 500);
      if (isLost) expect(next.at - before.at, `${operation}: sent again too soon`).toBeGreaterThanOrEqual(LATEST);
    }
}

/** A call that may move money, by what it would move. */
function whatItIs({ request: { url, body } }: Sent): string {
  const { pathname, searchParams } = new URL(url);
  const fields = JSON.parse(body ?? "{}") as {
    ID?: string;
    invoiceId?: string;
    paymentType?: string;
    order?: { id: string };
  };
  const operation = /\/operation\/([^/]+)\/(\w+)$/.exec(pathname);
  if (operation)
    return operation[2] === "refund" ? `refund ${searchParams.get("externalID")}` : `${operation[2]} ${operation[1]}`;
  if (fields.ID !== undefined) return `confirmation of ${fields.ID}`;
  const kind = fields.order ? "transfer" : fields.paymentType === "cardVerification" ? "verification" : "payment";
  return `${kind} ${fields.invoiceId ?? fields.order?.id}`;
}

/** A token of an operation orders once and confirms once; a service token never orders, and of an operation asks nothing. */
function compareTokens({ simulator: { ledger } }: EpaySide): void {
  const uses = Map.groupBy(
    ledger.calls.filter(({ seq }) => ledger.callTokens.has(seq)),
    ({ seq }) => ledger.callTokens.get(seq) ?? "",
  );
  for (const { token, bound, usedFor } of ledger.tokens) {
    const calls = uses.get(token) ?? [];
    const names = calls.map(({ name }) => name ?? "");
    const ordered = names.filter((name) => POSTS.has(name)).length;
    if (bound === null) {
      expect(ordered + names.filter((name) => name === "confirm").length, "ordered with a service token").toBe(0);
      continue;
    }
    expect(ordered, `${bound.invoice}: ordered with its token`).toBeLessThanOrEqual(1);
    expect(names.length - ordered, `${bound.invoice}: ${names.join(", ")}`).toBeLessThanOrEqual(1);
    expect(names.filter((name) => !POSTS.has(name) && name !== "confirm")).toEqual([]);
    if (usedFor !== null) expect(usedFor, "a token of another order").toBe(bound.invoice);
  }
}

function compareRefund(row: RefundRow, till: RealDesk, { simulator }: EpaySide): void {
  const given = simulator.ledger.movements.filter(
    ({ kind, externalId }) => kind === "refund" && externalId === row.number,
  );
  const name = `${row.number} ${row.state}: ${row.detail.history.map(({ state, cause }) => `${state} (${cause})`).join("; ")}`;
  expect(given.length, `${name}: given back`).toBeLessThanOrEqual(1);
  if (given.length > 0) expect(sumOf(given), name).toBe(row.minor);
  if (row.state === "refunded") expect(given.length, name).toBe(1);
  else if (row.settled) expect(given.length, name).toBe(0);
  if (given.length > 0) expect(["refunded", "in_doubt", "needs_review", "sending"], name).toContain(row.state);
  expect(till.row(row.paymentId ?? "").state, name).toBe("paid");
}

async function compareGivenBack(
  row: PaymentRow,
  till: RealDesk,
  refunds: readonly RefundRow[],
  side: EpaySide,
): Promise<void> {
  const back = refunds.filter(({ paymentId, state }) => paymentId === row.id && state === "refunded");
  const [own] = operationsOf(side, row);
  const elsewhere = own ? movementsOf(side, own, "refund").filter(({ by }) => by === "elsewhere") : [];
  const released = own ? sumOf(movementsOf(side, own, "release")) : 0;
  const sum = back.reduce((total, { minor }) => total + (minor ?? 0), released + sumOf(elsewhere));
  expect(sum, `${row.number}: more than it was`).toBeLessThanOrEqual(row.minor);
  expect((await till.get(row.id)).refundedAmount, `${row.number}: given back`).toBe(decimal(sum));
}

export function storyOf({ number, method, state, settled, detail, error }: PaymentRow, own?: Transaction): string {
  const start = detail.history[0]?.at ?? 0;
  const steps = detail.history.map(
    ({ at, state: to, cause }) => `${((at - start) / 1000).toFixed(0)} s ${to} (${cause})`,
  );
  const bank = own
    ? own.history.map(({ at, status }) => `${((at - start) / 1000).toFixed(0)} s ${status}`)
    : ["nothing"];
  return `${number} ${method} ${state}${settled ? ", settled" : ""} ${error?.code ?? ""}: ${steps.join("; ")} | bank: ${bank.join("; ")}`;
}
