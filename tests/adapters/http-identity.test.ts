/** Mutual TLS: what a refused, missing or rotated client certificate looks like, under TLS 1.2 and 1.3. */
import { connect } from "node:net";
import type { TLSSocket } from "node:tls";
import { afterEach, describe, expect, test } from "vitest";
import { createHttp, diagnose } from "../../main/adapters/http.ts";
import type { HttpAdapter, TlsIdentity } from "../../main/adapters/http.ts";
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
    expect(await diagnose({ url: bank.url, identity: as(null) })).toEqual({
      layer: "certificate",
      problem: "client_certificate_missing",
    });
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
    expect(await diagnose({ url: bank.url, identity: as(till), quietMs: 50 })).toEqual({
      layer: "ok",
      problem: null,
    });
    expect(await diagnose({ url: "https://no-such-host.invalid", identity: as(till) })).toMatchObject({
      layer: "dns",
      problem: "name_unknown",
    });
    expect(await diagnose({ url: `https://localhost:${await closedPort()}`, identity: as(till) })).toMatchObject({
      layer: "tcp",
      problem: "refused",
    });
    expect(await diagnose({ url: `https://localhost:${mute.port}`, identity: as(till), timeoutMs: 150 })).toMatchObject(
      { layer: "tls", problem: "timeout" },
    );
    expect(await diagnose({ url: bank.url, identity: trusting })).toMatchObject({
      layer: "tls",
      problem: "server_untrusted",
    });
    expect(bank.requests).toEqual([]);
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
