import { afterEach, describe, expect, it } from "vitest";
import { another, idOf, open, stopAll, until, type Till } from "./support.ts";

afterEach(stopAll);

const codeOf = async (answer: Promise<{ json(): { StatusCode: number } }>) => (await answer).json().StatusCode;
const listed = async (till: Till, returnId: string, most?: number) => {
  const answer = await till.call("/return/operations", {
    QrReturnId: returnId,
    ...(most === undefined ? {} : { MaxResult: String(most) }),
  });
  return [...answer.text.matchAll(/"QrPaymentId":(\d+)/g)].map((match) => match[1]);
};

describe("a refund QR", () => {
  it("is scanned within its window, and moves nothing", async () => {
    const till = await open();
    const paid = await till.paidId();
    const answer = await till.call("/return/create", { ExternalId: '"T1-R000001"' });
    const id = idOf(answer, "QrReturnId");
    expect(id).toBe("9007199264740993");
    expect(answer.json().Data.QrReturnBehaviorOptions).toEqual({
      QrCodeScanEventPollingInterval: 5,
      QrCodeScanWaitTimeout: 180,
    });
    const status = async () => (await till.get(`/return/status/${id}`)).json().Data.Status;
    till.bank.advance(179_999);
    expect(await status()).toBe("QrTokenCreated");
    till.bank.scanReturn(id, "c1");
    expect(await status()).toBe("CustomerIdentityObtained");
    till.bank.advance(86_400_000);
    expect(await status()).toBe("CustomerIdentityObtained");
    expect(till.bank.return(id)).toMatchObject({ customer: "c1", externalId: "T1-R000001", tradePointId: "12" });
    expect(() => till.bank.scanReturn(id)).toThrow("CustomerIdentityObtained");
    expect(till.bank.refunds()).toEqual([]);
    expect(till.bank.ledger.availableMinor(paid)).toBe(20000n);
  });

  it("nobody scans, or whose scan fails, is Error", async () => {
    const till = await open();
    const [late, failed] = [
      idOf(await till.call("/return/create"), "QrReturnId"),
      idOf(await till.call("/return/create"), "QrReturnId"),
    ];
    till.bank.scanReturnError(failed);
    till.bank.advance(180_000);
    expect(till.bank.returns().map((record) => record.state)).toEqual(["Error", "Error"]);
    expect(() => till.bank.scanReturn(late)).toThrow();
    for (const id of [late, failed, "5"]) {
      expect(await codeOf(till.call("/return/operations", { QrReturnId: id }))).toBe(-1601);
    }
    expect(await codeOf(till.get("/return/status/5"))).toBe(-1601);
  });
});

describe("the customer’s purchases", () => {
  it("are his alone, paid, the newest ten", async () => {
    const till = await open();
    const own: string[] = [];
    for (let count = 0; count < 12; count++) {
      own.unshift(await till.paidId("1.00", "aigul"));
      till.bank.advance(1_000);
    }
    await till.paidId("1.00", "nurlan");
    till.bank.scan(await till.createId(), "aigul");
    const returnId = await till.scannedReturn("aigul");
    expect(await listed(till, returnId)).toEqual(own.slice(0, 10));
    expect(await listed(till, returnId, 3)).toEqual(own.slice(0, 3));
    expect(await listed(till, returnId, 50)).toEqual(own.slice(0, 10));
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual(["MaxResult over 10"]);
    expect(await listed(till, await till.scannedReturn("nobody"))).toEqual([]);
  });

  it("Q-40: come in another order, and from another store, when told to", async () => {
    const till = await open({ operationsOrder: "shuffled", operationsScope: "organization" });
    const store = await another(till, { id: "B", point: "1" });
    const own = [];
    for (const one of [till, store, till]) {
      own.push(await one.paidId());
      till.bank.advance(1_000);
    }
    const shuffled = await listed(till, await till.scannedReturn());
    expect(shuffled.toSorted()).toEqual(own);
    expect(shuffled).not.toEqual(own.toReversed());
    await till.bank.configure({ operationsScope: "trade-point", operationsOrder: "newest" });
    expect(await listed(till, await till.scannedReturn())).toEqual([own[2], own[0]]);
    expect(await codeOf(store.giveBack(own[0]!, "1.00", await store.scannedReturn()))).toBe(-99000003);
  });
});

