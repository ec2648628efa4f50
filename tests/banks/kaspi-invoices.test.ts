/** Invoices to a telephone (Kaspi 4.6, scheme 3): no list and no number of ours, so a lost one is a person's to clear up. */
import { randomUUID } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect } from "vitest";
import type { RealDesk } from "../support/real-desk.ts";
import { makeAuthorities } from "./kaspi-harness.ts";
import { accepted, refused, shop, strike, type Shop, type Struck } from "./kaspi-shop.ts";
import { SECOND } from "./scene.ts";

await makeAuthorities();

const PHONE = "87077777777";
const NAME = "Смагулова Айгуль Сериковна";
const HOUR = 3_600 * SECOND;

const lookUp = (desk: RealDesk, phone = PHONE) => desk.call("payments.lookUp", { provider: "kaspi", phone });
const create = (
  desk: RealDesk,
  amount: string,
  more: { phone?: string; confirmDuplicateOf?: string; comment?: string } = {},
) =>
  desk.call("payments.create", {
    key: randomUUID(),
    request: { amount, provider: "kaspi", method: "invoice", phone: PHONE, ...more },
  });
const named = ({ bank }: Shop, name: string) => bank.simulator.ledger.callsNamed(name);

/** An invoice that the customer has on his telephone. */
async function invoice({ desk }: Shop, amount = "5000.00"): Promise<{ id: string; bankId: string }> {
  const { id } = accepted(await create(desk, amount)).payment;
  const { bankId } = await desk.reaches(id, "awaiting_payment");
  return { id, bankId: bankId ?? "" };
}

