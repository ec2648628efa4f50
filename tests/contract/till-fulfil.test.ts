/** Vending over HTTP: the two routes as a controller meets them. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { payment as paymentSchema } from "../../contract/payment.ts";
import { profileOf, testPeople } from "../support/desk.ts";
import type { Answered } from "../support/http-client.ts";
import { eventsOf, openTill, TOKENS, type TillDesk } from "../support/till.ts";
import { PINS, vending } from "../core/vending-desk.ts";

let till: TillDesk;
beforeEach(async () => {
  const people = { ...testPeople(PINS), unlocked: () => true };
  till = await openTill({ settings: vending(profileOf("3")), people });
});
afterEach(() => till.close());

const SALE = { amount: "450.00", provider: "kaspi", items: [{ id: "24", quantity: 1 }] };
const code = (answer: Answered): string | undefined => answer.json().error?.code;
const dispense = (id: string): Promise<Answered> => till.call("POST", `/payments/${id}/dispense`);
const fulfil = (id: string, body: unknown): Promise<Answered> => till.call("POST", `/payments/${id}/fulfil`, body);
const goods = (answer: Answered): string => {
  const { fulfilment } = paymentSchema.parse(answer.json().payment ?? answer.json());
  return `${answer.status} ${fulfilment?.state} ${fulfilment?.moneyBack}`;
};

async function paid(): Promise<string> {
  const { id } = (await till.pay(SALE)).json();
  till.desk.bank.status("Processed");
  await till.desk.clock.advance(5_000);
  return id as string;
}

describe("POST /payments/{id}/dispense and /fulfil", () => {
  it("begin and end a sale; each may be said again", async () => {
    const id = await paid();
    expect(goods(await dispense(id))).toBe("200 dispensing none");
    expect(goods(await dispense(id))).toBe("200 dispensing none");
    expect(goods(await fulfil(id, { ok: true }))).toBe("200 given none");
    expect(goods(await fulfil(id, { ok: true }))).toBe("200 given none");
    const again = await dispense(id);
    expect([code(again), goods(again)]).toEqual(["goods_decided", "409 given none"]);
    const other = await fulfil(id, { ok: false, reason: "x" });
    expect([code(other), goods(other)]).toEqual(["goods_decided", "409 given none"]);
    expect((await till.call("GET", "/health")).json()).toMatchObject({ inDoubt: 1, machine: "off" });
  });

  it("not given: the answer comes when it is on the disk, and the money goes back; the events tell of each step", async () => {
    const id = await paid();
    const { seq } = (await till.call("GET", "/health")).json().journal;
    const stream = await till.events({ "last-event-id": String(seq) });
    await dispense(id);
    const began = performance.now();
    const answer = await fulfil(id, { ok: false, reason: "  motor 24 jammed  " });
    expect(answer.status).toBe(200);
    expect(answer.json().fulfilment).toMatchObject({ state: "not_given", reason: "motor 24 jammed", by: "api:all" });
    const [refund] = await till.desk.journal.refunds({ paymentId: id, limit: 1 });
    expect(refund?.actor).toBe("till:goods");
    // Features row 35: 100 ms, of the answer; the machine that runs this has other work too.
    expect(performance.now() - began).toBeLessThan(1_000);
    await till.desk.clock.advance(1_000);
    expect(goods(await till.call("GET", `/payments/${id}`))).toBe("200 not_given returned");
    expect((await till.call("GET", `/refunds?paymentId=${id}`)).json().items).toMatchObject([
      { state: "refunded", amount: "450.00", paymentId: id },
    ]);
    await stream.until((text) => text.includes(`"moneyBack":"returned"`));
    const states = eventsOf(stream.text())
      .filter(({ kind }) => kind === "payment")
      .map(({ data }) => `${data.fulfilment.state} ${data.fulfilment.moneyBack}`);
    expect([...new Set(states)]).toEqual(["dispensing none", "not_given going", "not_given returned"]);
    stream.close();
  });

  it.each([
    [{}, 400, "bad_request"],
    [{ ok: "yes" }, 400, "bad_request"],
    [{ ok: false, reason: "" }, 400, "bad_request"],
    [{ ok: false, reason: "x".repeat(121) }, 400, "bad_request"],
    [{ ok: true, amount: "1.00" }, 400, "bad_request"],
    [{ ok: true, id: "another" }, 400, "bad_request"],
  ])("fulfil with %j is %i %s, and nothing is decided", async (body, status, refused) => {
    const id = await paid();
    const answer = await fulfil(id, body);
    expect([answer.status, code(answer)]).toEqual([status, refused]);
    expect(goods(await till.call("GET", `/payments/${id}`))).toBe("200 waiting none");
  });

  it("409 before it is paid, 404 for none, 403 without the right, 400 for a body that dispense has not", async () => {
    const { id } = (await till.pay(SALE)).json();
    for (const answer of [await dispense(id), await fulfil(id, { ok: false })])
      expect([answer.status, code(answer), answer.json().payment.id]).toEqual([409, "not_paid", id]);
    expect((await dispense("none")).status).toBe(404);
    const authorization = `Bearer ${TOKENS.read.token}`;
    expect((await till.call("POST", `/payments/${id}/dispense`, undefined, { authorization })).status).toBe(403);
    expect((await till.call("POST", `/payments/${id}/dispense`, { ok: true })).status).toBe(400);
    expect((await till.call("POST", `/payments/${id}/fulfil`)).status).toBe(415);
  });

  it("while goods wait the till is busy: 409 with the sale that holds it", async () => {
    const id = await paid();
    const busy = await till.pay(SALE);
    expect([busy.status, code(busy), busy.json().payment.id]).toEqual([409, "till_busy", id]);
    const away = await till.call("POST", `/payments/${id}/dismiss`);
    expect([away.status, code(away)]).toEqual([409, "not_finished"]);
    await fulfil(id, { ok: true });
    expect((await till.pay(SALE)).status).toBe(201);
  });

  it("the same order with the same products is the same payment, with others it is another: 409 key_reused", async () => {
    const first = await till.pay(SALE, "order-17");
    expect((await till.pay(SALE, "order-17")).status).toBe(200);
    const other = await till.pay({ ...SALE, items: [{ id: "25", quantity: 1 }] }, "order-17");
    expect([other.status, code(other)]).toEqual([409, "key_reused"]);
    expect(first.json().items).toMatchObject([{ id: "24", price: "450.00", quantity: 1 }]);
    const unknown = await till.pay({ ...SALE, items: [{ id: "99", quantity: 1 }] }, "order-18");
    expect([unknown.status, code(unknown)]).toEqual([400, "not_in_catalogue"]);
  });

  it("speaks to programs in the shop's language, whatever a customer has chosen at the screen", async () => {
    await till.desk.call("language.set", { language: "en" });
    expect((await dispense("none")).json().error.message).toMatch(/[а-я]/);
  });
});
