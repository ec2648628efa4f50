/** What the bank's documents get wrong or leave open (docs/epay.md), from the till to the bank's books and back. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import type { Fault } from "../../simulator/index.ts";
import type { CallRecord } from "../../simulator/records.ts";
import { epayScene as scene, type EpayScene } from "./epay-scene.ts";
import { GOOGLE_TOKEN, operationsOf, request, type EpaySideOptions } from "./epay-side.ts";
import { SECOND } from "./scene.ts";

const MINUTE = 60 * SECOND;

const calls = ({ side }: EpayScene, name: string): readonly CallRecord[] => side.simulator.ledger.callsNamed(name);
const strike = ({ side }: EpayScene, fault: Fault): void => void side.simulator.faults.add(fault);
const bodyOf = ({ bodyText }: CallRecord): Record<string, unknown> => JSON.parse(bodyText) as Record<string, unknown>;
const tokensOf = ({ side: { simulator } }: EpayScene, bound: boolean) =>
  simulator.ledger.tokens.filter((token) => (token.bound !== null) === bound);

/** One more payment by Google Pay, put away when it is paid. */
async function pay(s: EpayScene): Promise<string> {
  const { id } = await s.reaches(request("googlePay", "ok", s.side), "paid");
  await s.desk.call("payments.dismiss", { id });
  return id;
}

/** So many questions about a payment, and the answers to them. */
async function asked(s: EpayScene, invoice: string | null, count: number, name = "check-status"): Promise<void> {
  const answers = () => calls(s, name).filter((call) => call.paymentId === invoice && call.answer !== null).length;
  const wanted = answers() + count;
  await s.desk.until(`${count} questions`, () => answers() >= wanted, count * 400 * SECOND);
  await s.desk.clock.sleep(SECOND);
}

describe.concurrent("tokens (Q-69, Q-98)", () => {
  scene("one for each operation, for its number, amount, currency and terminal; one for all questions", async (s) => {
    for (let n = 0; n < 3; n += 1) await pay(s);
    const { id, detail } = await s.reaches(request("cardVerification", "3ds", s.side), "awaiting_3ds");
    (await s.page(detail.invoiceId)).press("confirm");
    await s.desk.reaches(id, "verified", true);
    const { payment, verification } = s.side.simulator.terminals;
    const bound = tokensOf(s, true);
    expect(new Set(bound.map(({ token }) => token)).size).toBe(4);
    const first = { terminalId: payment.terminalId, bound: { amountMinor: 500_000n, currency: "KZT" } };
    const last = { terminalId: verification.terminalId, bound: { amountMinor: 0n, currency: "USD" }, confirmed: true };
    expect(bound).toMatchObject([first, first, first, last]);
    expect(bound.map(({ usedFor }) => usedFor)).toEqual(bound.map((token) => token.bound?.invoice));
    expect(tokensOf(s, false).map(({ terminalId }) => terminalId)).toEqual([
      payment.terminalId,
      verification.terminalId,
    ]);
    expect(calls(s, "check-status").length).toBeGreaterThan(4);
  });

  scene("the confirmation's is gone after its life: nothing is confirmed, and the bank's no decides", async (s) => {
    await s.side.simulator.configure({ tokenSeconds: 180, challengeSeconds: 300 });
    const { id, detail } = await s.reaches(request("card", "3ds", s.side), "awaiting_3ds");
    await s.desk.clock.sleep(200 * SECOND);
    (await s.page(detail.invoiceId)).press("confirm");
    await s.desk.reaches(id, "in_doubt");
    s.desk.clock.hurry(10);
    await s.desk.reaches(id, "declined", true, 25 * MINUTE);
    s.desk.clock.hurry(1);
    expect(calls(s, "confirm")).toEqual([]);
    expect(calls(s, "cryptopay")).toHaveLength(1);
  });
});

