/** Every method of the document in every scheme that has it: what is sent, field by field, and what is kept back. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { minor } from "../../contract/money.ts";
import { NumberText, parseExact } from "../../main/banks/exact.ts";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import type { BankCall, BankContext } from "../../main/core/bank.ts";
import { NEW_REFUND_DETAIL, type RefundDetail, type RefundRow } from "../../main/core/refund.ts";
import { AT, newRow } from "../support/rows.ts";

const TOKEN = "00000000-1111-4222-8333-444444444444";
const BIN = "018034002179";
const PHONE = "87077777777";
const PORTS = { "1": 8543, "2": 8544, "3": 8545 } as const;
type Scheme = keyof typeof PORTS;
const ALL: readonly Scheme[] = ["1", "2", "3"];

function contextOf(scheme: Scheme, change: Partial<BankContext["profile"]> = {}, secrets = {}): BankContext {
  return {
    profile: {
      id: "p",
      provider: "kaspi",
      environment: "test",
      scheme,
      url: `https://bank.test:${PORTS[scheme]}/r${scheme}/v01`,
      bin: scheme === "3" ? BIN : null,
      tradePoint: "12",
      device: "GFC-456397",
      options: {},
      ...change,
    },
    secrets: { deviceToken: TOKEN, ...(scheme === "1" ? { apiKey: "test_made-up" } : {}), ...secrets },
    requestId: "da169655f65740d991b1bbfcd9802b28",
  };
}

function refundRow(change: Partial<RefundRow> = {}, detail: Partial<RefundDetail> = {}): RefundRow {
  return {
    seq: 1,
    id: "r1",
    version: 1,
    number: "15",
    tillId: "A1",
    paymentId: null,
    purchaseKey: null,
    profileId: "p",
    provider: "kaspi",
    environment: "test",
    minor: minor(20_000),
    currency: "KZT",
    state: "sending",
    settled: false,
    watching: false,
    a0: null,
    a0At: null,
    bankId: null,
    bankReturnId: "13",
    idemKey: "key",
    idemMac: "mac",
    actor: "person:cashier",
    businessDay: "2026-11-22",
    shiftId: null,
    resolution: null,
    error: null,
    createdAt: AT,
    updatedAt: AT,
    ...change,
    detail: { ...NEW_REFUND_DETAIL, purchaseId: "123", ...detail },
  };
}

const sale = newRow({ minor: minor(20_000), number: "15", bankId: "15" });
const none = { phone: null, paying: null };

interface Row {
  readonly method: string;
  readonly schemes: readonly Scheme[];
  readonly danger: BankCall<unknown>["danger"];
  readonly timeoutMs: number;
  make(context: BankContext): BankCall<unknown> | null | undefined;
  /** Path and query after the base, by scheme. */
  path(scheme: Scheme): string;
  /** The body without OrganizationBin; null for a GET. */
  readonly body: string | null;
  /** whether OrganizationBin stands in the body on scheme 3. */
  readonly bin: boolean;
}

