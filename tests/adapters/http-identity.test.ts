/** Mutual TLS: what a refused, missing or rotated client certificate looks like, under TLS 1.2 and 1.3. */
import { connect } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createHttp, diagnose } from "../../main/adapters/http.ts";
import type { Diagnosis, HttpAdapter, TlsIdentity } from "../../main/adapters/http.ts";
import type { DiagnosisOptions } from "../../main/adapters/http-diagnose.ts";
import { problemOf } from "../../main/adapters/http-problems.ts";
import type { HttpRequest } from "../../main/core/ports.ts";
import { encryptedPem, issue, keyOf } from "./support/certificates.ts";
import { closedPort, closeServersAfterEach, httpsServer, tcpServer } from "./support/servers.ts";

const ca = issue({ name: "Bank CA", kind: "ca" });
const server = issue({ name: "bank", kind: "server", issuer: ca });
const strict = { cert: server.cert, key: server.keyPem, ca: [ca.cert], requestCert: true, rejectUnauthorized: true };
const till = issue({ name: "till-1", kind: "client", issuer: ca });
const twin = issue({ name: "till-2", kind: "client", issuer: ca });
const expired = issue({ name: "till-0", kind: "client", issuer: ca, to: Date.now() - 1000 });
const small = issue({ name: "till-ec", kind: "client", issuer: ca, key: keyOf("till", "ec") });

const as = (one: { cert: string; keyPem: string } | null): TlsIdentity => ({
  cert: one?.cert ?? null,
  key: one?.keyPem ?? null,
  passphrase: null,
  ca: [ca.cert],
});
const log = { info() {}, warn() {}, error() {} };

closeServersAfterEach();
let http: HttpAdapter;
afterEach(() => http?.close());
const use = (identity: TlsIdentity): HttpAdapter => (http = createHttp({ identity: async () => identity, log }));
const get = (url: string): HttpRequest => ({
  identity: "bank",
  method: "GET",
  url,
  headers: {},
  body: null,
  timeoutMs: 3000,
});
const stepsOf = ({ steps }: Diagnosis): string[] => steps.map(({ layer, ok }) => (ok ? layer : `${layer} failed`));
const named = (request: { socket: unknown }): string =>
  (request.socket as TLSSocket).getPeerCertificate().subject.CN as string;

describe.each(["TLSv1.2", "TLSv1.3"] as const)("%s", (version) => {
  const only = { ...strict, minVersion: version, maxVersion: version };

  test("a server that wants a certificate knows us by it: RSA, EC, and a key under a passphrase", async () => {
    const bank = await httpsServer(only, (request, response) => response.end(named(request)));
    expect((await use(as(till)).send(get(bank.url))).text).toBe("till-1");
    await http.close();
    expect((await use(as(small)).send(get(bank.url))).text).toBe("till-ec");
    await http.close();
    const locked = { ...as(till), key: encryptedPem(till.key, "құпия"), passphrase: "құпия" };
    expect((await use(locked).send(get(bank.url))).text).toBe("till-1");
  });

  test("without one it takes no request, and we know that it did not", async () => {
    const bank = await httpsServer(only, (_, response) => response.end("ok"));
    await expect(use(as(null)).send(get(bank.url))).rejects.toMatchObject({
      reach: "connect",
      problem: "client_certificate_missing",
    });
    expect(bank.requests).toEqual([]);
    const found = await diagnose({ url: bank.url, identity: as(null) });
    expect(found).toMatchObject({ layer: "certificate", problem: "client_certificate_missing" });
    expect(stepsOf(found)).toEqual(["dns", "tcp", "tls", "certificate failed"]);
  });

  test("an expired one is named, though the server hangs up without a word", async () => {
    const bank = await httpsServer(only, (_, response) => response.end("ok"));
    await expect(use(as(expired)).send(get(bank.url))).rejects.toMatchObject({ problem: "client_certificate_refused" });
    expect(bank.requests).toEqual([]);
    expect(await diagnose({ url: bank.url, identity: as(expired) })).toMatchObject({
      layer: "certificate",
      problem: "client_certificate_refused",
    });
  });
});

