/** What a message of the bank's topic speaks of. */
import { describe, expect, it } from "vitest";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { Hint } from "../../main/core/bank.ts";
import { contextOf, INVOICE, SALE_BILL, sampleText, statusBody } from "./halyk-support.ts";

const { profile } = contextOf();
const hint = (text: string): Hint | null | undefined => halykQr.hint?.(profile, text);
const event = (change: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(statusBody({ billId: 2_532_191, ...change }));

describe("an event", () => {
  it.each(["NEW", "SCANNED", "BLOCKED", "REJECTED", "PAID"])("Q-53: the document's %s, broken as it is", (raw) => {
    expect(hint(sampleText(`event-${raw.toLowerCase()}`))).toEqual({ bankId: SALE_BILL, invoiceId: INVOICE, raw });
  });
  it("Q-54: billId is a number in the samples and a text in the table; billNumber will do", () => {
    for (const id of [{ billId: 2_532_191 }, { billId: SALE_BILL }, { billId: null, billNumber: 2_532_191 }])
      expect(hint(event(id))).toEqual({ bankId: SALE_BILL, invoiceId: INVOICE, raw: "PAID" });
    expect(hint(event().replace(":2532191}", ":9007199254740993}"))).toMatchObject({ bankId: "9007199254740993" });
    expect(hint(event({ billId: null }))).toEqual({ bankId: null, invoiceId: INVOICE, raw: "PAID" });
    expect(hint(event({ invoiceId: null }))).toEqual({ bankId: SALE_BILL, invoiceId: null, raw: "PAID" });
  });
  it.each([
    ["another terminal", event({ terminal: "92059432" })],
    ["no terminal", event({ terminal: null })],
    ["no number", event({ billId: null, invoiceId: null })],
    ["no status", event({ status: null })],
    ["a status of its own", event({ status: "REFUNDED" })],
    ["a name of every object", event({ status: "constructor" })],
    ["half of it", event().slice(0, -9)],
    ["a list", `[${event()}]`],
    ["nothing", ""],
    ["anything", '\u0000\ufffd{]}"'],
    ["length without end", event({ note: "x".repeat(300_000) })],
  ])("%s: is none", (_name, text) => {
    expect(hint(text)).toBeNull();
  });
  it("a profile without a terminal hears nothing", () => {
    expect(halykQr.hint?.({ ...profile, device: null }, event({ terminal: null }))).toBeNull();
    expect(halykQr.hint?.({ ...profile, device: null }, event())).toBeNull();
  });
});