describe.concurrent("invoices", () => {
  shop(
    "Q-20, Q-21: the number in any way of writing goes out as 8XXXXXXXXXX, under the keys of the document's sample",
    async (s) => {
      for (const written of ["87077777777", "+7 (707) 777-77-77", "77077777777", "7077777777"])
        expect(accepted(await lookUp(s.desk, written)), written).toMatchObject({
          name: "Смагулова А. С.",
          phone: "+7 707 ••• 77 77",
        });
      const token = s.bank.simulator.devices()[0]?.token;
      for (const { path, bodyText } of named(s, "remote/client-info")) {
        expect(path).toMatch(new RegExp(`/remote/client-info\\?phoneNumber=${PHONE}&deviceToken=${token}$`));
        expect(bodyText).toBe("");
      }
      for (const wrong of ["8707777777777", "+1 707 777 77 77", "8727777777", "not a number", "87277777777"]) {
        expect(refused(await lookUp(s.desk, wrong)).error.code, wrong).toBe("bad_phone");
        expect(refused(await create(s.desk, "10.00", { phone: wrong })).error.code, wrong).toBe("bad_phone");
      }
      expect(named(s, "remote/client-info")).toHaveLength(4);
      const { id } = accepted(await create(s.desk, "10.00", { phone: "+77077777777", comment: "Заказ 17" })).payment;
      const { bankId } = await s.desk.reaches(id, "awaiting_payment");
      expect(named(s, "remote/create")[0]?.bodyText).toContain(
        `"Amount":10.00,"PhoneNumber":"${PHONE}","Comment":"Заказ 17"`,
      );
      s.bank.simulator.payInvoice(bankId ?? "");
      await s.desk.call("payments.refresh", { id });
      expect(await s.desk.reaches(id, "paid")).toMatchObject({ settled: true, late: false });
    },
    { scheme: 3 },
  );

  const LOST: readonly (readonly [string, Struck])[] = [
    ["eaten", { kind: "eat" }],
    ["dropped", { kind: "drop" }],
    ["late", { kind: "late", ms: 20 * SECOND }],
    ["cut off", { kind: "truncate" }],
    ["garbage", { kind: "garbage" }],
    ["a proxy's 502", { kind: "html", acts: true }],
    ["HTTP 403", { kind: "http", status: 403, acts: true }],
    ["-999", { kind: "answer", statusCode: "-999" }],
    ["-77777 after it was made", { kind: "answer", statusCode: "-77777", acts: true }],
    ["0 without an id", { kind: "answer", extra: { QrPaymentId: null } }],
    ["hung", { kind: "hang", acts: true }],
  ];
  shop(
    "Q-32: whatever became of its creation, a lost invoice is for a person at once, and is never sent again",
    async (s) => {
      const lost: { id: string; amount: string }[] = [];
      for (const [n, [what, fault]] of LOST.entries()) {
        const amount = `${n + 1}.50`;
        strike(s, "remote/create", null, [fault]);
        const { id } = accepted(await create(s.desk, amount)).payment;
        // One that hangs is given up after half a minute, on a busy machine a little later.
        const row = await s.desk.reaches(id, "needs_review", false, 180 * SECOND);
        expect(row, what).toMatchObject({ bankId: null, watching: false, error: { code: "invoice_lost" } });
        expect(await s.desk.journal.calls(id), what).toMatchObject([{ danger: "dangerous", name: "remote/create" }]);
        lost.push({ id, amount });
      }
      await s.clock.sleep(15 * SECOND);
      await s.desk.restart();
      await s.desk.until("ready", () => s.desk.snapshot().providers[0]?.ready === true);
      s.desk.core.wake("resume");
      await s.clock.sleep(15 * SECOND);
      for (const { id, amount } of lost) {
        await s.desk.call("payments.refresh", { id });
        expect(await s.desk.get(id)).toMatchObject({ state: "needs_review", settled: false });
        const again = refused(await create(s.desk, amount));
        expect(again).toMatchObject({ error: { code: "possible_duplicate" }, payment: { id } });
      }
      expect(named(s, "remote/create")).toHaveLength(LOST.length);
      expect(named(s, "payment/status")).toEqual([]);

      // Another sum, another telephone, or the person who names the lost one: each is an invoice of its own.
      const [{ id: first, amount } = { id: "", amount: "" }] = lost;
      for (const more of [{ phone: "87011112233" }, { confirmDuplicateOf: first }]) {
        const { id } = accepted(await create(s.desk, amount, more)).payment;
        await s.desk.reaches(id, "awaiting_payment");
        await s.desk.call("payments.cancel", { id });
        await s.desk.reaches(id, "cancelled", true);
      }
      expect(refused(await create(s.desk, amount, { confirmDuplicateOf: lost[1]?.id ?? "" })).error.code).toBe(
        "possible_duplicate",
      );
      return { unsettled: LOST.length };
    },
    { scheme: 3, scale: 40, desk: { min: 1 } },
  );

  shop(
    "Q-32, Q-02: a definite no makes no invoice and leaves nothing to clear up; a way that is cut fails before it is sent",
    async (s) => {
      for (const [n, statusCode] of ["-1404", "-1401", "99000010", "990000032", "9900000028", "-990000002"].entries()) {
        strike(s, "remote/create", null, [{ kind: "answer", statusCode, message: "Нет" }]);
        const { id } = accepted(await create(s.desk, `${n + 1}.00`)).payment;
        expect(await s.desk.reaches(id, "failed", true)).toMatchObject({
          error: { bankCode: statusCode, bankMessage: "Нет" },
        });
      }
      expect(s.bank.simulator.invoices()).toEqual([]);
      const names = () => s.bank.simulator.ledger.calls.map(({ name }) => name);
      const before = named(s, "remote/create").length;
      // What must not be sent twice leaves on a way that has just been tried, and not at all where the trial fails.
      await s.clock.sleep(8 * SECOND);
      strike(s, "health/ping", null, [{ kind: "drop", count: "all" }]);
      const untried = accepted(await create(s.desk, "66.00")).payment;
      await s.desk.reaches(untried.id, "failed", true);
      expect(names().at(-1)).toBe("health/ping");
      expect(named(s, "remote/create")).toHaveLength(before);
      s.bank.simulator.faults.clear();
      await s.clock.sleep(8 * SECOND);
      await s.bank.down();
      const { id } = accepted(await create(s.desk, "77.00")).payment;
      await s.desk.reaches(id, "failed", true);
      await s.bank.up();
      await s.clock.sleep(15 * SECOND);
      expect(named(s, "remote/create")).toHaveLength(before);
      accepted(
        await lookUp(s.desk).then(async (first) =>
          first.ok ? first : (await s.clock.sleep(20 * SECOND), lookUp(s.desk)),
        ),
      );
    },
    { scheme: 3 },
  );

  shop(
    "Q-03: -10000 is read where the document does not list it, in K13 to K15, and changes nothing",
    async (s) => {
      const missing: readonly Struck[] = [{ kind: "answer", statusCode: "-10000" }];
      strike(s, "remote/client-info", null, missing);
      expect(refused(await lookUp(s.desk)).error).toMatchObject({ code: "certificate_missing", bankCode: "-10000" });
      strike(s, "remote/create", null, missing);
      const { id } = accepted(await create(s.desk, "10.00")).payment;
      expect(await s.desk.reaches(id, "failed", true)).toMatchObject({ error: { code: "certificate_missing" } });
      const standing = await invoice(s);
      strike(s, "remote/cancel", standing.bankId, missing);
      await s.desk.call("payments.cancel", { id: standing.id });
      expect(s.desk.row(standing.id)).toMatchObject({
        state: "awaiting_payment",
        error: { code: "certificate_missing", bankCode: "-10000" },
      });
      await s.desk.call("payments.cancel", { id: standing.id });
      await s.desk.reaches(standing.id, "cancelled", true);
    },
    { scheme: 3 },
  );

  shop(
    "Q-33: for hours nobody asks about an invoice, not by a timer, not on start, not on waking; a person does",
    async (s) => {
      const { id, bankId } = await invoice(s);
      await s.desk.call("payments.dismiss", { id });
      s.clock.hurry(100);
      await s.clock.sleep(HOUR);
      for (const reason of ["resume", "network", "clock"] as const) s.desk.core.wake(reason);
      await s.clock.sleep(60 * SECOND);
      await s.desk.restart();
      s.desk.core.wake("resume");
      s.bank.simulator.payInvoice(bankId);
      await s.clock.sleep(HOUR);
      s.clock.hurry(1);
      expect(named(s, "payment/status")).toEqual([]);
      expect(s.desk.row(id)).toMatchObject({ state: "awaiting_payment", settled: false });
      await s.desk.call("payments.refresh", { id });
      expect(s.desk.row(id)).toMatchObject({ state: "paid", settled: true });
      expect(named(s, "payment/status")).toHaveLength(1);
    },
    { scheme: 3 },
  );

  shop(
    "Q-33: however often a person asks, and over a restart's and a putting away's boundary, the bank is asked once in 5 s",
    async (s) => {
      const { id } = await invoice(s);
      const until = s.clock.now() + 16 * SECOND;
      while (s.clock.now() < until) {
        await s.desk.call("payments.refresh", { id });
        await s.clock.sleep(300);
      }
      const asked = named(s, "payment/status").map(({ at }) => at);
      expect(asked.length).toBeGreaterThanOrEqual(3);
      expect(asked.length).toBeLessThanOrEqual(4);
      await s.desk.call("payments.cancel", { id });
      await s.desk.call("payments.dismiss", { id });
      await s.desk.call("payments.refresh", { id });
      await s.desk.call("payments.refresh", { id });
    },
    { scheme: 3 },
  );

  shop(
    "Q-34: taken back it is the bank's word that counts: cancelled, or paid by who was faster",
    async (s) => {
      const gone = await invoice(s);
      await s.desk.call("payments.cancel", { id: gone.id });
      expect(await s.desk.reaches(gone.id, "cancelled", true)).toMatchObject({ error: null });
      expect(s.bank.simulator.payment(gone.bankId)).toMatchObject({ state: "RemotePaymentCanceled", captured: false });

      const faster = await invoice(s);
      s.bank.simulator.payInvoice(faster.bankId);
      await s.desk.call("payments.cancel", { id: faster.id });
      expect(await s.desk.reaches(faster.id, "paid", true)).toMatchObject({ late: false });

      // -999 to the cancellation: one question about the status decides.
      const asked = await invoice(s);
      strike(s, "remote/cancel", asked.bankId, [{ kind: "answer", statusCode: "-999", acts: true }]);
      await s.desk.call("payments.cancel", { id: asked.id });
      await s.desk.reaches(asked.id, "cancelled", true);
      expect(named(s, "payment/status")).toHaveLength(1);

      const rejected = await invoice(s);
      s.bank.simulator.rejectInvoice(rejected.bankId);
      await s.desk.call("payments.refresh", { id: rejected.id });
      await s.desk.reaches(rejected.id, "declined", true);
    },
    { scheme: 3 },
  );

  for (const [what, fault, state] of [
    ["carried out", { kind: "eat" }, "cancelled"],
    ["not carried out", { kind: "drop" }, "awaiting_payment"],
  ] as const) {
    shop(
      `Q-34: a lost answer to the cancellation (${what}): not confirmed, until a person asks`,
      async (s) => {
        const { id, bankId } = await invoice(s);
        strike(s, "remote/cancel", bankId, [fault]);
        await s.desk.call("payments.cancel", { id });
        expect(s.desk.row(id)).toMatchObject({
          state: "awaiting_payment",
          settled: false,
          error: { code: "cancel_unconfirmed" },
        });
        await s.desk.restart();
        expect(s.desk.row(id)).toMatchObject({ state: "awaiting_payment", error: { code: "cancel_unconfirmed" } });
        await s.clock.sleep(10 * SECOND);
        expect(named(s, "payment/status")).toEqual([]);
        await s.desk.call("payments.refresh", { id });
        expect(s.desk.row(id)).toMatchObject({ state, error: null });
        expect(named(s, "remote/cancel")).toHaveLength(1);
        if (state === "cancelled") return {};
        s.bank.simulator.payInvoice(bankId);
        await s.clock.sleep(6 * SECOND);
        await s.desk.call("payments.refresh", { id });
        await s.desk.reaches(id, "paid", true);
        return {};
      },
      { scheme: 3 },
    );
  }

  shop(
    "Q-43: fifty look-ups in a minute, the next is not sent and not queued, after a restart neither; a minute later it is",
    async (s) => {
      for (let n = 1; n <= 50; n += 1) expect(accepted(await lookUp(s.desk)).left).toBe(50 - n);
      const began = s.clock.now();
      const over = refused(await lookUp(s.desk));
      expect(over).toMatchObject({ error: { code: "lookup_limit" } });
      expect(Number(over.error.params["seconds"])).toBeGreaterThan(0);
      await s.desk.restart();
      await s.desk.until("ready", () => s.desk.snapshot().providers[0]?.ready === true);
      if (s.clock.now() - began < 40 * SECOND) expect(refused(await lookUp(s.desk)).error.code).toBe("lookup_limit");
      expect(named(s, "remote/client-info")).toHaveLength(50);
      await s.clock.sleep(62 * SECOND);
      expect(accepted(await lookUp(s.desk)).left).toBeGreaterThan(40);
    },
    { scheme: 3 },
  );

  shop(
    "Q-52: neither the number nor the name is in the journal's file, the vault or the log, whatever became of the invoice",
    async (s) => {
      accepted(await lookUp(s.desk));
      refused(await lookUp(s.desk, "87059998877"));
      const { id } = await invoice(s);
      await s.desk.call("payments.cancel", { id });
      strike(s, "remote/create", null, [{ kind: "eat" }]);
      const lost = accepted(await create(s.desk, "12.00")).payment;
      await s.desk.reaches(lost.id, "needs_review");
      strike(s, "remote/client-info", null, [{ kind: "garbage" }]);
      refused(await lookUp(s.desk));
      await s.desk.restart();
      const files = readdirSync(s.desk.folder).map((file) => readFileSync(join(s.desk.folder, file)));
      expect(files.length).toBeGreaterThan(1);
      const all = Buffer.concat(files);
      expect(all.includes("+7 707 ••• 77 77"), "the masked number is there").toBe(true);
      const { deviceToken = "none" } = s.bank.simulator.payment(s.desk.row(id).bankId ?? "") ?? {};
      for (const secret of [
        PHONE,
        PHONE.slice(1),
        "7059998877",
        "Смагулова",
        "Сериковна",
        NAME,
        "Айгуль",
        deviceToken,
      ]) {
        expect(all.includes(secret), secret).toBe(false);
        expect(s.desk.logged.join("\n")).not.toContain(secret);
      }
      return { unsettled: 1 };
    },
    { scheme: 3 },
  );
});
