import { expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { isOpen } from "../../contract/states.ts";
import type { PaymentRow } from "../../main/core/payment.ts";
import type { Fate } from "../support/fates.ts";
import { CHECK, openPostedDesk, TYPED_CARD, type PostedDesk } from "../support/posted-desk.ts";
import { seeded } from "../support/random.ts";

const RUNS = Number(process.env["POSTED_STORMS"] ?? 8);
const STEPS = 60;
const SECOND = 1_000;
const MINUTE = 60_000;
const COMPLAINT: Fate = { answer: { kind: "misconfigured", error: appError("terminal_refused") } };
const CLAIM: Fate = { answer: { kind: "claim", error: appError("malformed_answer") } };

const fates = (chance: () => number): Fate[] => [
  { fail: "closed", reach: "sent" },
  { fail: "closed", reach: "sent", acts: true },
  { fail: "closed", reach: "body", acts: true },
  { fail: "closed", reach: "sent", acts: Math.round(chance() * 180) * SECOND },
  { fail: "refused", reach: "connect" },
  { slow: Math.round(chance() * 12) * SECOND },
  { answer: {}, status: 401 },
  "hang",
];

async function storm(seed: number, desk: PostedDesk, disk: { broken: boolean }): Promise<void> {
  const chance = seeded(seed);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;
  const rows = (): Promise<readonly PaymentRow[]> => desk.journal.payments({ limit: 500 });
  const { posts } = desk;
  const decide = (): void => {
    for (const order of posts.orders) if (order.word === "pending") order.word = pick(["paid", "declined", "pending"]);
  };
  const act = async (name: "payments.cancel" | "payments.dismiss" | "payments.refresh"): Promise<void> => {
    const row = pick(await rows());
    if (row) void desk.call(name, { id: row.id });
  };
  const steps: Record<string, () => Promise<unknown> | void> = {
    post: () => {
      posts.takes = pick(["posted", "posted", "challenged", "challenged", "declined"]);
      posts.confirmed = pick(["paid", "declined", "pending"]);
      void desk.post(pick([{}, { method: "card", card: TYPED_CARD }, CHECK])).catch(() => undefined);
    },
    cancel: async () => {
      const { current } = desk.snapshot();
      if (current && isOpen(current)) void desk.call("payments.cancel", { id: current.id });
    },
    dismiss: () => act("payments.dismiss"),
    refresh: () => act("payments.refresh"),
    decide,
    prove: () => desk.prove(),
    forge: () => desk.pages.at(-1)?.bring({ PaRes: "proof", MD: "foreign" }),
    token: () => posts.next("/token", pick(fates(chance))),
    create: () => posts.next("/post", pick(fates(chance))),
    status: () => posts.next("/status", pick([...fates(chance), COMPLAINT, CLAIM])),
    confirm: () => posts.next("/confirm", pick(fates(chance))),
    disk: async () => {
      disk.broken = true;
      await desk.clock.advance(Math.round(chance() * 4) * SECOND);
      disk.broken = false;
    },
    restart: () => desk.restart(),
    wait: () => desk.clock.advance(Math.round(chance() * 20) * SECOND),
    page: () => desk.clock.advance(10 * MINUTE),
    session: () => desk.clock.advance(20 * MINUTE),
  };
  const order =
    "post post post post post cancel cancel dismiss dismiss refresh decide decide decide prove prove prove forge token create create create status status confirm confirm disk restart wait wait wait wait page session";
  const names = order.split(" ");
  let most = 0;
  for (let n = 0; n < STEPS; n += 1) {
    await steps[pick(names)]?.();
    await desk.clock.advance(0);
    most = Math.max(most, (await rows()).filter(isOpen).length);
  }
  // The bank can be reached again and decides; nobody goes to its page any more.
  for (const path of ["/token", "/post", "/status", "/confirm"]) posts.clear(path);
  await desk.clock.advance(4 * MINUTE);
  await desk.restart();
  await desk.clock.advance(20 * SECOND);
  for (const one of posts.orders) if (one.word === "pending") one.word = pick(["paid", "declined"]);
  await desk.clock.advance(80 * MINUTE);

  const all = await rows();
  const what = `seed ${seed}: ${JSON.stringify(
    all.map(({ number, state, settled, bankId, detail }) => [
      number,
      state,
      settled,
      bankId,
      detail.history.map(({ cause }) => cause).join(" "),
      posts.orders.find(({ invoiceId }) => invoiceId === detail.invoiceId) ?? null,
    ]),
    null,
    1,
  )}`;
  expect(most, what).toBeLessThanOrEqual(1);
  for (const row of all) {
    const there = posts.orders.find(({ invoiceId }) => invoiceId === row.detail.invoiceId);
    // Posted and confirmed once, whatever happened on the way.
    expect(there?.posts ?? 0, what).toBeLessThanOrEqual(1);
    expect(there?.confirms ?? 0, what).toBeLessThanOrEqual(1);
    // Nothing lost, nothing made up.
    expect(row.state === "paid", what).toBe(there?.word === "paid");
    if (row.state === "failed") expect(there, what).toBeUndefined();
    // Only what was sent on from the page and came to nothing, or was called paid without proof, is left to a person.
    if (!row.settled)
      expect([row.state, row.detail.confirmed || row.detail.claimed], what).toEqual(["needs_review", true]);
  }
  expect(new Set(all.map(({ detail }) => detail.invoiceId)).size, what).toBe(all.length);
  expect(
    posts.orders.filter(({ invoiceId }) => !all.some(({ detail }) => detail.invoiceId === invoiceId)),
    what,
  ).toEqual([]);
  expect(
    desk.notes.filter(({ event }) => event === "command.failed" || event === "payment.post.not-made"),
    what,
  ).toEqual([]);
}

it("storms of posts (lost and late answers, pages left and forged, a full disk, restarts) end as the bank's books", async () => {
  for (let seed = 1; seed <= RUNS; seed += 1) {
    const disk = { broken: false };
    const desk = await openPostedDesk({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (disk.broken ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    try {
      await storm(seed, desk, disk);
    } finally {
      await desk.close();
    }
  }
}, 60_000);
