/** Thousands of broken answers: never an exception, and never money from anything but a clean PAID of the right sum. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import {
  contextOf,
  mendedText,
  payloadOf,
  refundRow,
  REFUND_BILL,
  SALE_BILL,
  saleRow,
  sampleText,
  statusBody,
} from "./halyk-support.ts";

const context = contextOf();
const sale = saleRow();
const unnumbered = saleRow({ bankId: null });
const refund = refundRow({ bankId: REFUND_BILL });
const READERS = {
  create: halykQr.create(context, unnumbered, { phone: null, paying: null }).read,
  status: halykQr.status(context, sale).read,
  lookUp: halykQr.lookUp?.(context, unnumbered).read,
  refuse: halykQr.refuse?.(context, sale).read,
  details: halykQr.details?.(context, SALE_BILL).read,
  refund: halykQr.refund?.(context, refund).read,
  refundStatus: halykQr.refundStatus?.(context, refund).read,
  ping: halykQr.ping(context).read,
};
const KINDS: Readonly<Record<keyof typeof READERS, readonly string[]>> = {
  create: ["created", "refused", "unclear"],
  status: ["word", "claim", "notFound", "unclear"],
  lookUp: ["found", "foreign", "notFound", "unclear"],
  refuse: ["heard", "refused", "unclear"],
  details: ["details", "refused", "unclear"],
  refund: ["pending", "refused", "unclear"],
  refundStatus: ["word", "notFound", "unclear"],
  ping: ["alive", "refused", "unclear"],
};

const BODIES = [
  ...["generate-code", "status", "status-change", "generate-refund"].map(sampleText),
  ...["new", "scanned", "blocked", "rejected", "paid"].flatMap((name) => [
    sampleText(`event-${name}`),
    mendedText(`event-${name}`),
  ]),
  JSON.stringify(statusBody()),
  JSON.stringify({ billNumber: 6_076_034, qrcode: payloadOf(), status: "NEW" }),
];

/** A body with a few pieces taken out, put in twice, or replaced. */
const mutated = fc
  .tuple(
    fc.constantFrom(...BODIES),
    fc.array(
      fc.record({
        at: fc.nat(1_200),
        cut: fc.nat(12),
        put: fc.oneof(
          fc.constantFrom(
            "",
            '"',
            '""',
            ",",
            "}",
            "null",
            "PAID",
            '"status":"PAID",',
            "250",
            "249",
            "\\",
            "[",
            "\ufeff",
          ),
          fc.string({ maxLength: 4 }),
        ),
      }),
      { maxLength: 4 },
    ),
  )
  .map(([body, changes]) =>
    changes.reduce((text, { at, cut, put }) => text.slice(0, at) + put + text.slice(at + cut), body),
  );
const statusCode = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.integer({ min: 100, max: 599 }) },
);

function strictly(text: string): Record<string, unknown> | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

describe("broken answers", () => {
  it.each(Object.entries(READERS))("%s: any answer is one of its own kinds, never an exception", (name, read) => {
    fc.assert(
      fc.property(fc.oneof(mutated, fc.json(), fc.string({ unit: "binary" })), statusCode, (text, status) => {
        const given = read?.({ status, headers: {}, text });
        expect(KINDS[name as keyof typeof READERS]).toContain(given?.kind);
      }),
      { numRuns: 300 },
    );
  });

  it("Q-53, Q-55, Q-62: paid only from a clean 2xx with the word PAID and a sum that fits", () => {
    let paid = 0;
    fc.assert(
      fc.property(mutated, statusCode, (text, status) => {
        const given = READERS.status({ status, headers: {}, text });
        if (given.kind !== "word" || given.word !== "paid") return;
        const body = strictly(text);
        expect(status >= 200 && status < 300 && body !== null).toBe(true);
        // Another letter case of a name is read too, so the word is looked for in the text.
        expect(text).toContain('"PAID"');
        if (given.minor !== sale.minor) return;
        paid += 1;
        const told = Object.entries(body ?? {});
        const sums = told.filter(([key]) => key.toLowerCase() === "amount").map(([, value]) => Number(value));
        const fees = told.filter(([key]) => key.toLowerCase() === "fee").map(([, value]) => Number(value) || 0);
        const fits = sums.some((sum) => [0, ...fees].some((fee) => Math.abs(sum - fee - 250) < 0.001));
        expect(fits, text).toBe(true);
      }),
      { numRuns: 1_500 },
    );
    expect(paid).toBeGreaterThan(10);
  });

  it("Q-53: a refund is decided, and a purchase found, by a clean body only", () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const given = { status: 200, headers: {}, text };
        const kinds = [READERS.refund?.(given), READERS.details?.(given), READERS.refundStatus?.(given)].map(
          (read) => read?.kind,
        );
        if (strictly(text) === null) expect(kinds).toEqual(["unclear", "unclear", "unclear"]);
      }),
      { numRuns: 600 },
    );
  });

  it("a hint says only what stands in the message", () => {
    let heard = 0;
    fc.assert(
      fc.property(fc.oneof(mutated, fc.string({ unit: "binary" })), (text) => {
        const hint = halykQr.hint?.(context.profile, text);
        if (!hint) return;
        heard += 1;
        for (const told of [hint.raw, hint.bankId ?? "", hint.invoiceId ?? "", "92059431"])
          expect(text).toContain(told);
      }),
      { numRuns: 300 },
    );
    expect(heard).toBeGreaterThan(3);
  });
});
