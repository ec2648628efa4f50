import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { HalykOptions } from "../../simulator/index.ts";
import { crc16 } from "../../simulator/halyk/emv.ts";
import { bodyOf, closeAll, openHalyk } from "./halyk-support.ts";

afterEach(closeAll);

interface Sample {
  request: { method: string; path: string; headers: Record<string, string>; bodyText: string | null };
  response: { bodyText: string } | null;
  event: { bodyText: string };
}

const folder = join(import.meta.dirname, "../fixtures/documents/halyk");
const read = (name: string) => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8")) as Sample;

/** The samples are no JSON: backslashes and a trailing comma in requests. */
const mendRequest = (text: string | null) => (text ?? "").replaceAll("\\", "").replace(/,\s*\}\s*$/, "}");
/** … and a doubled quotation mark in answers and events. */
const mend = (text: string) => text.replaceAll('"Loan terms""', '"Loan terms"');
const spaceless = (text: string) => text.replaceAll(/(?<=[{}[\],:"])\s+|\s+(?=[{}[\],:"])/g, "");

/** The sample's bill: its numbers, its moment in a zone that was +06 then, and its shop that makes its own documents. */
const asInSample: HalykOptions = {
  nextBillNumber: "2532191",
  startAt: Date.UTC(2021, 6, 9, 5, 14, 40),
  malformed: true,
  qr: "document",
  finDocuments: true,
};

async function sampleBill() {
  const shop = await openHalyk(asInSample);
  const { request } = read("generate-code");
  const answer = await shop.post(request.path, mendRequest(request.bodyText), { headers: request.headers });
  return { shop, answer };
}

/** With the sample's own card and code in the place of this bank's. */
function bind(text: string, sample: string): string {
  const own = (key: string) => new RegExp(`"${key}":"[^"]*"`);
  const bound = ["qrcode", "reference", "cardId", "openwayId"].map((key) => own(key));
  return bound.reduce((result, key) => result.replace(key, (mine) => key.exec(spaceless(sample))?.[0] ?? mine), text);
}

