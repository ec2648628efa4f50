/** Every method of Halyk's document: what is sent, byte by byte, what is kept back, and what can never be sent. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { banks } from "../../main/banks/index.ts";
import { base64, utf8 } from "../../main/banks/halyk-qr/bytes.ts";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import type { BankCall, BankContext } from "../../main/core/bank.ts";
import { halykQrProfile, pointOfSaleOf } from "../../main/settings/halyk-qr.ts";
import { halykQrConfig } from "../../contract/banks/halykQr.ts";
import { contextOf, refundRow, REFUND_BILL, SALE_BILL, saleRow, sample } from "./halyk-support.ts";

const BASE = "https://bank.test/internal/qr-service/internal";
const none = { phone: null, paying: null };
const newSale = saleRow({ bankId: null });
const create = (context: BankContext = contextOf(), payment = newSale): BankCall<unknown> =>
  halykQr.create(context, payment, none);

interface Row {
  readonly method: string;
  readonly call: BankCall<unknown> | undefined;
  readonly name: string;
  readonly danger: BankCall<unknown>["danger"];
  readonly timeoutMs: number;
  readonly sent: string;
  readonly body: string | null;
}

const ROWS: readonly Row[] = [
  {
    method: "H1 generate",
    call: create(),
    name: "generate/code",
    danger: "resolvable",
    timeoutMs: 30_000,
    sent: "POST /generate/code?channel=SMART_POS",
    body: '{"amount":250.00,"terminal":"92059431","pointOfSale":"THE KITCHEN","invoiceId":"1000001","isSkipFin":"N"}',
  },
  {
    method: "H2 status by our own number",
    call: halykQr.status(contextOf(), newSale),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/92059431/1000001",
    body: null,
  },
  {
    method: "H2 the look-up of a lost creation",
    call: halykQr.lookUp?.(contextOf(), newSale),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/92059431/1000001",
    body: null,
  },
  {
    method: "H3 status by the bank's number",
    call: halykQr.status(contextOf(), saleRow()),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/2532191",
    body: null,
  },
  {
    method: "H3 a purchase before its refund",
    call: halykQr.details?.(contextOf(), SALE_BILL),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/2532191",
    body: null,
  },
  {
    method: "H3 a refund's own bill",
    call: halykQr.refundStatus?.(contextOf(), refundRow({ bankId: REFUND_BILL })),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/6076034",
    body: null,
  },
  {
    method: "H4 refusal",
    call: halykQr.refuse?.(contextOf(), saleRow()),
    name: "status/change",
    danger: "harmless",
    timeoutMs: 10_000,
    sent: "POST /status/2532191",
    body: '{"billId":"2532191","status":"REJECTED"}',
  },
  {
    method: "H5 refund by billId",
    call: halykQr.refund?.(contextOf(), refundRow()),
    name: "generate/refund",
    danger: "dangerous",
    timeoutMs: 30_000,
    sent: "POST /generate/refund?channel=SMART_POS",
    body: '{"amount":250.00,"billId":2532191}',
  },
  {
    method: "H5 refund by rrn",
    call: halykQr.refund?.(contextOf(), refundRow({}, { purchaseId: null, rrn: "OBLQR123502391607" })),
    name: "generate/refund",
    danger: "dangerous",
    timeoutMs: 30_000,
    sent: "POST /generate/refund?channel=SMART_POS",
    body: '{"amount":250.00,"rrn":"OBLQR123502391607"}',
  },
  {
    method: "ping",
    call: halykQr.ping(contextOf()),
    name: "status",
    danger: "safe",
    timeoutMs: 10_000,
    sent: "GET /status/92059431/0",
    body: null,
  },
];

describe("what is sent", () => {
  it.each(ROWS)("$method: $sent", ({ call, name, danger, timeoutMs, sent, body }) => {
    const [method = "", path = ""] = sent.split(" ");
    expect(call).toMatchObject({ name, danger, timeoutMs, method, url: `${BASE}${path}`, body });
  });
  it("the bank is in the list, takes codes, and gives money back by the till alone", () => {
    expect(banks.map(({ name }) => name)).toContain("halykQr");
    const { profile } = contextOf();
    expect(halykQr.methods(profile)).toEqual(["qr"]);
    expect(halykQr.refunds(profile)).toBe("till");
  });
});

describe("what every request carries", () => {
  it.each(ROWS)("Q-67: $method: the login in its header and nowhere else", ({ call }) => {
    const login = "dGlsbDptYWRlLXVwOtCf0LDRgNC+0LvRjA==";
    expect(Buffer.from(login, "base64").toString()).toBe("till:made-up:Пароль");
    expect(call?.headers).toEqual({
      Authorization: `Basic ${login}`,
      Accept: "application/json",
      "Content-Type": "application/json",
    });
    for (const secret of [login, "made-up", "Пароль", "Basic"])
      expect(`${call?.canonical} ${call?.url} ${call?.body}`).not.toContain(secret);
  });
  it("Q-67: there is no default login: one that anybody can read must not be shipped", () => {
    const read = halykQrConfig.safeParse({ environment: "test", terminal: "92059431" });
    expect(read.error?.issues.map(({ path }) => path.join("."))).toEqual(["username", "password"]);
  });
  it("base64 and UTF-8 are those of every other program", () => {
    const any = fc.oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary" }));
    fc.assert(
      fc.property(any, (text) => {
        expect(utf8(text)).toEqual([...Buffer.from(text.toWellFormed())]);
        expect(base64(utf8(text))).toBe(Buffer.from(text.toWellFormed()).toString("base64"));
      }),
    );
    expect(utf8("\ud800")).toEqual([0xef, 0xbf, 0xbd]);
  });
  it("the fingerprint tells two requests apart", () => {
    const canonical = ROWS.map(({ call }) => call?.canonical);
    expect(canonical).toContain('POST /status/2532191 {"billId":"2532191","status":"REJECTED"}');
    expect(canonical).toContain("GET /status/92059431/1000001");
    expect(halykQr.refund?.(contextOf(), refundRow({ minor: minor(100) })).canonical).not.toBe(
      halykQr.refund?.(contextOf(), refundRow({ minor: minor(101) })).canonical,
    );
  });
  it("parts of a path are encoded, whatever they hold", () => {
    const odd = contextOf({}, { device: "9/2?#%" });
    expect(halykQr.status(odd, saleRow({ bankId: null }, { invoiceId: "а/.." })).url).toBe(
      `${BASE}/status/9%2F2%3F%23%25/%D0%B0%2F..`,
    );
    expect(halykQr.details?.(contextOf(), "1/../2").url).toBe(`${BASE}/status/1%2F..%2F2`);
    expect(create(contextOf({ channel: "A&B=C" })).url).toBe(`${BASE}/generate/code?channel=A%26B%3DC`);
  });
});

describe("the amount", () => {
  it.each([
    [1, "0.01"],
    [100, "1.00"],
    [25_050, "250.50"],
    [99_999_999_999_999, "999999999999.99"],
  ])("Q-55: %d tiyn is %s, as a number or as a text", (tiyn, written) => {
    const sale = saleRow({ bankId: null, minor: minor(tiyn) });
    const refund = refundRow({ minor: minor(tiyn) });
    const asText = contextOf({ amountAsString: "true" });
    expect(create(contextOf(), sale).body).toContain(`{"amount":${written},`);
    expect(create(asText, sale).body).toContain(`{"amount":"${written}",`);
    expect(halykQr.refund?.(contextOf(), refund).body).toContain(`{"amount":${written},`);
    expect(halykQr.refund?.(asText, refund).body).toContain(`{"amount":"${written}",`);
  });
});

describe("the bill's number", () => {
  it.each(["9007199254740993", "9223372036854775807", "6076034"])(
    "Q-54: %s: a text to H4, a number to H5, with every digit",
    (bill) => {
      expect(halykQr.refuse?.(contextOf(), saleRow({ bankId: bill })).body).toBe(
        `{"billId":"${bill}","status":"REJECTED"}`,
      );
      expect(halykQr.refund?.(contextOf(), refundRow({}, { purchaseId: bill })).body).toBe(
        `{"amount":250.00,"billId":${bill}}`,
      );
    },
  );
  it("Q-64: billId is preferred to rrn, and one of them must be there", () => {
    const both = halykQr.refund?.(contextOf(), refundRow({}, { rrn: "OBLQR123502391607" }));
    expect(both?.body).toBe('{"amount":250.00,"billId":2532191}');
    expect(() => halykQr.refund?.(contextOf(), refundRow({}, { purchaseId: null }))).toThrow("missing");
  });
  it("nothing is asked or told about a bill without a number", () => {
    expect(() => halykQr.refuse?.(contextOf(), saleRow({ bankId: null }))).toThrow("missing");
    expect(() => halykQr.status(contextOf(), saleRow({ bankId: null }, { invoiceId: null }))).toThrow("missing");
    expect(() => halykQr.refundStatus?.(contextOf(), refundRow())).toThrow("missing");
    expect(() => create(contextOf(), saleRow({ bankId: null }, { invoiceId: null }))).toThrow("number");
    expect(() => create(contextOf({}, { device: null }))).toThrow("terminal");
    expect(() => halykQr.refund?.(contextOf(), refundRow({ minor: null }))).toThrow("amount");
  });
});

describe("isSkipFin", () => {
  it.each([
    ["N", "N"],
    ["Y", "Y"],
    ["y", "N"],
    ["true", "N"],
    ["", "N"],
  ])("Q-56: %j in the profile sends %s", (skipFin, sent) => {
    expect(create(contextOf({ skipFin })).body).toContain(`"isSkipFin":"${sent}"`);
  });
  it("Q-56: Y only for a shop that says it makes the financial document itself", () => {
    const given = { environment: "test", username: "till", password: "x", terminal: "92059431" };
    const merchant = { name: "Шебер", bin: null } as never;
    const made = (more: object) =>
      halykQrProfile({ config: halykQrConfig.parse({ ...given, ...more }), merchant }).options["skipFin"];
    expect(made({})).toBe("N");
    expect(made({ makesFinDocument: true })).toBe("Y");
  });
});

describe("pointOfSale", () => {
  it.each([
    ["THE KITCHEN", "THE KITCHEN"],
    ["Әлем Ғарыш Қазақ Ңө Ұү Һі", "Alem Garysh Qazaq No Uu H"],
    ["Магазин «Шебер» на Абая, 10", 'Magazin "Sheber" na Abaya'],
    ["Щука", "Shchuka"],
  ])("Q-57: %s", (name, latin) => {
    const sent = pointOfSaleOf(name, "Дүкен", "92059431");
    expect(sent).toMatch(/^[ -~]{1,25}$/);
    expect(sent).toBe(latin);
    const context = contextOf({ pointOfSale: sent });
    expect(JSON.parse(create(context).body ?? "")).toMatchObject({ pointOfSale: sent });
  });
  it("Q-57: never empty, whatever the names hold", () => {
    expect(pointOfSaleOf("商店", "", "92059431")).toBe("92059431");
    expect(pointOfSaleOf(null, "Дүкен", "92059431")).toBe("Duken");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.string(), (given, merchant) => {
        expect(pointOfSaleOf(given, merchant, "92059431")).toMatch(/^[!-~]([ -~]{0,23}[!-~])?$/);
      }),
    );
    expect(() => create(contextOf({ pointOfSale: "" }))).toThrow("no pointOfSale");
  });
});

describe("mpan and channel", () => {
  it("mpan only where the shop has one", () => {
    expect(create().body).not.toContain("mpan");
    expect(create(contextOf({ mpan: "4598958946319737" })).body).toBe(
      '{"amount":250.00,"terminal":"92059431","mpan":"4598958946319737","pointOfSale":"THE KITCHEN","invoiceId":"1000001","isSkipFin":"N"}',
    );
  });
  it("the channel of the settings goes with a generation and a refund", () => {
    const context = contextOf({ channel: "HALYK_POS" });
    expect(create(context).url).toBe(`${BASE}/generate/code?channel=HALYK_POS`);
    expect(halykQr.refund?.(context, refundRow()).url).toBe(`${BASE}/generate/refund?channel=HALYK_POS`);
  });
});

describe("the method that could write any status", () => {
  it("Q-61: whatever the payment is, only REJECTED is sent, with the bill's number and nothing else", () => {
    fc.assert(
      fc.property(
        fc.constantFrom("creating", "awaiting_scan", "expired", "cancelled", "in_doubt", "paid"),
        fc.string(),
        fc.dictionary(fc.string(), fc.string()),
        (state, description, options) => {
          const payment = saleRow({ state: state as never, method: description }, { description });
          const call = halykQr.refuse?.(contextOf(options), payment);
          expect(call?.body).toBe('{"billId":"2532191","status":"REJECTED"}');
        },
      ),
    );
  });
  it("Q-61: no other method posts to it", () => {
    const toStatus = ROWS.filter(({ call }) => call?.method === "POST" && call.url.includes("/status"));
    expect(toStatus.map(({ method }) => method)).toEqual(["H4 refusal"]);
  });
});

describe("the document's samples of requests", () => {
  const fieldsOf = (name: string): unknown =>
    JSON.parse((sample(name).request?.bodyText ?? "").replaceAll("\\", "").replace(/,\s*}/, "}"));

  it("Q-53: the curl bodies are no JSON as they stand", () => {
    for (const name of ["generate-code", "generate-refund"])
      expect(() => JSON.parse(sample(name).request?.bodyText ?? "")).toThrow(SyntaxError);
  });
  it("generate/code: the sample, but for two decimals and a financial document that we do not make", () => {
    const context = contextOf({ amountAsString: "true", mpan: "4598958946319737" });
    expect(JSON.parse(create(context).body ?? "")).toEqual({
      ...(fieldsOf("generate-code") as object),
      amount: "250.00",
      isSkipFin: "N",
    });
  });
  it("status: the sample's path", () => {
    expect(halykQr.status(contextOf(), newSale).url).toBe(`${BASE}${sample("status").request?.path}`);
  });
  it("refusal: the sample to the letter", () => {
    const call = halykQr.refuse?.(contextOf(), saleRow({ bankId: REFUND_BILL }));
    expect(call?.url).toBe(`${BASE}${sample("refuse").request?.path}`);
    expect(JSON.parse(call?.body ?? "")).toEqual(fieldsOf("refuse"));
  });
  it("refund by rrn: the sample, but for two decimals", () => {
    const row = refundRow({}, { purchaseId: null, rrn: "OBLQR123502391607" });
    expect(JSON.parse(halykQr.refund?.(contextOf({ amountAsString: "true" }), row).body ?? "")).toEqual({
      ...(fieldsOf("generate-refund") as object),
      amount: "250.00",
    });
  });
});
