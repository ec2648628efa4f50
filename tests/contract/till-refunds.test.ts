/** Refunds, links and invoices over the till API: contract section 3, against the real core, journal and bank code. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { payment as paymentSchema } from "../../contract/payment.ts";
import { refund as refundSchema, type Refund } from "../../contract/refund.ts";
import { errorBody, refundList } from "../../contract/till.ts";
import { profileOf, testSettings } from "../support/desk.ts";
import type { Answered } from "../support/http-client.ts";
import { refusal } from "../support/scripted-bank.ts";
import { eventsOf, openTill, type TillDesk } from "../support/till.ts";

let till: TillDesk;
const code = (answer: Answered): string => errorBody.parse(answer.json()).error.code;
const refundOf = (answer: Answered): Refund => refundSchema.parse(answer.json());

const refund = (body: unknown, key: string = randomUUID()): Promise<Answered> =>
  till.call("POST", "/refunds", body, { "idempotency-key": key });

/** A paid sale; the till is free again. */
async function sell(amount = "5000.00"): Promise<{ id: string; bankId: string }> {
  const { id, bankId } = (await till.pay({ amount, provider: "kaspi" })).json();
  till.desk.bank.status("Processed");
  await till.desk.clock.advance(5_000);
  await till.call("POST", `/payments/${id}/dismiss`);
  return { id, bankId };
}

const get = async (id: string): Promise<Refund> => refundOf(await till.call("GET", `/refunds/${id}`));

/** The customer scans the code on the screen; what follows by itself has come to rest. */
async function scan(): Promise<void> {
  till.desk.bank.returnStatus("CustomerIdentityObtained");
  await till.desk.clock.advance(5_000);
  await till.desk.clock.advance(0);
}

function open(scheme: "1" | "2" | "3"): void {
  beforeAll(async () => {
    till = await openTill({ settings: testSettings(profileOf(scheme)) });
  });
  afterAll(() => till.close());
}