const plain = (path: string) => () => path;
const ROWS: readonly Row[] = [
  {
    method: "K1 partner/tradepoints",
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.tradePoints?.(context),
    path: (scheme) => (scheme === "3" ? `/partner/tradepoints/${BIN}` : "/partner/tradepoints"),
    body: null,
    bin: false,
  },
  {
    method: "K2 device/register",
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.register?.({ ...context, secrets: { apiKey: "test_made-up" } }),
    path: plain("/device/register"),
    body: '{"DeviceId":"GFC-456397","TradePointId":12}',
    bin: true,
  },
  {
    method: "K3 device/delete",
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.unregister?.(context),
    path: plain("/device/delete"),
    body: `{"DeviceToken":"${TOKEN}"}`,
    bin: true,
  },
  {
    method: "K4 qr/create",
    schemes: ALL,
    danger: "harmless",
    timeoutMs: 30_000,
    make: (context) => kaspi.create(context, sale, none),
    path: plain("/qr/create"),
    body: `{"DeviceToken":"${TOKEN}","Amount":200.00,"ExternalId":"15"}`,
    bin: true,
  },
  {
    method: "K5 qr/create-link",
    schemes: ALL,
    danger: "harmless",
    timeoutMs: 30_000,
    make: (context) => kaspi.create(context, { ...sale, method: "link" }, none),
    path: plain("/qr/create-link"),
    body: `{"DeviceToken":"${TOKEN}","Amount":200.00,"ExternalId":"15"}`,
    bin: true,
  },
  {
    method: "K6 payment/status",
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.status(context, sale),
    path: plain("/payment/status/15"),
    body: null,
    bin: false,
  },
  {
    method: "K7 return/create",
    schemes: ["2"],
    danger: "harmless",
    timeoutMs: 30_000,
    make: (context) => kaspi.returnCreate?.(context, refundRow()),
    path: plain("/return/create"),
    body: `{"DeviceToken":"${TOKEN}","ExternalId":"15"}`,
    bin: false,
  },
  {
    method: "K8 return/status",
    schemes: ["2"],
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.returnStatus?.(context, refundRow()),
    path: plain("/return/status/13"),
    body: null,
    bin: false,
  },
  {
    method: "K9 return/operations",
    schemes: ["2"],
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.purchases?.(context, refundRow()),
    path: plain("/return/operations"),
    body: `{"DeviceToken":"${TOKEN}","QrReturnId":13,"MaxResult":10}`,
    bin: false,
  },
  {
    method: "K10 payment/details",
    schemes: ["2", "3"],
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.details?.(context, "123"),
    path: plain(`/payment/details?QrPaymentId=123&DeviceToken=${TOKEN}`),
    body: null,
    bin: false,
  },
  {
    method: "K11 payment/return",
    schemes: ["2"],
    danger: "dangerous",
    timeoutMs: 30_000,
    make: (context) => kaspi.refund?.(context, refundRow()),
    path: plain("/payment/return"),
    body: `{"DeviceToken":"${TOKEN}","QrPaymentId":123,"QrReturnId":13,"Amount":200.00}`,
    bin: false,
  },
  {
    method: "K12 payment/return",
    schemes: ["3"],
    danger: "dangerous",
    timeoutMs: 30_000,
    make: (context) => kaspi.refund?.(context, refundRow({ bankReturnId: null })),
    path: plain("/payment/return"),
    body: `{"DeviceToken":"${TOKEN}","QrPaymentId":123,"Amount":200.00}`,
    bin: true,
  },
  {
    method: "K13 remote/client-info",
    schemes: ["3"],
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.client?.(context, PHONE),
    path: plain(`/remote/client-info?phoneNumber=${PHONE}&deviceToken=${TOKEN}`),
    body: null,
    bin: false,
  },
  {
    method: "K14 remote/create",
    schemes: ["3"],
    danger: "dangerous",
    timeoutMs: 30_000,
    make: (context) =>
      kaspi.create(context, newRow({ minor: minor(100), method: "invoice" }, { comment: "Test" }), {
        phone: PHONE,
        paying: null,
      }),
    path: plain("/remote/create"),
    body: `{"Amount":1.00,"PhoneNumber":"${PHONE}","Comment":"Test","DeviceToken":"${TOKEN}"}`,
    bin: true,
  },
  {
    method: "K15 remote/cancel",
    schemes: ["3"],
    danger: "resolvable",
    timeoutMs: 30_000,
    make: (context) => kaspi.cancel?.(context, { ...sale, method: "invoice" }),
    path: plain("/remote/cancel"),
    body: `{"QrPaymentId":15,"DeviceToken":"${TOKEN}"}`,
    bin: true,
  },
  {
    method: "K16 health/ping",
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.ping(context),
    path: plain("/health/ping"),
    body: null,
    bin: false,
  },
  ...(
    [
      ["K17", "scan", "scan", null],
      ["K18", "confirm", "confirm", null],
      ["K19", "scanerror", "decline", null],
      ["K20", "confirmerror", "decline", 1],
    ] as const
  ).map(([k, name, action, confirmDeadline]): Row => ({
    method: `${k} test/payment/${name}`,
    schemes: ALL,
    danger: "safe",
    timeoutMs: 10_000,
    make: (context) => kaspi.emulate?.(context, newRow({ bankId: "15" }, { confirmDeadline }), action),
    path: plain(`/test/payment/${name}`),
    body: '{"qrPaymentId":"15"}',
    bin: false,
  })),
];