describe("payment/return with the customer", () => {
  it("gives parts back until nothing is left; the same request twice is two refunds", async () => {
    const till = await open();
    const id = await till.paidId("200.00");
    const returnId = await till.scannedReturn();
    const first = await till.giveBack(id, "80.50", returnId);
    const second = await till.giveBack(id, "80.50", returnId);
    expect(idOf(first, "ReturnOperationId")).toBe("9007199274740993");
    expect(idOf(second, "ReturnOperationId")).toBe("9007199274740994");
    expect((await till.details(id)).text).toContain('"TotalAmount":200.00,"AvailableReturnAmount":39.00');
    expect(await codeOf(till.giveBack(id, "39.01", returnId))).toBe(-99000005);
    expect(await codeOf(till.giveBack(id, "39.00", returnId))).toBe(0);
    expect(await codeOf(till.giveBack(id, "0.01", returnId))).toBe(-99000005);
    expect((await till.details(id)).text).toContain('"AvailableReturnAmount":0.00');
    const calls = till.bank.ledger.callsNamed("payment/return").filter((call) => call.statusCode === "0");
    expect(till.bank.ledger.refundsOf(id)).toEqual(
      [8050n, 8050n, 3900n].map((amountMinor, index) => ({
        bank: "kaspi",
        id: String(9007199274740993n + BigInt(index)),
        purchaseId: id,
        amountMinor,
        at: till.bank.now(),
        by: "till",
        requestId: calls[index]?.headers["x-request-id"],
        returnId,
      })),
    );
    expect(calls.every((call) => call.paymentId === id)).toBe(true);
    expect(till.bank.ledger.totals()).toMatchObject({
      refunds: 3,
      refundedMinor: 20000n,
      refundedByTillMinor: 20000n,
      refundedByPurchase: { [id]: 20000n },
    });
  });

  it("wants the right refund QR, purchase, trade point, status and amount", async () => {
    const till = await open();
    const id = await till.paidId("10.00");
    const unpaid = await till.createId();
    const unscanned = idOf(await till.call("/return/create"), "QrReturnId");
    const returnId = await till.scannedReturn();
    const give = (purchase: string, amount: string, qr = returnId) => codeOf(till.giveBack(purchase, amount, qr));
    expect(await codeOf(till.giveBack(id, "1.00"))).toBe(-1601);
    expect(await give(id, "1.00", unscanned)).toBe(-1601);
    expect(await give("5", "1.00")).toBe(-99000001);
    expect(await give(await till.paidId("1.00", "nurlan"), "1.00")).toBe(-99000001);
    till.bank.scan(unpaid);
    expect(await give(unpaid, "1.00")).toBe(-99000011);
    expect((await till.giveBack(id, "0", returnId)).status).toBe(400);
    const store = await another(till, { id: "B", point: "1" });
    expect(await codeOf(store.giveBack(id, "1.00", returnId))).toBe(-1601);
    expect(await codeOf(store.giveBack(id, "1.00", await store.scannedReturn()))).toBe(-99000003);
    await till.bank.configure({ partialRefunds: false });
    expect(await give(id, "9.99")).toBe(-99000020);
    till.bank.changeTradePoint("12", { enabled: false });
    expect(await give(id, "10.00")).toBe(990000018);
    till.bank.changeTradePoint("12", { enabled: true });
    expect(till.bank.refunds()).toEqual([]);
    expect(await give(id, "10.00")).toBe(0);
  });
});

