import { afterEach, describe, expect, it } from "vitest";
import type { Fault } from "../../simulator/index.ts";
import { open, stopAll, until, wait, type Till } from "./support.ts";

afterEach(stopAll);

const lastCall = (till: Till) => till.bank.ledger.calls.at(-1)!;
const settled = (promise: Promise<unknown>) =>
  Promise.race([
    promise.then(
      () => true,
      () => true,
    ),
    wait(60).then(() => false),
  ]);

/** A till whose next qr/create meets the fault. */
async function withFault(fault: Fault) {
  const till = await open();
  till.bank.faults.add({ method: "qr/create", ...fault });
  return till;
}

describe("a lost answer", () => {
  it("refused: the connection is reset before the body is read", async () => {
    const till = await withFault({ kind: "refuse" });
    await expect(till.create()).rejects.toThrow();
    expect(lastCall(till)).toMatchObject({
      name: "qr/create",
      acted: false,
      faults: ["refuse"],
      answer: null,
      bodyText: "",
    });
    expect((await till.create()).status).toBe(200);
    expect(till.bank.payments()).toHaveLength(1);
  });

  it("refused for every method: not even TLS", async () => {
    const till = await open();
    till.agent.destroy();
    till.bank.faults.add({ kind: "refuse" });
    const calls = till.bank.ledger.calls.length;
    await expect(till.get("/health/ping")).rejects.toThrow();
    expect(till.bank.ledger.calls).toHaveLength(calls);
    expect(till.bank.ledger.connections.at(-1)).toMatchObject({ event: "reset" });
    expect((await till.get("/health/ping")).status).toBe(200);
  });

  it("dropped: read, not carried out", async () => {
    const till = await withFault({ kind: "drop" });
    await expect(till.create()).rejects.toThrow();
    expect(lastCall(till)).toMatchObject({ acted: false, answer: null });
    expect(lastCall(till).bodyText).toContain("200.00");
    expect(till.bank.payments()).toHaveLength(0);
  });

  it("eaten: carried out, never answered", async () => {
    const till = await withFault({ kind: "eat" });
    await expect(till.create()).rejects.toThrow();
    expect(lastCall(till)).toMatchObject({ acted: true, answer: null });
    expect(till.bank.payments()).toHaveLength(1);
  });

  it("late: dies now, is carried out in virtual time", async () => {
    const till = await withFault({ kind: "late", ms: 180_000 });
    await expect(till.create()).rejects.toThrow();
    till.bank.advance(179_999);
    expect(till.bank.payments()).toHaveLength(0);
    till.bank.advance(1);
    expect(till.bank.payments()).toHaveLength(1);
    const call = lastCall(till);
    expect(call.actedAt! - call.at).toBe(180_000);
  });

  it.each([
    [false, 0],
    [true, 1],
  ])("hung, carried out: %s", async (acts, payments) => {
    const till = await withFault({ kind: "hang", acts });
    const asked = till.create();
    expect(await settled(asked)).toBe(false);
    expect(till.bank.payments()).toHaveLength(payments);
    await till.bank.down();
    await expect(asked).rejects.toThrow();
  });

  it.each([
    ["first", 1],
    ["last", 0],
  ] as const)("delayed, carried out %s", async (acts, during) => {
    const till = await withFault({ kind: "delay", ms: 7_000, acts });
    const asked = till.create();
    await until(() => lastCall(till).faults.length > 0);
    expect(await settled(asked)).toBe(false);
    expect(till.bank.payments()).toHaveLength(during);
    till.bank.advance(7_000);
    expect((await asked).json().StatusCode).toBe(0);
    expect(till.bank.payments()).toHaveLength(1);
    expect(lastCall(till).answer!.at - lastCall(till).at).toBe(7_000);
  });
});

describe("a spoilt answer", () => {
  it("truncated: fewer bytes than promised", async () => {
    const till = await withFault({ kind: "truncate" });
    await expect(till.create()).rejects.toThrow("aborted");
    expect(lastCall(till)).toMatchObject({ acted: true, answer: { sent: "part" } });
  });

  it("garbage: no JSON, though carried out", async () => {
    const till = await withFault({ kind: "garbage" });
    const answer = await till.create();
    expect(answer.status).toBe(200);
    expect(() => answer.json()).toThrow(SyntaxError);
    expect(till.bank.payments()).toHaveLength(1);
  });

  it("a proxy’s page, and 429, are not carried out unless told to", async () => {
    const till = await withFault({ kind: "html" });
    const page = await till.create();
    expect(page).toMatchObject({ status: 502, headers: { "content-type": "text/html" } });
    expect(page.text).toContain("<html>");
    till.bank.faults.add({ kind: "http", status: 429, headers: { "Retry-After": "30" } });
    expect(await till.create()).toMatchObject({ status: 429, headers: { "retry-after": "30" }, text: "" });
    expect(till.bank.payments()).toHaveLength(0);
    till.bank.faults.add({ kind: "html", status: 504, acts: true });
    expect((await till.create()).status).toBe(504);
    expect(till.bank.payments()).toHaveLength(1);
  });

  it("slow: the right answer in pieces", async () => {
    const till = await withFault({ kind: "slow", ms: 1_000, pieceBytes: 50 });
    const asked = till.create();
    await until(() => lastCall(till).answer !== null);
    expect(await settled(asked)).toBe(false);
    expect(lastCall(till).answer?.sent).toBe("part");
    till.bank.advance(60_000);
    expect((await asked).json().StatusCode).toBe(0);
    expect(lastCall(till).answer?.sent).toBe("whole");
  });
});

