import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { bodyOf, closeAll, openHalyk } from "./halyk-support.ts";
import { idOf } from "./support.ts";

afterEach(closeAll);

const basic = (pair: string) => ({ headers: { Authorization: `Basic ${Buffer.from(pair).toString("base64")}` } });

describe("who asks", () => {
  it("without the right name and password is refused with 401 and told how", async () => {
    const shop = await openHalyk();
    const { username, password } = shop.bank;
    for (const pair of [`${username}:wrong`, `x:${password}`, username]) {
      const answer = await shop.get("/status/92059431/0", basic(pair));
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe('Basic realm="qr-service"');
      expect(bodyOf(answer)).toMatchObject({ status: 401, error: "Unauthorized", path: expect.any(String) });
    }
    expect((await shop.get("/status/92059431/0")).status).toBe(404);
    await shop.bank.configure({ allowed: false });
    expect((await shop.get("/status/92059431/0")).status).toBe(403);
  });

  it("has a name and a password of this start alone, or those given", async () => {
    const [one, other] = [await openHalyk(), await openHalyk()];
    expect(one.bank.password).toMatch(/^[\w-]{24}$/);
    expect(one.bank.password).not.toBe(other.bank.password);
    const given = await openHalyk({ username: "ұста", password: "қ:пароль" });
    expect((await given.get("/status/1/2", basic("ұста:қ:пароль"))).status).toBe(404);
  });
});

describe("a creation", () => {
  it.each([
    [{ amount: 0 }, "amount"],
    [{ amount: "1.005" }, "amount"],
    [{ terminal: "1" }, "terminal"],
    [{ terminal: undefined }, "terminal"],
    [{ mpan: "123" }, "mpan"],
    [{ pointOfSale: "АСХАНА" }, "pointOfSale"],
    [{ pointOfSale: "A store whose name is long" }, "pointOfSale"],
    [{ pointOfSale: "" }, "pointOfSale"],
    [{ invoiceId: null }, "invoiceId"],
    [{ isSkipFin: "yes" }, "isSkipFin"],
  ])("with %j is refused", async (members, named) => {
    const shop = await openHalyk();
    const answer = await shop.create(members);
    expect(answer.status).toBe(400);
    expect(bodyOf(answer).message).toContain(named);
    expect(shop.bank.bills()).toEqual([]);
  });

  it("tells its departures in the ledger, and refuses wrong headers when strict", async () => {
    const shop = await openHalyk();
    const headers = { Accept: "*/*", "Content-Type": "text/plain" };
    const text = '{"amount":1,"terminal":"92059431","pointOfSale":"A","invoiceId":7,"colour":"red"}';
    expect((await shop.post("/generate/code", text, { headers })).status).toBe(200);
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([
      "header Content-Type",
      "header Accept",
      "unknown key colour",
      "invoiceId is a number",
    ]);
    await shop.bank.configure({ strict: true });
    expect((await shop.post("/generate/code", text, { headers })).status).toBe(400);
    expect((await shop.post("/generate/code", "no JSON")).status).toBe(400);
    expect((await shop.get("/generate/code")).status).toBe(405);
    expect((await shop.get("/generate")).status).toBe(404);
  });

  it("under a used number is refused, answered with the same bill or with another", async () => {
    const shop = await openHalyk();
    const own = { invoiceId: "17" };
    const first = await shop.bill(own);
    const again = await shop.create(own);
    expect([again.status, bodyOf(again).error]).toEqual([409, "Conflict"]);
    await shop.bank.configure({ usedInvoice: "same" });
    expect(await shop.bill(own)).toBe(first);
    await shop.bank.configure({ usedInvoice: "second" });
    const second = await shop.bill(own);
    expect(second).toBe("9007199254740994");
    shop.bank.scan(second);
    expect((await shop.status("92059431/17")).status).toBe("SCANNED");
    expect((await shop.status(first)).status).toBe("NEW");
    expect((await shop.get("/status/1")).status).toBe(404);
    expect((await shop.get("/status/one")).status).toBe(400);
    expect((await shop.get("/status/92059431/%E0%A4")).status).toBe(404);
  });

  it("says Y to skipping the document and is never completed (Q-56)", async () => {
    const shop = await openHalyk();
    const billNumber = await shop.bill({ isSkipFin: "Y" });
    expect(shop.bank.pay(billNumber).status).toBe("AUTH");
    expect(shop.bank.pay(billNumber)).toMatchObject({ status: "AUTH", captured: false });
    expect((await shop.status(billNumber)).amount).toBe("250");
    await shop.bank.configure({ finDocuments: true });
    expect(shop.bank.pay(billNumber)).toMatchObject({ status: "PAID", captured: true });
  });
});

