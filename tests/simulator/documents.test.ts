import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { idOf, open, stopAll, type Till } from "./support.ts";

afterEach(stopAll);

interface Sample {
  source: { document: string; section: string; lines: [number, number]; page: number | null };
  mended: string[];
  request: { method: string; path: string; bodyText: string | null };
  response: { bodyText: string };
}

const folder = join(import.meta.dirname, "../fixtures/documents/kaspi");
const read = (name: string) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Sample;

/** Keys in order and JSON types; a number's spelling tells Int64 from an amount. */
function shape(text: string): unknown {
  const kind = (_key: string, value: unknown, context?: { source?: string }) => {
    if (typeof value === "number") return context?.source?.includes(".") ? "decimal" : "integer";
    if (typeof value === "string") return "string";
    return value;
  };
  return JSON.parse(text, kind);
}

const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);
const keysOf = (value: unknown) => Object.keys(value as object);

interface Ids {
  /** The purchase, or the refund QR where the path asks for one. */
  id: string;
  returnId: string;
}

/** The sample's path and body with this bank's token and ids. */
function bind(till: Till, { id, returnId }: Ids, text: string): string {
  return text
    .replace(/"DeviceToken": "[^"]*"/, `"DeviceToken": "${till.deviceToken}"`)
    .replace('"DeviceToken": 321', `"DeviceToken": ${till.deviceToken}`)
    .replace(/([dD])eviceToken=[\w-]+/, `$1eviceToken=${till.deviceToken}`)
    .replace(/QrPaymentId=\d+/, `QrPaymentId=${id}`)
    .replace(/"QrPaymentId": \d+/, `"QrPaymentId": ${id}`)
    .replace(/"QrReturnId": \d+/, `"QrReturnId": ${returnId}`)
    .replace(/\/payment\/status\/\d+/, `/payment/status/${id}`)
    .replace(/\/return\/status\/\d+/, `/return/status/${returnId}`)
    .replace('"qrPaymentId": "string"', `"qrPaymentId": "${id}"`);
}

async function ask(till: Till, sample: Sample, ids: Ids) {
  const path = bind(till, ids, sample.request.path).replace(/^\/r[123]\/v01/, "");
  if (sample.request.method === "GET") return await till.get(path);
  return await till.post(path, bind(till, ids, sample.request.bodyText ?? ""));
}

const names = readdirSync(folder);
const schemeOf = (sample: Sample) => Number(sample.request.path[2]) as 1 | 2 | 3;

/** What has happened before the sample's request makes sense. */
async function prepare(till: Till, name: string): Promise<Ids> {
  const ids = { id: "", returnId: "" };
  if (name.includes("remote-cancel")) {
    const invoice = await till.call("/remote/create", { Amount: "1.00", PhoneNumber: '"87077777777"' });
    return { ...ids, id: idOf(invoice, "QrPaymentId") };
  }
  ids.id = await till.createId();
  if (/payment-details|payment-return|return-operations/.test(name)) till.bank.pay(ids.id);
  if (/payment-confirm/.test(name)) till.bank.scan(ids.id);
  if (/return-status/.test(name)) ids.returnId = idOf(await till.call("/return/create"), "QrReturnId");
  if (/^(payment-return|return-operations)/.test(name)) ids.returnId = await till.scannedReturn();
  return ids;
}

describe("the document’s samples", () => {
  it.each(names)("%s is answered with the same keys and types", async (name) => {
    const sample = read(name);
    const numbers = /"DeviceToken": 321|deviceToken=321/.test(sample.request.path + sample.request.bodyText);
    const till = await open({ scheme: schemeOf(sample), deviceTokens: numbers ? "digits" : "guid" });
    const ids = await prepare(till, name);
    const answer = await ask(till, sample, ids);
    expect(answer.status).toBe(200);
    const expected = shape(sample.response.bodyText) as Record<string, unknown>;
    const actual = shape(answer.text) as Record<string, unknown>;
    expect(keysOf(actual)).toEqual(keysOf(expected));
    expect(keysOf(first(actual.Data) ?? {})).toEqual(keysOf(first(expected.Data) ?? {}));
    if (Array.isArray(expected.Data)) expect(first(actual.Data)).toEqual(first(expected.Data));
    else expect(actual).toEqual(expected);
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    expect(till.bank.ledger.calls.at(-1)?.statusCode).toBe("0");
  });

  it("Q-21: client-info’s keys as the table writes them are served and noted", async () => {
    const till = await open({ scheme: 3 });
    const answer = await till.get(`/remote/client-info?PhoneNumber=87077777777&DeviceToken=${till.deviceToken}`);
    expect(answer.json().Data.ClientName).toBe("Смагулова Айгуль Сериковна");
    expect(till.bank.ledger.calls.at(-1)?.problems).toEqual([
      "query DeviceToken instead of deviceToken",
      "query PhoneNumber instead of phoneNumber",
    ]);
  });

  it("of amounts and ids keep their text", async () => {
    const till = await open({ startAt: Date.UTC(2020, 0, 16, 4, 27) });
    const answer = await ask(till, read("qr-create.json"), { id: "", returnId: "" });
    expect(answer.text).toContain('"ExpireDate":"2020-01-16T10:30:00+06"');
    expect(answer.json().Data.QrToken).toMatch(/^[1-9]\d{40}$/);
    const id = /"QrPaymentId":(\d+)/.exec(answer.text)![1]!;
    expect(id).toBe("9007199254740993");
    till.bank.pay(id);
    const details = await till.get(`/payment/details?QrPaymentId=${id}&DeviceToken=${till.deviceToken}`);
    expect(details.text).toContain('"TotalAmount":200.00,"AvailableReturnAmount":200.00');
    expect(details.text).toContain(`"QrPaymentId":${id}`);
    expect(till.bank.payment(id)).toMatchObject({ amountMinor: 20000n, externalId: "15" });
  });

  it("carry no credential of the document", () => {
    for (const name of readdirSync(folder)) {
      const text = readFileSync(join(folder, name), "utf8");
      for (const guid of text.match(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g) ?? []) {
        expect(guid).toBe("00000000-1111-4222-8333-444444444444");
      }
    }
  });
});