const cells = ROWS.flatMap((row) => row.schemes.map((scheme) => ({ ...row, scheme, row })));

function callOf({ row, scheme }: { readonly row: Row; readonly scheme: Scheme }): BankCall<unknown> {
  const call = row.make(contextOf(scheme));
  if (!call) throw new Error(`${row.method} is not built`);
  return call;
}

describe("requests of every method in every scheme", () => {
  it("the table holds all 43 methods × schemes of the document", () => {
    expect(cells).toHaveLength(43);
  });
  it.each(cells)("$method, scheme $scheme", ({ row, scheme, path, body, bin, danger, timeoutMs, method }) => {
    const call = callOf({ row, scheme });
    expect(call).toMatchObject({
      name: method.split(" ")[1],
      method: body === null ? "GET" : "POST",
      url: `https://bank.test:${PORTS[scheme]}/r${scheme}/v01${path(scheme)}`,
      danger,
      timeoutMs,
    });
    const organization = bin && scheme === "3" ? { OrganizationBin: BIN } : {};
    expect(call.body === null ? null : parseExact(call.body)).toEqual(
      body === null ? null : { ...organization, ...(parseExact(body) as object) },
    );
  });
  it.each(cells)(
    "Q-45, Q-52: $method, scheme $scheme: its own request id; the key where it belongs; no secret in the fingerprint",
    ({ row, scheme }) => {
      const call = callOf({ row, scheme });
      expect(call.headers).toEqual({
        "Content-Type": "application/json",
        "X-Request-ID": "da169655f65740d991b1bbfcd9802b28",
        ...(scheme === "1" ? { "Api-Key": "test_made-up" } : {}),
      });
      for (const secret of [TOKEN, PHONE, "test_made-up"]) expect(call.canonical).not.toContain(secret);
      expect(call.canonical.startsWith(`${call.method} /${call.name}`)).toBe(true);
    },
  );
  it("the fingerprint still tells two requests apart", () => {
    const refund = (tiyn: number): string | undefined =>
      kaspi.refund?.(contextOf("2"), refundRow({ minor: minor(tiyn) })).canonical;
    expect(refund(100)).not.toBe(refund(200));
    expect(kaspi.details?.(contextOf("2"), "1").canonical).toBe("GET /payment/details?QrPaymentId=1");
  });
});

describe("the document's samples", () => {
  interface Sample {
    readonly request: { readonly method: string; readonly path: string; readonly bodyText: string | null };
    readonly response: { readonly bodyText: string };
  }
  const folder = new URL("../fixtures/documents/kaspi/", import.meta.url);
  const sample = (name: string): Sample => JSON.parse(readFileSync(new URL(`${name}.json`, folder), "utf8")) as Sample;
  /**
   * The three remote methods show a DeviceToken of digits, written as a number; it is sent as a text. The
   * emulation methods show the type in the place of an id.
   */
  const asText = (json: string | null): unknown => {
    if (json === null) return null;
    const body = parseExact(json.replace('"string"', '"15"')) as Record<string, unknown>;
    return body["DeviceToken"] instanceof NumberText ? { ...body, DeviceToken: body["DeviceToken"].text } : body;
  };
  const prefix = { "1": "r1-", "2": "", "3": "r3-" } as const;
  const samples = cells.map((cell) => ({
    ...cell,
    name: `${prefix[cell.scheme]}${(cell.method.split(" ")[1] ?? "").replace("/", "-").replace("/", "-")}`,
  }));

  it("are all here, one for each method × scheme", () => {
    const files = readdirSync(folder).map((file) => file.replace(".json", ""));
    expect(samples.map(({ name }) => name).toSorted()).toEqual(files.toSorted());
  });
  it.each(samples)("$name: the request is the sample's, its answer is read", ({ name, row, scheme }) => {
    const { request, response } = sample(name);
    const token = name.startsWith("r3-remote-") ? "321" : TOKEN;
    const context = contextOf(scheme, { bin: scheme === "3" ? "180340021791" : null }, { deviceToken: token });
    const known = name.endsWith("-status") || name.endsWith("return-operations");
    const call = known ? askedInSample(name, context) : row.make(context);
    expect({ method: call?.method, url: call?.url, body: call?.body ? parseExact(call.body) : null }).toEqual({
      method: request.method,
      url: `https://bank.test:${PORTS[scheme]}${request.path}`,
      body: asText(request.bodyText),
    });
    const read = call?.read({ status: 200, headers: {}, text: response.bodyText }) as { readonly kind: string };
    expect(["unclear", "refused", "notFound"]).not.toContain(read.kind);
  });

  /** These samples have ids of their own. */
  function askedInSample(name: string, context: BankContext): BankCall<unknown> | undefined {
    if (name.endsWith("return-operations")) return kaspi.purchases?.(context, refundRow({ bankReturnId: "15" }));
    if (name.endsWith("return-status")) return kaspi.returnStatus?.(context, refundRow({ bankReturnId: "35134863" }));
    return kaspi.status(context, newRow({ bankId: "35134863" }));
  }
});

