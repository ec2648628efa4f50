import { describe, expect, it } from "vitest";
import { readProvision } from "../../contract/provision.ts";
import { goodHalykQr, goodProvision, SECRETS, withField, withHalykQr, type Raw } from "../support/provision.ts";

/** All lines a file gets. */
function linesOf(raw: unknown): string[] {
  const checked = readProvision(raw);
  return (checked.ok ? [] : checked.problems).map(({ path, words }) => `${path}: ${words}`);
}

const kaspi = (field: string): string => `providers.kaspi.${field}`;
const good = goodProvision();
const gone = undefined;

/** rule · path that must be named · value put there (or a whole file) */
const BAD: readonly [rule: string, path: string, value: unknown, raw?: Raw][] = [
  ["version is required", "version", gone],
  ["version 1 only", "version", 2],
  ["version is a number", "version", "1"],
  ["language is one of three", "language", "de"],
  ["mode is one of four", "mode", "selfservice"],
  ["refund has no other key", "refund.limit", "5.00", { ...good, refund: {} }],
  ["refund limit is an amount", "refund.pinAbove", "5 000", { ...good, refund: {} }],
  ["refund limit is text", "refund.pinAbove", 5000, { ...good, refund: {} }],
  ["time zone must exist", "timezone", "Asia/Atlantis"],
  ["time zone is no offset", "timezone", "+05:00"],
  ["time zone is text", "timezone", 5],
  ["merchant is required", "merchant", gone],
  ["merchant.name is required", "merchant.name", gone],
  ["merchant.name is not empty", "merchant.name", ""],
  ["BIN has 12 digits", "merchant.bin", "18034002179"],
  ["BIN is text", "merchant.bin", 180340021791],
  ["telephone holds no letters", "merchant.supportPhone", "call me"],
  ["PIN has at least 4 digits", "adminPin", "123"],
  ["PIN has at most 12 digits", "adminPin", "1234567890123"],
  ["PIN is digits", "adminPin", "12a4"],
  ["PIN is text", "adminPin", 4821],
  ["people is a list", "people", { id: "t1" }],
  ["person's role is one of four", "people[0].role", "boss"],
  ["person's PIN is digits", "people[0].pin", "pin!"],
  ["person's id is plain", "people[0].id", "t 1"],
  ["person's id is used once", "people[0].id", "admin"],
  ["person has no other key", "people[0].age", 30],
  ["till is required", "till", gone],
  ["till.id is required", "till.id", gone],
  ["till.id fits a receipt number", "till.id", "Касса"],
  ["till.id has no space", "till.id", "A 1"],
  ["till.id begins with a letter or digit", "till.id", "-A"],
  ["till.id is short", "till.id", "A234567890123"],
  ["till.id is text", "till.id", 1],
  ["till.token has 16 characters", "till.token", "SECRET-tooshort"],
  ["till.token has no space", "till.token", "SECRET with spaces in it"],
  [
    "till.token is not another's token",
    "till.tokens[0].token",
    SECRETS.token,
    withField(good, "till.token", SECRETS.token),
  ],
  ["token has 16 characters", "till.tokens[0].token", "SECRET-short"],
  ["token is Latin", "till.tokens[0].token", "СЕКРЕТ-СЕКРЕТ-СЕКРЕТ"],
  ["token's rights are known", "till.tokens[0].may[0]", "steal", withField(good, "till.tokens[0].may", ["steal"])],
  ["token has a right", "till.tokens[0].may", []],
  ["token has a name", "till.tokens[0].name", gone],
  [
    "token's name is used once",
    "till.tokens[0].name",
    "till",
    withField(withField(good, "till.token", "SECRET-other-token-1"), "till.tokens[0].name", "till"),
  ],
  ["autoReturnSeconds is whole", "screen.autoReturnSeconds", 2.5],
  ["autoReturnSeconds is not negative", "screen.autoReturnSeconds", -1],
  ["idleSeconds is not tiny", "screen.idleSeconds", 1],
  ["screen has no other key", "screen.colour", "red"],
  ["the file has no other key", "colour", "red"],
  [
    "a key named __proto__ is unknown too",
    "__proto__",
    {},
    JSON.parse(JSON.stringify(good).replace('"version":1', '"version":1,"__proto__":{}')) as Raw,
  ],
  ["providers has no other key", "providers.paypal", {}],
  ["a bank is an object", "providers.kaspi", "on"],
  ["environment is required", kaspi("environment"), gone],
  ["environment is test or production", kaspi("environment"), "training"],
  ["scheme is required", kaspi("scheme"), gone],
  ["scheme is a number", kaspi("scheme"), "2"],
  ["scheme is 1, 2 or 3", kaspi("scheme"), 4],
  ["scheme 1 needs apiKey", kaspi("apiKey"), gone, withField(good, kaspi("scheme"), 1)],
  ["scheme 1 takes no certificate", kaspi("certificate"), "certfile.pfx", withField(good, kaspi("scheme"), 1)],
  ["scheme 1 takes no passphrase", kaspi("passphrase"), "SECRET", withField(good, kaspi("scheme"), 1)],
  ["scheme 2 takes no apiKey", kaspi("apiKey"), SECRETS.apiKey],
  ["scheme 2 needs a certificate", kaspi("certificate"), gone],
  ["scheme 2 takes no organizationBin", kaspi("organizationBin"), "180340021791"],
  ["scheme 2 takes no organizations", kaspi("organizations"), []],
  ["scheme 3 needs organizationBin", kaspi("organizationBin"), gone, withField(good, kaspi("scheme"), 3)],
  ["organizationBin has 12 digits", kaspi("organizationBin"), "1803", withField(good, kaspi("scheme"), 3)],
  [
    "organizationBin or organizations",
    kaspi("organizationBin"),
    "180340021791",
    withField(withField(good, kaspi("scheme"), 3), kaspi("organizations"), [
      { bin: "180340021791", name: "A", deviceId: "D" },
    ]),
  ],
  [
    "passphrase belongs to a certificate",
    kaspi("passphrase"),
    "SECRET",
    goodProvision({ certificate: undefined, headers: { "X-Proof": "SECRET" } }),
  ],
  [
    "privateKey belongs to a certificate",
    kaspi("privateKey"),
    "private.key",
    goodProvision({ certificate: undefined, headers: { "X-Proof": "SECRET" } }),
  ],
  ["certificate names a file", kaspi("certificate"), ""],
  ["ca is a list", kaspi("ca"), "kbs_ca.crt"],
  ["deviceId is required", kaspi("deviceId"), gone],
  ["deviceId has only A-Z, a-z, 0-9, _ and -", kaspi("deviceId"), "Касса 1"],
  ["tradePointId is text, so that no digit is lost", kaspi("tradePointId"), 12],
  ["tradePointId is digits", kaspi("tradePointId"), "12a"],
  ["deviceToken is plain text", kaspi("deviceToken"), "SECRET\nline"],
  ["url is required for production", kaspi("url"), gone, withField(good, kaspi("environment"), "production")],
  ["url is an address", kaspi("url"), "mtokentest.kaspi.kz"],
  ["url is http or https", kaspi("url"), "ftp://mtokentest.kaspi.kz/r2/v01"],
  ["http is for loopback only", kaspi("url"), "http://10.0.0.1/r2/v01"],
  ["http to a name that begins like loopback", kaspi("url"), "http://127.0.0.1.example.com/r2/v01"],
  ["url holds no user name", kaspi("url"), "https://me:SECRET@gateway.example/r2/v01"],
  ["url holds no query", kaspi("url"), "https://gateway.example/r2/v01?key=SECRET"],
  [
    "production is not the test host",
    kaspi("url"),
    "https://mtokentest.kaspi.kz:8544/r2/v01",
    withField(good, kaspi("environment"), "production"),
  ],
  [
    "prod_ key is refused on the test host",
    kaspi("apiKey"),
    "prod_SECRET",
    goodProvision({ scheme: 1, certificate: undefined, passphrase: undefined }),
  ],
  [
    "test_ key is refused on another host of the bank",
    kaspi("apiKey"),
    "test_SECRET",
    goodProvision({ scheme: 1, certificate: undefined, passphrase: undefined, url: "https://qrapi.kaspi.kz/r1/v01" }),
  ],
  ["header Host is ours", kaspi("headers.Host"), "SECRET"],
  ["header Content-Length is ours", kaspi("headers.Content-Length"), "12"],
  ["header Api-Key is ours", kaspi("headers.Api-Key"), "SECRET"],
  ["header X-Request-ID is ours, whatever its capitals", kaspi("headers.x-request-id"), "SECRET"],
  ["header has no line break", kaspi("headers.X-Proof"), "SECRET\r\nX-Other: 1"],
  ["header is text", kaspi("headers.X-Proof"), 12],
  ["limit is text", kaspi("limits.min"), 1],
  ["limit is an amount", kaspi("limits.max"), "1,000"],
  ["limit is more than zero", kaspi("limits.min"), "0.00"],
  ["limits are in order", kaspi("limits.max"), "0.50"],
  ["limits has no other key", kaspi("limits.average"), "5.00"],
];

