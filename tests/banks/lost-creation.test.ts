/** A creation whose answer or second attempt meets a disk that refuses: it must end as soon as the disk is back. */
import { afterEach, expect, it } from "vitest";
import type { Batch } from "../../main/core/ports.ts";
import { openDesk, type Desk } from "../support/desk.ts";

const SECOND = 1_000;
let desk: Desk;
afterEach(() => desk.close());

async function deskWhose(refuses: (batch: Batch) => boolean): Promise<Desk> {
  return openDesk({
    wrap: (journal) => ({
      ...journal,
      commit: (batch) => (refuses(batch) ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
    }),
  });
}

it("an answer that cannot be kept is as if lost, also when the disk stays full for a while", async () => {
  let full = false;
  desk = await deskWhose(() => full);
  desk.bank.next("/qr/create", { fail: "closed", reach: "sent", after: 2 * SECOND });
  const charged = desk.core.call({ kind: "person", name: "c" }, "payments.create", {
    key: "k",
    request: { amount: "1.00", provider: "kaspi" },
  });
  await desk.clock.advance(SECOND);
  full = true;
  await desk.clock.advance(30 * SECOND);
  expect(await charged).toMatchObject({ ok: true, value: { payment: { state: "creating" } } });
  full = false;
  await desk.clock.advance(10 * SECOND);
  expect(desk.snapshot().current).toMatchObject({ state: "failed", settled: true, error: { code: "answer_lost" } });
  expect(desk.bank.calls("/qr/create")).toBe(1);
});

it("a second attempt that cannot be journaled is not sent, and does not leave the till waiting for ever", async () => {
  let full = true;
  desk = await deskWhose((batch) => full && batch.payments === undefined && batch.calls !== undefined);
  desk.bank.next("/qr/create", { fail: "closed", reach: "sent" });
  await desk.charge("1.00");
  await desk.clock.advance(5 * SECOND);
  expect(desk.bank.calls("/qr/create")).toBe(1);
  full = false;
  await desk.clock.advance(10 * SECOND);
  expect(desk.snapshot().current).toMatchObject({ state: "failed", settled: true });
  expect(desk.bank.calls("/qr/create")).toBe(1);
});
