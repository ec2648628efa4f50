/** The black box: the last 500 transitions with their calls, and nothing that its schema does not name. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { supportFile, TRANSITIONS, type SupportFile } from "../../contract/support.ts";
import { blackBox } from "../../main/core/black-box.ts";
import type { CallRow, Journal, NewEvent, StoredEvent } from "../../main/core/ports.ts";
import { toPayment } from "../../main/core/present.ts";
import { openDesk, PROFILE, silentLog, testSettings, type Desk } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const CARD = "4716258309741628";
const PHONE = "77019283746";

describe("of a real till", () => {
  let desk: Desk;
  let box: SupportFile;
  let sale: { id: string; bankId: string | null };
  beforeAll(async () => {
    desk = await openDesk();
    sale = await desk.charge("5000.00");
    desk.bank.status("Processed");
    await desk.clock.advance(5_000);
    await desk.call("payments.dismiss", { id: sale.id });
    await desk.call("refunds.create", { key: randomUUID(), request: { paymentId: sale.id, amount: "1200.00" } });
    await desk.clock.advance(1_000);
    box = await made(desk);
  });
  afterAll(() => desk.close());

  const made = async (of: Desk): Promise<SupportFile> => {
    const result = await of.core.call({ kind: "api", name: "support", scopes: ["support"] }, "support", {});
    if (!result.ok) throw new Error(result.error.code);
    return supportFile.parse(result.value);
  };

  it("tells each change of a sale and of a refund in order, with its cause", () => {
    const told = box.transitions.map(({ kind, state, cause }) => `${kind} ${state} ${cause}`);
    expect(told.filter((line) => line.startsWith("payment"))).toEqual(
      expect.arrayContaining(["payment creating created", "payment awaiting_scan token", "payment paid bank-paid"]),
    );
    expect(told.at(-1)).toMatch(/^refund /);
    expect(box.transitions.map(({ seq }) => seq)).toEqual(
      box.transitions.map(({ seq }) => seq).toSorted((a, b) => a - b),
    );
    expect(box.transitions.find(({ state }) => state === "paid")).toMatchObject({
      id: sale.id,
      number: "A1-000001",
      provider: "kaspi",
      method: "qr",
      amount: "5000.00",
      currency: "KZT",
      settled: true,
      late: false,
      bankId: sale.bankId,
      errorCode: null,
    });
  });
  it("has the request id of each call, as it was sent, with what became of it", async () => {
    const calls = await desk.journal.calls(sale.id);
    expect(calls.length).toBeGreaterThan(1);
    for (const { requestId, name, outcome } of calls)
      expect(box.calls.filter((call) => call.requestId === requestId)).toMatchObject([{ name, outcome }]);
    expect(new Set(box.calls.map(({ ref }) => ref)).size).toBe(2);
  });
  it("names the journal it was made from by the last link of its chain", async () => {
    const { seq, mac } = await desk.journal.head();
    expect(box.journal).toMatchObject({ head: seq, mac });
    expect(box.profiles).toEqual([
      {
        provider: "kaspi",
        environment: "test",
        scheme: "2",
        host: "bank.test:8544",
        tradePoint: "12",
        device: "GFC-456397",
      },
    ]);
    expect(box).toMatchObject({ program: "0.0.0-test", till: { id: "A1" }, merchant: { bin: "180340021791" } });
  });
  it("has neither code nor token, and is for programs with its own right only", async () => {
    const { qr } = (await desk.journal.events(0, 99)).map(({ body }) => JSON.parse(body)).find((body) => body.qr);
    expect(JSON.stringify(box)).not.toContain(qr.payload);
    expect(JSON.stringify(box)).not.toContain("9f2c1d64");
    for (const actor of [
      { kind: "person", name: "cashier" },
      { kind: "api", name: "a", scopes: ["pay", "refund", "read", "cards"] },
    ] as const)
      expect(await desk.core.call(actor, "support", {})).toMatchObject({ ok: false });
  });
});

/** A journal of these events alone, whose numbers have the gaps that rows leave. */
function journalOf(events: readonly NewEvent[], gap = 1, more: Partial<Journal> = {}): Journal {
  const stored = events.map((event, index): StoredEvent => ({ ...event, seq: 7 + index * gap, at: 1_000_000 + index }));
  const call = (id: string): CallRow => ({
    requestId: `request-of-${id}`,
    paymentId: id,
    refundId: null,
    name: "create",
    danger: "harmless",
    mac: "the fingerprint of a request",
    sentAt: 1,
    answeredAt: 2,
    outcome: "answered",
    bankCode: `${CARD}`,
  });
  return {
    info: async () => ({ schema: 3, epoch: "e", head: stored.at(-1)?.seq ?? 0, mac: "m" }),
    firstEvent: async () => stored[0]?.seq ?? 0,
    events: async (after: number, limit: number) => stored.filter(({ seq }) => seq > after).slice(0, limit),
    payment: async (id: string) => newRow({ id, profileId: PROFILE.id }),
    refund: async () => null,
    calls: async (id: string) => [call(id)],
    refundCalls: async () => [],
    profile: async () => ({ ...PROFILE, url: "https://user:secret@bank.test:8544/r2/v01?token=secret" }),
    ...more,
  } as unknown as Journal;
}

