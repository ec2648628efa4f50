import { readFileSync } from "node:fs";
import { afterEach, describe, expect, it } from "vitest";
import { issueClient, makeCa, type ClientFiles } from "../../simulator/index.ts";
import { credentialsOf, open, send, stopAll, type Credentials, type Till } from "./support.ts";

afterEach(stopAll);

const DAY = 86_400_000;

function ping(till: Till, credentials: Credentials, options = {}) {
  return send(
    `${till.bank.url}/health/ping`,
    { ca: till.credentials.ca!, ...credentials },
    { agent: false, ...options },
  );
}

function asCredentials(client: ClientFiles): Credentials {
  return { cert: client.certificate, key: client.privateKey, passphrase: client.passphrase };
}

describe("mutual TLS", () => {
  it("answers who shows the bank’s certificate, as PEM or PFX, under TLS 1.2 and 1.3", async () => {
    const till = await open();
    const { paths, passphrase } = till.bank.files;
    const pfx = { pfx: readFileSync(paths.pfx), passphrase };
    expect((await ping(till, credentialsOf(till.bank))).json().StatusCode).toBe(0);
    for (const maxVersion of ["TLSv1.2", "TLSv1.3"]) {
      expect((await ping(till, pfx, { maxVersion })).json()).toEqual({ StatusCode: 0, Message: "OK" });
    }
    const protocols = till.bank.ledger.connections.map((connection) => connection.protocol);
    expect(protocols).toEqual(expect.arrayContaining(["TLSv1.2", "TLSv1.3"]));
    expect(till.bank.ledger.calls.at(-1)?.client?.commonName).toBe("pos.shop.example");
  });

  it("refuses everybody else before HTTP", async () => {
    const till = await open();
    const { ca } = till.bank.files;
    const wrong = {
      none: {},
      expired: asCredentials(await issueClient(ca, { notBefore: new Date(Date.now() - 10 * DAY), days: 5 })),
      early: asCredentials(await issueClient(ca, { notBefore: new Date(Date.now() + DAY) })),
      purpose: asCredentials(await issueClient(ca, { usage: "serverAuth" })),
      stranger: asCredentials(await issueClient(await makeCa())),
    };
    const calls = till.bank.ledger.calls.length;
    for (const [name, credentials] of Object.entries(wrong)) {
      await expect(ping(till, credentials), name).rejects.toThrow();
      await expect(ping(till, credentials, { maxVersion: "TLSv1.2" }), name).rejects.toThrow();
    }
    expect(till.bank.ledger.calls.length).toBe(calls);
    expect(till.bank.ledger.connections.filter((entry) => entry.event === "tls-refused")).toHaveLength(10);
  });

  it("refuses TLS 1.1", async () => {
    const till = await open();
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" };
    await expect(ping(till, credentialsOf(till.bank), old)).rejects.toThrow(/protocol version/i);
  });

  it("softly answers -10000 over HTTP", async () => {
    const till = await open({ softClientCert: true });
    expect((await ping(till, {})).json().StatusCode).toBe(-10000);
    expect((await ping(till, credentialsOf(till.bank))).json().StatusCode).toBe(0);
  });

  it("shows wrong server certificates on demand, and the right one again", async () => {
    const till = await open();
    const ask = () => ping(till, credentialsOf(till.bank));
    await till.bank.configure({ serverCertificate: "expired" });
    await expect(ask()).rejects.toMatchObject({ code: "CERT_HAS_EXPIRED" });
    await till.bank.configure({ serverCertificate: "other-name" });
    await expect(ask()).rejects.toMatchObject({ code: "ERR_TLS_CERT_ALTNAME_INVALID" });
    await till.bank.configure({ serverCertificate: "other-ca" });
    await expect(ask()).rejects.toThrow(/certificate/);
    await till.bank.configure({ serverCertificate: "good" });
    expect((await ask()).json().StatusCode).toBe(0);
  });
});
