/** The tills' refunds against the bank's own list of what went back. */
import { expect } from "vitest";
import type { CommandName } from "../../contract/commands.ts";
import type { Result } from "../../contract/errors.ts";
import type { Refund } from "../../contract/refund.ts";
import type { RealDesk } from "../support/real-desk.ts";
import type { KaspiSide } from "./kaspi-harness.ts";

/** A program at the till: several refunds of its may be under way at once. */
export const CLERK = { kind: "api", name: "clerk", scopes: ["pay", "refund", "read"] } as const;

export async function ask<T>(till: RealDesk, name: CommandName, input: unknown): Promise<Result<T>> {
  return (await till.core.call(CLERK, name, input)) as Result<T>;
}

export async function refundsOf(till: RealDesk): Promise<readonly Refund[]> {
  const result = await ask<{ items: readonly Refund[] }>(till, "refunds.list", { limit: 200 });
  if (!result.ok) throw new Error(result.error.code);
  return result.value.items;
}

export const decimal = (minor: number): string => `${Math.floor(minor / 100)}.${String(minor % 100).padStart(2, "0")}`;

/**
 * No human intent gave money back twice, none is called decided that was not, and what a sale says of its refunds is so.
 * Where refunds were decided by the bank's figure their sums must differ, since a figure cannot tell two equal ones apart.
 */
export async function compareRefunds(bank: KaspiSide, tills: readonly RealDesk[]): Promise<void> {
  const executed = bank.simulator.refunds().filter((refund) => refund.by === "till");
  const known = new Map<string, Refund>();
  for (const till of tills) {
    const refunds = await refundsOf(till);
    for (const refund of refunds) {
      const own = (await till.journal.refundCalls(refund.id)).map((call) => call.requestId);
      for (const id of own) known.set(id, refund);
      const done = executed.filter(({ requestId }) => requestId !== null && own.includes(requestId));
      const name = `${refund.number} (${refund.state}: ${refund.history.map(({ cause }) => cause).join(", ")})`;
      expect(done.length, `${name} was carried out more than once`).toBeLessThanOrEqual(1);
      for (const one of done) expect(decimal(Number(one.amountMinor)), `${name}: amount`).toBe(refund.amount);
      if (refund.state === "refunded") expect(done.length, `${name}, and the bank has none`).toBe(1);
      else if (refund.state === "needs_review") expect(refund.evidence.readings.length, name).toBeGreaterThan(0);
      else expect(done.length, `${name}, and the bank gave it back`).toBe(0);
    }
    for (const row of till.rows()) {
      const back = refunds.filter(
        ({ paymentId, state }) => paymentId === row.id && (state === "refunded" || state === "recorded"),
      );
      const sum = back.reduce((total, refund) => total + Math.round(Number(refund.amount) * 100), 0);
      expect((await till.get(row.id)).refundedAmount, `${row.number}: given back`).toBe(decimal(sum));
    }
    expect(till.errors).toEqual([]);
    expect(await till.journal.verifyChain()).toMatchObject({ ok: true });
  }
  for (const { requestId } of executed) expect(known.has(requestId ?? ""), "carried out, never journaled").toBe(true);
  for (const { id, amountMinor, refundedMinor } of bank.simulator.payments())
    expect(Number(refundedMinor), `${id}: more than was paid went back`).toBeLessThanOrEqual(Number(amountMinor));
}