test.each(["TLSv1.2", "TLSv1.3"] as const)(
  "a session begun with one certificate is not taken up with another: %s",
  async (version) => {
    const seen: string[] = [];
    const bank = await httpsServer({ ...strict, minVersion: version, maxVersion: version }, (request, response) => {
      const resumed = (request.socket as TLSSocket).isSessionReused();
      seen.push(`${named(request)} ${resumed ? "resumed" : "new"}`);
      response.setHeader("Connection", "close").end("ok");
    });
    let now = till;
    http = createHttp({ identity: async () => as(now), log });
    for (now of [till, till, twin, twin]) {
      if (seen.length === 2) http.forget("bank");
      await http.send(get(bank.url));
    }
    expect(seen).toEqual(["till-1 new", "till-1 resumed", "till-2 new", "till-2 resumed"]);
  },
);

test("nothing fails while the identity changes again and again under a stream of requests", async () => {
  const bank = await httpsServer(strict, (request, response) => {
    setTimeout(() => response.end(named(request)), 3);
  });
  let now = till;
  http = createHttp({ identity: async () => as(now), log });
  const answers: Promise<string>[] = [];
  for (let round = 0; round < 12; round++) {
    for (let n = 0; n < 6; n++) answers.push(http.send(get(bank.url)).then((answer) => answer.text));
    for (let turns = round; turns > 0; turns--) await Promise.resolve();
    now = now === till ? twin : till;
    http.forget("bank");
    answers.push(http.send(get(bank.url)).then((answer) => answer.text));
    if (round % 3 === 0) await new Promise((resolve) => setTimeout(resolve, 8));
  }
  const all = await Promise.all(answers);
  expect(all).toHaveLength(84);
  expect(new Set(all)).toEqual(new Set(["till-1", "till-2"]));
});

test("a server that acted and hung up is never excused by a handshake", async () => {
  const bank = await httpsServer(strict, (_, response) => response.socket?.destroy());
  await expect(use(as(till)).send(get(bank.url))).rejects.toMatchObject({ reach: "sent", problem: "closed" });
  expect(bank.requests).toHaveLength(1);
});

test("a request that a server may have acted on stays in doubt, though the next handshake is refused", async () => {
  const { cert, key } = strict;
  const lenient = await httpsServer({ cert, key }, (request, response) =>
    request.url === "/die" ? response.socket?.destroy() : response.end("ok"),
  );
  const refusing = await httpsServer(strict, () => undefined);
  let taken = 0;
  let allowed = 1;
  // One address, as a load balancer has: the first server takes anybody, the one behind it wants a certificate.
  const gate = await tcpServer((socket) => {
    const onward = connect(taken++ < allowed ? lenient.port : refusing.port, "127.0.0.1");
    socket.pipe(onward).pipe(socket);
    onward.on("error", () => undefined);
  });
  const url = `https://localhost:${gate.port}`;
  use(as(null));
  await expect(http.send(get(`${url}/die`))).rejects.toMatchObject({ reach: "sent" });

  allowed = taken + 1;
  await http.send(get(url));
  await expect(http.send(get(`${url}/die`))).rejects.toMatchObject({ reach: "sent", problem: "closed" });
  expect(lenient.requests).toEqual(["GET /die", "GET /", "GET /die"]);

  expect(await diagnose({ url, identity: as(null) })).toMatchObject({ layer: "certificate" });
  await expect(http.send(get(url))).rejects.toMatchObject({ reach: "connect", problem: "client_certificate_missing" });
  expect(refusing.requests).toEqual([]);
});

test("a changed identity is used by the next request, and those under way end with the old one", async () => {
  const held: (() => void)[] = [];
  const bank = await httpsServer(strict, (request, response) => {
    const answer = (): void => void response.end(named(request));
    if (request.url === "/slow") held.push(answer);
    else answer();
  });
  let now = till;
  let asked = 0;
  http = createHttp({ identity: async () => (asked++, as(now)), log });
  const underway = Array.from({ length: 6 }, () => http.send({ ...get(`${bank.url}/slow`), timeoutMs: 9000 }));
  await expect.poll(() => held.length, { timeout: 5000 }).toBe(4);
  now = twin;
  http.forget("bank");
  expect((await http.send(get(bank.url))).text).toBe("till-2");
  const release = setInterval(() => held.splice(0).forEach((answer) => answer()), 10);
  expect(new Set((await Promise.all(underway)).map((answer) => answer.text))).toEqual(new Set(["till-1"]));
  clearInterval(release);
  expect(asked).toBe(2);
  await http.close();
  await expect(http.send(get(bank.url))).rejects.toMatchObject({ name: "HttpFailure", reach: "connect" });
});

