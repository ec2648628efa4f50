/** Who gets in at the till API, and what a wrong request meets. */
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ROUTES } from "../../contract/till.ts";
import { openTill, TOKENS, type TillDesk } from "../support/till.ts";

let till: TillDesk;
beforeAll(async () => {
  till = await openTill();
});
afterAll(() => till.close());

const SALE = { amount: "5000.00", provider: "kaspi" };
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const code = (answer: { json(): any }): string => answer.json().error.code;

describe("a token", () => {
  it.each(ROUTES.map((route) => [route.method, route.path.replace("{id}", "some-id")]))(
    "is needed for %s %s",
    async (method, path) => {
      const answer = await till.call(method, path, undefined, { authorization: "" });
      expect(answer.status).toBe(401);
      expect(answer.headers["www-authenticate"]).toBe("Bearer");
      expect(code(answer)).toBe("unauthorized");
    },
  );

  it.each([
    ["wrong", "Bearer wrong-token-wrong-token"],
    ["no scheme", TOKENS.all.token],
    ["basic", `Basic ${TOKENS.all.token}`],
    ["longer", `Bearer ${TOKENS.all.token}x`],
    ["a part", `Bearer ${TOKENS.all.token.slice(0, -1)}`],
  ])("that is %s does not open", async (_, authorization) =>
    expect((await till.call("GET", "/health", undefined, { authorization })).status).toBe(401),
  );

  it.each(ROUTES.filter(({ scope }) => scope !== null).map((route) => [route.method, route.path, route.scope]))(
    "opens %s %s only with scope %s",
    async (method, path, scope) => {
      const other = scope === "read" ? TOKENS.pay.token : TOKENS.read.token;
      const answer = await till.call(method ?? "", (path ?? "").replace("{id}", "some-id"), undefined, bearer(other));
      expect(answer.status).toBe(403);
      expect(code(answer)).toBe("forbidden");
    },
  );

  it("of any scope may read the description", async () =>
    expect((await till.call("GET", "/openapi.json", undefined, bearer(TOKENS.pay.token))).status).toBe(200));
});

