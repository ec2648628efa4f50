/** The till's books against those of a bank without a code, its manners, and what it has written down. */
import { expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { createSearch, filesBelow } from "../support/canary.ts";
import type { RealDesk } from "../support/real-desk.ts";
import type { BooksOptions } from "./books.ts";
import type { PostedSide } from "./harness.ts";

/** What the scaled clock blurs between the core's decision to ask and its leaving. */
const BLUR = 250;

/** Compares everything the till believes with everything the bank did, and searches what the till left behind. */
export async function comparePosted(
  desk: RealDesk,
  bank: PostedSide,
  { unsettled = 0 }: BooksOptions = {},
): Promise<void> {
  const rows = await desk.journal.payments({ limit: 500 });
  expect(desk.errors, "the core logged errors").toEqual([]);
  expect(bank.complaints(), "the bank noticed departures from its document").toEqual([]);
  expect(await desk.journal.verifyChain()).toMatchObject({ ok: true });
  expect(rows.filter((row) => !row.settled).map((row) => `${row.number} ${row.state}`)).toHaveLength(unsettled);
  for (const operation of bank.operations())
    expect(
      rows.map((row) => row.detail.invoiceId),
      "an operation that the till does not know",
    ).toContain(operation.invoice);
  for (const row of rows) {
    await comparePosts(row, desk, bank);
    compareRow(row, bank);
    checkQuestions(row, desk, bank);
  }
  await searchForSecrets(desk, bank);
}

/** Posted once, confirmed once, and neither before it stood in the journal. */
async function comparePosts(row: PaymentRow, desk: RealDesk, bank: PostedSide): Promise<void> {
  const journaled = new Set((await desk.journal.calls(row.id)).map(({ requestId }) => requestId));
  const posts = bank.posts(row.detail.invoiceId ?? "");
  for (const name of ["create", "confirm"] as const)
    expect(posts.filter((post) => post.name === name).length, `${row.number}: ${name}`).toBeLessThanOrEqual(1);
  // Whichever name the bank's ledger has for a request, the journal's line was there before it: one a call.
  expect(journaled.size, `${row.number}: journaled calls`).toBeGreaterThanOrEqual(posts.length);
  const sent = desk.sent.filter(({ request }) =>
    posts.some(({ requestId }) => requestId === request.headers["X-Request-ID"]),
  );
  for (const { requestId } of sent) expect(journaled.has(requestId), `${requestId} was never journaled`).toBe(true);
}

function compareRow(row: PaymentRow, bank: PostedSide): void {
  const made = bank.operations().filter(({ invoice }) => invoice === row.detail.invoiceId);
  const [own] = made;
  expect(made.length, `${row.number}: operations`).toBeLessThanOrEqual(1);
  expect(own?.captured ?? 0, `${row.number}: captured`).toBeLessThanOrEqual(1);
  if (own) expect(own.minor, `${row.number}: amount`).toBe(row.minor);
  if (row.detail.operationId !== null && own) expect(row.detail.operationId).toBe(own.id);
  if (row.state === "paid") expect(own, `${row.number} is paid here`).toMatchObject({ word: "paid" });
  if (row.state === "verified") expect(own, `${row.number} is verified here`).toMatchObject({ word: "verified" });
  if (row.settled && row.state !== "paid")
    expect(own?.word === "paid" || own?.word === "authorized", `${row.number} is ${row.state} here`).toBe(false);
}

/** Never two at once, and none after the end. */
function checkQuestions(row: PaymentRow, desk: RealDesk, bank: PostedSide): void {
  const asked = bank
    .questions(row.detail.invoiceId ?? "")
    .flatMap(({ requestId }) => desk.sent.filter((one) => one.requestId === requestId))
    .toSorted((a, b) => a.at - b.at);
  for (const [index, next] of asked.entries()) {
    const last = asked[index - 1];
    if (last?.life === next.life)
      expect(next.at, `${row.number}: question ${index + 1} overlaps the one before`).toBeGreaterThanOrEqual(
        (last.endedAt ?? Number.POSITIVE_INFINITY) - BLUR,
      );
  }
  if (row.settled && row.state === "paid")
    expect(
      asked.filter(({ at }) => at > row.updatedAt + BLUR),
      `${row.number}: asked after the end`,
    ).toEqual([]);
}

async function searchForSecrets(desk: RealDesk, bank: PostedSide): Promise<void> {
  const search = createSearch(bank.secrecies());
  const found = desk.logged.flatMap((line) => search("the log", line));
  for (const { path, content } of await filesBelow(desk.folder)) found.push(...search(path, content));
  for (const view of [desk.snapshot(), ...desk.rows()]) found.push(...search("what is shown", JSON.stringify(view)));
  expect([...new Set(found)]).toEqual([]);
}
