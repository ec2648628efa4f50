/** What is read from the answers about payments, and what is not believed. */
import { describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import { readBody } from "../../main/banks/halyk-qr/json.ts";
import type { Claim, CreateAnswer, LookUpAnswer, StatusAnswer, Word } from "../../main/core/bank.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import { AT } from "../support/rows.ts";
import {
  answer,
  contextOf,
  json,
  mendedText,
  payloadOf,
  REFUND_BILL,
  SALE_BILL,
  saleRow,
  sampleNames,
  sampleText,
  statusBody,
  tables,
} from "./halyk-support.ts";

const WHOLE = contextOf();
const ask = (given: HttpAnswer, sale = saleRow()): StatusAnswer => halykQr.status(WHOLE, sale).read(given);
const make = (given: HttpAnswer, context = WHOLE): CreateAnswer =>
  halykQr.create(context, saleRow({ bankId: null }), { phone: null, paying: null }).read(given);
const find = (given: HttpAnswer, context = WHOLE): LookUpAnswer | undefined =>
  halykQr.lookUp?.(context, saleRow({ bankId: null })).read(given);
const refuse = (given: HttpAnswer) => halykQr.refuse?.(WHOLE, saleRow()).read(given);
const says = (change: Readonly<Record<string, unknown>>): StatusAnswer => ask(json(statusBody(change)));

const EVENTS = ["event-new", "event-scanned", "event-blocked", "event-rejected", "event-paid"];
const STATUS_BODIES = ["status", ...EVENTS];

describe("the document's samples", () => {
  it("Q-53: six of six bodies with a status are no JSON; each is read after one mending", () => {
    for (const name of STATUS_BODIES) {
      expect(() => JSON.parse(sampleText(name)), name).toThrow(SyntaxError);
      expect(readBody(sampleText(name)), name).toMatchObject({ repaired: true });
      expect(readBody(mendedText(name)), name).toMatchObject({ repaired: false });
    }
    for (const skeleton of ["status response", "event"])
      expect(readBody(tables.skeletons[skeleton] ?? ""), skeleton).toBeNull();
  });
  it("Q-53: a mended PAID is a claim and no more; any other word is taken", () => {
    const told = STATUS_BODIES.map((name) => ask(answer(sampleText(name))));
    expect(told.map((read) => (read.kind === "word" ? read.word : read.kind))).toEqual([
      "claim",
      "created",
      "scanned",
      "held",
      "declined",
      "claim",
    ]);
    for (const read of told) expect(read).not.toHaveProperty("facts");
  });
  it("Q-53: the same PAID in a clean answer is believed", () => {
    for (const name of ["status", "event-paid"])
      expect(ask(answer(mendedText(name)), saleRow())).toEqual({
        kind: "word",
        word: "paid",
        raw: "PAID",
        unsure: false,
        minor: minor(25_000),
        facts: {
          reference: "ONB111111223301",
          fee: 0,
          bonus: 0,
          card: { mask: "440563XXXXXX3134", type: "Visa" },
          lines: [
            { label: "Loan terms", value: "2 month" },
            { label: "Effective rate", value: "5%" },
          ],
        },
      } satisfies Word);
  });
  it("a refusal in the customer's app comes with the bank's words", () => {
    expect(ask(answer(mendedText("event-rejected")))).toEqual({
      kind: "word",
      word: "declined",
      raw: "REJECTED",
      unsure: false,
      minor: null,
      message: "Недостаточно средств на карте",
    });
  });
  it("generate: number, code, no link, and the times of the settings", () => {
    const context = contextOf({ scanSeconds: "120", pollSeconds: "5" });
    expect(make(answer(sampleText("generate-code")), context)).toMatchObject({
      kind: "created",
      bankId: SALE_BILL,
      payload: (JSON.parse(sampleText("generate-code")) as { readonly qrcode: string }).qrcode,
      link: null,
      paymentMethods: [],
      windows: { pollMs: 5_000, scanMs: 120_000, confirmMs: 120_000 },
      expiresAt: null,
      warning: { code: "qr_mismatch" },
    });
  });
  it("Q-60: the bank's twenty minutes and one more", () => {
    expect(make(json({ billNumber: SALE_BILL, qrcode: payloadOf() }))).toMatchObject({ lifeMs: 1_260_000 });
  });
  it("the answer to a change of status is heard, whatever status it names", () => {
    const sale = saleRow({ bankId: REFUND_BILL });
    expect(halykQr.refuse?.(WHOLE, sale).read(answer(sampleText("status-change")))).toEqual({ kind: "heard" });
  });
  it("every sample with a body is used here or with the refunds", () => {
    expect(sampleNames.toSorted()).toEqual(
      ["fill-in", "generate-code", "generate-refund", "refuse", "status", "status-change", ...EVENTS].toSorted(),
    );
  });
});

describe("the words", () => {
  it.each([
    ["NEW", "created"],
    ["SCANNED", "scanned"],
    ["BLOCKED", "held"],
    ["AUTH", "held"],
    ["REJECTED", "declined"],
    ["PAID", "paid"],
  ])("Q-62: %s is %s", (status, word) => {
    expect(says({ status })).toMatchObject({ kind: "word", word, raw: status, unsure: false });
  });
  it("Q-62: they are all that the document's policy knows, and PAID alone is success", () => {
    const known = new Set(tables.policy.flatMap((step) => step.split(" -> ")));
    for (const status of known) expect(says({ status }).kind).toBe("word");
    for (const status of known) if (status !== "PAID") expect(says({ status })).not.toMatchObject({ word: "paid" });
  });
  it.each(["paid", "Paid", " PAID", "PAID ", "РАID", "CHARGE", "toString", "", null, 1, true, ["PAID"], { PAID: 1 }])(
    "%j is none of them and changes nothing",
    (status) => {
      expect(says({ status })).toMatchObject({ kind: "unclear", error: { code: "malformed_answer" } });
    },
  );
  it("Q-66: retCode, paymentDate and a missing channel say nothing", () => {
    for (const retCode of ["0", "51", null, undefined])
      for (const paymentDate of ["2021-07-09T11:14:58", null, undefined]) {
        expect(says({ status: "NEW", retCode, paymentDate })).toMatchObject({ word: "created" });
        expect(says({ status: "REJECTED", retCode, paymentDate })).toMatchObject({ word: "declined" });
        expect(says({ retCode, paymentDate, channel: undefined })).toMatchObject({ word: "paid" });
      }
  });
});

describe("the amount of a PAID", () => {
  const paid = (change: Readonly<Record<string, unknown>>): Word | Claim => {
    const read = says(change);
    if (read.kind !== "word" && read.kind !== "claim") throw new Error(read.kind);
    return read;
  };
  it.each([
    ["text", { amount: "250" }],
    ["text with decimals", { amount: "250.00" }],
    ["number", { amount: 250 }],
    ["with a commission on top", { amount: "255.5", fee: "5.50" }],
    ["the sum itself, whatever the commission", { amount: "250.00", fee: "5.50" }],
    ["partly in bonuses", { amount: "250.00", bonusAmount: "100.00" }],
    ["currency as a number", { currency: 398 }],
    ["currency as letters", { currency: "KZT" }],
    ["no currency", { currency: null }],
    ["no fee", { fee: null, bonusAmount: null }],
  ])("Q-55: %s: is the sale's", (_name, change) => {
    expect(paid(change)).toMatchObject({ kind: "word", word: "paid", minor: 25_000 });
  });
  it.each([
    ["less", { amount: "249.99" }, 24_999],
    ["more", { amount: "250.01" }, 25_001],
    ["a fee that explains nothing", { amount: "260", fee: "5" }, 26_000],
    ["a fee that is none", { amount: "255", fee: "five" }, 25_500],
    ["what bonuses would explain: they are part of the amount", { amount: "150", bonusAmount: "100" }, 15_000],
    ["nothing", { amount: "0" }, 0],
  ])("Q-55: %s: named, so that a person decides", (_name, change, named) => {
    expect(paid(change)).toMatchObject({ kind: "word", word: "paid", minor: named });
  });
  it.each([[null], [undefined], [""], ["250,00"], ["-250"], ["2.5e2"], ["250.001"], [[250]], [{}], [true]])(
    "Q-55: %j is no amount: a claim, not a payment",
    (amount) => {
      expect(paid({ amount })).toMatchObject({ kind: "claim", error: { params: { what: "amount", raw: "PAID" } } });
    },
  );
  it("Q-55: in another currency it is no amount of this sale", () => {
    for (const currency of ["840", "USD", 643, "X"]) expect(paid({ currency })).toMatchObject({ kind: "claim" });
  });
  it("Q-55: before PAID no amount is read at all", () => {
    for (const status of ["NEW", "SCANNED", "BLOCKED", "AUTH", "REJECTED"])
      for (const amount of [null, "1", "249", "x"])
        expect(says({ status, amount })).toMatchObject({ kind: "word", minor: null });
  });
  it("facts: strings, numbers and nulls; a whole card number is kept nowhere", () => {
    expect(paid({ fee: 1.5, bonusAmount: "20", reference: 12 })).toMatchObject({
      facts: { fee: 150, bonus: 2_000, reference: "12" },
    });
    expect(paid({ cardMask: null, cardType: "Visa", details: null, reference: null, fee: "?" })).toMatchObject({
      facts: { card: null, lines: [], reference: null, fee: null },
    });
    for (const cardMask of ["4405630000003134", "4405 6300 0000 3134", "4405-6300-0000-3134", "440563XXXXXX3134"])
      expect(paid({ cardMask, cardType: null })).toMatchObject({
        facts: { card: { mask: "440563XXXXXX3134", type: "" } },
      });
    const odd = [{ label: "Term", value: 2 }, { label: "x" }, null, "y", { label: "", value: "z" }, [{}]];
    expect(paid({ details: odd })).toMatchObject({ facts: { lines: [{ label: "Term", value: "2" }] } });
    expect(paid({ details: "ObjectArray" })).toMatchObject({ facts: { lines: [] } });
    const many = Array.from({ length: 50 }, () => ({ label: "a".repeat(999), value: "b".repeat(999) }));
    expect(JSON.stringify(paid({ details: many })).length).toBeLessThan(8_000);
  });
});

describe("an answer about another bill", () => {
  it.each([
    ["terminal", { terminal: "92059432" }],
    ["invoiceId", { invoiceId: "1000002" }],
    ["billNumber", { billNumber: 2_532_192 }],
    ["billId", { billId: "1" }],
  ])("%s is another's: nothing is believed, above all not PAID", (what, change) => {
    for (const status of ["PAID", "REJECTED", "NEW"])
      expect(says({ status, ...change })).toMatchObject({
        kind: "unclear",
        error: { code: "foreign_answer", params: { what } },
      });
  });
  it("Q-54: one number under three names, as number or text, with zeros lost or not told at all", () => {
    for (const own of [
      { billNumber: 2_532_191 },
      { billId: SALE_BILL },
      { invoiceId: 1_000_001 },
      { invoiceId: "0001000001" },
      { invoiceId: null, terminal: null },
    ])
      expect(says(own)).toMatchObject({ word: "paid", minor: 25_000 });
  });
});

describe("a generation", () => {
  const bill = { billNumber: 2_532_191, qrcode: payloadOf(), homebankLink: "-", onlinebankLink: "-", status: "NEW" };
  it.each(["9007199254740993", "9223372036854775807"])("Q-54: %s keeps every digit, as number and text", (number) => {
    for (const token of [number, `"${number}"`])
      expect(make(answer(JSON.stringify(bill).replace("2532191", token)))).toMatchObject({ bankId: number });
  });
  it.each([
    ["-", "-", null],
    [null, null, null],
    ["", undefined, null],
    ["https://homebank.kz/pay/1", "-", "https://homebank.kz/pay/1"],
    ["-", "https://onlinebank.kz/pay/1", "https://onlinebank.kz/pay/1"],
    ["homebank://pay?id=1", "https://onlinebank.kz/pay/1", "homebank://pay?id=1"],
    ["javascript:alert(1)", "data:text/html,x", null],
    ["file:///etc/passwd", "intent://pay", null],
    ["https://homebank.kz/a b", "https://", null],
  ])("Q-59: links %j and %j give %j", (homebankLink, onlinebankLink, link) => {
    expect(make(json({ ...bill, homebankLink, onlinebankLink }))).toMatchObject({ kind: "created", link });
  });
  it.each([
    ["no number", { billNumber: undefined }],
    ["no whole number", { billNumber: 1.5 }],
    ["a word for a number", { billNumber: "abc" }],
    ["no code", { qrcode: undefined }],
    ["an empty code", { qrcode: "" }],
    ["a code that is no text", { qrcode: 15 }],
    ["a code that no QR can hold", { qrcode: "Ю".repeat(1_166) }],
    ["half a sign in a code", { qrcode: `${payloadOf()}\ud800` }],
    ["an old bill: scanned", { status: "SCANNED" }],
    ["an old bill: paid", { status: "PAID" }],
    ["an old bill: over", { status: "REJECTED" }],
  ])("Q-65: %s: unclear, to be looked up by our own number", (_name, change) => {
    expect(make(json({ ...bill, ...change }))).toMatchObject({ kind: "unclear", error: { code: "malformed_answer" } });
  });
  it("Q-53: a mended body creates nothing", () => {
    const broken = JSON.stringify({ ...bill, note: "x" }).replace('"x"', '"x""');
    expect(readBody(broken)).toMatchObject({ repaired: true });
    expect(make(answer(broken))).toMatchObject({ kind: "unclear" });
    expect(find(answer(JSON.stringify(statusBody({ note: "x" })).replace('"x"', '"x""')))).toMatchObject({
      kind: "unclear",
    });
  });
});

describe("a lost generation, looked up by our own number", () => {
  const found = (change: Readonly<Record<string, unknown>> = {}, context = WHOLE) =>
    find(json(statusBody({ status: "NEW", amount: null, ...change })), context);
  const local = (minutes: number): string => new Date(AT + (minutes + 300) * 60_000).toISOString().slice(0, 19);
  const utc = (minutes: number): string => new Date(AT + minutes * 60_000).toISOString().slice(0, 19);

  it("Q-54: ours is adopted; its number comes from the code, since the answer has none", () => {
    expect(found()).toMatchObject({
      kind: "found",
      created: { bankId: SALE_BILL, payload: payloadOf(), lifeMs: 1_260_000 },
      word: { word: "created", raw: "NEW" },
    });
    expect(found()).not.toHaveProperty("created.warning");
    expect(found({ billNumber: 77, qrcode: payloadOf({ bill: "77" }) })).toMatchObject({ created: { bankId: "77" } });
    expect(found({ status: "REJECTED" })).toMatchObject({ word: { word: "declined" } });
  });
  it("Q-65: what was made for another sum is foreign", () => {
    for (const change of [{ qrcode: payloadOf({ amount: "251" }) }, { amount: "251" }, { amount: "0" }])
      expect(found(change)).toMatchObject({
        kind: "foreign",
        error: { code: "foreign_answer", params: { what: "amount" } },
      });
    expect(found({ amount: "255", fee: "5" })).toMatchObject({ kind: "found" });
  });
  it.each([
    [local(0), "found"],
    [local(-14), "found"],
    [local(29), "found"],
    [local(-16), "foreign"],
    [local(31), "foreign"],
    [utc(0), "found"],
    [utc(-16), "foreign"],
    [utc(31), "foreign"],
    [`${utc(0)}Z`, "found"],
    [`${utc(-16)}Z`, "foreign"],
    [`${local(0)}+05:00`, "found"],
    [`${local(0)}Z`, "foreign"],
    ["2021-07-09T11:14:40", "foreign"],
    [null, "found"],
    ["soon", "found"],
  ])("Q-65: made at %s: %s", (createdDate, kind) => {
    expect(found({ createdDate })?.kind).toBe(kind);
  });
  it("Q-65: so is another's terminal or number", () => {
    expect(found({ terminal: "1" })).toMatchObject({ kind: "foreign" });
    expect(found({ invoiceId: "7" })).toMatchObject({ kind: "foreign" });
  });
  it("what names no sum and no number is not adopted", () => {
    expect(found({ qrcode: "not a payload" })).toMatchObject({ kind: "unclear" });
    expect(found({ qrcode: payloadOf({ bill: "" }) })).toMatchObject({ kind: "unclear" });
    expect(found({ qrcode: null, amount: "250" })).toMatchObject({ kind: "unclear" });
    expect(found({ status: "LOST" })).toMatchObject({ kind: "unclear" });
  });
  it("Q-53: a payment claimed without its sum is adopted as a claim: it has not failed, and is not believed", () => {
    expect(found({ status: "PAID", amount: null })).toMatchObject({
      kind: "found",
      created: { bankId: SALE_BILL },
      word: { kind: "claim", error: { params: { what: "amount", raw: "PAID" } } },
    });
  });
  it("Q-58: a code that does not fit is adopted with a warning, or not at all", () => {
    const wrong = { qrcode: `${payloadOf().slice(0, -4)}0000` };
    expect(found(wrong)).toMatchObject({ kind: "found", created: { warning: { params: { what: "crc" } } } });
    expect(found(wrong, contextOf({ emvMismatch: "block" }))).toMatchObject({
      kind: "unclear",
      error: { code: "qr_mismatch" },
    });
  });
  it("Q-68: 404 is 'not created', and nothing else is", () => {
    expect(find(answer("", 404))).toMatchObject({ kind: "notFound", error: { code: "purchase_not_found" } });
    for (const status of [200, 204, 301, 400, 401, 403, 409, 429, 500, 503])
      expect(find(answer("", status))?.kind, String(status)).toBe("unclear");
  });
});

describe("HTTP errors, which the document does not mention", () => {
  const body = '{"code":"QR-17","message":"Терминал не найден"}';
  it.each([
    [401, "login_refused", "refused", "unclear"],
    [403, "address_not_allowed", "refused", "unclear"],
    [404, "wrong_address", "refused", "notFound"],
    [429, "rate_limited", "refused", "unclear"],
    [408, "bank_unavailable", "unclear", "unclear"],
    [500, "bank_unavailable", "unclear", "unclear"],
    [502, "bank_unavailable", "unclear", "unclear"],
    [301, "malformed_answer", "unclear", "unclear"],
    [400, "malformed_answer", "unclear", "unclear"],
    [418, "malformed_answer", "unclear", "unclear"],
  ])("Q-68: a bare %i: %s", (status, code, ofGenerate, ofStatus) => {
    for (const text of ["", "<html>Error</html>"]) {
      expect(make(answer(text, status))).toMatchObject({
        kind: ofGenerate,
        error: { code, bankCode: `HTTP ${status}`, bankMessage: null },
      });
      expect(ask(answer(text, status)).kind).toBe(ofStatus);
    }
  });
  it("Q-68: a JSON object with a 4xx is the bank's no, in its own words", () => {
    for (const status of [400, 409, 422])
      expect(make(answer(body, status))).toMatchObject({
        kind: "refused",
        error: { code: "bank_refused", bankCode: "QR-17", bankMessage: "Терминал не найден" },
      });
    for (const name of ["message", "error", "errDescription", "description"])
      expect(make(json({ [name]: "нет" }, 400))).toMatchObject({ error: { bankMessage: "нет", bankCode: "HTTP 400" } });
    expect(make(json({ message: null, error: { a: 1 }, description: "x".repeat(999) }, 400))).toMatchObject({
      error: { bankMessage: "x".repeat(300) },
    });
    expect(make(json([body], 400))).toMatchObject({ kind: "unclear" });
    expect(make(answer(body, 503))).toMatchObject({ kind: "unclear", error: { bankMessage: "Терминал не найден" } });
  });
  it("Q-68: no status word is believed from anything but a 2xx", () => {
    for (const status of [100, 301, 400, 401, 404, 409, 500])
      expect(["unclear", "notFound"]).toContain(ask(json(statusBody(), status)).kind);
    for (const status of [200, 201, 202]) expect(ask(json(statusBody(), status)).kind).toBe("word");
  });
  it.each([
    ["nothing", ""],
    ["a page", "<!doctype html><p>PAID</p>"],
    ["a list", '[{"status":"PAID"}]'],
    ["a text", '"PAID"'],
    ["a number", "250"],
    ["null", "null"],
    ["a byte order mark", `\ufeff${JSON.stringify(statusBody())}`],
    ["something after it", `${JSON.stringify(statusBody())}x`],
    ["two of them", JSON.stringify(statusBody()).repeat(2)],
    ["half of it", JSON.stringify(statusBody()).slice(0, -5)],
    ["a comma too many", JSON.stringify(statusBody()).replace(/}$/, ",}")],
    ["single quotes", "{'status':'PAID','amount':'250'}"],
    ["depth without end", "[".repeat(100_000)],
    ["length without end", `{"status":"PAID","amount":"250","x":"${"y".repeat(300_000)}"}`],
  ])("Q-53: %s is unreadable: unclear", (_name, text) => {
    expect(ask(answer(text))).toMatchObject({ kind: "unclear", error: { code: "malformed_answer" } });
  });
});