describe("the place a request comes from", () => {
  it.each(["localhost", "example.com", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.example.com"])(
    "Host %s is not ours",
    async (host) => {
      expect((await till.call("GET", "/health", undefined, { host })).status).toBe(403);
    },
  );
  it("Host localhost with our port is not ours either", async () => {
    expect((await till.call("GET", "/health", undefined, { host: `localhost:${till.port}` })).status).toBe(403);
  });
  it.each(["https://example.com", "null", "http://127.0.0.1:1", "http://localhost"])(
    "Origin %s is foreign even with a right token",
    async (origin) => {
      const answer = await till.pay(SALE, "foreign", { origin });
      expect(answer.status).toBe(403);
      expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
      expect(till.desk.snapshot().current).toBeNull();
    },
  );
  it("our own Origin is not foreign", async () => {
    expect((await till.call("GET", "/health", undefined, { origin: `http://127.0.0.1:${till.port}` })).status).toBe(
      200,
    );
  });
});

describe("a wrong request", () => {
  it("to an unknown path is 404", async () => expect(code(await till.call("GET", "/settings"))).toBe("not_found"));
  it("with another method is 405 and says which there are", async () => {
    const answer = await till.call("DELETE", "/payments");
    expect([answer.status, answer.headers.allow]).toEqual([405, "POST, GET"]);
  });
  it.each(["/payments/../health", "/payments/a%2Fb", "/payments/%00", `/payments/${"x".repeat(65)}`, "//health"])(
    "to %s is 404",
    async (path) => {
      const answer = await till.call("GET", path);
      expect(path.includes("..") ? 200 : 404).toBe(answer.status);
    },
  );
  it.each([["text/plain"], ["application/x-www-form-urlencoded"], ["application/json; charset=koi8-r"], [""]])(
    "of the type %j is 415",
    async (type) => {
      expect((await till.pay(SALE, "type", { "content-type": type })).status).toBe(415);
    },
  );
  it("packed is 415", async () =>
    expect((await till.pay(SALE, "gzip", { "content-encoding": "gzip" })).status).toBe(415));
  it.each([["{"], ["{'amount':'1'}"], ["[1]"], ["null"], ['"text"'], [""], ['{"amount":NaN}']])(
    "with the body %j is 400",
    async (body) => {
      const answer = await till.call("POST", "/payments", body, {
        "idempotency-key": "json",
        "content-type": "application/json",
      });
      expect(answer.status).toBe(400);
    },
  );
  it("that is not UTF-8 is 400", async () => {
    const { ask } = await import("../support/http-client.ts");
    const body = Buffer.from([0x7b, 0xff, 0x7d]);
    const headers = {
      ...bearer(TOKENS.all.token),
      "content-type": "application/json",
      "idempotency-key": "utf",
      "content-length": "3",
    };
    expect((await ask(till.port, { method: "POST", path: "/api/v1/payments", headers, body })).status).toBe(400);
  });
  it("over 64 KiB is 413, with a length and without", async () => {
    const body = JSON.stringify({ ...SALE, description: "x".repeat(65 * 1024) });
    expect((await till.pay(body, "big")).status).toBe(413);
    const { ask } = await import("../support/http-client.ts");
    const headers = {
      ...bearer(TOKENS.all.token),
      "content-type": "application/json",
      "idempotency-key": "big",
      "transfer-encoding": "chunked",
    };
    expect((await ask(till.port, { method: "POST", path: "/api/v1/payments", headers, body })).status).toBe(413);
  });
  it.each([[undefined], [""], ["a b"], ["x".repeat(65)], ["ключ"]])(
    "with the Idempotency-Key %j is 400",
    async (key) => {
      const headers: Record<string, string> = key === undefined ? {} : { "idempotency-key": encodeURI(key) };
      const answer = await till.call("POST", "/payments", SALE, headers);
      expect([answer.status, code(answer)]).toEqual([400, "bad_request"]);
    },
  );
  it.each<[string, unknown, string]>([
    ["a number as amount", 5000, "bad_amount"],
    ["a negative amount", "-5", "bad_amount"],
    ["three decimals", "5.001", "bad_amount"],
    ["a comma", "5,00", "bad_amount"],
    ["an exponent", "5e3", "bad_amount"],
    ["a leading zero", "05", "bad_amount"],
    ["an empty amount", "", "bad_amount"],
    ["thirteen digits", "1234567890123", "bad_amount"],
    ["zero", "0", "bad_amount"],
    ["less than the least", "0.50", "amount_too_small"],
    ["more than the most", "1000000.01", "amount_too_large"],
  ])("with %s is 400", async (_, amount, expected) => {
    const answer = await till.pay({ ...SALE, amount });
    expect([answer.status, code(answer)]).toEqual([400, expected]);
  });
  it.each([
    ["tip", "5"],
    ["Amount", "5"],
    ["qr", {}],
    ["__proto__x", 1],
  ])("with the unknown field %s is 400", async (field, value) => {
    expect((await till.pay({ ...SALE, [field]: value })).status).toBe(400);
  });
  it("has journaled nothing and asked no bank", async () => {
    expect((await till.call("GET", "/payments")).json()).toEqual({ items: [], nextCursor: null });
    expect(till.desk.bank.calls("/qr/create")).toBe(0);
  });
  it.each(["?limit=0", "?limit=x", "?state=lost", "?colour=red", "?from=yesterday", "?limit=1&limit=2"])(
    "GET /payments%s is 400",
    async (query) => {
      expect((await till.call("GET", `/payments${query}`)).status).toBe(400);
    },
  );
  it("an action with a body is 400", async () =>
    expect((await till.call("POST", "/payments/some-id/cancel", { force: true })).status).toBe(400));
});

describe("words", () => {
  it("are in the till's language, and change with it", async () => {
    const message = async (): Promise<string> => (await till.call("GET", "/nothing")).json().error.message;
    expect(await message()).toMatch(/[а-я]/);
    await till.desk.call("language.set", { language: "en" });
    expect(await message()).toMatch(/^[A-Z][a-z ]+/);
    await till.desk.call("language.set", { language: "ru" });
  });
  it("answers hold nothing a cache or a browser could misuse", async () => {
    const { headers } = await till.call("GET", "/health");
    expect(headers).toMatchObject({
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-type": "application/json; charset=utf-8",
    });
    expect(headers["set-cookie"]).toBeUndefined();
  });
});

describe("a client that is slow or broken", () => {
  it("that never ends its headers is cut", { timeout: 15_000 }, async () => {
    const begun = Date.now();
    await new Promise<void>((resolve) => {
      const socket = connect(till.port, "127.0.0.1", () =>
        socket.write(`GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:${till.port}\r\n`),
      );
      socket.on("close", () => resolve());
      socket.on("error", () => undefined);
      socket.resume();
    });
    expect(Date.now() - begun).toBeLessThan(13_000);
  });
  it("that sends nonsense gets 400", async () => {
    const text = await new Promise<string>((resolve) => {
      let all = "";
      const socket = connect(till.port, "127.0.0.1", () => socket.write("\x16\x03\x01 hello\r\n\r\n"));
      socket.on("data", (part) => (all += part.toString()));
      socket.on("close", () => resolve(all));
    });
    expect(text).toMatch(/^HTTP\/1\.1 400/);
  });
});