describe.concurrent("expires_in and 401 (Q-70)", () => {
  for (const expiresIn of ["number", "text"] as const)
    scene(
      `as a ${expiresIn}: questions take another token a minute before the old one ends`,
      async (s) => {
        await pay(s);
        await s.desk.clock.sleep(100 * SECOND);
        await pay(s);
        expect(tokensOf(s, false)).toHaveLength(1);
        await s.desk.clock.sleep(60 * SECOND);
        await pay(s);
        expect(tokensOf(s, false)).toHaveLength(2);
        const refused = s.side.simulator.ledger.calls.filter(({ statusCode }) => statusCode === "401");
        expect(refused).toEqual([]);
      },
      { simulator: { expiresIn, tokenSeconds: 200 } },
    );

  scene("a question answered 401 is asked once more with another token, and nothing else is", async (s) => {
    await pay(s);
    strike(s, { kind: "http", status: 401, method: "check-status" });
    await pay(s);
    expect(tokensOf(s, false)).toHaveLength(2);
    const [first, second] = calls(s, "check-status").slice(-2);
    expect(first?.faults).toEqual(["http"]);
    expect(second?.paymentId).toBe(first?.paymentId);
    expect(second?.headers["authorization"]).not.toBe(first?.headers["authorization"]);
    expect(calls(s, "cryptopay")).toHaveLength(2);
  });
});

describe.concurrent("the form of a token request (Q-71)", () => {
  const secret = "a#b$c&d%e+f=g h%2B'(é)*!~";
  const odd = (name: string) => ({ clientId: `${name}&co=1+1`, clientSecret: secret, terminalId: randomUUID() });
  scene(
    "every value is encoded whole, whatever letters are in it",
    async (s) => {
      await pay(s);
      const forms = [...calls(s, "token"), ...calls(s, "token/service")];
      expect(forms.length).toBeGreaterThan(1);
      for (const { bodyText, headers } of forms) {
        expect(headers["content-type"]).toBe("application/x-www-form-urlencoded");
        expect(bodyText).toMatch(/^(?:[A-Za-z_]+=(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})*(?:&|$))+$/);
        const form = new URLSearchParams(bodyText);
        expect([form.get("client_id"), form.get("client_secret")]).toEqual(["payment&co=1+1", secret]);
      }
      expect([...new URLSearchParams(calls(s, "token")[0]?.bodyText).keys()]).toContain("invoiceID");
    },
    { simulator: { terminals: { payment: odd("payment"), verification: odd("check"), transfer: odd("p2p") } } },
  );
});

describe.concurrent("the cryptogram (Q-74, Q-75)", () => {
  for (const cyrillic of [false, true])
    scene(
      `under its ${cyrillic ? "Cyrillic" : "Latin"} name`,
      async (s) => {
        await s.reaches(request("cardVerification", "ok", s.side), "verified");
        const body = bodyOf(calls(s, "cryptopay")[0] as CallRecord);
        expect([body["cryptogram"] !== undefined, body["\u0441ryptogram"] !== undefined]).toEqual([
          !cyrillic,
          cyrillic,
        ]);
      },
      { options: { cyrillicCryptogram: String(cyrillic) } },
    );

  for (const keyForm of ["spki-line", "spki-as-pkcs1", "pkcs1", "spki"] as const)
    scene(
      `with the bank's key as ${keyForm}, fetched once for all cards`,
      async (s) => {
        for (const method of ["cardVerification", "card"] as const) {
          const { id } = await s.reaches(request(method, "ok", s.side), method === "card" ? "paid" : "verified");
          await s.desk.call("payments.dismiss", { id });
        }
        expect(calls(s, "key")).toHaveLength(1);
      },
      { simulator: { keyForm } },
    );
});

describe.concurrent("answers by shape (Q-76, Q-78)", () => {
  for (const errorStatus of [200, 400] as const)
    scene(
      `a no with HTTP ${errorStatus} is one`,
      async (s) => {
        const row = await s.reaches(request("card", "484", s.side), "declined");
        expect(row).toMatchObject({ settled: true, error: { code: "insufficient_funds", bankCode: "484" } });
      },
      { simulator: { errorStatus } },
    );
});