const halyk = (field: string): string => `providers.halykQr.${field}`;
const production = withHalykQr({ environment: "production" });

/** The same for Halyk QR, in a file that has both banks. */
const BAD_HALYK_QR: readonly [rule: string, path: string, value: unknown, raw?: Raw][] = [
  ["environment is required", halyk("environment"), gone],
  ["environment is test or production", halyk("environment"), "training"],
  ["it is an object", "providers.halykQr", "SECRET"],
  ["it has no other key", halyk("colour"), "SECRET"],
  ["url is required for production", halyk("url"), gone, production],
  ["url is an address", halyk("url"), "testapi.onlinebank.kz"],
  ["url is text", halyk("url"), 5],
  ["url holds no user name", halyk("url"), "https://me:SECRET@gateway.example/qr"],
  ["url holds no query", halyk("url"), "https://gateway.example/qr?key=SECRET"],
  ["http is for loopback only", halyk("url"), "http://10.0.0.1/qr"],
  ["production is not the test host", halyk("url"), "https://TESTAPI.onlinebank.kz./qr", production],
  ["ca is a list", halyk("ca"), "root.crt"],
  ["ca names files", halyk("ca[0]"), "", withHalykQr({ ca: [""] })],
  ["username is required", halyk("username"), gone],
  ["username is not empty", halyk("username"), ""],
  ["username holds no colon, which ends it (RFC 7617)", halyk("username"), "SECRET:1"],
  ["password is required", halyk("password"), gone],
  ["password is not empty", halyk("password"), ""],
  ["password is plain text on one line", halyk("password"), "SECRET\nline"],
  ["password is text", halyk("password"), 4821],
  ["terminal is required", halyk("terminal"), gone],
  ["terminal is text, so that no digit is lost", halyk("terminal"), 92059431],
  ["terminal is no path", halyk("terminal"), "1/../2"],
  ["mpan has 16 digits", halyk("mpan"), "459895894631973"],
  ["mpan is text", halyk("mpan"), 4598958946319737],
  ["pointOfSale is not empty", halyk("pointOfSale"), "  "],
  ["pointOfSale is text", halyk("pointOfSale"), null],
  ["channel is capital letters", halyk("channel"), "smart pos"],
  ["scanSeconds ends before the bank's own 20 minutes (Q-60)", halyk("scanSeconds"), 1200],
  ["scanSeconds leaves time to scan", halyk("scanSeconds"), 29],
  ["scanSeconds is whole", halyk("scanSeconds"), 60.5],
  ["pollSeconds spares the bank", halyk("pollSeconds"), 1],
  ["pollSeconds is not slow", halyk("pollSeconds"), 31],
  ["emvMismatch is warn or block", halyk("emvMismatch"), "ignore"],
  ["makesFinDocument is true or false", halyk("makesFinDocument"), "Y"],
  ["amountAsString is true or false", halyk("amountAsString"), "no"],
  ["invoiceRange is text", halyk("invoiceRange.from"), 1],
  ["invoiceRange has seven digits at most", halyk("invoiceRange.to"), "12345678"],
  ["invoiceRange has no zero in front", halyk("invoiceRange.from"), "007"],
  ["invoiceRange is in order", halyk("invoiceRange.to"), "0"],
  ["limit is an amount", halyk("limits.max"), "1,000"],
  ["limit is more than zero", halyk("limits.min"), "0.00"],
  ["limits are in order", halyk("limits.max"), "0.50"],
  ["kafka is an object", halyk("kafka"), "10.0.0.1:9092"],
  ["kafka has a broker", halyk("kafka.brokers"), []],
  ["broker is host and port", halyk("kafka.brokers[0]"), "kafka://10.0.0.1"],
  ["topic is a name", halyk("kafka.topic"), "a topic"],
  ["group is a name", halyk("kafka.groupId"), "группа"],
  ["tls names files", halyk("kafka.tls.ca"), "root.crt"],
  ["sasl has a mechanism that is known", halyk("kafka.sasl.mechanism"), "GSSAPI"],
  ["sasl has a user name", halyk("kafka.sasl.username"), gone],
  ["sasl has a password", halyk("kafka.sasl.password"), gone],
];