describe("payment/return without the customer", () => {
  it("needs no refund QR", async () => {
    const till = await open({ scheme: 3 });
    const id = await till.paidId("10.00");
    expect(await codeOf(till.giveBack(id, "4.00"))).toBe(0);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    expect(await codeOf(till.giveBack(id, "4.00", "13"))).toBe(0);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual(["QrReturnId is scheme 2's"]);
    expect(till.bank.ledger.availableMinor(id)).toBe(200n);
    expect(till.bank.refunds().map((refund) => refund.returnId)).toEqual([null, null]);
  });
});

describe("another till", () => {
  it("gives back of the same purchase, as far as there is anything", async () => {
    const till = await open({ scheme: 3 });
    const id = await till.paidId("10.00");
    expect(till.bank.refundElsewhere(id, 600)).toMatchObject({ by: "elsewhere", requestId: null, amountMinor: 600n });
    expect(() => till.bank.refundElsewhere(id, 401)).toThrow("превышать");
    expect(await codeOf(till.giveBack(id, "4.01"))).toBe(-99000005);
    expect(till.bank.ledger.totals()).toMatchObject({ refundedMinor: 600n, refundedByTillMinor: 0n });
  });

  it("is met by a fault: before the call, after it, and beside another fault", async () => {
    const till = await open({ scheme: 3 });
    const id = await till.paidId("100.00");
    const strike = (fault: object, method = "payment/return") =>
      till.bank.faults.add({ kind: "foreign", minor: 1_000, method, ...fault } as never);
    const history = () => till.bank.refunds().map(({ by, amountMinor }) => [by, Number(amountMinor)]);

    strike({});
    expect(await codeOf(till.giveBack(id, "95.00"))).toBe(-99000005);
    strike({ ms: 0 });
    expect(await codeOf(till.giveBack(id, "30.00"))).toBe(0);
    expect(history()).toEqual([
      ["elsewhere", 1_000],
      ["till", 3_000],
      ["elsewhere", 1_000],
    ]);

    strike({}, "payment/details");
    expect((await till.details(id)).text).toContain('"AvailableReturnAmount":40.00');
    strike({ ms: 5_000 });
    till.bank.faults.add({ kind: "eat", method: "payment/return" });
    await expect(till.giveBack(id, "10.00")).rejects.toThrow();
    expect(till.bank.ledger.calls.at(-1)?.faults).toEqual(["foreign", "eat"]);
    expect(till.bank.ledger.availableMinor(id)).toBe(3_000n);
    till.bank.advance(5_000);
    expect(till.bank.ledger.availableMinor(id)).toBe(2_000n);

    till.bank.faults.add({ kind: "late", ms: 60_000, method: "payment/return" });
    strike({ minor: 1_500 });
    await expect(till.giveBack(id, "10.00")).rejects.toThrow();
    till.bank.advance(60_000);
    const late = till.bank.ledger.calls.at(-1)!;
    expect(late).toMatchObject({ statusCode: "-99000005", actedAt: late.at + 60_000 });

    strike({ minor: 1_000 });
    expect(await codeOf(till.giveBack(id, "5.00"))).toBe(0);
    expect(till.bank.ledger.calls.at(-1)?.faults).toEqual(["foreign", "foreign refused -99000005"]);
    expect(() => strike({ minor: 1.5 })).toThrow("minor");
  });

  it("late, of scheme 2: the customer’s refund is carried out long after the connection died", async () => {
    const till = await open();
    const id = await till.paidId("10.00");
    const returnId = await till.scannedReturn();
    till.bank.faults.add({ kind: "late", ms: 180_000, method: "payment/return", paymentId: id });
    await expect(till.giveBack(id, "10.00", returnId)).rejects.toThrow();
    till.bank.advance(179_999);
    expect(till.bank.refunds()).toEqual([]);
    till.bank.advance(1);
    await until(() => till.bank.refunds().length === 1);
    expect(till.bank.ledger.availableMinor(id)).toBe(0n);
  });
});