describe("a payment", () => {
  it("goes by the policy, and the ledger has the money", async () => {
    const shop = await openHalyk();
    const billNumber = await shop.bill({ amount: "199.99", invoiceId: "5" });
    expect(await shop.status(billNumber)).toMatchObject({ status: "NEW", amount: null, fee: null, bonusAmount: null });
    shop.bank.advance(1_000);
    shop.bank.scan(billNumber);
    expect(await shop.status(billNumber)).not.toHaveProperty("channel");
    shop.bank.block(billNumber);
    shop.bank.auth(billNumber);
    expect(() => shop.bank.scan(billNumber)).toThrow();
    shop.bank.pay(billNumber, { bonusMinor: 1_000, feeMinor: 150 });
    const paid = await shop.status("92059431/5");
    expect(paid).toMatchObject({
      status: "PAID",
      amount: "201.49",
      fee: "1.50",
      bonusAmount: "10",
      channel: "SMART_POS",
    });
    expect(paid.reference).toMatch(/^ONB\d{12}$/);
    await shop.bank.configure({ amounts: "number" });
    expect((await shop.get(`/status/${billNumber}`)).text).toContain('"fee":1.50,"amount":201.49,"bonusAmount":10,');
    expect(() => shop.bank.pay(billNumber)).toThrow();
    expect(() => shop.bank.reject(billNumber)).toThrow();
    expect(shop.bank.ledger.totals()).toMatchObject({
      payments: 1,
      captured: 1,
      capturedMinor: 19_999n,
      byInvoice: { "92059431/5": { captured: 1, capturedMinor: 19_999n } },
    });
    expect(shop.events.map((text) => (JSON.parse(text) as { status: string }).status)).toEqual([
      "NEW",
      "SCANNED",
      "BLOCKED",
      "AUTH",
      "PAID",
    ]);
    expect(shop.events.every((text) => text.startsWith(`{"billId":${billNumber},"qrcode":"`))).toBe(true);
  });

  it("fails with the customer", async () => {
    const shop = await openHalyk();
    const billNumber = await shop.bill();
    shop.bank.reject(billNumber);
    const status = await shop.status(billNumber);
    expect(status).toMatchObject({
      status: "REJECTED",
      errDescription: "Недостаточно средств на карте",
      amount: "250",
    });
    expect(() => shop.bank.pay(billNumber)).toThrow("REJECTED");
  });

  it("is ended by the bank itself after 20 minutes, or never", async () => {
    const shop = await openHalyk();
    const [fresh, held] = [await shop.bill(), await shop.bill()];
    shop.bank.scan(held);
    shop.bank.block(held);
    shop.bank.advance(1_199_999);
    expect((await shop.status(held)).status).toBe("BLOCKED");
    shop.bank.advance(1);
    for (const billNumber of [fresh, held]) expect((await shop.status(billNumber)).status).toBe("REJECTED");
    expect(() => shop.bank.scan(fresh)).toThrow();
    await shop.bank.configure({ rejectSeconds: null });
    const endless = await shop.bill();
    shop.bank.advance(86_400_000);
    expect((await shop.status(endless)).status).toBe("NEW");
  });

  it("is refused by the shop while it is NEW, or only once it is scanned (Q-60)", async () => {
    const shop = await openHalyk();
    const first = await shop.bill();
    expect((await shop.change(first, "REJECTED")).status).toBe(200);
    expect(() => shop.bank.pay(first)).toThrow();
    await shop.bank.configure({ policy: "strict" });
    const second = await shop.bill();
    expect((await shop.change(second, "REJECTED")).status).toBe(400);
    shop.bank.pay(second);
    expect((await shop.change(second, "REJECTED")).status).toBe(400);
    expect((await shop.status(second)).status).toBe("PAID");
    expect(shop.bank.ledger.complaints).toEqual([]);
  });

  it("cannot be paid by the shop: what it posts is recorded and moves no money (Q-61)", async () => {
    const shop = await openHalyk();
    const billNumber = await shop.bill();
    shop.bank.scan(billNumber);
    shop.bank.block(billNumber);
    expect((await shop.change(billNumber, "PAID")).status).toBe(200);
    expect(shop.bank.bill(billNumber)).toMatchObject({ status: "PAID", captured: false });
    expect((await shop.change(billNumber, "FROZEN")).status).toBe(400);
    expect((await shop.post(`/status/${billNumber}`, { billId: "1", status: "REJECTED" })).status).toBe(400);
    expect(shop.bank.ledger.complaints.map(({ text }) => text)).toEqual([
      "status PAID was posted",
      "status FROZEN was posted",
    ]);
    expect((await shop.giveBack(billNumber, 1)).status).toBe(409);
  });

  it("is dated without a zone: Almaty’s time or UTC", async () => {
    const shop = await openHalyk({ startAt: Date.UTC(2026, 0, 5, 22, 30, 1, 999) });
    const billNumber = await shop.bill();
    const almaty = await shop.status(billNumber);
    expect([almaty.createdDate, almaty.paymentDate]).toEqual(["2026-01-06T03:30:01", "2026-01-06T03:30:01"]);
    await shop.bank.configure({ dates: "utc" });
    expect((await shop.status(billNumber)).createdDate).toBe("2026-01-05T22:30:01");
  });
});