describe("a provisioning file with one wrong field of Halyk QR", () => {
  it.each(BAD_HALYK_QR)("%s (%s)", (_, path, value, raw) => {
    const lines = linesOf(withField(raw ?? withHalykQr(), path, value));
    expect(lines.map((line) => line.split(": ")[0])).toEqual([path]);
    expect(lines.join("\n")).not.toContain("SECRET");
  });
});

describe("Halyk QR in a provisioning file", () => {
  it("passes beside Kaspi and alone", () => {
    expect(linesOf(withHalykQr())).toEqual([]);
    expect(linesOf(withHalykQr({}, { kaspi: false }))).toEqual([]);
  });
  it("needs no more than who the shop is to the bank", () => {
    const { environment, username, password, terminal } = goodHalykQr();
    const least = { ...good, providers: { halykQr: { environment, username, password, terminal } } };
    expect(readProvision(least)).toMatchObject({
      ok: true,
      value: {
        providers: {
          halykQr: { channel: "SMART_POS", scanSeconds: 180, pollSeconds: 3, makesFinDocument: false, kafka: null },
        },
      },
    });
  });
  it("may name the loopback with http, and its own host in production", () => {
    expect(linesOf(withHalykQr({ url: "http://127.0.0.1:1/qr" }))).toEqual([]);
    expect(linesOf(withField(production, halyk("url"), "https://api.example/qr"))).toEqual([]);
  });
});