describe("scheme 2, with the customer", () => {
  open("2");
  let sale: { id: string; bankId: string };
  beforeEach(async () => {
    sale = await sell();
  });

  it("POST /refunds is 201 with a code to scan; after the scan the money goes back by itself", async () => {
    const answer = await refund({ paymentId: sale.id, amount: "1200" });
    expect(answer.status).toBe(201);
    const made = refundOf(answer);
    expect(made).toMatchObject({ state: "awaiting_scan", paymentId: sale.id, amount: "1200.00", actor: "api:all" });
    expect(made.number).toMatch(/^A1-R\d{6}$/);
    expect(made.qr?.payload).toMatch(/^\d{41}$/);
    await scan();
    expect(await get(made.id)).toMatchObject({
      state: "refunded",
      settled: true,
      qr: null,
      available: "5000.00",
      evidence: { kind: "answer", purchaseId: sale.bankId, before: "5000.00" },
    });
    expect(till.desk.bank.left(sale.bankId)).toBe(380_000);
    const paid = paymentSchema.parse((await till.call("GET", `/payments/${sale.id}`)).json());
    expect(paid).toMatchObject({ state: "paid", refundedAmount: "1200.00" });
  });

  it("the same key and body is 200 and the same refund, however the amount is written; another body is 409", async () => {
    const first = refundOf(await refund({ paymentId: sale.id, amount: "5000" }, "refund-key"));
    for (const amount of ["5000", "5000.0", "5000.00"]) {
      const again = await refund({ paymentId: sale.id, amount }, "refund-key");
      expect([again.status, again.json().id]).toEqual([200, first.id]);
    }
    const other = await refund({ paymentId: sale.id, amount: "4999" }, "refund-key");
    expect([other.status, code(other), other.json().refund.id]).toEqual([409, "key_reused", first.id]);
    await till.call("POST", `/refunds/${first.id}/cancel`);
  });

  it("keys of payments and refunds are one space", async () => {
    const { id } = (await till.pay({ amount: "10", provider: "kaspi" }, "one-space")).json();
    const taken = await refund({ paymentId: sale.id, amount: "1" }, "one-space");
    expect([taken.status, code(taken), taken.json().payment.id]).toEqual([409, "key_reused", id]);
    await till.call("POST", `/payments/${id}/cancel`);
    await till.call("POST", `/payments/${id}/dismiss`);
    const made = refundOf(await refund({ paymentId: sale.id, amount: "1" }, "other-space"));
    const back = await till.pay({ amount: "10", provider: "kaspi" }, "other-space");
    expect([back.status, code(back)]).toEqual([409, "key_reused"]);
    await till.call("POST", `/refunds/${made.id}/cancel`);
  });

  it("one undecided refund of a purchase: 409 refund_open, which carries it", async () => {
    const first = refundOf(await refund({ paymentId: sale.id, amount: "1" }));
    const second = await refund({ paymentId: sale.id, amount: "1" });
    expect([second.status, code(second)]).toEqual([409, "refund_open"]);
    expect(errorBody.parse(second.json()).refund).toMatchObject({ id: first.id, state: "awaiting_scan" });
    await till.call("POST", `/refunds/${first.id}/cancel`);
  });

  it("scan first: the customer's purchases, ours marked; a choice sends it", async () => {
    const { id } = refundOf(await refund({ provider: "kaspi" }));
    await scan();
    const choosing = await get(id);
    expect(choosing.state).toBe("choosing");
    expect(choosing.operations[0]).toMatchObject({ id: sale.bankId, amount: "5000.00", paymentId: sale.id });
    const select = (body: unknown): Promise<Answered> => till.call("POST", `/refunds/${id}/select`, body);

    const tooMuch = await select({ operationId: sale.bankId, amount: "5000.01" });
    expect([tooMuch.status, code(tooMuch)]).toEqual([409, "refund_too_large"]);
    expect(tooMuch.json().refund).toMatchObject({ id, state: "choosing" });
    expect(tooMuch.json().error.message).toContain("5\u2009000\u00a0₸");
    const unknown = await select({ operationId: "123", amount: "1" });
    expect([unknown.status, code(unknown)]).toEqual([404, "not_found"]);
    for (const [body, error] of [
      [{ operationId: sale.bankId, amount: 1 }, "bad_amount"],
      [{ operationId: sale.bankId, amount: "1,5" }, "bad_amount"],
      [{ operationId: sale.bankId, amount: "0" }, "bad_amount"],
      [{ operationId: Number(15), amount: "1" }, "bad_request"],
      [{ operationId: sale.bankId }, "bad_amount"],
      [{ operationId: sale.bankId, amount: "1", id: "other" }, "bad_request"],
      [{ operationId: sale.bankId, amount: "1", force: true }, "bad_request"],
      [[], "bad_request"],
    ] as const) {
      const answer = await select(body);
      expect([answer.status, code(answer)], JSON.stringify(body)).toEqual([400, error]);
    }
    expect((await till.call("POST", `/refunds/${id}/select`)).status).toBe(415);
    expect(till.desk.bank.left(sale.bankId)).toBe(500_000);

    const done = await select({ operationId: sale.bankId, amount: "5000" });
    expect([done.status, refundOf(done).state]).toEqual([200, "refunded"]);
    expect(till.desk.bank.left(sale.bankId)).toBe(0);
    const again = await select({ operationId: sale.bankId, amount: "5000" });
    expect([again.status, code(again), again.json().refund.id]).toEqual([409, "already_final", id]);
    const late = await till.call("POST", `/refunds/${id}/cancel`);
    expect([late.status, code(late), late.json().refund.state]).toEqual([409, "already_final", "refunded"]);
  });

  it("refresh asks; cancel gives it up, twice over, and nothing of the customer stays", async () => {
    const { id } = refundOf(await refund({ provider: "kaspi" }));
    till.desk.bank.returnStatus("CustomerIdentityObtained");
    await till.desk.clock.advance(4_000);
    const pending = till.call("POST", `/refunds/${id}/refresh`);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await till.desk.clock.advance(5_000);
    expect(refundOf(await pending).state).toBe("choosing");
    const cancelled = await till.call("POST", `/refunds/${id}/cancel`);
    expect([cancelled.status, refundOf(cancelled).state, refundOf(cancelled).operations]).toEqual([
      200,
      "cancelled",
      [],
    ]);
    const again = await till.call("POST", `/refunds/${id}/cancel`);
    expect([again.status, refundOf(again).state]).toEqual([200, "cancelled"]);
    expect((await till.call("POST", `/refunds/${id}/cancel`, { force: true })).status).toBe(400);
  });

  it("what cannot be refunded says why", async () => {
    const { id } = (await till.pay({ amount: "10", provider: "kaspi" })).json();
    const unpaid = await refund({ paymentId: id, amount: "1" });
    expect([unpaid.status, code(unpaid), unpaid.json().payment.id]).toEqual([409, "not_paid", id]);
    const beside = await refund({ paymentId: sale.id, amount: "1" });
    expect([beside.status, code(beside)]).toEqual([409, "till_busy"]);
    await till.call("POST", `/payments/${id}/cancel`);
    await till.call("POST", `/payments/${id}/dismiss`);
    const nobody = await refund({ paymentId: "nobody", amount: "1" });
    expect([nobody.status, code(nobody)]).toEqual([404, "not_found"]);
    const halyk = await refund({ provider: "halykQr", rrn: "1", amount: "1" });
    expect([halyk.status, code(halyk)]).toEqual([503, "not_configured"]);
    const reference = await refund({ provider: "kaspi", rrn: "1", amount: "1" });
    expect([reference.status, code(reference)]).toEqual([409, "not_supported"]);
    for (const path of ["", "/select", "/cancel", "/refresh"]) {
      const body = path === "/select" ? { operationId: "1", amount: "1" } : undefined;
      const answer = await till.call(path === "" ? "GET" : "POST", `/refunds/nobody${path}`, body);
      expect([answer.status, code(answer)], path).toEqual([404, "not_found"]);
    }
  });

  it("a body of none of the forms is 400, and so is one without an Idempotency-Key", async () => {
    for (const body of [
      {},
      { paymentId: "x" },
      { amount: "1" },
      { paymentId: "x", amount: 1 },
      { paymentId: "x", amount: "1", recorded: true },
      { paymentId: "x", amount: "1", recorded: false, reason: "нет" },
      { paymentId: "x", amount: "1", provider: "kaspi" },
      { provider: "sberbank" },
      { provider: "kaspi", bankId: 15, amount: "1" },
      "[]",
      "{",
    ])
      expect((await refund(body)).status, JSON.stringify(body)).toBe(400);
    for (const amount of ["5,00", "-1", "1.001", "", "0"])
      expect(code(await refund({ paymentId: sale.id, amount })), amount).toBe("bad_amount");
    const keyless = await till.call("POST", "/refunds", { paymentId: sale.id, amount: "1" });
    expect([keyless.status, code(keyless)]).toEqual([400, "bad_request"]);
  });

  it("GET /refunds pages from the newest back and finds by payment and state", async () => {
    const made: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      const { id } = refundOf(await refund({ paymentId: sale.id, amount: "1" }));
      made.unshift(id);
      await till.call("POST", `/refunds/${id}/cancel`);
    }
    const page = async (query: string) => refundList.parse((await till.call("GET", `/refunds?${query}`)).json());
    const first = await page(`paymentId=${sale.id}&limit=2`);
    const second = await page(`paymentId=${sale.id}&limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(made);
    expect(second.nextCursor).toBeNull();
    expect((await page(`paymentId=${sale.id}&state=refunded`)).items).toEqual([]);
    for (const query of ["limit=0", "state=paid", "colour=red", "limit=1&limit=2"])
      expect((await till.call("GET", `/refunds?${query}`)).status, query).toBe(400);
  });

  it("the stream carries the whole object, the customer's purchases too while they are to be chosen from", async () => {
    const stream = await till.events();
    till.desk.bank.operations([{ id: sale.bankId, minor: 500_000 as never, at: "2026-11-22T11:35:48" }]);
    const { id } = refundOf(await refund({ provider: "kaspi" }));
    await scan();
    const told = await stream.until((text) => text.includes('"state":"choosing"'));
    const last = eventsOf(told)
      .filter(({ kind }) => kind === "refund")
      .map(({ data }) => data as Refund)
      .findLast((one) => one.state === "choosing");
    expect(last?.operations).toEqual((await get(id)).operations);
    expect(last?.operations).toHaveLength(1);
    stream.close();
    till.desk.bank.operations(null);
    await till.call("POST", `/refunds/${id}/cancel`);
  });

  it("the stream tells of a refund and of its payment; a reset sends the open refunds too", async () => {
    const stream = await till.events();
    await stream.until((text) => text.includes(": open"));
    const made = refundOf(await refund({ paymentId: sale.id, amount: "100" }));
    const anew = await till.events({ "last-event-id": "none-of-ours" });
    const [reset, ...rest] = eventsOf(await anew.until((text) => eventsOf(text).some(({ kind }) => kind === "refund")));
    expect(reset?.kind).toBe("reset");
    expect(rest).toContainEqual({ kind: "refund", id: null, data: expect.objectContaining({ id: made.id }) });
    anew.close();
    await scan();
    const ended = ({ kind, data }: { kind: string; data: any }): boolean =>
      kind === "refund" && data.id === made.id && data.state === "refunded";
    const told = eventsOf(await stream.until((text) => eventsOf(text).some(ended)));
    expect(
      told.filter(({ kind, data }) => kind === "refund" && data.id === made.id).map(({ data }) => data.state),
    ).toEqual(expect.arrayContaining(["creating", "awaiting_scan", "choosing", "sending", "refunded"]));
    const last = told.find(ended);
    expect([last?.data.seq, refundSchema.parse(last?.data).evidence.kind]).toEqual([made.seq, "answer"]);
    const paid = told.findLast(({ kind, data }) => kind === "payment" && data.id === sale.id);
    expect(paid?.data.refundedAmount).toBe("100.00");
    stream.close();
  });
});

describe("scheme 3, by the till alone", () => {
  open("3");

  it("is refunded in the answer; more than is left is a failed refund, and nothing left says so", async () => {
    const sale = await sell();
    const part = refundOf(await refund({ paymentId: sale.id, amount: "4000" }));
    expect(part).toMatchObject({ state: "refunded", available: "5000.00", qr: null, bankReturnId: null });
    expect(part.bankId).toMatch(/^\d+$/);
    const more = await refund({ paymentId: sale.id, amount: "1000.01" });
    expect([more.status, refundOf(more)]).toMatchObject([
      201,
      { state: "failed", settled: true, error: { code: "refund_too_large" } },
    ]);
    expect(refundOf(await refund({ paymentId: sale.id, amount: "1000" })).state).toBe("refunded");
    expect(refundOf(await refund({ paymentId: sale.id, amount: "1" }))).toMatchObject({
      state: "failed",
      error: { code: "already_refunded" },
    });
    expect(till.desk.bank.calls("/payment/return")).toBe(2);
  });

  it("the bank's refusal is a failed refund with the bank's code and words", async () => {
    const sale = await sell();
    till.desk.bank.next("/payment/return", { answer: refusal("-990000020", "Частичный возврат невозможен") });
    expect(refundOf(await refund({ paymentId: sale.id, amount: "1" }))).toMatchObject({
      state: "failed",
      error: { code: "partial_refund_impossible", bankCode: "-990000020", bankMessage: "Частичный возврат невозможен" },
    });
  });

  it("a lost answer is in_doubt and not repeated; the bank's figure decides, shown as evidence", async () => {
    const sale = await sell();
    const before = till.desk.bank.calls("/payment/return");
    till.desk.bank.next("/payment/return", { fail: "closed", reach: "sent", acts: true });
    const made = refundOf(await refund({ paymentId: sale.id, amount: "1500" }, "doubt"));
    expect(made).toMatchObject({ state: "in_doubt", settled: false });
    const open = await refund({ paymentId: sale.id, amount: "1" });
    expect([code(open), open.json().refund.id]).toEqual(["refund_open", made.id]);
    await till.desk.clock.advance(11_000);
    await till.desk.clock.advance(0);
    const again = await refund({ paymentId: sale.id, amount: "1500" }, "doubt");
    expect(again.status).toBe(200);
    expect(refundOf(again)).toMatchObject({
      state: "refunded",
      evidence: { kind: "balance", before: "5000.00", readings: [{ available: "3500.00" }] },
    });
    expect(till.desk.bank.calls("/payment/return")).toBe(before + 1);
  });

  it("a purchase of another till goes back by the bank's id", async () => {
    till.desk.bank.available("9007199254740999", 70_000);
    const made = refundOf(await refund({ provider: "kaspi", bankId: "9007199254740999", amount: "700" }));
    expect(made).toMatchObject({ state: "refunded", paymentId: null, evidence: { purchaseId: "9007199254740999" } });
    expect(till.desk.bank.left("9007199254740999")).toBe(0);
  });

  it("a link is a payment with a link and no code", async () => {
    const answer = await till.pay({ amount: "10", provider: "kaspi", method: "link" });
    const made = paymentSchema.parse(answer.json());
    expect([answer.status, made.state, made.qr]).toEqual([201, "awaiting_scan", null]);
    expect(made.link).toMatch(/^https:\/\/pay\.kaspi\.kz\/pay\//);
    await till.call("POST", `/payments/${made.id}/cancel`);
    await till.call("POST", `/payments/${made.id}/dismiss`);
  });

  const invoice = (more: Record<string, unknown> = {}): Promise<Answered> =>
    till.pay({ amount: "10", provider: "kaspi", method: "invoice", phone: "+7 707 777 77 77", ...more });

  it("an invoice waits, is asked about on request only, and is taken back by the bank's word", async () => {
    const answer = await invoice({ comment: "Test" });
    const made = paymentSchema.parse(answer.json());
    expect([answer.status, made.state, made.method]).toEqual([201, "awaiting_payment", "invoice"]);
    const questions = (): number => till.desk.bank.calls(`/payment/status/${made.bankId}`);
    await till.desk.clock.advance(60_000);
    expect(questions()).toBe(0);
    till.desk.bank.status("RemotePaymentCreated");
    expect((await till.call("POST", `/payments/${made.id}/refresh`)).json().state).toBe("awaiting_payment");
    expect(questions()).toBe(1);
    const back = await till.call("POST", `/payments/${made.id}/cancel`);
    expect([back.status, back.json().state, back.json().settled]).toEqual([200, "cancelled", true]);
  });

  it("an invoice to what is no mobile number is 400 bad_phone, and its number is needed", async () => {
    const landline = await invoice({ phone: "+7 727 250 00 00" });
    expect([landline.status, code(landline)]).toEqual([400, "bad_phone"]);
    expect((await invoice({ phone: undefined })).status).toBe(400);
  });

  it("a lost invoice is needs_review at once; a second one only by name: 409 possible_duplicate carries the first", async () => {
    till.desk.bank.next("/remote/create", { fail: "closed", reach: "sent" });
    const lost = paymentSchema.parse((await invoice({ amount: "77" })).json());
    expect(lost).toMatchObject({
      state: "needs_review",
      settled: false,
      watching: false,
      error: { code: "invoice_lost" },
    });
    const second = await invoice({ amount: "77.00", phone: "8 (707) 777-77-77" });
    expect([second.status, code(second), second.json().payment.id]).toEqual([409, "possible_duplicate", lost.id]);
    const meant = await invoice({ amount: "77", confirmDuplicateOf: lost.id });
    expect([meant.status, meant.json().state]).toEqual([201, "awaiting_payment"]);
  });
});

describe("scheme 1, in the Kaspi Pay app", () => {
  open("1");

  it("cannot be refunded here: 409 refund_elsewhere; what was done there is recorded, and asks no bank", async () => {
    const sale = await sell();
    const elsewhere = await refund({ paymentId: sale.id, amount: "100" });
    expect([elsewhere.status, code(elsewhere), elsewhere.json().payment.id]).toEqual([
      409,
      "refund_elsewhere",
      sale.id,
    ]);
    const asked = till.desk.bank.requests.length;
    const record = (amount: string): Promise<Answered> =>
      refund({ paymentId: sale.id, amount, recorded: true, reason: "возврат в Kaspi Pay" });
    const made = await record("4000");
    expect([made.status, refundOf(made)]).toMatchObject([
      201,
      { state: "recorded", settled: true, evidence: { kind: "person", by: "all", reason: "возврат в Kaspi Pay" } },
    ]);
    const more = await record("1000.01");
    expect([more.status, code(more)]).toEqual([409, "refund_too_large"]);
    expect((await record("1000")).status).toBe(201);
    expect(code(await record("1"))).toBe("already_refunded");
    expect(till.desk.bank.requests).toHaveLength(asked);
    expect((await till.call("GET", `/payments/${sale.id}`)).json().refundedAmount).toBe("5000.00");
  });
});