describe("the mending", () => {
  it.each([
    ['{"a":"x"","b":1}', { a: "x" }],
    ['{"a":"x""}', { a: "x" }],
    ['{"a":["x"" , "y""\n]}', { a: ["x", "y"] }],
    ['{"a":"","b":"x""}', { a: "", b: "x" }],
    ['{"a":"x\\"","b":"y""}', { a: 'x"', b: "y" }],
    ['{"a":""","b":"y"}', { a: "", b: "y" }],
    ['{"a\\\\":"x""}', { "a\\": "x" }],
  ])("Q-53: %s", (text, fields) => {
    expect(readBody(text)).toMatchObject({ repaired: true, fields });
  });
  it.each(['{"a":"x"y","b":1}', '{"a":"x"" "b":1}', '{"a":"x""""}', '{"a":x""}', '{"a":"x""', "{,}", '{"a":1,}', '""'])(
    "Q-53: %s is left as it is: unreadable",
    (text) => {
      expect(readBody(text)).toBeNull();
    },
  );
  it("a clean body is never touched, though a text in it looks broken", () => {
    expect(readBody('{"a":"x\\"\\",","b":""}')).toEqual({ fields: { a: 'x"",', b: "" }, repaired: false });
  });
  it("takes no time over what is made to take some", () => {
    const before = performance.now();
    for (const text of ['{"', '\\"', '""', '" ', '"\\'].map((part) => part.repeat(99_000))) readBody(text);
    expect(performance.now() - before).toBeLessThan(5_000);
  });
});