describe("diagnosis", () => {
  test("names the layer", async () => {
    const bank = await httpsServer(strict, () => undefined);
    const mute = await tcpServer(() => undefined);
    const trusting = { ...as(till), ca: [issue({ name: "Other", kind: "ca", key: keyOf("other") }).cert] };
    const seen = async (options: DiagnosisOptions): Promise<string> => {
      const found = await diagnose(options);
      return [found.layer, found.problem, ":", ...stepsOf(found)].join(" ");
    };
    const identity = as(till);
    expect(await seen({ url: bank.url, identity, quietMs: 50 })).toBe("ok  : dns tcp tls certificate");
    expect(await seen({ url: "https://no-such-host.invalid", identity })).toBe("dns name_unknown : dns failed");
    expect(await seen({ url: `https://localhost:${await closedPort()}`, identity })).toBe(
      "tcp refused : dns tcp failed",
    );
    expect(await seen({ url: `https://localhost:${mute.port}`, identity, timeoutMs: 150 })).toBe(
      "tls timeout : dns tcp tls failed",
    );
    expect(await seen({ url: bank.url, identity: trusting })).toBe("tls server_untrusted : dns tcp tls failed");
    expect(await seen({ url: `http://localhost:${mute.port}`, identity })).toBe("ok  : dns tcp");
    expect(await seen({ url: "no address", identity })).toBe("dns other : dns failed");
    expect(bank.requests).toEqual([]);
  });

  test("says how long each layer took, without the time it listened for an alert", async () => {
    const bank = await httpsServer(strict, () => undefined);
    const slow = await tcpServer((socket) => {
      const onward = connect(bank.port, "127.0.0.1");
      onward.on("error", () => undefined);
      onward.pipe(socket);
      setTimeout(() => socket.pipe(onward), 120);
    });
    const url = `https://localhost:${slow.port}`;
    const { layer, steps } = await diagnose({ url, identity: as(till), quietMs: 400, timeoutMs: 3000 });
    expect(layer).toBe("ok");
    const ms = Object.fromEntries(steps.map((step) => [step.layer, step.ms]));
    expect(ms["tls"]).toBeGreaterThanOrEqual(100);
    expect(ms["certificate"]).toBeLessThan(400);
    // A slow handshake leaves less time to listen; it is no failure.
    expect(await diagnose({ url, identity: as(till), quietMs: 9000, timeoutMs: 400 })).toMatchObject({ layer: "ok" });
  });

  test.each([
    ["ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED", "", false, "client_certificate_missing"],
    ["ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED", "", true, "client_certificate_refused"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "", false, "client_certificate_missing"],
    ["ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE", "", true, "tls"],
    ["ERR_SSL_TLSV1_ALERT_UNKNOWN_CA", "", true, "client_certificate_refused"],
    [
      "EPROTO",
      "write EPROTO 1:error:10000412:SSL routines:OPENSSL_internal:SSLV3_ALERT_BAD_CERTIFICATE",
      true,
      "client_certificate_refused",
    ],
    [
      "EPROTO",
      "error:1000045C:SSL routines:OPENSSL_internal:TLSV1_ALERT_CERTIFICATE_REQUIRED",
      false,
      "client_certificate_missing",
    ],
    ["EPROTO", "error:1000042E:SSL routines:OPENSSL_internal:TLSV1_ALERT_PROTOCOL_VERSION", true, "tls"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "", true, "tls"],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "", true, "server_untrusted"],
    ["SELF_SIGNED_CERT_IN_CHAIN", "", true, "server_untrusted"],
    ["CERT_HAS_EXPIRED", "", true, "server_untrusted"],
    ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "", true, "server_untrusted"],
    ["ERR_TLS_CERT_ALTNAME_INVALID", "Hostname/IP does not match certificate's altnames", true, "server_name_mismatch"],
    ["UND_ERR_CONNECT_TIMEOUT", "Connect Timeout Error", true, "timeout"],
    ["EAI_AGAIN", "", true, "name_unknown"],
    ["ENETUNREACH", "", true, "refused"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "", true, "tls"],
    ["SOMETHING_NEW", "", true, "other"],
  ])("%s %s (certificate: %s) is %s", (code, message, certificate, problem) => {
    expect(problemOf(Object.assign(new Error(message), { code }), certificate)).toBe(problem);
  });

  test("both families failing is one problem", () => {
    const both = new AggregateError([
      Object.assign(new Error(), { code: "ENETUNREACH" }),
      Object.assign(new Error(), { code: "ECONNREFUSED" }),
    ]);
    expect(problemOf(both, false)).toBe("refused");
  });
});