describe("a provisioning file with one wrong field", () => {
  it.each(BAD)("%s (%s)", (_, path, value, raw) => {
    const bad = raw !== undefined && path === "__proto__" ? raw : withField(raw ?? good, path, value);
    const lines = linesOf(bad);
    expect(lines.filter((line) => line.startsWith(`${path}: `))).toHaveLength(1);
    expect(lines.join("\n")).not.toContain("SECRET");
    for (const secret of Object.values(SECRETS)) expect(lines.join("\n")).not.toContain(secret);
  });

  it("covers at least sixty rules", () => expect(BAD.length).toBeGreaterThan(60));
});

describe("a provisioning file", () => {
  it("of contract section 2 passes", () => expect(linesOf(good)).toEqual([]));
  it("may leave out what has defaults", () => {
    const least = { version: 1, merchant: { name: "Дүкен" }, till: { id: "A1" } };
    expect(readProvision(least)).toMatchObject({
      ok: true,
      value: { language: "ru", mode: "cashier", timezone: "Asia/Almaty", providers: {} },
    });
  });
  it("needs no certificate behind a gateway that has its own proof", () => {
    expect(
      linesOf(goodProvision({ certificate: undefined, passphrase: undefined, headers: { "X-Proof": SECRETS.header } })),
    ).toEqual([]);
  });
  it("may name the loopback with http", () => {
    for (const url of ["http://127.0.0.1:8544/r2/v01", "http://localhost:1/r2", "http://[::1]:9/r2"])
      expect(linesOf(goodProvision({ url }))).toEqual([]);
  });
  it("has a default address for test", () => expect(linesOf(goodProvision({ url: undefined }))).toEqual([]));
  it("is not judged for other hosts", () => {
    const bare = { scheme: 1, certificate: undefined, passphrase: undefined, url: "https://gateway.example/r1" };
    for (const apiKey of ["test_SECRET", "prod_SECRET"])
      expect(linesOf(goodProvision({ ...bare, apiKey }))).toEqual([]);
  });
  it("of scheme 3 names one organisation, or several", () => {
    const device = { deviceId: undefined, tradePointId: undefined, deviceToken: undefined };
    const organizations = [{ bin: "012345678901", name: "Дүкен", deviceId: "D-1", tradePointId: "12" }];
    expect(linesOf(goodProvision({ scheme: 3, url: undefined, organizationBin: "012345678901" }))).toEqual([]);
    expect(linesOf(goodProvision({ scheme: 3, url: undefined, organizations, ...device }))).toEqual([]);
  });
  it("may be for a till that only refunds, and set the sum above which that needs a PIN", () => {
    expect(linesOf({ ...good, mode: "refund", refund: { pinAbove: "5000.00" } })).toEqual([]);
    expect(linesOf({ ...good, refund: { pinAbove: null } })).toEqual([]);
  });
  it("has every wrong field named in one go", () => {
    const bad = withField(
      withField(withField(good, "timezone", "x"), kaspi("url"), "http://1.2.3.4/"),
      "till.tokens[0].token",
      "short",
    );
    expect(
      linesOf(bad)
        .map((line) => line.split(": ")[0])
        .toSorted(),
    ).toEqual(["providers.kaspi.url", "till.tokens[0].token", "timezone"]);
  });
  it.each([[null], [[]], ["text"], [5]])("that is %j is refused", (raw) =>
    expect(linesOf(raw).length).toBeGreaterThan(0),
  );
});
