import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { another, idOf, open, stopAll, until } from "./support.ts";

afterEach(stopAll);

describe("a payment", () => {
  it("is paid within both windows, and the ledger has the money", async () => {
    const till = await open();
    const id = await till.createId("199.99", "A1-000001");
    till.bank.advance(179_999);
    till.bank.scan(id);
    expect(await till.status(id)).toBe("Wait");
    till.bank.advance(64_999);
    till.bank.confirm(id);
    expect(await till.status(id)).toBe("Processed");
    till.bank.advance(3_600_000);
    expect(await till.status(id)).toBe("Processed");
    const payment = till.bank.payment(id)!;
    expect(payment.captured).toBe(true);
    expect(payment.history.map(({ at, state }) => [at - payment.createdAt, state])).toEqual([
      [0, "QrTokenCreated"],
      [179_999, "Wait"],
      [244_998, "Processed"],
    ]);
    expect(till.bank.ledger.totals()).toMatchObject({
      payments: 1,
      processed: 1,
      processedMinor: 19999n,
      byExternalId: { "A1-000001": { processed: 1, processedMinor: 19999n } },
    });
    const polls = till.bank.ledger.callsFor(id).filter((call) => call.name === "payment/status");
    expect(polls.map((call) => call.at - payment.createdAt)).toEqual([179_999, 244_998, 3_844_998]);
  });

  it("nobody scans becomes Error", async () => {
    const till = await open();
    const id = await till.createId();
    till.bank.advance(179_999);
    expect(await till.status(id)).toBe("QrTokenCreated");
    till.bank.advance(1);
    expect(await till.status(id)).toBe("Error");
    expect(() => till.bank.scan(id)).toThrow();
  });

  it("nobody scans stays QrTokenCreated, dead all the same", async () => {
    const till = await open({ unscanned: "stays" });
    const id = await till.createId();
    till.bank.advance(86_400_000);
    expect(await till.status(id)).toBe("QrTokenCreated");
    expect(() => till.bank.scan(id)).toThrow("истек");
  });

  it("nobody confirms becomes Error and the money returns", async () => {
    const till = await open();
    const id = await till.createId();
    till.bank.scan(id);
    till.bank.advance(65_000);
    expect(await till.status(id)).toBe("Error");
    expect(till.bank.ledger.totals().processedMinor).toBe(0n);
    expect(() => till.bank.confirm(id)).toThrow();
  });

  it("may be paid after the told windows when the bank’s own are longer", async () => {
    const till = await open({ scanSeconds: 30, realScanSeconds: 40 });
    const answer = await till.create();
    expect(answer.json().Data.QrPaymentBehaviorOptions.QrCodeScanWaitTimeout).toBe(30);
    till.bank.advance(35_000);
    const [payment] = till.bank.payments();
    till.bank.pay(payment!.id);
    expect(await till.status(payment!.id)).toBe("Processed");
  });

  it("fails at the scan or at the confirmation", async () => {
    const till = await open();
    const [first, second] = [await till.createId(), await till.createId()];
    await till.post("/test/payment/scanerror", { qrPaymentId: first });
    expect(await till.status(first)).toBe("Error");
    expect((await till.post("/test/payment/confirmerror", { qrPaymentId: second })).json().StatusCode).toBe(-1601);
    await till.post("/test/payment/scan", { qrPaymentId: second });
    await till.post("/test/payment/confirmerror", { qrPaymentId: second });
    expect(await till.status(second)).toBe("Error");
  });

  it("by link lives the same life", async () => {
    const till = await open();
    const answer = await till.create("1", "x", "/qr/create-link");
    const id = /"PaymentId":(\d+)/.exec(answer.text)![1]!;
    expect(answer.json().Data.PaymentLink).toMatch(/^https:\/\/pay\.kaspi\.kz\/pay\/\d{41}$/);
    expect(till.bank.ledger.paymentByToken(answer.json().Data.PaymentLink)?.id).toBe(id);
    till.bank.pay(id);
    expect(await till.status(id)).toBe("Processed");
  });
});

describe("the clock", () => {
  it("runs faster by the scale", async () => {
    const till = await open({ timeScale: 1000, scanSeconds: 30 });
    const id = await till.createId();
    await until(() => till.bank.payment(id)?.state === "Error");
    const payment = till.bank.payment(id)!;
    expect(payment.history[1]!.at).toBe(payment.scanDeadline);
  });
});

describe("a state file", () => {
  it("brings devices, payments and their windows over a restart", async () => {
    const dir = mkdtempSync(join(tmpdir(), "state-"));
    const stateFile = join(dir, "state.json");
    try {
      const first = await open({ dir, stateFile });
      const token = first.deviceToken;
      const [paid, scanned] = [await first.createId("1.50"), await first.createId()];
      first.bank.pay(paid);
      first.bank.scan(scanned);
      await stopAll();
      const second = await open({ dir, stateFile });
      expect(second.deviceToken).toBe(token);
      expect(await second.status(paid)).toBe("Processed");
      expect(await second.status(scanned)).toBe("Wait");
      expect(second.bank.ledger.totals().processedMinor).toBe(150n);
      second.bank.advance(65_000);
      expect(await second.status(scanned)).toBe("Error");
      expect([paid, scanned]).not.toContain(await second.createId());
    } finally {
      await stopAll();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("brings refund QRs, refunds, invoices, switched-off devices and the key over a restart", async () => {
    const dir = mkdtempSync(join(tmpdir(), "state-"));
    const stateFile = join(dir, "state.json");
    try {
      const first = await open({ dir, stateFile, schemes: [3] });
      const { apiKey } = first.bank;
      const paid = await first.paidId("10.00");
      const returnId = await first.scannedReturn();
      const unscanned = idOf(await first.call("/return/create"), "QrReturnId");
      await first.giveBack(paid, "4.00", returnId);
      const server = await another(first, { scheme: 3, id: "S", point: "1" });
      const members = { Amount: "5.00", PhoneNumber: '"87077777777"' };
      const invoice = idOf(await server.call("/remote/create", members), "QrPaymentId");
      first.bank.disableDevice(server.deviceToken);
      await stopAll();

      const second = await open({ dir, stateFile, schemes: [3] });
      expect(second.bank.apiKey).toBe(apiKey);
      expect(second.bank.devices().map((device) => device.active)).toEqual([true, false]);
      expect(second.bank.payment(invoice)).toMatchObject({ state: "RemotePaymentCreated", scheme: 3 });
      expect(second.bank.ledger.refundsOf(paid)).toMatchObject([{ amountMinor: 400n, returnId }]);
      expect(idOf(await second.giveBack(paid, "6.00", returnId), "ReturnOperationId")).toBe("9007199274740994");
      second.bank.advance(180_000);
      expect(second.bank.return(unscanned)?.state).toBe("Error");
      expect(idOf(await second.call("/return/create"), "QrReturnId")).toBe("9007199264740995");
      await stopAll();

      const third = await open({ dir, stateFile, apiKey: "test_given" });
      expect(third.bank.apiKey).toBe("test_given");
    } finally {
      await stopAll();
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("of another version is put aside", async () => {
    const dir = mkdtempSync(join(tmpdir(), "state-"));
    const stateFile = join(dir, "state.json");
    try {
      writeFileSync(stateFile, '{"version":1}');
      const till = await open({ stateFile });
      expect(await till.createId()).toBe("9007199254740993");
      expect(readFileSync(`${stateFile}.old`, "utf8")).toBe('{"version":1}');
    } finally {
      await stopAll();
      rmSync(dir, { recursive: true, force: true });
    }
  });
});
