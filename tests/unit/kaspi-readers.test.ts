/** What is read from the answers of the methods, and what is not believed. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import {
  readDetails,
  readPurchases,
  readRefunded,
  readReturnCreated,
  readReturnStatus,
} from "../../main/banks/kaspi/read-refund.ts";
import {
  readAlive,
  readCancelled,
  readClient,
  readInvoiced,
  readLink,
  readQr,
  readRegistered,
  readStatus,
  readTradePoints,
} from "../../main/banks/kaspi/read.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import { newRow } from "../support/rows.ts";

const answer = (text: string, status = 200): HttpAnswer => ({ status, headers: {}, text });
const data = (json: string): HttpAnswer => answer(`{"StatusCode":0,"Message":"OK","Data":${json}}`);
const sample = (name: string): HttpAnswer => {
  const file = new URL(`../fixtures/documents/kaspi/${name}.json`, import.meta.url);
  return answer(
    (JSON.parse(readFileSync(file, "utf8")) as { readonly response: { readonly bodyText: string } }).response.bodyText,
  );
};

const NEEDS_DATA = {
  "partner/tradepoints": readTradePoints,
  "device/register": readRegistered,
  "qr/create": readQr,
  "qr/create-link": readLink,
  "payment/status": readStatus,
  "return/create": readReturnCreated,
  "return/status": readReturnStatus,
  "return/operations": readPurchases,
  "payment/details": readDetails,
  "payment/return": readRefunded,
  "remote/client-info": readClient,
  "remote/create": readInvoiced,
  "remote/cancel": readCancelled,
} as const;
const MONEY = ["payment/return", "remote/create", "remote/cancel"] as const;

describe("the document's samples are read whole", () => {
  it("partner/tradepoints", () => {
    expect(readTradePoints(sample("partner-tradepoints"), "2")).toEqual({
      kind: "tradePoints",
      points: [
        { id: "1", name: "Магазин 1 (Ауэзова, 65)" },
        { id: "2", name: "Магазин 2 (Жарокова, 48)" },
      ],
    });
  });
  it("device/delete: a code and nothing else", () => {
    expect(readAlive(sample("device-delete"), "2")).toEqual({ kind: "alive" });
  });
  it("qr/create-link", () => {
    expect(readLink(sample("qr-create-link"), "2")).toEqual({
      kind: "created",
      bankId: "15",
      payload: null,
      link: "https://pay.kaspi.kz/pay/59217969256592032202439955771435979527677",
      paymentMethods: ["Gold", "Red", "Loan"],
      windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 },
      expiresAt: Date.UTC(2020, 0, 16, 4, 30),
    });
  });
  it("return/create", () => {
    expect(readReturnCreated(sample("return-create"), "2")).toEqual({
      kind: "created",
      bankReturnId: "15",
      payload: "51236903777280167836178166503744993984459",
      pollMs: 5_000,
      scanMs: 180_000,
      expiresAt: Date.UTC(2020, 0, 16, 4, 30),
    });
  });
  it("return/status", () => {
    expect(readReturnStatus(sample("return-status"), "2")).toEqual({
      kind: "word",
      word: "created",
      raw: "QrTokenCreated",
    });
  });
  it("return/operations; Q-23: a time without a zone is Kazakhstan's", () => {
    expect(readPurchases(sample("return-operations"), "2")).toEqual({
      kind: "purchases",
      purchases: [{ id: "900077110", minor: 100, at: Date.UTC(2021, 11, 8, 5, 35, 48, 156) }],
    });
  });
  it("payment/details; Q-10: no Message, Data first; Q-23: a day of one digit", () => {
    expect(readDetails(sample("payment-details"), "2")).toEqual({
      kind: "details",
      purchaseId: "501020796",
      total: 1_100,
      available: 1_100,
      at: Date.UTC(2021, 10, 3, 5, 55, 14, 166),
    });
  });
  it("payment/return", () => {
    expect(readRefunded(sample("payment-return"), "2")).toEqual({ kind: "refunded", bankId: "15" });
  });
  it("remote/create, remote/client-info and remote/cancel (4.6)", () => {
    expect(readInvoiced(data('{"QrPaymentId":15}'), "3")).toEqual({
      kind: "invoiced",
      bankId: "15",
      lifeMs: 86_400_000,
    });
    expect(readClient(data('{"ClientName":"ФИО"}'), "3")).toEqual({ kind: "client", name: "ФИО" });
    expect(readCancelled(data('{"Status":"RemotePaymentCanceled"}'), "3")).toEqual({
      kind: "word",
      word: "declined",
      raw: "RemotePaymentCanceled",
      unsure: false,
      minor: null,
    });
  });
});

describe("success without what it must bring", () => {
  it.each(Object.entries(NEEDS_DATA))("Q-10, Q-31: %s: 0 without its data is unclear, never success", (_name, read) => {
    for (const rest of ["", ',"Data":null', ',"Data":{}', ',"Data":"x"', ',"Data":1', ',"Data":true', ',"Data":[{}]'])
      expect(read(answer(`{"StatusCode":0${rest}}`), "3"), rest).toMatchObject({
        kind: "unclear",
        error: { code: "malformed_answer" },
      });
  });
  it.each(Object.entries(NEEDS_DATA))("Q-05: %s: without a StatusCode nothing is believed", (_name, read) => {
    const full =
      '"Data":{"Status":"Processed","QrPaymentId":1,"QrToken":"1","PaymentLink":"l","QrReturnId":1,"DeviceToken":"x","ReturnOperationId":1,"ClientName":"x","TotalAmount":1,"AvailableReturnAmount":1}';
    for (const code of ["", '"StatusCode":null,', '"StatusCode":"OK",', '"StatusCode":true,', '"StatusCode":{},'])
      expect(read(answer(`{${code}${full}}`), "3").kind, code).toBe("unclear");
  });
  it("Q-10: field names in any letter case", () => {
    expect(readRefunded(answer('{"statuscode":0,"data":{"returnoperationid":15}}'), "3")).toMatchObject({
      kind: "refunded",
    });
    expect(readRefunded(answer('{"STATUSCODE":-1601,"message":"нет"}'), "3")).toMatchObject({
      kind: "refused",
      error: { code: "purchase_not_found", bankMessage: "нет" },
    });
  });
  it("a code on the screen is not made from a link alone, nor a link from a code", () => {
    expect(readQr(sample("qr-create-link"), "2").kind).toBe("unclear");
    expect(readLink(sample("qr-create"), "2").kind).toBe("unclear");
  });
});

describe("an answer that is no envelope (Q-04)", () => {
  const SHUT = { "1": "key_refused", "2": "certificate_refused", "3": "address_not_allowed" } as const;
  it.each(Object.entries(SHUT))("Q-04: in scheme %s HTTP 401 and 403 mean %s", (scheme, code) => {
    for (const status of [401, 403])
      expect(readAlive(answer("<html>no</html>", status), scheme as "1")).toMatchObject({
        kind: "refused",
        error: { code, bankCode: `HTTP ${status}` },
      });
  });
  it("Q-04: a call knows the scheme it was made with", () => {
    for (const [scheme, code] of Object.entries(SHUT)) {
      const profile = {
        id: "p",
        provider: "kaspi",
        environment: "test",
        scheme,
        url: "https://bank.test",
        bin: "180340021791",
        tradePoint: "12",
        device: "D",
        options: {},
      } as const;
      const call = kaspi.create({ profile, secrets: {}, requestId: "r" }, newRow(), { phone: null, paying: null });
      expect(call.read(answer("", 403))).toMatchObject({ kind: "refused", error: { code } });
    }
  });
  it.each(MONEY)("Q-02, Q-04: %s: no bare HTTP status is a no, whoever may have said it", (name) => {
    for (const status of [400, 401, 403, 404, 409, 429, 500, 502, 503, 200, 302])
      for (const text of ["", "<html></html>", '{"Message":"no"}', "[]"])
        expect(NEEDS_DATA[name](answer(text, status), "3"), `${status} ${text}`).toMatchObject({
          kind: "unclear",
          error: { bankCode: `HTTP ${status}` },
        });
  });
  it.each(MONEY)("Q-04: %s: an envelope is believed whatever the HTTP status", (name) => {
    for (const status of [200, 400, 403, 500])
      expect(NEEDS_DATA[name](answer('{"StatusCode":-1501}', status), "3")).toMatchObject({
        kind: "refused",
        error: { code: "device_not_found" },
      });
  });
});

describe("ids and numbers", () => {
  const BIG = "9223372036854775807";
  it("Q-07, Q-08: every id keeps its digits, as a number and as a text", () => {
    for (const id of [BIG, `"${BIG}"`]) {
      expect(readRefunded(data(`{"ReturnOperationId":${id}}`), "3")).toMatchObject({ bankId: BIG });
      expect(readInvoiced(data(`{"QrPaymentId":${id}}`), "3")).toMatchObject({ bankId: BIG });
      expect(readReturnCreated(data(`{"QrReturnId":${id},"QrToken":"1"}`), "2")).toMatchObject({ bankReturnId: BIG });
      expect(readTradePoints(data(`[{"TradePointId":${id},"TradePointName":"А"}]`), "3")).toMatchObject({
        points: [{ id: BIG }],
      });
      expect(readPurchases(data(`[{"QrPaymentId":${id},"Amount":1}]`), "2")).toMatchObject({
        purchases: [{ id: BIG }],
      });
    }
  });
  it.each(["0", "-1", "1.5", "1e3", "null", '""', "true", "{}"])("%s is no number of a refund: unclear", (id) => {
    expect(readRefunded(data(`{"ReturnOperationId":${id}}`), "3").kind).toBe("unclear");
  });
  it("Q-06: a device's token of digits stays a text", () => {
    expect(readRegistered(data('{"DeviceToken":321}'), "3")).toEqual({ kind: "registered", deviceToken: "321" });
  });
  const details = (total: string, available: string): ReturnType<typeof readDetails> =>
    readDetails(data(`{"QrPaymentId":1,"TotalAmount":${total},"AvailableReturnAmount":${available}}`), "3");
  it.each([
    ["11.00", 1_100],
    ["11", 1_100],
    ['"11.00"', 1_100],
    ["0", 0],
    ["0.30", 30],
    ["19.9900", 1_999],
    ["1000000.00", 100_000_000],
  ])("Q-16: %s is exactly %i tiyn", (raw, tiyn) => {
    expect(details("1000000.00", raw)).toMatchObject({ kind: "details", available: tiyn });
    expect(details(raw, "0")).toMatchObject({ kind: "details", total: tiyn });
  });
  it.each(["0.30000000000000004", "11.001", "-1", "1e2", '"11,00"', "null", "{}", '""', '"NaN"'])(
    "Q-16: %s is no amount, and nothing is decided by it",
    (raw) => {
      expect(details("11.00", raw).kind).toBe("unclear");
      expect(details(raw, "11.00").kind).toBe("unclear");
    },
  );
});

describe("lists (Q-11)", () => {
  it("Q-11: no trade points is what -14000002 says", () => {
    expect(readTradePoints(data("[]"), "3")).toMatchObject({ kind: "refused", error: { code: "no_trade_points" } });
  });
  it("Q-11: no purchases is an empty list, no error", () => {
    expect(readPurchases(data("[]"), "2")).toEqual({ kind: "purchases", purchases: [] });
  });
  it("a point without a name is called by its id; one without an id cannot be picked", () => {
    expect(readTradePoints(data('[{"TradePointId":7},{"TradePointName":"Без номера"}]'), "3")).toEqual({
      kind: "tradePoints",
      points: [{ id: "7", name: "7" }],
    });
  });
  it("a purchase that cannot be read is left out, and does not hide the others", () => {
    const list = '[{"Amount":1},{"QrPaymentId":2,"Amount":"x"},{"QrPaymentId":3,"Amount":5.5},null,7]';
    expect(readPurchases(data(list), "2")).toEqual({
      kind: "purchases",
      purchases: [{ id: "3", minor: 550, at: null }],
    });
    expect(readPurchases(data('[{"Amount":1},7]'), "2").kind).toBe("unclear");
  });
  it("Q-40: never more than ten, in the order they came", () => {
    const many = Array.from({ length: 12 }, (_, index) => `{"QrPaymentId":${index + 1},"Amount":1}`);
    const read = readPurchases(data(`[${many.join(",")}]`), "2");
    expect(read.kind === "purchases" && read.purchases.map((purchase) => purchase.id)).toEqual(
      many.slice(0, 10).map((_, index) => String(index + 1)),
    );
  });
});

describe("dates (Q-23)", () => {
  it.each(['"datetime"', "null", '""', "7", "{}", '"2021-13-45T00:00:00"'])(
    "Q-23: %s as a date is null and blocks no refund",
    (raw) => {
      expect(readPurchases(data(`[{"QrPaymentId":1,"Amount":1,"TransactionDate":${raw}}]`), "2")).toEqual({
        kind: "purchases",
        purchases: [{ id: "1", minor: 100, at: null }],
      });
      expect(
        readDetails(data(`{"QrPaymentId":1,"TotalAmount":1,"AvailableReturnAmount":1,"TransactionDate":${raw}}`), "3"),
      ).toMatchObject({ kind: "details", at: null });
      expect(readReturnCreated(data(`{"QrReturnId":1,"QrToken":"1","ExpireDate":${raw}}`), "2")).toMatchObject({
        kind: "created",
        expiresAt: null,
      });
    },
  );
});

describe("times of a refund code", () => {
  const options = (json: string): ReturnType<typeof readReturnCreated> =>
    readReturnCreated(data(`{"QrReturnId":1,"QrToken":"1","QrReturnBehaviorOptions":${json}}`), "2");
  it("Q-13: its interval has a name of its own; a payment's name is not taken for it", () => {
    expect(options('{"QrCodeScanEventPollingInterval":7,"QrCodeScanWaitTimeout":170}')).toMatchObject({
      pollMs: 7_000,
      scanMs: 170_000,
    });
    expect(options('{"StatusPollingInterval":7}')).toMatchObject({ pollMs: 5_000, scanMs: 180_000 });
  });
  it.each(["0", "-5", '"5"', "null"])("Q-14: an interval of %s is the usual one", (raw) => {
    expect(options(`{"QrCodeScanEventPollingInterval":${raw},"QrCodeScanWaitTimeout":${raw}}`)).toMatchObject({
      pollMs: 5_000,
      scanMs: 180_000,
    });
  });
  it("Q-14: what is out of reason is brought to the nearest bound", () => {
    expect(options('{"QrCodeScanEventPollingInterval":0.1,"QrCodeScanWaitTimeout":1}')).toMatchObject({
      pollMs: 1_000,
      scanMs: 10_000,
    });
  });
  it.each(["51236903777280167836178166503744993984459", "https://qr.kaspi.kz/5123", " 00123 "])(
    "Q-15: the code %s is shown exactly as it came",
    (token) => {
      expect(readReturnCreated(data(`{"QrReturnId":1,"QrToken":${JSON.stringify(token)}}`), "2")).toMatchObject({
        payload: token,
      });
    },
  );
});

describe("words", () => {
  const status = (word: string): HttpAnswer => data(`{"Status":${JSON.stringify(word)}}`);
  it("Q-39: a scan ends the stage of scanning; only Error ends the rest", () => {
    expect(readReturnStatus(status("CustomerIdentityObtained"), "2")).toMatchObject({ word: "identified" });
    expect(readReturnStatus(status("Error"), "2")).toMatchObject({ word: "over" });
  });
  it.each(["Processed", "Wait", "Expired", "Canceled", "constructor", "toString", "", "error"])(
    "Q-39: %s is no word of a refund's scan: nothing changes",
    (word) => {
      expect(readReturnStatus(status(word), "2").kind).toBe("unclear");
    },
  );
  it("Q-34: an invoice that was sent waits; a cancelled one is a sure no", () => {
    expect(readStatus(status("RemotePaymentCreated"), "3")).toMatchObject({ word: "pending", unsure: false });
    expect(readStatus(status("RemotePaymentCanceled"), "3")).toMatchObject({ word: "declined", unsure: false });
  });
  it.each(["RemotePaymentRejected", "RemotePaymentExpired", "Rejected", "CancelledByUser"])(
    "Q-34: %s needs a second read",
    (word) => {
      expect(readStatus(status(word), "3")).toMatchObject({ word: "declined", unsure: true });
    },
  );
  it.each(["RemotePaymentPaid", "Paid", "processed", "OK", "__proto__"])(
    "Q-34: %s is neither success nor failure, of a question and of a cancellation",
    (word) => {
      expect(readStatus(status(word), "3").kind).toBe("unclear");
      expect(readCancelled(status(word), "3").kind).toBe("unclear");
    },
  );
  it.each([
    ["Processed", "paid"],
    ["RemotePaymentCreated", "pending"],
    ["Error", "declined"],
  ])("the answer %s to a cancellation is the bank's word %s, no more and no less", (raw, word) => {
    expect(readCancelled(status(raw), "3")).toMatchObject({ kind: "word", word, unsure: false });
  });
  it("a name is trimmed, and an empty one is none", () => {
    expect(readClient(data('{"ClientName":"  Айгуль Сериковна  "}'), "3")).toEqual({
      kind: "client",
      name: "Айгуль Сериковна",
    });
    expect(readClient(data('{"ClientName":"   "}'), "3").kind).toBe("unclear");
  });
});