describe.concurrent("the bank's page (Q-79, Q-80, Q-82)", () => {
  scene("another MD than the bank gave (Q-79): nothing is confirmed, and the status is asked", async (s) => {
    await s.side.simulator.configure({ challengeSeconds: 60 });
    const { id, detail } = await s.reaches(request("cardVerification", "3ds", s.side), "awaiting_3ds");
    const before = calls(s, "check-status").length;
    (await s.page(detail.invoiceId)).press("another-mark");
    const row = await s.desk.reaches(id, "declined");
    expect(row.error).toMatchObject({ code: "bank_page_failed" });
    expect(calls(s, "check-status").length).toBeGreaterThan(before);
    s.desk.clock.hurry(10);
    await s.desk.reaches(id, "declined", true, 30 * MINUTE);
    s.desk.clock.hurry(1);
    expect(calls(s, "confirm")).toEqual([]);
  });

  scene(
    "a redirect for an answer to the confirmation (Q-80): the status decides",
    async (s) => {
      const { id, detail } = await s.reaches(request("card", "3ds", s.side), "awaiting_3ds");
      (await s.page(detail.invoiceId)).press("confirm");
      await s.desk.reaches(id, "paid", true);
      const declined = await s.reaches(request("card", "3ds-484", s.side), "awaiting_3ds");
      (await s.page(declined.detail.invoiceId)).press("confirm");
      await s.desk.reaches(declined.id, "declined", true);
      expect(calls(s, "confirm")).toHaveLength(2);
      expect(calls(s, "acs/done")).toEqual([]);
    },
    { simulator: { confirmAnswer: "redirect" } },
  );

  for (const acsAction of [
    "",
    " ",
    "http://acs.example/pa",
    "javascript:alert(1)",
    "ftp://127.0.0.1/pa",
    "//127.0.0.1/pa",
    "https:///pa",
    "https://user:word@acs.example/pa",
  ])
    scene(
      `an action of ${JSON.stringify(acsAction)} (Q-82): no page is offered, and the bank's own end decides`,
      async (s) => {
        const { id } = await s.reaches(request("card", "3ds", s.side), "in_doubt");
        s.desk.clock.hurry(10);
        await s.desk.reaches(id, "declined", true, 30 * MINUTE);
        s.desk.clock.hurry(1);
        expect(s.side.shown).toEqual([]);
        expect(calls(s, "confirm")).toEqual([]);
      },
      { simulator: { acsAction, challengeSeconds: 60 } },
    );
});