describe("a refusal to accept payment", () => {
  it.each([
    ["a bill", json({ billNumber: 2_532_191, status: "REJECTED" }), "heard"],
    ["the same word as before", json({ billNumber: SALE_BILL, status: "NEW" }), "heard"],
    ["even PAID: the status is asked, not this", json({ status: "PAID" }), "heard"],
    ["the bank's no", json({ message: "NEW -> REJECTED" }, 400), "refused"],
    ["a bill that is not there", json({ message: "not found" }, 404), "refused"],
    ["a bare 400", answer("", 400), "unclear"],
    ["a bare 404", answer("", 404), "unclear"],
    ["shut out", json({ message: "?" }, 401), "unclear"],
    ["not from this address", json({ message: "?" }, 403), "unclear"],
    ["slowed down", json({ message: "?" }, 429), "unclear"],
    ["an error of the bank", json({ status: "REJECTED" }, 500), "unclear"],
    ["another bill", json({ billNumber: 7, status: "REJECTED" }), "unclear"],
    ["no status", json({ billNumber: 2_532_191 }), "unclear"],
    ["mended", answer('{"status":"REJECTED","x":"y""}'), "unclear"],
    ["nothing", answer(""), "unclear"],
  ])("Q-60: %s", (_name, given, kind) => {
    expect(refuse(given)?.kind).toBe(kind);
  });
});

describe("ping", () => {
  const ping = (status: number, text = ""): object => halykQr.ping(WHOLE).read(answer(text, status));
  it("the bank that knows no such bill is alive", () => {
    for (const status of [200, 204, 400, 404]) expect(ping(status)).toEqual({ kind: "alive" });
  });
  it("Q-67: a login of the wrong shop is told at once", () => {
    expect(ping(401)).toMatchObject({ kind: "refused", error: { code: "login_refused" } });
    expect(ping(403)).toMatchObject({ kind: "refused", error: { code: "address_not_allowed" } });
    expect(ping(503)).toMatchObject({ kind: "unclear", error: { code: "bank_unavailable" } });
    expect(ping(301)).toMatchObject({ kind: "unclear" });
  });
});

describe("a sale of another sum", () => {
  it("is read by its own", () => {
    const sale = saleRow({ minor: minor(1) });
    expect(ask(json(statusBody({ amount: "0.01" })), sale)).toMatchObject({ minor: 1 });
    expect(ask(json(statusBody()), sale)).toMatchObject({ minor: 25_000 });
  });
});