describe("a fault", () => {
  it("loses a creation that was carried out, and the number finds it", async () => {
    const shop = await openHalyk();
    shop.bank.faults.add({ kind: "eat", method: "generate/code" });
    await expect(shop.create({ invoiceId: "9" })).rejects.toThrow();
    expect((await shop.status("92059431/9")).status).toBe("NEW");
    shop.bank.faults.add({ kind: "drop", method: "generate/code" });
    await expect(shop.create({ invoiceId: "10" })).rejects.toThrow();
    expect((await shop.get("/status/92059431/10")).status).toBe(404);
  });

  it("changes an answer and not the books", async () => {
    const shop = await openHalyk();
    const billNumber = await shop.bill();
    const method = "status";
    shop.bank.faults.add({ kind: "answer", method, status: ["AUTH", "PAID"], extra: { amount: { raw: "1.0" } } });
    shop.bank.faults.add({ kind: "answer", method, nth: 3, httpStatus: 500, body: "oops", contentType: "text/plain" });
    shop.bank.faults.add({ kind: "answer", method, nth: 4, rename: { status: "Status" }, acts: false });
    expect((await shop.get(`/status/${billNumber}`)).text).toContain('"status":"AUTH"');
    expect((await shop.get(`/status/${billNumber}`)).text).toMatch(/"status":"PAID".*"amount":1\.0,/);
    expect(await shop.get(`/status/${billNumber}`)).toMatchObject({ status: 500, text: "oops" });
    expect((await shop.get(`/status/${billNumber}`)).text).toBe("{}");
    expect((await shop.status(billNumber)).status).toBe("NEW");
    expect(() => shop.bank.faults.add({ kind: "answer", statusCode: "-1" })).toThrow("envelope");
  });

  it("strikes one bill’s calls by its number, and the whole port", async () => {
    const shop = await openHalyk();
    const [one, other] = [await shop.bill(), await shop.bill({ invoiceId: "77" })];
    shop.bank.faults.add({ kind: "http", status: 503, paymentId: other, count: 2 });
    expect((await shop.get(`/status/${one}`)).status).toBe(200);
    expect((await shop.get("/status/92059431/77")).status).toBe(503);
    expect((await shop.change(other, "REJECTED")).status).toBe(503);
    expect(shop.bank.bill(other)!.status).toBe("NEW");
    await shop.bank.down();
    await expect(shop.get(`/status/${one}`)).rejects.toThrow();
    await shop.bank.up();
    expect((await shop.get(`/status/${one}`)).status).toBe(200);
  });
});

