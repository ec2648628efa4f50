import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "vitest";
import { createHttp } from "../../main/adapters/http.ts";
import type { HttpAdapter, TlsIdentity } from "../../main/adapters/http.ts";
import { ANSWER_LIMIT } from "../../main/adapters/http-exchange.ts";
import type { HttpRequest } from "../../main/core/ports.ts";
import { issue } from "./support/certificates.ts";
import { closedPort, closeServersAfterEach, httpsServer, tcpServer } from "./support/servers.ts";

const ca = issue({ name: "Bank CA", kind: "ca" });
const server = issue({ name: "bank", kind: "server", issuer: ca });
const till = issue({ name: "till-1", kind: "client", issuer: ca });
const own = { cert: server.cert, key: server.keyPem };
const anonymous: TlsIdentity = { cert: null, key: null, passphrase: null, ca: [ca.cert] };

closeServersAfterEach();
let http: HttpAdapter;
const lines: string[] = [];
const log = {
  info() {},
  error() {},
  warn: (event: string, fields: object = {}) => void lines.push(JSON.stringify({ event, ...fields })),
};
afterEach(() => http?.close());

function use(identity: TlsIdentity = anonymous): HttpAdapter {
  return (http = createHttp({ identity: async () => identity, log }));
}

function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return { identity: "bank", method: "GET", url, headers: {}, body: null, timeoutMs: 2000, ...more };
}

