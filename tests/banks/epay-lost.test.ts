/**
 * Calls that move money and whose answers are lost, each in every way: what became of it is what the status says, and the
 * bank's ledger shows each sent exactly once. The common suite shows the same of Google Pay; here are the others.
 */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { type Fault } from "../../simulator/index.ts";
import { epayScene, type EpayScene } from "./epay-scene.ts";
import { ACCOUNT, operationsOf, request, type Request } from "./epay-side.ts";
import { SECOND } from "./scene.ts";

type Struck = Fault extends infer F
  ? F extends Fault
    ? Omit<F, "method" | "nth" | "count" | "paymentId">
    : never
  : never;

/** How a call fares, and whether the bank carries it out. */
const FATES: readonly (readonly [what: string, fault: Struck, acts: boolean])[] = [
  ["dropped before it is read", { kind: "drop" }, false],
  ["carried out, and never answered", { kind: "eat" }, true],
  ["carried out 12 s after the connection died", { kind: "late", ms: 12 * SECOND }, true],
  ["hung", { kind: "hang" }, false],
  ["carried out, and hung", { kind: "hang", acts: true }, true],
  ["truncated", { kind: "truncate" }, true],
  ["garbage", { kind: "garbage" }, true],
  ["a proxy's HTML 502", { kind: "html", status: 502 }, false],
  ["carried out, and a proxy's HTML 502", { kind: "html", status: 502, acts: true }, true],
  ["HTTP 401", { kind: "http", status: 401 }, false],
  ["carried out, and HTTP 401", { kind: "http", status: 401, acts: true }, true],
  ["an empty 200", { kind: "answer", body: "" }, true],
  ["an empty 200 of a proxy", { kind: "answer", body: "", acts: false }, false],
];

/** Until the hung ones are given up, and asked about; a busy machine gives an exchange more time than its own. */
const PATIENCE = 600 * SECOND;

/** Every fate, one payment after the other at the same till. */
async function eachFate(
  { side }: EpayScene,
  method: string,
  run: (what: string, acts: boolean) => Promise<unknown>,
): Promise<number> {
  for (const [what, fault, acts] of FATES) {
    side.simulator.faults.add({ method, ...fault });
    try {
      await run(what, acts);
    } catch (error) {
      throw new Error(`${method} ${what}`, { cause: error });
    }
    expect(
      side.simulator.faults.list().every(({ hits }) => hits === 1),
      `${what}: struck once`,
    ).toBe(true);
    side.simulator.faults.clear();
  }
  return FATES.filter(([, , acts]) => !acts).length;
}

/** The journal, the network and the bank all know of one. */
function sentOnce({ side, desk }: EpayScene, row: PaymentRow, name: string, what: string): void {
  const { ledger, terminals } = side.simulator;
  const { terminalId } =
    row.method === "transfer"
      ? terminals.transfer
      : row.method === "cardVerification"
        ? terminals.verification
        : terminals.payment;
  const bound = new Set(ledger.tokens.filter((one) => one.terminalId === terminalId).map(({ token }) => token));
  const posts = ledger
    .posts(row.detail.invoiceId ?? "")
    .filter((post) => post.name === name && bound.has(post.token ?? ""));
  expect(
    posts.map(({ call }) => call),
    `${what}: in the bank's ledger`,
  ).toHaveLength(1);
  const [post] = posts;
  const body = post?.bodyText ?? "";
  const { path = "" } = ledger.calls.find(({ seq }) => seq === post?.call) ?? {};
  const sent = desk.sent.filter(({ request: { url, body: own } }) => url.endsWith(path) && (own ?? "") === body);
  expect(sent, `${what}: from the till`).toHaveLength(1);
}

/** Posted under each fate: what was carried out ends as the bank says, what was not stays in doubt. */
async function posts(s: EpayScene, method: string, make: () => Request, end: PaymentRow["state"]): Promise<number> {
  const { desk } = s;
  return eachFate(s, method, async (what, acts) => {
    const { id } = await s.begin(make());
    const row = await desk.reaches(id, acts ? end : "in_doubt", acts, PATIENCE);
    expect(operationsOf(s.side, row), what).toHaveLength(acts ? 1 : 0);
    if (acts) expect(row, what).toMatchObject({ late: false, error: null });
    else expect(row, what).toMatchObject({ detail: { posted: "lost" }, error: { remedy: "checkBank" } });
    await desk.clock.sleep(5 * SECOND);
    sentOnce(s, row, method, what);
    await desk.call("payments.dismiss", { id });
  });
}

async function saved(s: EpayScene): Promise<string> {
  const { detail } = await s.reaches({ ...request("cardVerification", "ok", s.side), saveCard: true }, "verified");
  await s.desk.call("payments.dismiss", { id: s.desk.rows()[0]?.id ?? "" });
  return detail.card?.id ?? "";
}

async function held(s: EpayScene): Promise<PaymentRow> {
  const row = await s.reaches(request("googlePay", "ok", s.side), "authorized");
  await s.desk.call("payments.dismiss", { id: row.id });
  return row;
}