describe.concurrent("the status (Q-83, Q-84, Q-85, Q-86)", () => {
  scene(
    "102 after the post is lag (Q-83)",
    async (s) => {
      const { id, detail } = await s.begin(request("googlePay", "ok", s.side));
      await s.desk.reaches(id, "paid", true, 90 * SECOND);
      const bodies = calls(s, "check-status")
        .filter(({ paymentId }) => paymentId === detail.invoiceId)
        .map(({ answer }) => answer?.bodyText ?? "");
      expect(bodies.filter((body) => body.includes('"102"')).length).toBeGreaterThan(3);
    },
    { simulator: { statusLagMs: 30 * SECOND } },
  );

  scene("a code that is a number, and one with its text (Q-83)", async (s) => {
    for (const resultCode of [100, { raw: '"100"' }]) {
      strike(s, { kind: "answer", method: "check-status", extra: { resultCode }, count: "all" });
      await pay(s);
      s.side.simulator.faults.clear();
    }
  });

  scene(
    "AUTH is no payment (Q-84): held until it is taken, and asked about at a start",
    async (s) => {
      const row = await s.reaches(request("googlePay", "ok", s.side), "authorized");
      expect(row).toMatchObject({ settled: false, late: false });
      const before = calls(s, "check-status").length;
      await s.desk.clock.sleep(60 * SECOND);
      expect(calls(s, "check-status").filter(({ paymentId }) => paymentId === row.detail.invoiceId)).toHaveLength(
        calls(s, "check-status")
          .slice(0, before)
          .filter(({ paymentId }) => paymentId === row.detail.invoiceId).length,
      );
      await s.desk.restart();
      await asked(s, row.detail.invoiceId, 0);
      expect(s.desk.row(row.id).state).toBe("authorized");
      expect(await s.desk.call("payments.capture", { id: row.id, amount: "1200.50" })).toMatchObject({ ok: true });
      await s.desk.reaches(row.id, "paid", true);
      expect(await s.desk.get(row.id)).toMatchObject({ state: "paid", amount: "5000.00", refundedAmount: "3799.50" });
      expect(operationsOf(s.side, row)[0]).toMatchObject({ status: "CHARGE", amountMinor: 120_050n });
    },
    { simulator: { scheme: "dms" } },
  );

  scene(
    "REFUND of a part is still a payment (Q-85): what went back is computed, and the rest can go back",
    async (s) => {
      strike(s, { kind: "answer", method: "check-status", status: "NEW", count: "all" });
      const { id, detail } = await s.reaches(request("googlePay", "ok", s.side), "awaiting_confirmation");
      s.side.simulator.refundElsewhere(detail.invoiceId ?? "", 100_050);
      s.side.simulator.faults.clear();
      await s.desk.reaches(id, "paid", true);
      expect(s.desk.row(id).detail.refundedMinor).toBe(100_050);
      const refund = (amount: string) =>
        s.desk.call("refunds.create", { key: randomUUID(), request: { paymentId: id, amount } });
      await refund("4000.00");
      await s.desk.clock.sleep(10 * SECOND);
      expect(s.side.simulator.ledger.refundsOf(detail.invoiceId ?? "")).toHaveLength(1);
    },
  );

  for (const [name, extra] of [
    ["invoice", { invoiceID: "999998" }],
    ["terminal", { terminalID: randomUUID() }],
    ["currency", { currency: "USD" }],
    ["transaction, which is none", { transaction: null }],
  ] as const)
    scene(`of another ${name} is not believed (Q-86)`, async (s) => {
      strike(s, { kind: "answer", method: "check-status", extra, count: "all" });
      const { id, detail } = await s.reaches(request("googlePay", "ok", s.side), "awaiting_confirmation");
      await asked(s, detail.invoiceId, 4);
      expect(s.desk.row(id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
      s.side.simulator.faults.clear();
      await s.desk.reaches(id, "paid", true);
    });

  scene("of another amount is for a person (Q-86)", async (s) => {
    const extra = { amount: 1, orgAmount: 1 };
    strike(s, { kind: "answer", method: "check-status", extra, count: "all" });
    const row = await s.reaches(request("googlePay", "ok", s.side), "needs_review");
    expect(row).toMatchObject({ settled: false, error: { code: "amount_mismatch" } });
    s.side.simulator.faults.clear();
    await s.desk.clock.sleep(5 * SECOND);
    await s.desk.call("payments.refresh", { id: row.id });
    await s.desk.reaches(row.id, "paid", true);
  });
});

describe.concurrent("Google's token (Q-87)", () => {
  scene("arrives byte for byte, with its backslashes", async (s) => {
    await pay(s);
    const { bodyText } = calls(s, "cryptopay")[0] as CallRecord;
    expect(bodyText).toContain(`"token":${JSON.stringify(GOOGLE_TOKEN)}`);
    expect(GOOGLE_TOKEN).toContain("\\u003d");
  });
});

describe.concurrent("the status of a transfer (Q-92)", () => {
  scene("is asked of transfers alone, that of a payment of payments alone", async (s) => {
    const { detail, id } = await s.reaches(request("transfer", "ok", s.side), "paid");
    await s.desk.call("payments.dismiss", { id });
    expect(calls(s, "check-status/p2p").every(({ paymentId }) => paymentId === detail.invoiceId)).toBe(true);
    const before = calls(s, "check-status/p2p").length;
    expect(before).toBeGreaterThan(0);
    const paid = s.desk.row(await pay(s));
    // Each terminal counts for itself: both have the first number of the range.
    expect(paid.detail.invoiceId?.slice(-6)).toBe(detail.invoiceId?.slice(-6));
    expect(calls(s, "check-status/p2p")).toHaveLength(before);
  });
});

describe.concurrent("refunds (Q-95)", () => {
  const refund = (s: EpayScene, id: string, amount: string) =>
    s.desk.call("refunds.create", { key: randomUUID(), request: { paymentId: id, amount } });

  scene("less than 10 tenge is refused here, and the amount stands in the address, also of the whole", async (s) => {
    const id = await pay(s);
    expect(await refund(s, id, "9.99")).toMatchObject({ ok: false, error: { code: "amount_too_small" } });
    expect(calls(s, "refund")).toEqual([]);
    for (const amount of ["10.00", "4990.00"]) {
      expect(await refund(s, id, amount)).toMatchObject({ ok: true });
      await s.desk.clock.sleep(5 * SECOND);
    }
    const sent = calls(s, "refund").map(({ path }) => new URL(path, "https://bank.example").searchParams.get("amount"));
    expect(sent).toEqual(["10", "4990"]);
    expect(s.side.simulator.ledger.totals().refundedByTillMinor).toBe(500_000n);
  });

  scene(
    "held money cannot be given back: it is released",
    async (s) => {
      const { id } = await s.reaches(request("googlePay", "ok", s.side), "authorized");
      expect(await refund(s, id, "10.00")).toMatchObject({ ok: false });
      expect(await s.desk.call("payments.void", { id })).toMatchObject({ ok: true });
      await s.desk.reaches(id, "released", true);
      expect(calls(s, "refund")).toEqual([]);
    },
    { simulator: { scheme: "dms" } },
  );
});

describe.concurrent("the bank's session (Q-96)", () => {
  scene(
    "is over after 20 minutes: undecided is for a person then, and late when it is charged",
    async (s) => {
      const { id } = await s.reaches(request("googlePay", "ok", s.side), "awaiting_confirmation");
      s.desk.clock.hurry(20);
      const row = await s.desk.reaches(id, "needs_review", false, 21 * MINUTE);
      expect(row.updatedAt - row.createdAt).toBeGreaterThanOrEqual(20 * MINUTE);
      expect(await s.desk.reaches(id, "paid", true, 20 * MINUTE)).toMatchObject({ late: true });
      s.desk.clock.hurry(1);
    },
    { simulator: { decideMs: 25 * MINUTE } },
  );

  scene("has three tries: 505 says so", async (s) => {
    const row = await s.reaches(request("googlePay", "505", s.side), "declined");
    expect(row.error).toMatchObject({ code: "too_many_tries", bankCode: "505" });
  });
});

describe.concurrent("codes that decide nothing (Q-97)", () => {
  const each = (
    sentence: string,
    ends: string,
    run: (s: EpayScene, outcome: string) => Promise<unknown>,
    options: EpaySideOptions = {},
  ): void =>
    scene(
      sentence,
      async (s) => {
        for (const code of ["454", "459", "460", "458", "461", "497", "500", "502", "503", "504"])
          await run(s, `${code}${ends}`);
      },
      options,
    );

  each("declined is said when the status says so", "", async (s, outcome) => {
    const row = await s.reaches(request("card", outcome, s.side), "declined");
    expect(row.detail.history.map(({ state }) => state)).toEqual(["creating", "in_doubt", "declined"]);
    await s.desk.call("payments.dismiss", { id: row.id });
  });

  each("money that was taken all the same is a payment", "-charged", async (s, outcome) => {
    const row = await s.reaches(request("card", outcome, s.side), "paid");
    expect(row).toMatchObject({ settled: true, late: false, error: null });
    await s.desk.call("payments.dismiss", { id: row.id });
  });

  each("and so after the bank's page", "-charged", async (s, outcome) => {
    const { id, detail } = await s.reaches(request("cardVerification", `3ds-${outcome}`, s.side), "awaiting_3ds");
    (await s.page(detail.invoiceId)).press("confirm");
    await s.desk.reaches(id, "verified", true);
    await s.desk.call("payments.dismiss", { id });
  });
});
