import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  epochOf,
  invoiceCounter,
  nextInvoice,
  type InvoiceRange,
  type InvoiceSource,
} from "../../main/core/invoice-number.ts";

const crypto = {
  mac: (purpose: string, text: string): string => createHmac("sha256", purpose).update(text).digest("hex"),
};
const SOURCE: InvoiceSource = { tillId: "A1", provider: "halykQr", terminal: "92059431", epoch: "e1", run: "r1" };
const WIDE: InvoiceRange = { from: 1, to: 999_999 };

interface Counter {
  next: bigint | null;
  epoch: string | null;
}

/** So many numbers, one after the other, as the journal counts them. */
function count(many: number, range: InvoiceRange, source: InvoiceSource, counter: Counter): string[] {
  return Array.from({ length: many }, () => {
    const kept = counter.next === null ? null : { next: counter.next, epoch: counter.epoch };
    const { invoiceId, next } = nextInvoice(crypto, source, range, kept);
    if (kept !== null && next <= kept.next) throw new Error("the counter went back");
    counter.next = next;
    counter.epoch = source.epoch;
    return invoiceId;
  });
}
const numbers = (many: number, range: InvoiceRange, source = SOURCE, next: bigint | null = null): string[] =>
  count(many, range, source, { next, epoch: source.epoch });
const lead = (number: string | undefined): string => number?.slice(0, 8) ?? "";
const tail = (number: string): string => number.slice(8);

describe("our own number at a bank", () => {
  it("is eight digits of this life of this till, and the plain count as wide as the range", () => {
    const [first, second] = numbers(2, WIDE);
    expect(first).toMatch(/^[1-9]\d{13}$/);
    expect([first, second].map((number) => tail(number ?? ""))).toEqual(["000001", "000002"]);
    expect(lead(first)).toBe(lead(second));
    expect(numbers(1, { from: 7, to: 42 }).map(tail)).toEqual(["07"]);
  });
  it("is digits alone and never longer than fifteen, whatever the range", () => {
    const edge = fc.integer({ min: 0, max: 9_999_999 });
    fc.assert(
      fc.property(edge, edge, fc.nat(5_000), fc.option(fc.bigInt({ min: 0n, max: 10n ** 15n })), (a, b, run, kept) => {
        const range = { from: Math.min(a, b), to: Math.max(a, b) };
        const epoch = run % 2 === 0 ? SOURCE.epoch : "another";
        const counted = kept === null ? null : { next: kept, epoch };
        const { invoiceId, next } = nextInvoice(crypto, { ...SOURCE, run: String(run) }, range, counted);
        expect(invoiceId).toMatch(/^[1-9]\d{8,14}$/);
        expect(Number(tail(invoiceId))).toBeGreaterThanOrEqual(range.from);
        expect(Number(tail(invoiceId))).toBeLessThanOrEqual(range.to);
        expect(next).toBeGreaterThan(kept ?? -1n);
      }),
      { numRuns: 500 },
    );
  });
  it("at the end of the range it begins again under another lead: no number comes twice", () => {
    const all = numbers(100, { from: 3, to: 12 });
    expect(all.slice(0, 12).map(tail)).toEqual([
      "03",
      "04",
      "05",
      "06",
      "07",
      "08",
      "09",
      "10",
      "11",
      "12",
      "03",
      "04",
    ]);
    expect(new Set(all).size).toBe(100);
    expect(new Set(all.map(lead)).size).toBe(10);
    expect(numbers(3, { from: 9_999_998, to: 9_999_999 }).map(tail)).toEqual(["9999998", "9999999", "9999998"]);
    expect(new Set(numbers(50, { from: 0, to: 0 })).size).toBe(50);
  });
  it("after the range was changed it goes on where it can, and begins a new round where it cannot", () => {
    const { next } = nextInvoice(crypto, SOURCE, { from: 1, to: 99 }, { next: 40n, epoch: SOURCE.epoch });
    expect(numbers(1, { from: 1, to: 999_999 }, SOURCE, next).map(tail)).toEqual(["000041"]);
    const [moved] = numbers(1, { from: 500, to: 999 }, SOURCE, next);
    expect(tail(moved ?? "")).toBe("500");
    expect(lead(moved)).not.toBe(lead(numbers(1, WIDE)[0]));
  });
  it("a restored backup, a new installation and another till never give the numbers of the first", () => {
    const first = numbers(20, WIDE);
    const others: Partial<InvoiceSource>[] = [
      { run: "r2" },
      { epoch: "e2" },
      { tillId: "A2" },
      { terminal: "2" },
      { provider: "epay" },
    ];
    for (const change of others)
      for (const number of numbers(20, WIDE, { ...SOURCE, ...change })) expect(first).not.toContain(number);
  });
  it("Q-72: after a restored backup the last six digits do not come again either: the count jumps a tenth ahead", () => {
    const counter: Counter = { next: null, epoch: null };
    const before = count(300, WIDE, SOURCE, counter);
    const backup = { ...counter };
    const lost = count(500, WIDE, SOURCE, counter);
    const restored = { ...SOURCE, epoch: "e2", run: "r2" };
    const after = count(3, WIDE, restored, backup);
    expect(after.map(tail)).toEqual(["100301", "100302", "100303"]);
    const lastSix = (number: string): string => number.slice(-6);
    const used = new Set([...before, ...lost].map(lastSix));
    expect(after.filter((number) => used.has(lastSix(number)))).toEqual([]);
    // Counted on under the new epoch, the next start of the process jumps no more.
    expect(count(1, WIDE, { ...restored, run: "r3" }, backup).map(tail)).toEqual(["100304"]);
  });
  it("jumps within its range, over its end into a round of its own, and by one number where there are few", () => {
    const old = (next: bigint): Counter => ({ next, epoch: "e0" });
    const near = count(2, { from: 1, to: 100 }, SOURCE, old(96n));
    expect(near.map(tail)).toEqual(["006", "007"]);
    expect(lead(near[0])).not.toBe(lead(numbers(1, { from: 1, to: 100 })[0]));
    expect(count(2, { from: 500, to: 504 }, SOURCE, old(501n)).map(tail)).toEqual(["502", "503"]);
    expect(count(2, { from: 0, to: 0 }, SOURCE, old(0n)).map(tail)).toEqual(["0", "0"]);
  });
  it("a count of which nobody wrote down the epoch jumps too", () => {
    expect(count(1, WIDE, SOURCE, { next: 41n, epoch: null }).map(tail)).toEqual(["100041"]);
  });
  it("has a counter of its own for each terminal", () => {
    expect(invoiceCounter("halykQr", "92059431")).toBe("invoice|halykQr|92059431");
    expect(epochOf(invoiceCounter("halykQr", "92059431"))).toBe("invoice|halykQr|92059431|epoch");
  });
});
