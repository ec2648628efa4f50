import { createHmac } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { PaymentRequest } from "../../contract/commands.ts";
import type { Bank } from "../../main/core/bank.ts";
import { createCards } from "../../main/core/cards.ts";
import { hasTypedCard, makePosting, postedPrint, whyNotTaken } from "../../main/core/paying.ts";
import type { Profile } from "../../main/core/ports.ts";
import { memoryVault, PROFILE } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const NUMBER = "4400001234567895";
const TYPED = { number: NUMBER, expiry: "12/29", cvc: "636", name: "AIGUL SEITOVA" };
const GOOGLE = {
  apiVersion: 2,
  apiVersionMinor: 0,
  paymentMethodData: { type: "CARD", tokenizationData: { type: "PAYMENT_GATEWAY", token: '{"a":"\\u003d"}' } },
};
const EPAY: Profile = { ...PROFILE, provider: "epay", options: { cards: "true" } };
const OFF: Profile = { ...EPAY, options: { cards: "false" } };

const bank = {
  name: "epay",
  methods: ({ options }: Profile) =>
    options["cards"] === "true" ? ["googlePay", "card", "cardVerification", "transfer"] : ["googlePay", "transfer"],
} as unknown as Bank;
const qrBank = { name: "kaspi", methods: () => ["qr", "invoice"] } as unknown as Bank;

const request = (more: Partial<PaymentRequest>): PaymentRequest => ({ amount: "5000", provider: "epay", ...more });
const crypto = { mac: (purpose: string, text: string) => createHmac("sha256", purpose).update(text).digest("hex") };
const print = (method: string, more: Partial<PaymentRequest>): string =>
  JSON.stringify(postedPrint(crypto, method, request(more)));

async function withSaved() {
  const cards = createCards({ clock: simulatedClock(), vault: memoryVault() });
  const row = newRow({ id: "11112222", provider: "epay" }, { saveCard: true, accountId: "customer-7" });
  const id = await cards.keep(row, "bank's own number", { mask: "440043...0001", type: "VISA" });
  return { cards, id };
}

describe("what a posted request is fingerprinted by", () => {
  it("of a typed card first six and last four: never its expiry, code or name", () => {
    const first = print("card", { card: TYPED });
    expect(first).toBe(print("card", { card: { ...TYPED, expiry: "01/30", cvc: "111", name: "SOMEBODY ELSE" } }));
    expect(first).toContain("440000...7895");
    expect(first).not.toContain("270454");
    expect(first).not.toBe(print("card", { card: { ...TYPED, number: "5100009876543215" } }));
  });

  it("of a Google Pay object a keyed fingerprint, and nothing of what is in it", () => {
    const first = print("googlePay", { token: GOOGLE });
    expect(first).not.toContain("003d");
    expect(first).not.toBe(print("googlePay", { token: { ...GOOGLE, apiVersionMinor: 1 } }));
  });

  it("of all else what was asked for; an absent switch is one that is off", () => {
    const plain = print("card", { card: TYPED });
    expect(plain).toBe(print("card", { card: TYPED, useBonus: false, saveCard: false }));
    for (const more of [{ payer: { name: "Aigul" } }, { data: { order: 1 } }, { useBonus: true }, { saveCard: true }])
      expect(print("card", { card: TYPED, ...more })).not.toBe(plain);
    expect(print("transfer", { card: { id: "card_11112222" }, receiver: { number: NUMBER } })).toContain(
      '"card_11112222","440000...7895"',
    );
  });

  it("adds nothing to what other payments were fingerprinted by before", () => {
    expect(postedPrint(crypto, "qr", request({}))).toEqual([]);
  });
});

describe("what a bank's contract takes", () => {
  const why = (method: string, more: Partial<PaymentRequest>, profile = EPAY) =>
    whyNotTaken(bank, profile, method, request(more));
  const unfit = (field: string) => ({ code: "bad_request", params: { field } });

  it("each method with its own fields", () => {
    expect(why("googlePay", { token: GOOGLE, useBonus: true, data: { order: 1 } })).toBeNull();
    expect(why("card", { card: TYPED, payer: { accountId: "7" }, saveCard: true })).toBeNull();
    expect(why("cardVerification", { card: TYPED, currency: "USD" })).toBeNull();
    expect(why("transfer", { card: { id: "card_11112222" }, receiver: { number: NUMBER } })).toBeNull();
  });

  it.each([
    ["googlePay", {}, "token"],
    ["card", {}, "card"],
    ["transfer", { card: TYPED }, "receiver"],
    ["googlePay", { token: GOOGLE, card: TYPED }, "card"],
    ["card", { card: TYPED, receiver: { number: NUMBER } }, "receiver"],
    ["cardVerification", { card: TYPED, currency: "USD", useBonus: true }, "useBonus"],
    ["cardVerification", { card: TYPED }, "currency"],
    ["card", { card: TYPED, currency: "USD" }, "currency"],
  ] as const)("%s: what is missing or does not belong to it is named", (method, more, field) => {
    expect(why(method, more)).toMatchObject(unfit(field));
  });

  it("no field of theirs belongs to another payment", () => {
    for (const more of [{ card: TYPED }, { token: GOOGLE }, { payer: {} }, { data: {} }, { useBonus: false }])
      expect(whyNotTaken(qrBank, PROFILE, "qr", request(more))).toMatchObject({ code: "bad_request" });
    expect(whyNotTaken(qrBank, PROFILE, "qr", request({ currency: "USD" }))).toMatchObject({ code: "not_supported" });
  });

  it("a typed number only where that is switched on; a bank without cards takes none at all", () => {
    expect(why("card", { card: TYPED }, OFF)).toMatchObject({ code: "cards_off" });
    expect(why("transfer", { card: { id: "card_11112222" }, receiver: { number: NUMBER } }, OFF)).toMatchObject({
      code: "cards_off",
    });
    expect(why("transfer", { card: { id: "card_11112222" }, receiver: { id: "card_11112223" } }, OFF)).toBeNull();
    expect(why("card", { card: { id: "card_11112222" } }, OFF)).toMatchObject({ code: "not_supported" });
    expect(whyNotTaken(qrBank, PROFILE, "card", request({ card: TYPED }))).toMatchObject({ code: "not_supported" });
  });

  it("knows a number that was typed from a card that is named", () => {
    expect(hasTypedCard({ card: TYPED })).toBe(true);
    expect(hasTypedCard({ card: { id: "card_11112222" }, receiver: { number: NUMBER } })).toBe(true);
    expect(hasTypedCard({ card: { id: "card_11112222" }, receiver: { id: "card_11112223" } })).toBe(false);
    expect(hasTypedCard({})).toBe(false);
  });
});