describe("an exchange", () => {
  test("carries method, headers and body there, and status, headers and text back", async () => {
    const bank = await httpsServer(own, (request, response, body) => {
      response.setHeader("X-Two", ["a", "b"]).writeHead(201, { "Content-Type": "application/json" });
      response.end(
        JSON.stringify({ body, id: request.headers["x-request-id"], encoding: request.headers["accept-encoding"] }),
      );
    });
    const answer = await use().send(
      get(`${bank.url}/r2/qr?x=1`, { method: "POST", headers: { "X-Request-ID": "abc" }, body: '{"a":"ә"}' }),
    );
    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({ "content-type": "application/json", "x-two": "a, b" });
    expect(JSON.parse(answer.text)).toEqual({ body: '{"a":"ә"}', id: "abc", encoding: "identity" });
    expect(bank.requests).toEqual(["POST /r2/qr?x=1"]);
  });

  test("sends a form as it stands, and tells where an answer points to without going there", async () => {
    const bank = await httpsServer(own, (request, response, body) => {
      response
        .writeHead(302, {
          Location: "https://example.com/?reference=1",
          "X-Got": request.headers["content-type"] ?? "",
        })
        .end(body);
    });
    const form = "client_secret=a%23%24%26%25%2B%C3%A9&scope=webapi+usermanagement";
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await use().send(get(`${bank.url}/token`, { method: "POST", headers, body: form }));
    expect([answer.status, answer.text]).toEqual([302, form]);
    expect(answer.headers).toMatchObject({
      location: "https://example.com/?reference=1",
      "x-got": "application/x-www-form-urlencoded",
    });
    expect(bank.requests).toEqual(["POST /token"]);
  });

  test("keeps connections, and repeats and redirects nothing", async () => {
    const bank = await httpsServer(own, (request, response) => {
      if (request.url === "/moved") response.writeHead(302, { Location: "/" }).end();
      else response.writeHead(request.url === "/busy" ? 503 : 200).end("ok");
    });
    use();
    for (let n = 0; n < 10; n++) await http.send(get(`${bank.url}/`));
    expect(bank.connections()).toBe(1);
    expect((await http.send(get(`${bank.url}/moved`))).status).toBe(302);
    expect((await http.send(get(`${bank.url}/busy`))).status).toBe(503);
    expect(bank.requests).toHaveLength(12);
    await Promise.all(Array.from({ length: 12 }, () => http.send(get(`${bank.url}/`))));
    expect(bank.connections()).toBeLessThanOrEqual(4);
  });

  test("speaks TLS 1.2 too, and nothing older", async () => {
    const answer = { ...own, maxVersion: "TLSv1.2" } as const;
    const bank = await httpsServer(answer, (_, response) => response.end("ok"));
    expect((await use().send(get(bank.url))).text).toBe("ok");
    const old = await httpsServer(
      { ...own, minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" },
      () => undefined,
    );
    await expect(http.send(get(old.url))).rejects.toMatchObject({ reach: "connect", problem: "tls" });
  });

  test("plain http goes to this machine alone", async () => {
    const plain = await tcpServer(
      (socket) => void socket.once("data", () => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")),
    );
    expect((await use().send(get(`http://127.0.0.1:${plain.port}/`))).text).toBe("ok");
    for (const url of ["http://bank.example/", "ftp://127.0.0.1/", "nonsense"]) {
      await expect(http.send(get(url))).rejects.toMatchObject({
        name: "HttpFailure",
        reach: "connect",
        problem: "other",
      });
    }
  });
});

describe("not a byte has left (connect)", () => {
  test("nobody knows the name", async () => {
    await expect(use().send(get("https://no-such-host.invalid/"))).rejects.toMatchObject({
      reach: "connect",
      problem: "name_unknown",
    });
  });

  test("nobody listens", async () => {
    await expect(use().send(get(`https://localhost:${await closedPort()}/`))).rejects.toMatchObject({
      reach: "connect",
      problem: "refused",
    });
  });

  test("the handshake hangs until the time is up; when it ends after all, the request does not leave", async () => {
    let bytes = 0;
    const bank = await httpsServer(own, (_, response) => response.end("ok"));
    let open: (() => void) | null = null;
    const gate = await tcpServer((socket) => {
      open = () => {
        const onward = connect(bank.port, "127.0.0.1");
        socket.pipe(onward).pipe(socket);
        onward.on("error", () => undefined);
        onward.on("data", (part) => (bytes += part.length));
      };
    });
    use();
    const asked = http.send(get(`https://localhost:${gate.port}/`, { timeoutMs: 200 }));
    await expect(asked).rejects.toMatchObject({ reach: "connect", problem: "timeout" });
    open!();
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(bytes).toBeGreaterThan(1000); // the handshake did go through
    expect(bank.requests).toEqual([]);
  });

  test("the server's certificate is of another CA, for another name, or not valid any more", async () => {
    const stranger = issue({ name: "Other CA", kind: "ca", key: issue({ kind: "plain" }).key });
    const answers = (_: unknown, response: { end(text: string): void }): void => response.end("ok");
    const foreign = await httpsServer(
      { cert: issue({ kind: "server", issuer: stranger }).cert, key: server.keyPem },
      answers,
    );
    await expect(use().send(get(foreign.url))).rejects.toMatchObject({ reach: "connect", problem: "server_untrusted" });
    const named = await httpsServer(
      { cert: issue({ kind: "server", issuer: ca, names: ["other.example"] }).cert, key: server.keyPem },
      answers,
    );
    await expect(http.send(get(named.url))).rejects.toMatchObject({
      reach: "connect",
      problem: "server_name_mismatch",
    });
    const old = await httpsServer(
      { cert: issue({ kind: "server", issuer: ca, to: Date.now() - 1000 }).cert, key: server.keyPem },
      answers,
    );
    await expect(http.send(get(old.url))).rejects.toMatchObject({ reach: "connect", problem: "server_untrusted" });
    expect([foreign.requests, named.requests, old.requests]).toEqual([[], [], []]);
  });

  test("an environment that turns checking off changes nothing", async () => {
    const bank = await httpsServer({ cert: issue({ kind: "server" }).cert, key: server.keyPem }, (_, response) =>
      response.end("ok"),
    );
    process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
    try {
      await expect(use().send(get(bank.url))).rejects.toMatchObject({ reach: "connect", problem: "server_untrusted" });
    } finally {
      delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    }
  });

  test("there is no TLS at all", async () => {
    const plain = await tcpServer(
      (socket) => void socket.once("data", () => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n")),
    );
    await expect(use().send(get(`https://localhost:${plain.port}/`))).rejects.toMatchObject({
      reach: "connect",
      problem: "tls",
    });
  });

  test("the identity cannot be had, or key and certificate do not go together", async () => {
    http = createHttp({ identity: async () => Promise.reject(new Error("no such identity")), log });
    await expect(http.send(get("https://localhost/"))).rejects.toMatchObject({
      name: "HttpFailure",
      reach: "connect",
      problem: "other",
    });
    const mixed = use({ ...anonymous, cert: till.cert, key: server.keyPem });
    await expect(mixed.send(get("https://localhost/"))).rejects.toMatchObject({ reach: "connect", problem: "tls" });
  });
});

describe("it may have been acted on (sent)", () => {
  test("the server stays silent", async () => {
    const bank = await httpsServer(own, () => undefined);
    await expect(use().send(get(bank.url, { timeoutMs: 200 }))).rejects.toMatchObject({
      reach: "sent",
      problem: "timeout",
    });
    expect(bank.requests).toHaveLength(1);
  });

  test("the server takes the request and hangs up", async () => {
    const bank = await httpsServer(own, (_, response) => response.socket?.destroy());
    await expect(use().send(get(bank.url, { method: "POST", body: "{}" }))).rejects.toMatchObject({
      reach: "sent",
      problem: "closed",
    });
    expect(bank.requests).toHaveLength(1);
  });

  test("a kept connection dies with the request on it, and nothing is sent again", async () => {
    const bank = await httpsServer(own, (request, response) =>
      request.url === "/die" ? response.socket?.destroy() : response.end("ok"),
    );
    use();
    await http.send(get(`${bank.url}/`));
    await expect(http.send(get(`${bank.url}/die`))).rejects.toMatchObject({ reach: "sent", problem: "closed" });
    expect(bank.requests).toEqual(["GET /", "GET /die"]);
    expect(bank.connections()).toBe(1);
  });

  test("a kept connection that died before is either replaced unseen or said to be in doubt, never called harmless", async () => {
    const bank = await httpsServer(own, (_, response) => response.end("ok"));
    use();
    for (let n = 0; n < 20; n++) {
      await http.send(get(`${bank.url}/first`));
      bank.drop();
      if (n % 2 === 0) await new Promise((resolve) => setTimeout(resolve, n));
      const before = bank.requests.length;
      const outcome = await http.send(get(`${bank.url}/second`)).then(
        () => "answered",
        (error) => error.reach,
      );
      expect(["answered", "sent"]).toContain(outcome);
      expect(bank.requests.length - before).toBeLessThanOrEqual(1);
    }
  });

  test("something that is not HTTP comes back", async () => {
    const plain = await tcpServer((socket) => void socket.once("data", () => socket.end("SSH-2.0-OpenSSH\r\n")));
    await expect(use().send(get(`http://127.0.0.1:${plain.port}/`))).rejects.toMatchObject({
      reach: "sent",
      problem: "other",
    });
  });
});

describe("an answer began (body)", () => {
  test("and broke off, or stopped", async () => {
    const bank = await httpsServer(own, (request, response) => {
      response.writeHead(200, { "Content-Length": "100" }).write("half");
      if (request.url === "/broken") setTimeout(() => response.socket?.destroy(), 20);
    });
    await expect(use().send(get(`${bank.url}/broken`))).rejects.toMatchObject({ reach: "body", problem: "closed" });
    await expect(http.send(get(`${bank.url}/stopped`, { timeoutMs: 200 }))).rejects.toMatchObject({
      reach: "body",
      problem: "timeout",
    });
  });

  test("and is larger than any bank's answer, said or unsaid", async () => {
    const bank = await httpsServer(own, (request, response) => {
      if (request.url === "/said") response.writeHead(200, { "Content-Length": String(ANSWER_LIMIT + 1) });
      response.end("x".repeat(request.url === "/fits" ? ANSWER_LIMIT : ANSWER_LIMIT + 1));
    });
    expect((await use().send(get(`${bank.url}/fits`))).text).toHaveLength(ANSWER_LIMIT);
    await expect(http.send(get(`${bank.url}/said`))).rejects.toMatchObject({ reach: "body", problem: "too_large" });
    await expect(http.send(get(`${bank.url}/unsaid`))).rejects.toMatchObject({ reach: "body", problem: "too_large" });
  });

  test("and is compressed though nobody asked for it", async () => {
    const bank = await httpsServer(own, (_, response) =>
      response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync("x".repeat(1e6))),
    );
    await expect(use().send(get(bank.url))).rejects.toMatchObject({ reach: "body", problem: "other" });
  });
});

test("log and error name the host and the problem, never path, query, headers or body", async () => {
  const bank = await httpsServer(own, (_, response) => response.socket?.destroy());
  lines.length = 0;
  const error = await use()
    .send(
      get(`${bank.url}/pay?Access=secret1`, { method: "POST", headers: { Authorization: "secret2" }, body: "secret3" }),
    )
    .catch((e: Error) => e);
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain(`localhost:${bank.port}`);
  expect(`${lines.join()}${(error as Error).message}${(error as Error).stack}`).not.toContain("secret");
});