describe("another answer", () => {
  it.each(["-990000002", '"- 1601"', "9900000018", '"-999"', "null", "-999"])("StatusCode %s", async (statusCode) => {
    const till = await withFault({ kind: "answer", statusCode });
    const answer = await till.create();
    expect(answer.text).toContain(`"StatusCode":${statusCode},`);
    expect(answer.text).not.toContain("Data");
    expect(till.bank.payments()).toHaveLength(0);
  });

  it("a code although it was carried out", async () => {
    const till = await withFault({ kind: "answer", statusCode: "-999", acts: true, httpStatus: 503 });
    expect((await till.create()).status).toBe(503);
    expect(till.bank.payments()).toHaveLength(1);
    expect(lastCall(till)).toMatchObject({ statusCode: "0", acted: true });
  });

  it("status words jump and go back", async () => {
    const till = await open();
    const id = await till.createId();
    const other = await till.createId();
    till.bank.faults.add({
      kind: "answer",
      method: "payment/status",
      paymentId: id,
      status: ["Processed", "QrTokenCreated", "RemotePaymentCreated"],
    });
    expect(await till.status(other)).toBe("QrTokenCreated");
    expect(await till.status(id)).toBe("Processed");
    expect(await till.status(id)).toBe("QrTokenCreated");
    expect(await till.status(id)).toBe("RemotePaymentCreated");
    expect(await till.status(id)).toBe("QrTokenCreated");
    expect(till.bank.payment(id)?.captured).toBe(false);
  });

  it("extra fields, other keys, no Data, another body", async () => {
    const till = await open();
    const id = await till.createId();
    const change = (fault: object) => till.bank.faults.add({ kind: "answer", method: "payment/status", ...fault });
    const text = async () => (await till.get(`/payment/status/${id}`)).text;
    change({ extra: { Amount: { raw: "200.00" }, StoreName: "Магазин" } });
    expect(await text()).toContain('"Data":{"Status":"QrTokenCreated","Amount":200.00,"StoreName":"Магазин"}');
    change({ also: { message: '"again"' } });
    expect(await text()).toContain('"Message":"OK","Data":{"Status":"QrTokenCreated"},"message":"again"');
    change({ rename: { StatusCode: "statusCode", Message: "message", Data: "data" } });
    expect(await text()).toBe('{"statusCode":0,"message":"OK","data":{"Status":"QrTokenCreated"}}');
    change({ data: "null" });
    expect(await text()).toBe('{"StatusCode":0,"Message":"OK","Data":null}');
    change({ data: "missing", message: null });
    expect(await text()).toBe('{"StatusCode":0,"Message":null}');
    change({ body: '{"Status": "Processed"}' });
    expect(await text()).toBe('{"Status": "Processed"}');
    expect(await text()).toBe('{"StatusCode":0,"Message":"OK","Data":{"Status":"QrTokenCreated"}}');
  });
});

describe("which calls", () => {
  it("nth and count choose", async () => {
    const till = await open();
    till.bank.faults.add({ kind: "html", method: "health/ping", nth: 2, count: 2 });
    const statuses: number[] = [];
    for (let call = 0; call < 5; call++) statuses.push((await till.get("/health/ping")).status);
    expect(statuses).toEqual([200, 502, 502, 200, 200]);
    expect(till.bank.faults.list()[0]).toMatchObject({ seen: 5, hits: 2 });
  });

  it("all of them until the fault goes", async () => {
    const till = await open();
    const id = till.bank.faults.add({ kind: "http", status: 500, count: "all" });
    expect((await till.get("/health/ping")).status).toBe(500);
    expect((await till.create()).status).toBe(500);
    till.bank.faults.remove(id);
    expect((await till.create()).status).toBe(200);
  });

  it("a wrong fault is not taken", async () => {
    const till = await open();
    expect(() => till.bank.faults.add({ kind: "late" } as Fault)).toThrow("ms");
    expect(() => till.bank.faults.add({ kind: "explode" } as unknown as Fault)).toThrow("kind");
  });
});

describe("the whole bank", () => {
  it("goes down with its connections and comes back at the same address", async () => {
    const till = await open();
    const id = await till.createId();
    const { url } = till.bank;
    const hung = till.bank.faults.add({ kind: "hang", method: "health/ping" });
    const asked = till.get("/health/ping");
    await until(() => lastCall(till).faults.length > 0);
    await till.bank.down();
    await expect(asked).rejects.toThrow();
    till.bank.faults.remove(hung);
    const fresh = { agent: false };
    await expect(till.get("/health/ping", fresh)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    till.bank.advance(180_000);
    await till.bank.up();
    expect(till.bank.url).toBe(url);
    expect((await till.get(`/payment/status/${id}`, fresh)).json().Data.Status).toBe("Error");
  });
});