describe.concurrent("a call whose answer is lost is settled by the status and sent once", () => {
  epayScene("cryptopay with a typed card", async (s) => ({
    unsettled: await posts(s, "cryptopay", () => request("card", "ok", s.side), "paid"),
  }));

  epayScene("cryptopay that checks a card", async (s) => ({
    unsettled: await posts(s, "cryptopay", () => request("cardVerification", "ok", s.side), "verified"),
  }));

  epayScene("cards/auth with a saved card", async (s) => {
    const card = { id: await saved(s) };
    const make = (): Request => ({ method: "card", amount: "700.00", card, payer: { accountId: ACCOUNT } });
    return { unsettled: await posts(s, "cards/auth", make, "paid") };
  });

  epayScene("cards/auth of a transfer", async (s) => ({
    unsettled: await posts(s, "cards/auth", () => request("transfer", "ok", s.side), "paid"),
  }));

  epayScene("a transfer that never came: in doubt for an hour, then failed, and not sent again", async (s) => {
    s.side.simulator.faults.add({ method: "cards/auth", kind: "drop" });
    const { id } = await s.reaches(request("transfer", "ok", s.side), "in_doubt");
    s.desk.clock.hurry(20);
    const row = await s.desk.reaches(id, "failed", true, 5_400 * SECOND);
    s.desk.clock.hurry(1);
    expect(row).toMatchObject({ error: { code: "never_reached" } });
    expect(row.updatedAt - row.createdAt).toBeGreaterThanOrEqual(3_600 * SECOND);
    sentOnce(s, row, "cards/auth", "after an hour");
  });

  for (const method of ["card", "cardVerification"] as const)
    epayScene(`confirm after the bank's page (${method})`, async (s) => {
      const end = method === "card" ? "paid" : "verified";
      const unsettled = await eachFate(s, "confirm", async (what, acts) => {
        const { id, detail } = await s.reaches(request(method, "3ds", s.side), "awaiting_3ds");
        const page = await s.page(detail.invoiceId);
        page.press("confirm");
        const row = await s.desk.reaches(id, acts ? end : "in_doubt", acts, PATIENCE);
        // Pressed again, and the window reloaded: nothing more is sent.
        page.press("confirm");
        await s.desk.clock.sleep(5 * SECOND);
        sentOnce(s, row, "confirm", what);
        sentOnce(s, row, "cryptopay", what);
        await s.desk.call("payments.dismiss", { id });
      });
      return { unsettled };
    });

  for (const [name, command, done] of [
    ["charge", "payments.capture", "paid"],
    ["cancel", "payments.void", "released"],
  ] as const)
    epayScene(
      `${name} of held money`,
      async (s) => {
        const unsettled = await eachFate(s, name, async (what, acts) => {
          const { id } = await held(s);
          const first = await s.desk.call(command, { id });
          // One that comes after its connection died is not seen by the question that follows at once.
          const late = what.includes("12 s after");
          if (late) await s.desk.clock.sleep(15 * SECOND);
          if (acts) {
            if (late) await s.desk.call("payments.refresh", { id });
            await s.desk.reaches(id, done, true, PATIENCE);
          } else {
            expect(first, what).toMatchObject({ ok: false });
            expect(s.desk.row(id), what).toMatchObject({
              state: "authorized",
              detail: { operation: expect.any(String) },
            });
            // Nobody knows yet that it did not arrive: another is not sent.
            for (const again of ["payments.capture", "payments.void"] as const)
              expect(await s.desk.call(again, { id }), what).toMatchObject({
                ok: false,
                error: { code: name === "charge" ? "capture_unconfirmed" : "void_unconfirmed" },
              });
          }
          sentOnce(s, s.desk.row(id), name, what);
        });
        return { unsettled };
      },
      { simulator: { scheme: "dms" } },
    );

  epayScene("refund of what was paid", async (s) => {
    await eachFate(s, "refund", async (what, acts) => {
      const sale = await s.reaches(request("googlePay", "ok", s.side), "paid");
      await s.desk.call("payments.dismiss", { id: sale.id });
      const made = await s.desk.core.call({ kind: "person", name: "cashier" }, "refunds.create", {
        key: randomUUID(),
        request: { paymentId: sale.id, amount: "1000.00" },
      });
      expect(made, what).toMatchObject({ ok: true });
      const row = async () => (await s.desk.journal.refunds({ paymentId: sale.id, limit: 1 }))[0];
      const wait = async (holds: (state: string | undefined) => boolean): Promise<void> => {
        const end = s.desk.clock.mono() + PATIENCE;
        while (!holds((await row())?.state) && s.desk.clock.mono() < end) await s.desk.clock.sleep(2 * SECOND);
      };
      await wait((state) => state !== "creating" && state !== "sending");
      s.desk.clock.hurry(8);
      await wait((state) => state === "refunded" || state === "not_executed");
      s.desk.clock.hurry(1);
      const now = await row();
      expect(now, what).toMatchObject({ state: acts ? "refunded" : "not_executed" });
      sentOnce(s, sale, "refund", what);
      expect(s.side.simulator.ledger.refundsOf(sale.detail.invoiceId ?? "").map(({ minor }) => minor)).toEqual(
        acts ? [100_000n] : [],
      );
    });
  });
});
