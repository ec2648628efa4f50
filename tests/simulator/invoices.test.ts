import { afterEach, describe, expect, it } from "vitest";
import { another, idOf, open, stopAll, type Till } from "./support.ts";

afterEach(stopAll);

const PHONE = "87077777777";
const bill = (till: Till, members: Record<string, string> = {}) =>
  till.call("/remote/create", { Amount: "150.00", PhoneNumber: `"${PHONE}"`, ...members });
const billed = async (till: Till) => idOf(await bill(till), "QrPaymentId");
const cancel = async (till: Till, id: string) => (await till.call("/remote/cancel", { QrPaymentId: id })).json();
const look = (till: Till, phone = PHONE) =>
  till.get(`/remote/client-info?phoneNumber=${phone}&deviceToken=${till.deviceToken}`);

describe("an invoice", () => {
  it("is answered with its id alone, waits a day and is paid", async () => {
    const till = await open({ scheme: 3 });
    const answer = await bill(till, { Comment: '"Две пиццы"' });
    const id = idOf(answer, "QrPaymentId");
    expect(answer.text).toBe(`{"StatusCode":0,"Message":"OK","Data":{"QrPaymentId":${id}}}`);
    expect(till.bank.invoices()).toHaveLength(1);
    expect(till.bank.payment(id)).toMatchObject({
      kind: "invoice",
      token: "",
      externalId: null,
      customer: PHONE,
      comment: "Две пиццы",
      amountMinor: 15000n,
    });
    till.bank.advance(86_399_999);
    expect(await till.status(id)).toBe("RemotePaymentCreated");
    till.bank.payInvoice(id);
    till.bank.advance(5_000);
    expect(await till.status(id)).toBe("Processed");
    expect(till.bank.ledger.totals().processedMinor).toBe(15000n);
    expect((await till.giveBack(id, "150.00")).json().StatusCode).toBe(0);
    expect(till.bank.ledger.paymentByToken("")).toBeUndefined();
  });

  it("is Error when it is rejected, and after a day; or says nothing new", async () => {
    const till = await open({ scheme: 3 });
    const [rejected, forgotten] = [await billed(till), await billed(till)];
    till.bank.rejectInvoice(rejected);
    till.bank.advance(86_400_000);
    expect(await till.status(rejected)).toBe("Error");
    expect(await till.status(forgotten)).toBe("Error");
    await till.bank.configure({ unscanned: "stays", invoiceSeconds: 60 });
    const third = await billed(till);
    till.bank.advance(60_000);
    expect(await till.status(third)).toBe("RemotePaymentCreated");
    expect(() => till.bank.pay(third)).toThrow("истек");
    expect(till.bank.ledger.totals().processed).toBe(0);
  });

  it("is cancelled; a paid one stays paid", async () => {
    const till = await open({ scheme: 3 });
    const [waiting, paid] = [await billed(till), await billed(till)];
    till.bank.pay(paid);
    expect(await cancel(till, waiting)).toMatchObject({ StatusCode: 0, Data: { Status: "RemotePaymentCanceled" } });
    expect(await cancel(till, paid)).toMatchObject({ StatusCode: 0, Data: { Status: "Processed" } });
    expect(await till.status(waiting)).toBe("RemotePaymentCanceled");
    expect(() => till.bank.payInvoice(waiting)).toThrow("RemotePaymentCanceled");
    expect((await cancel(till, "5")).StatusCode).toBe(-99000001);
    expect((await cancel(till, await till.createId())).StatusCode).toBe(-99000001);
    const store = await another(till, { id: "B", point: "1" });
    expect((await cancel(store, waiting)).StatusCode).toBe(-99000001);
  });

  it("wants a phone the bank knows and an amount", async () => {
    const till = await open({ scheme: 3 });
    const code = async (members: Record<string, string>) => (await bill(till, members)).json().StatusCode;
    expect(await code({ PhoneNumber: '"87000000000"' })).toBe(-1404);
    expect(await code({ PhoneNumber: '"+77077777777"' })).toBe(-1404);
    expect(await code({ Amount: "0" })).toBe(990000028);
    expect(till.bank.payments()).toEqual([]);
    expect(await code({ PhoneNumber: '"77077777777"' })).toBe(0);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual(["PhoneNumber is no 8XXXXXXXXXX"]);
  });

  it("Q-33: is not to be polled", async () => {
    const till = await open({ scheme: 3 });
    const [id, qr] = [await billed(till), await till.createId()];
    for (const pause of [0, 4_500, 4_499]) {
      till.bank.advance(pause);
      await till.status(id);
      await till.status(qr);
    }
    expect(till.bank.ledger.complaints).toEqual([
      {
        at: till.bank.now(),
        call: till.bank.ledger.calls.at(-2)?.seq,
        rule: "invoice-polling",
        text: "an invoice asked about again after 4499 ms",
      },
    ]);
    expect(till.bank.ledger.calls.at(-2)?.problems).toEqual(["an invoice asked about again after 4499 ms"]);
  });
});

describe("the look-up of a phone", () => {
  it("tells the full name", async () => {
    const till = await open({ scheme: 3, clients: { "87770000099": "Ким Борис" } });
    expect((await look(till, "87770000099")).json().Data.ClientName).toBe("Ким Борис");
    expect((await look(till)).json().StatusCode).toBe(-1404);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual([]);
  });

  it("Q-43: is refused beyond 50 in any minute on one device", async () => {
    const till = await open({ scheme: 3 });
    const store = await another(till, { id: "B", point: "1" });
    await look(till);
    till.bank.advance(30_000);
    for (let count = 1; count < 50; count++) expect((await look(till)).status).toBe(200);
    const refused = await look(till);
    expect(refused).toMatchObject({ status: 429 });
    expect(refused.json().StatusCode).toBe(-999);
    expect((await look(store)).status).toBe(200);
    expect(till.bank.ledger.complaints).toMatchObject([{ rule: "lookups" }]);
    till.bank.advance(29_999);
    expect((await look(till)).status).toBe(429);
    till.bank.advance(1);
    expect((await look(till)).status).toBe(200);
    expect((await look(till)).status).toBe(429);
  });
});