describe("a refund", () => {
  it("is a bill of its own that is paid later, and never more than was taken", async () => {
    const shop = await openHalyk();
    const purchase = await shop.paid();
    const answer = await shop.giveBack(purchase, 100.5);
    expect(bodyOf(answer)).toMatchObject({ status: "NEW", homebankLink: "-" });
    const refund = idOf(answer, "billNumber");
    expect(refund).toBe("9007199254740994");
    expect((await shop.giveBack(purchase, 149.51)).status).toBe(409);
    expect((await shop.status(refund)).status).toBe("NEW");
    expect(shop.bank.bill(purchase)).toMatchObject({ refundedMinor: 0n });
    shop.bank.advance(2_000);
    expect(await shop.status(refund)).toMatchObject({ status: "PAID", amount: "100.50" });
    expect(shop.bank.bill(purchase)).toMatchObject({ refundedMinor: 10_050n, status: "PAID" });
    expect(JSON.parse(shop.events.at(-1)!)).toMatchObject({ status: "PAID", amount: "100.50" });
    expect(shop.events.at(-1)).toContain(`"billId":${refund},`);
    const rest = idOf(await shop.giveBack(purchase, '"149.50"'), "billNumber");
    shop.bank.advance(2_000);
    expect((await shop.status(rest)).status).toBe("PAID");
    expect((await shop.giveBack(purchase, 0.01)).status).toBe(409);
    expect(shop.bank.ledger.totals()).toMatchObject({
      refunds: 2,
      refundedMinor: 25_000n,
      refundedByTillMinor: 25_000n,
    });
    expect((await shop.status(`92059431/${shop.bank.bill(purchase)!.invoiceId}`)).amount).toBe("250");
  });

  it("that fails frees its money", async () => {
    const shop = await openHalyk({ refundSeconds: null });
    const purchase = await shop.paid();
    const failing = idOf(await shop.giveBack(purchase, 250), "billNumber");
    shop.bank.advance(3_600_000);
    expect((await shop.status(failing)).status).toBe("NEW");
    shop.bank.rejectRefund(failing, "Карта закрыта");
    expect(await shop.status(failing)).toMatchObject({ status: "REJECTED", errDescription: "Карта закрыта" });
    expect(() => shop.bank.finishRefund(failing)).toThrow();
    const second = idOf(await shop.giveBack(purchase, 250), "billNumber");
    shop.bank.finishRefund(second);
    expect(shop.bank.refundsOf(purchase).map(({ status }) => status)).toEqual(["REJECTED", "PAID"]);
    expect((await shop.change(second, "REJECTED")).status).toBe(400);
    expect(shop.bank.ledger.complaints).toMatchObject([{ text: "the status of a refund was posted" }]);
  });

  it.each([
    [{ amount: 1 }, 400],
    [{ amount: 1, billId: "2", rrn: "3" }, 400],
    [{ amount: 1, billId: 2 }, 404],
    [{ amount: 1, rrn: "3" }, 404],
    [{ amount: -1, rrn: "3" }, 400],
  ])("asked for as %j is answered %i", async (body, status) => {
    const shop = await openHalyk();
    await shop.paid();
    expect((await shop.post("/generate/refund", body)).status).toBe(status);
  });

  it("of a payment nobody paid, of more than is left, or after another till’s is refused", async () => {
    const shop = await openHalyk();
    const unpaid = await shop.bill();
    expect((await shop.giveBack(unpaid, 1)).status).toBe(409);
    const purchase = await shop.paid();
    shop.bank.faults.add({ kind: "foreign", method: "generate/refund", minor: 20_000 });
    shop.bank.faults.add({ kind: "foreign", method: "generate/refund", minor: 6_000, nth: 2 });
    expect((await shop.giveBack(purchase, 100)).status).toBe(409);
    expect(shop.bank.refundsOf(purchase)).toMatchObject([{ by: "elsewhere", status: "PAID", amountMinor: 20_000n }]);
    expect((await shop.giveBack(purchase, 50)).status).toBe(200);
    expect(shop.bank.ledger.calls.at(-1)?.faults).toEqual(["foreign", "foreign refused 409"]);
    expect(shop.bank.ledger.availableMinor(purchase)).toBe(0n);
  });
});

describe("a state file", () => {
  it("brings bills, their ends, refunds and the password over a restart", async () => {
    const dir = mkdtempSync(join(tmpdir(), "state-"));
    const stateFile = join(dir, "state.json");
    try {
      const first = await openHalyk({ stateFile });
      const { username, password } = first.bank;
      const [paid, open] = [await first.paid(), await first.bill({ amount: "1.50" })];
      const refund = idOf(await first.giveBack(paid, 40), "billNumber");
      await closeAll();
      expect(readFileSync(stateFile, "utf8")).toContain('"amountMinor":"150"');

      const second = await openHalyk({ stateFile });
      expect([second.bank.username, second.bank.password]).toEqual([username, password]);
      expect((await second.status(paid)).status).toBe("PAID");
      second.bank.advance(2_000);
      expect(await second.status(refund)).toMatchObject({ status: "PAID", amount: "40" });
      second.bank.advance(1_200_000);
      expect((await second.status(open)).status).toBe("REJECTED");
      expect(await second.bill({ invoiceId: "2" })).toBe("9007199254740996");
      expect((await second.giveBack(paid, 210.01)).status).toBe(409);
      await closeAll();
      const third = await openHalyk({ stateFile, password: "given" });
      expect([third.bank.username, third.bank.password]).toEqual([username, "given"]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