describe("what the schemes allow", () => {
  it.each([
    ["1", ["qr", "link"], "elsewhere"],
    ["2", ["qr", "link"], "customer"],
    ["3", ["qr", "link", "invoice"], "till"],
  ] as const)("scheme %s: %j; Q-42: refunds %s", (scheme, methods, refunds) => {
    const { profile } = contextOf(scheme);
    expect(kaspi.methods(profile)).toEqual(methods);
    expect(kaspi.refunds(profile)).toBe(refunds);
  });
  it("a profile without a scheme is never guessed", () => {
    expect(() => kaspi.ping(contextOf("2", { scheme: null }))).toThrow("no scheme");
    expect(() => kaspi.refunds(contextOf("2", { scheme: "4" }).profile)).toThrow("no scheme");
  });
});

describe("fields", () => {
  it("Q-06: the device's token is a text everywhere, also when it is all digits", () => {
    const context = contextOf("3", {}, { deviceToken: "321" });
    const calls = [
      kaspi.create(context, { ...sale, method: "invoice" }, { phone: PHONE, paying: null }),
      kaspi.create(context, sale, none),
      kaspi.cancel?.(context, sale),
      kaspi.unregister?.(context),
      kaspi.refund?.(context, refundRow()),
    ];
    for (const call of calls) expect(call?.body).toContain('"DeviceToken":"321"');
  });
  it.each(["12800627774", "9007199254740993", "9223372036854775807"])("Q-07: id %s is sent with every digit", (id) => {
    const exact = new NumberText(id);
    const row = refundRow({ bankReturnId: id }, { purchaseId: id });
    const bodyOf = (call: BankCall<unknown> | undefined): unknown => parseExact(call?.body ?? "");
    expect(bodyOf(kaspi.refund?.(contextOf("2"), row))).toMatchObject({ QrPaymentId: exact, QrReturnId: exact });
    expect(bodyOf(kaspi.purchases?.(contextOf("2"), row))).toMatchObject({ QrReturnId: exact });
    expect(bodyOf(kaspi.cancel?.(contextOf("3"), { ...sale, bankId: id }))).toMatchObject({ QrPaymentId: exact });
    const registration = kaspi.register?.({ ...contextOf("2", { tradePoint: id }), secrets: {} });
    expect(parseExact(registration?.body ?? "")).toMatchObject({ TradePointId: exact });
    expect(kaspi.details?.(contextOf("2"), id).url).toContain(`?QrPaymentId=${id}&`);
    expect(kaspi.returnStatus?.(contextOf("2"), row).url).toMatch(new RegExp(`/return/status/${id}$`));
  });
  it.each([
    [1, "0.01"],
    [30, "0.30"],
    [1_999, "19.99"],
    [100_000_000, "1000000.00"],
  ])("Q-16: a refund and an invoice of %i tiyn say %s, a number with two decimals", (tiyn, text) => {
    expect(kaspi.refund?.(contextOf("3"), refundRow({ minor: minor(tiyn) })).body).toContain(`"Amount":${text}}`);
    const row = newRow({ minor: minor(tiyn), method: "invoice" });
    expect(kaspi.create(contextOf("3"), row, { phone: PHONE, paying: null }).body).toContain(`"Amount":${text},`);
  });
  it("Q-19: the BIN keeps its leading zero and is a text", () => {
    expect(kaspi.create(contextOf("3"), sale, none).body).toContain(`"OrganizationBin":"${BIN}"`);
  });
  it("Q-21: keys of a query as the samples write them: small for client-info, capital for details", () => {
    const keys = (url: string | undefined): string[] => [...new URL(url ?? "").searchParams.keys()];
    expect(keys(kaspi.client?.(contextOf("3"), PHONE).url)).toEqual(["phoneNumber", "deviceToken"]);
    expect(keys(kaspi.details?.(contextOf("3"), "1").url)).toEqual(["QrPaymentId", "DeviceToken"]);
  });
  it("create-link of scheme 3 names the organisation (Q-99)", () => {
    expect(kaspi.create(contextOf("3"), { ...sale, method: "link" }, none).body).toContain("OrganizationBin");
  });
  it("an invoice without a comment has no Comment at all", () => {
    const row = newRow({ method: "invoice" });
    expect(kaspi.create(contextOf("3"), row, { phone: PHONE, paying: null }).body).not.toContain("Comment");
  });
  it("Q-40: ten purchases are asked for, the most the bank gives", () => {
    expect(kaspi.purchases?.(contextOf("2"), refundRow()).body).toContain('"MaxResult":10');
  });
  it("nothing is registered twice, and not without a device or a trade point", () => {
    expect(kaspi.register?.(contextOf("2"))).toBeNull();
    for (const missing of [{ device: null }, { tradePoint: null }])
      expect(kaspi.register?.({ ...contextOf("2", missing), secrets: {} })).toBeNull();
  });
  it("a money-moving call is not built from a row that lacks what it needs", () => {
    expect(() => kaspi.refund?.(contextOf("2"), refundRow({ bankReturnId: null }))).toThrow("bank id");
    expect(() => kaspi.refund?.(contextOf("3"), refundRow({}, { purchaseId: null }))).toThrow("bank id");
    expect(() => kaspi.refund?.(contextOf("3"), refundRow({ minor: null }))).toThrow("amount");
    expect(() => kaspi.create(contextOf("3"), newRow({ method: "invoice" }), none)).toThrow("telephone");
  });
});