const event = (ref: string, body: object | string, kind = "payment"): NewEvent => ({
  kind,
  ref,
  version: 1,
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const paid = (id: string): object => toPayment(newRow({ id, state: "paid", settled: true }), "Asia/Almaty");

async function boxOf(journal: Journal): Promise<SupportFile> {
  const result = await blackBox({ journal, clock: simulatedClock(), log: silentLog }, testSettings(), "1");
  if (!result.ok) throw new Error(result.error.code);
  return supportFile.parse(result.value);
}

describe("of any journal", () => {
  it.each([1, 2, 13])("takes the last 500 transitions and no other events, over gaps of %i", async (gap) => {
    const all = Array.from({ length: 1_700 }, (_, n) =>
      n % 3 === 0 ? event(`p${n}`, paid(`p${n}`)) : event("n", "{}", "notice"),
    );
    const { transitions } = await boxOf(journalOf(all, gap));
    expect(transitions.map(({ id }) => id)).toEqual(
      Array.from({ length: TRANSITIONS }, (_, n) => `p${1_701 - 3 * (TRANSITIONS - n)}`),
    );
  });
  it("is empty on a new till", async () => {
    expect(await boxOf(journalOf([]))).toMatchObject({ transitions: [], calls: [], profiles: [] });
  });

  it("takes no field but its own, and nothing of a bank's words where its codes belong", async () => {
    const secrets = {
      link: "https://pay.test/secret-link",
      qr: { payload: "secret-payload" },
      phone: "secret-phone",
      card: { id: "secret-handle", mask: "secret-mask", type: "VISA" },
      details: { reference: "secret-reference", lines: [{ label: "a", value: "secret-line" }] },
      description: "secret-description",
      error: {
        code: "bank_refused",
        bankCode: `no ${PHONE}`,
        bankMessage: "secret-message",
        params: { raw: "secret-raw" },
      },
      externalId: "secret-external",
      added: "secret-new-field",
    };
    const causes = [
      `bank-contradicts:${CARD}`,
      `bank-contradicts:4716 2583 0974 1628`,
      `bank-contradicts:${PHONE}`,
      "bank-contradicts:the card of AIGERIM SERIK",
      "bank-contradicts:құпия",
      "x".repeat(200),
    ];
    const bodies = causes.map((cause) => ({ ...paid("p"), ...secrets, history: [{ at: "t", state: "paid", cause }] }));
    const box = await boxOf(journalOf(bodies.map((body) => event("p", body))));
    expect(box.transitions.map(({ cause }) => cause)).toEqual(causes.map(() => "[hidden]"));
    expect(box.transitions[0]).toMatchObject({ errorCode: "bank_refused", bankCode: "[hidden]" });
    expect(box.calls).toMatchObject([{ requestId: "request-of-p", bankCode: "[hidden]" }]);
    expect(box.profiles).toMatchObject([{ host: "bank.test:8544" }]);
    expect(JSON.stringify(box)).not.toMatch(/secret|fingerprint|AIGERIM|4716|7701/);
  });
  it.each(["-1501", "HTTP 502", "-99000001", "QrTokenNotFound", "484", "9223372036854775807"])(
    "keeps the bank's code %s",
    async (bankCode) => {
      const body = { ...paid("p"), error: { code: "bank_refused", bankCode } };
      expect((await boxOf(journalOf([event("p", body)]))).transitions).toMatchObject([{ bankCode }]);
    },
  );

  it("is made of whatever a broken or foreign event holds, or without it", async () => {
    const odd = ["", "null", "[]", '{"state":7}', '{"state":"gone"}', "{", '{"state":"paid","history":[null]}'];
    const box = await boxOf(journalOf([...odd, paid("p")].map((body) => event("p", body))));
    expect(box.transitions.map(({ state, amount }) => [state, amount])).toEqual([
      ["paid", null],
      ["paid", "5000.00"],
    ]);
  });
  it("is refused, not half made, while the journal cannot be read", async () => {
    const journal = journalOf([event("p", paid("p"))], 1, { calls: () => Promise.reject(new Error("disk")) });
    expect(await blackBox({ journal, clock: simulatedClock(), log: silentLog }, testSettings(), "1")).toMatchObject({
      ok: false,
      error: { code: "journal_unavailable" },
    });
  });
  it("knows a refund without a sum", async () => {
    const body = {
      number: "A1-R000001",
      provider: "kaspi",
      environment: "test",
      currency: "KZT",
      amount: null,
      state: "in_doubt",
    };
    const [transition] = (await boxOf(journalOf([event("r", body, "refund")]))).transitions;
    expect(transition).toMatchObject({ kind: "refund", amount: null, method: null, state: "in_doubt" });
  });
});