describe("what is sent of it, and what the payment keeps", () => {
  it("a typed card goes to the sending; the payment has its mask", async () => {
    const { cards } = await withSaved();
    const posting = await makePosting(
      cards,
      EPAY,
      "card",
      request({ card: TYPED, payer: { name: "Aigul", accountId: "7" }, data: { order: "№1" }, saveCard: true }),
    );
    if (!posting.ok) throw new Error(posting.error.code);
    expect(posting.value).toEqual({
      kind: "sale",
      paying: {
        token: null,
        card: { typed: TYPED },
        receiver: null,
        payer: { name: "Aigul", accountId: "7" },
        data: '{"order":"№1"}',
        useBonus: false,
      },
      shown: { card: { id: null, mask: "440000...7895", type: "" }, receiver: null, saveCard: true, accountId: "7" },
    });
    expect(JSON.stringify(posting.value.shown)).not.toMatch(/636|12\/29|AIGUL|270454/);
  });

  it("a Google Pay object goes on as the very one that came", async () => {
    const { cards } = await withSaved();
    const posting = await makePosting(cards, EPAY, "googlePay", request({ token: GOOGLE, useBonus: true }));
    if (!posting.ok) throw new Error(posting.error.code);
    expect(posting.value.paying.token).toBe(GOOGLE);
    expect(posting.value.paying.useBonus).toBe(true);
    expect(posting.value.shown).toEqual({ card: null, receiver: null, saveCard: false, accountId: null });
  });

  it("a saved card goes by the bank's number and with its customer, and is shown by handle and mask", async () => {
    const { cards, id } = await withSaved();
    const posting = await makePosting(
      cards,
      EPAY,
      "transfer",
      request({ card: { id }, receiver: { number: NUMBER }, payer: { email: "a@b.kz" } }),
    );
    expect(posting).toMatchObject({
      ok: true,
      value: {
        kind: "transfer",
        paying: {
          card: { bankCardId: "bank's own number" },
          receiver: { number: NUMBER },
          payer: { email: "a@b.kz", accountId: "customer-7" },
        },
        shown: { card: { id, mask: "440043...0001", type: "VISA" }, receiver: "440000...7895" },
      },
    });
    const both = await makePosting(cards, EPAY, "transfer", request({ card: { id }, receiver: { id } }));
    expect(both).toMatchObject({
      ok: true,
      value: { paying: { receiver: { bankCardId: "bank's own number" } }, shown: { receiver: "440043...0001" } },
    });
  });

  it("Q-77: a check of a card is no sale", async () => {
    const { cards } = await withSaved();
    const posting = await makePosting(cards, EPAY, "cardVerification", request({ card: TYPED }));
    expect(posting).toMatchObject({ ok: true, value: { kind: "verification" } });
  });

  it.each([
    ["card", () => ({ card: { id: "card_00000000" } }), "card_unknown", undefined],
    ["transfer", (id: string) => ({ card: { id }, receiver: { id: "card_00000000" } }), "card_unknown", undefined],
    ["card", (id: string) => ({ card: { id }, payer: { accountId: "another" } }), "card_unknown", undefined],
    ["cardVerification", (id: string) => ({ card: { id } }), "bad_request", "card"],
    ["card", (id: string) => ({ card: { id }, saveCard: true }), "bad_request", "saveCard"],
    ["card", () => ({ card: TYPED, saveCard: true }), "bad_request", "payer.accountId"],
  ] as const)("%s refuses what cannot be", async (method, ask, code, field) => {
    const { cards, id } = await withSaved();
    const refused = await makePosting(cards, EPAY, method, request(ask(id)));
    expect(refused).toMatchObject({ ok: false, error: { code } });
    if (!refused.ok) expect(refused.error.params["field"]).toBe(field);
  });

  it("a card of another environment is none", async () => {
    const { cards, id } = await withSaved();
    const production: Profile = { ...EPAY, environment: "production" };
    expect(await makePosting(cards, production, "card", request({ card: { id } }))).toMatchObject({
      ok: false,
      error: { code: "card_unknown" },
    });
  });
});