describe("a merchant's gateway", () => {
  const headers = JSON.stringify({
    Authorization: "Bearer gateway",
    "content-type": "text/plain",
    "x-request-id": "theirs",
    "API-KEY": "theirs",
  });
  it("its headers go along and never stand in the place of ours", () => {
    const { headers: sent } = kaspi.ping(contextOf("1", {}, { headers }));
    expect(sent).toEqual({
      Authorization: "Bearer gateway",
      "Content-Type": "application/json",
      "X-Request-ID": "da169655f65740d991b1bbfcd9802b28",
      "Api-Key": "test_made-up",
    });
  });
  it.each(["2", "3"] as const)("any base address, with or without a slash at its end, scheme %s", (scheme) => {
    for (const url of ["https://gateway.test/a/b", "https://gateway.test/a/b/"]) {
      expect(kaspi.ping(contextOf(scheme, { url })).url).toBe("https://gateway.test/a/b/health/ping");
    }
  });
  it("Q-22: no path ends with a slash", () => {
    for (const cell of cells) expect(callOf(cell).url, cell.method).not.toMatch(/\/$/);
  });
});

describe("Q-20: telephone numbers", () => {
  it.each([
    "+7 707 777 77 77",
    "+7(707)777-77-77",
    "7 707 777 7777",
    "8 (707) 777 77 77",
    "87077777777",
    "707 777 77 77",
    "7077777777",
    " +7\u00a0707\u2011777\u201377\u201377 ",
  ])("%s is 87077777777", (text) => {
    expect(kaspi.phoneOf?.(text)).toBe(PHONE);
  });
  it.each([
    "",
    "8707777777",
    "870777777777",
    "+8 707 777 77 77",
    "+7 916 123 45 67",
    "+7 727 250 00 00",
    "+7 7172 70 00 00",
    "+1 707 777 77 77",
    "8707777777a",
    "٨٧٠٧٧٧٧٧٧٧٧",
    "++7 707 777 77 77",
  ])("%s is no mobile number of the country", (text) => {
    expect(kaspi.phoneOf?.(text)).toBeNull();
  });
});
