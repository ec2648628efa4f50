import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { afterAll, describe, expect, it } from "vitest";
import { issueClient, makeCa, openCaFiles, saveClient } from "../../simulator/index.ts";

const dir = mkdtempSync(join(tmpdir(), "ca-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

describe("the files of the bank’s letter", () => {
  it("are made once, kept private, and used again", async () => {
    const first = await openCaFiles(dir);
    expect(readdirSync(dir)).toEqual(
      expect.arrayContaining([
        "kbs_root_ca.crt",
        "kbs_ca.crt",
        "certfile.cer",
        "private.key",
        "certfile.pfx",
        "passphrase.txt",
      ]),
    );
    for (const name of readdirSync(dir)) expect(statSync(join(dir, name)).mode & 0o777).toBe(0o600);
    const second = await openCaFiles(dir);
    expect(second.ca.root).toBe(first.ca.root);
    expect(second.server.certificate).toBe(first.server.certificate);
    expect(second.passphrase).toBe(first.passphrase);
  });

  it("hold an encrypted key, and a container that opens with the passphrase", async () => {
    const { paths, passphrase } = await openCaFiles(dir);
    const key = readFileSync(paths.privateKey, "utf8");
    expect(key).toContain("BEGIN ENCRYPTED PRIVATE KEY");
    const certificate = new X509Certificate(readFileSync(paths.certificate));
    expect(certificate.checkPrivateKey(createPrivateKey({ key, passphrase }))).toBe(true);
    expect(() => createSecureContext({ pfx: readFileSync(paths.pfx), passphrase })).not.toThrow();
    expect(() => createSecureContext({ pfx: readFileSync(paths.pfx), passphrase: "other" })).toThrow(
      "mac verify failure",
    );
  });

  it("are made anew where they do not fit, and the authority stays", async () => {
    const first = await openCaFiles(dir);
    writeFileSync(first.paths.privateKey, "broken");
    const second = await openCaFiles(dir);
    expect(second.ca.root).toBe(first.ca.root);
    expect(second.passphrase).not.toBe(first.passphrase);
  });
});

describe("client certificates", () => {
  it("carry the usages of appendix 2 and live five years", async () => {
    const ca = await makeCa();
    const client = new X509Certificate((await issueClient(ca)).certificate);
    expect(client.keyUsage).toEqual([CLIENT_AUTH]);
    expect(client.checkIssued(new X509Certificate(ca.intermediate))).toBe(true);
    const days = (client.validToDate.getTime() - client.validFromDate.getTime()) / 86_400_000;
    expect(days).toBe(1825);
    expect(client.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
  });

  it("can be wrong in every way a shop meets", async () => {
    const ca = await makeCa();
    const day = 86_400_000;
    const expired = await issueClient(ca, { notBefore: new Date(Date.now() - 10 * day), days: 5 });
    expect(new X509Certificate(expired.certificate).validToDate.getTime()).toBeLessThan(Date.now());
    const early = await issueClient(ca, { notBefore: new Date(Date.now() + day) });
    expect(new X509Certificate(early.certificate).validFromDate.getTime()).toBeGreaterThan(Date.now());
    const server = await issueClient(ca, { usage: "serverAuth" });
    expect(new X509Certificate(server.certificate).keyUsage).toEqual([SERVER_AUTH]);

    const legacy = await issueClient(ca, { legacyPfx: true, passphrase: "secret" });
    expect(() => createSecureContext({ pfx: legacy.pfx, passphrase: "secret" })).toThrow("Unsupported PKCS12 PFX data");
    const chained = await issueClient(ca, { chainInPfx: true, keyType: "ec" });
    expect(chained.pfx.length).toBeGreaterThan(legacy.pfx.length);
    expect(() => createSecureContext({ pfx: chained.pfx, passphrase: chained.passphrase })).not.toThrow();

    const paths = saveClient(join(dir, "legacy"), legacy);
    expect(readFileSync(paths.pfx)).toEqual(legacy.pfx);

    const mismatched = await issueClient(ca, { mismatchedKey: true });
    const pair = { cert: mismatched.certificate, key: mismatched.privateKey, passphrase: mismatched.passphrase };
    expect(() => createSecureContext(pair)).toThrow("key values mismatch");
  });
});