function fields(code: string): Map<string, string> {
  const found = new Map<string, string>();
  for (let at = 0; at < code.length;) {
    const length = Number(code.slice(at + 2, at + 4));
    found.set(code.slice(at, at + 2), code.slice(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return found;
}

describe("the document’s samples", () => {
  it("generate/code is answered to the letter, but for the account in the code", async () => {
    const { shop, answer } = await sampleBill();
    const sample = read("generate-code").response!.bodyText;
    expect(bind(answer.text, sample)).toBe(spaceless(sample));
    const [mine, theirs] = [bodyOf(answer).qrcode, (JSON.parse(sample) as { qrcode: string }).qrcode].map(fields);
    expect([...mine!.keys()]).toEqual([...theirs!.keys()]);
    for (const tag of ["00", "01", "53", "54", "58", "62", "63"]) expect(mine!.get(tag), tag).toBe(theirs!.get(tag));
    expect(mine!.get("60")).toBe("АЛМАТЫ");
    expect([...fields(mine!.get("26")!).keys()]).toEqual([...fields(theirs!.get("26")!).keys()]);
    expect(shop.bank.ledger.calls.at(-1)).toMatchObject({ name: "generate/code", problems: [], paymentId: "2532191" });
    expect(shop.bank.bill(2532191n)).toMatchObject({ amountMinor: 25000n, isSkipFin: "Y", invoiceId: "1000001" });
  });

  it("the status by terminal and invoice is answered to the letter, broken quotation mark and all", async () => {
    const { shop } = await sampleBill();
    shop.bank.advance(18_000);
    shop.bank.pay(2532191n, { card: "440563XXXXXX3134" });
    const { request, response } = read("status");
    const answer = await shop.get(request.path, { headers: request.headers });
    expect(() => bodyOf(answer)).toThrow();
    expect(bind(answer.text, response!.bodyText)).toBe(spaceless(response!.bodyText));
    expect((await shop.get("/status/2532191")).text).toBe(answer.text);
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
  });

  it.each(["new", "scanned", "blocked", "rejected", "paid"])("the event %s has the sample’s members", async (name) => {
    const { shop } = await sampleBill();
    const acts = { new: [], scanned: ["scan"], blocked: ["scan", "block"], paid: ["pay"] } as const;
    shop.bank.advance(18_000);
    if (name === "rejected") {
      shop.bank.scan(2532191n);
      shop.bank.block(2532191n);
      shop.bank.reject(2532191n);
    } else for (const act of acts[name as keyof typeof acts]) shop.bank[act](2532191n);
    const sample = read(`event-${name}`).event.bodyText;
    const mine = bind(shop.events.at(-1)!, sample).replace('14:40","details', '14:58","details');
    expect(mine).toBe(spaceless(sample));
    expect(mend(mine)).not.toBe(mine);
  });

  it("a posted change is obeyed as far as the policy lets it, and anything but REJECTED is a complaint", async () => {
    const shop = await openHalyk({ nextBillNumber: "6076034" });
    const { request, response } = read("status-change");
    const billNumber = await shop.bill();
    expect((await shop.post(request.path, request.bodyText!)).status).toBe(400);
    shop.bank.scan(billNumber);
    const answer = await shop.post(request.path, request.bodyText!);
    expect(bind(answer.text, response!.bodyText)).toBe(spaceless(response!.bodyText));
    expect(shop.bank.bill(billNumber)).toMatchObject({ status: "BLOCKED", captured: false });
    expect(shop.bank.ledger.complaints).toMatchObject([
      { rule: "status-posted", text: "status BLOCKED was posted", call: 2 },
      { rule: "status-posted", call: 3 },
    ]);
  });

  it.each(["refuse", "fill-in"])("%s rejects the bill without a complaint", async (name) => {
    const shop = await openHalyk({ nextBillNumber: "6076034" });
    const { request } = read(name);
    const billNumber = await shop.bill();
    shop.bank.scan(billNumber);
    const answer = await shop.post(request.path, request.bodyText!, { headers: request.headers });
    expect(bodyOf(answer)).toMatchObject({ billNumber: 6076034, status: "REJECTED", homebankLink: null });
    expect(shop.bank.ledger.complaints).toEqual([]);
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
    if (name === "fill-in") expect(shop.bank.bill(billNumber)!.details).toHaveLength(3);
  });

  it("a refund by rrn is answered with the sample’s members and the purchase’s own number (Q-63)", async () => {
    const shop = await openHalyk({ ...asInSample, refundNumber: "purchase" });
    const { request, response } = read("generate-refund");
    const billNumber = await shop.bill();
    shop.bank.pay(billNumber, { reference: "OBLQR123502391607" });
    const answer = await shop.post(request.path, mendRequest(request.bodyText), { headers: request.headers });
    expect(bind(answer.text, response!.bodyText)).toBe(spaceless(response!.bodyText));
    expect(shop.bank.refundsOf(billNumber)).toMatchObject([{ billNumber: "2532192", amountMinor: 25000n }]);
    expect(shop.bank.ledger.calls.at(-1)?.problems).toEqual([]);
  });

  it("the right code has the check sum of the second sample’s rule (Q-58)", async () => {
    const second = (JSON.parse(read("status-change").response!.bodyText) as { qrcode: string }).qrcode;
    expect(crc16(Buffer.from(second.slice(0, -4)))).toBe(second.slice(-4));
    const shop = await openHalyk();
    const { qrcode } = bodyOf(await shop.create({ amount: 199.99, pointOfSale: "Shop 1" }));
    expect(crc16(Buffer.from(qrcode.slice(0, -4)))).toBe(qrcode.slice(-4));
    const mine = fields(qrcode);
    expect([...mine.keys()]).toEqual([...fields(second).keys()]);
    expect(mine.get("54")).toBe("199.99");
    expect(mine.get("59")).toBe("Shop 1");
    expect(fields(mine.get("62")!).get("01")).toBe("9007199254740993");
    expect(qrcode.slice(0, 16)).toBe(second.slice(0, 16));
  });
});
