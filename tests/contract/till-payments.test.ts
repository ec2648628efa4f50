/** Payments over the till API: contract section 3, against the real core, journal and bank code. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { payment as paymentSchema } from "../../contract/payment.ts";
import { errorBody, health as healthSchema, paymentList } from "../../contract/till.ts";
import { refusal } from "../support/scripted-bank.ts";
import { openTill, TOKENS, type TillDesk } from "../support/till.ts";

let till: TillDesk;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const SALE = { amount: "5000", provider: "kaspi" };
const code = (answer: { json(): any }): string => answer.json().error.code;

describe("POST /payments", () => {
  it("answers 201 with the whole payment and its QR", async () => {
    const answer = await till.pay({ ...SALE, externalId: "order-7", description: "чай" });
    expect(answer.status).toBe(201);
    const payment = paymentSchema.parse(answer.json());
    expect(payment).toMatchObject({
      state: "awaiting_scan",
      amount: "5000.00",
      currency: "KZT",
      externalId: "order-7",
      actor: "api:all",
      number: "A1-000001",
    });
    expect(payment.qr?.payload).toMatch(/^\d{41}$/);
    expect(payment.createdAt).toMatch(/\+05:00$/);
  });

  it("with the same key and body is 200 and the same payment, however the amount is written", async () => {
    const first = (await till.pay(SALE, "key-1")).json();
    for (const amount of ["5000", "5000.0", "5000.00"]) {
      const again = await till.pay({ ...SALE, amount }, "key-1");
      expect([again.status, again.json().id]).toEqual([200, first.id]);
    }
    expect(till.desk.bank.calls("/qr/create")).toBe(1);
  });

  it("with a used key and another body is 409 key_reused and carries the payment", async () => {
    const first = (await till.pay(SALE, "key-1")).json();
    const again = await till.pay({ ...SALE, amount: "5001" }, "key-1");
    expect([again.status, code(again), again.json().payment.id]).toEqual([409, "key_reused", first.id]);
  });

  it("while one is open is 409 till_busy and carries that one", async () => {
    const first = (await till.pay(SALE)).json();
    const second = await till.pay(SALE);
    expect([second.status, code(second)]).toEqual([409, "till_busy"]);
    expect(errorBody.parse(second.json()).payment).toMatchObject({ id: first.id });
  });

  it("that the bank refuses is 201 with a failed payment", async () => {
    till.desk.bank.next("/qr/create", { answer: refusal("990000028", "Неверная сумма") });
    const answer = await till.pay(SALE);
    expect([answer.status, answer.json().state, answer.json().qr]).toEqual([201, "failed", null]);
    expect(answer.json().error).toMatchObject({ bankCode: "990000028", bankMessage: "Неверная сумма" });
  });

  it("waits for a bank that takes a moment", async () => {
    till.desk.bank.next("/qr/create", { answer: refusal("-99000002"), after: 1_000 });
    const pending = till.pay(SALE);
    await new Promise((resolve) => setTimeout(resolve, 200));
    await till.desk.clock.advance(1_000);
    expect((await pending).json().state).toBe("failed");
  });

  it("answers with `creating` after 5 s, and the same key finds it later", async () => {
    till.desk.bank.next("/qr/create", "hang");
    let answered = false;
    const pending = till.pay(SALE, "slow").finally(() => (answered = true));
    await new Promise((resolve) => setTimeout(resolve, 200));
    await till.desk.clock.advance(4_900);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(answered).toBe(false);
    await till.desk.clock.advance(100);
    const answer = await pending;
    expect([answer.status, answer.json().state]).toEqual([201, "creating"]);
    await till.desk.clock.advance(30_000);
    const again = await till.pay(SALE, "slow");
    expect([again.status, again.json().id, again.json().state]).toEqual([200, answer.json().id, "awaiting_scan"]);
  });

  it("needs no right to read its own answer", async () => {
    const answer = await till.pay(SALE, "pay-only", { authorization: `Bearer ${TOKENS.pay.token}` });
    expect([answer.status, answer.json().actor]).toEqual([201, "api:pay"]);
  });

  it("with a bank that is not set up is 503", async () => {
    const answer = await till.pay({ ...SALE, provider: "epay" });
    expect(answer.status).toBe(503);
  });

  it("of a way this bank has not is 409 not_supported", async () => {
    expect(code(await till.pay({ ...SALE, method: "invoice" }))).toBe("not_supported");
  });
});

describe("one payment", () => {
  it("is found by its id, and only with its exact id", async () => {
    const { id } = (await till.pay(SALE)).json();
    expect(paymentSchema.parse((await till.call("GET", `/payments/${id}`)).json()).id).toBe(id);
    expect((await till.call("GET", `/payments/${id}x`)).status).toBe(404);
  });

  it("is cancelled while it waits for the scan, watched on, and final after that", async () => {
    const { id } = (await till.pay(SALE)).json();
    const answer = await till.call("POST", `/payments/${id}/cancel`);
    expect([answer.status, answer.json().state, answer.json().watching, answer.json().qr]).toEqual([
      200,
      "cancelled",
      true,
      null,
    ]);
  });

  it("that is paid cannot be cancelled: 409 already_final with the payment", async () => {
    const { id } = (await till.pay(SALE)).json();
    till.desk.bank.status("Processed");
    await till.desk.clock.advance(5_000);
    const answer = await till.call("POST", `/payments/${id}/cancel`);
    expect([answer.status, code(answer), answer.json().payment.state]).toEqual([409, "already_final", "paid"]);
  });

  it("is asked about on request", async () => {
    const { id } = (await till.pay(SALE)).json();
    till.desk.bank.status("Wait");
    await till.desk.clock.advance(4_000);
    const pending = till.call("POST", `/payments/${id}/refresh`);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await till.desk.clock.advance(5_000);
    expect((await pending).json().state).toBe("awaiting_confirmation");
  });

  it("that is running is not dismissed: 409 not_finished; a paid one is, twice", async () => {
    const { id } = (await till.pay(SALE)).json();
    expect(code(await till.call("POST", `/payments/${id}/dismiss`))).toBe("not_finished");
    till.desk.bank.status("Processed");
    await till.desk.clock.advance(5_000);
    for (const body of [undefined, {}])
      expect((await till.call("POST", `/payments/${id}/dismiss`, body)).status).toBe(200);
    expect(till.desk.snapshot().current).toBeNull();
  });

  it.each([
    ["capture", undefined],
    ["void", undefined],
    ["dispense", undefined],
    ["fulfil", { ok: true }],
  ])("%s is 409 not_supported and carries the payment", async (action, body) => {
    const { id } = (await till.pay(SALE)).json();
    const answer = await till.call("POST", `/payments/${id}/${action}`, body);
    expect([answer.status, code(answer), answer.json().payment.id]).toEqual([409, "not_supported", id]);
  });
});

describe("GET /payments", () => {
  it("pages from the newest back without a gap or a double", async () => {
    const ids: string[] = [];
    for (let i = 0; i < 5; i += 1) {
      const { id } = (await till.pay(SALE)).json();
      ids.unshift(id);
      await till.call("POST", `/payments/${id}/cancel`);
      await till.call("POST", `/payments/${id}/dismiss`);
    }
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const page = paymentList.parse(
        (await till.call("GET", `/payments?limit=2${cursor ? `&cursor=${cursor}` : ""}`)).json(),
      );
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(ids);
    expect((await till.call("GET", "/payments?state=paid")).json().items).toEqual([]);
  });

  it("finds by externalId", async () => {
    const { id } = (await till.pay({ ...SALE, externalId: "bill/5 №1" })).json();
    const found = (await till.call("GET", `/payments?externalId=${encodeURIComponent("bill/5 №1")}`)).json();
    expect(found.items.map((item: { id: string }) => item.id)).toEqual([id]);
  });
});

describe("GET /health", () => {
  it("is 200 and of the documented form, also when the bank is down", async () => {
    till.desk.bank.always("/", { fail: "refused", reach: "connect" });
    await till.desk.clock.advance(61_000);
    const answer = await till.call("GET", "/health");
    expect(answer.status).toBe(200);
    expect(healthSchema.parse(answer.json())).toMatchObject({
      status: "degraded",
      environment: "test",
      providers: { kaspi: { reachable: false } },
    });
  });
});

describe("a journal that cannot be written", () => {
  it("is 503 journal_unavailable and nothing is sent", async () => {
    await till.close();
    let full = false;
    till = await openTill({
      wrap: (journal) => ({
        ...journal,
        commit: (batch) => (full ? Promise.reject(new Error("disk full")) : journal.commit(batch)),
      }),
    });
    full = true;
    const answer = await till.pay(SALE);
    expect([answer.status, code(answer)]).toEqual([503, "journal_unavailable"]);
    expect(till.desk.bank.calls("/qr/create")).toBe(0);
    full = false;
  });
});
