import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CertificateProblem, importCertificate, readRoots } from "../../main/adapters/certificates.ts";
import { createHttp } from "../../main/adapters/http.ts";
import { buildBundles } from "../support/bundles.ts";
import { encryptedPem, issue, keyOf, pfx } from "./support/certificates.ts";
import { KAZAKH, makeFiles, MANY_ROUNDS, PASSPHRASE } from "./support/pkcs12.ts";
import { closeServersAfterEach, httpsServer } from "./support/servers.ts";

// As the product has it: Node reads the types out of a worker's source at each of its starts.
const bundles = await buildBundles(["certificate-worker.cjs"]);
const workerFile = bundles.path("certificate-worker.cjs");
afterAll(() => bundles.remove());
const now = Date.now();

let files: ReadonlyMap<string, Buffer>;
beforeAll(() => {
  files = makeFiles();
});

function file(name: string): Buffer {
  const found = files.get(name);
  if (found === undefined) throw new Error(`no file ${name}`);
  return found;
}
const fingerprint = (name: string): string => new X509Certificate(file(name)).fingerprint256;

interface Given {
  certificate: Uint8Array;
  privateKey?: Uint8Array;
  passphrase?: string;
}

function take({ certificate, privateKey, passphrase = PASSPHRASE }: Given) {
  return importCertificate({ workerFile, now, certificate, privateKey: privateKey ?? null, passphrase });
}

async function problem(given: Given): Promise<string> {
  const error = await take(given).then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CertificateProblem);
  const { field, code } = error as CertificateProblem;
  return `${field}: ${code}`;
}

const containers: [name: string, passphrase: string][] = [
  ["modern.pfx", PASSPHRASE],
  ["rc2-40.pfx", PASSPHRASE],
  ["3des.pfx", PASSPHRASE],
  ["modern-kazakh.pfx", KAZAKH],
  ["rc2-40-kazakh.pfx", KAZAKH],
  ["empty.pfx", ""],
  ["no-mac.pfx", PASSPHRASE],
  ["many-rounds.pfx", PASSPHRASE],
  ["ec.pfx", PASSPHRASE],
  ["ec-rc2-40.pfx", PASSPHRASE],
];

describe("a PFX opens", () => {
  test.each(containers)("%s", async (name, passphrase) => {
    const found = await take({ certificate: file(name), passphrase });
    expect(found.fingerprint).toBe(fingerprint(name.startsWith("ec") ? "ec.crt" : "rsa.crt"));
    expect(found.key).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    const key = createPrivateKey({ key: found.key, passphrase: found.keyPassphrase });
    expect(new X509Certificate(found.cert).checkPrivateKey(key)).toBe(true);
    expect(found.chain.map((pem) => new X509Certificate(pem).fingerprint256)).toEqual([
      fingerprint("intermediate.crt"),
    ]);
    expect(found.subject).toMatch(name.startsWith("ec") ? /^CN=till-ec$/ : /^CN=till-rsa, O=Дүкен$/);
    expect(found.issuer).toBe("CN=Test Intermediate");
    expect(found.notBefore).toBeLessThan(now);
    expect(found.notAfter).toBeGreaterThan(now);
  });

  // What opens them above shares node-forge with what makes them: OpenSSL shares nothing with either.
  test("and OpenSSL in Node opens each of them too, with its passphrase alone", () => {
    const script = `
      const { createSecureContext } = require("node:tls");
      const open = (pfx, passphrase) => {
        try {
          createSecureContext({ pfx: Buffer.from(pfx, "base64"), passphrase });
          return "open";
        } catch (error) {
          return error.message;
        }
      };
      const given = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
      const answers = given.map(([name, pfx, passphrase]) => [name, open(pfx, passphrase), open(pfx, "wrong")]);
      process.stdout.write(JSON.stringify(answers));`;
    const input = JSON.stringify(
      containers.map(([name, passphrase]) => [name, file(name).toString("base64"), passphrase]),
    );
    const output = execFileSync(process.execPath, ["--openssl-legacy-provider", "-e", script], {
      input,
      encoding: "utf8",
    });
    expect(JSON.parse(output)).toEqual(
      containers.map(([name]) => [
        name,
        "open",
        name === "no-mac.pfx" ? expect.not.stringMatching(/^open$/) : "mac verify failure",
      ]),
    );
  });
});

describe("PEM and DER open", () => {
  test.each(["rsa-pbes1.key", "rsa-pbes2.key", "rsa-scrypt.key", "rsa-dek.key", "rsa-plain.der", "rsa-encrypted.der"])(
    "rsa.crt with %s",
    async (name) => {
      const found = await take({ certificate: file("rsa.crt"), privateKey: file(name) });
      expect(found.fingerprint).toBe(fingerprint("rsa.crt"));
      expect(createPrivateKey({ key: found.key, passphrase: found.keyPassphrase }).asymmetricKeyType).toBe("rsa");
    },
  );

  test("a .cer in DER, and one PEM file that holds leaf, chain and key in any order", async () => {
    const cer = await take({ certificate: file("rsa.cer"), privateKey: file("rsa-pbes2.key") });
    expect(cer.fingerprint).toBe(fingerprint("rsa.crt"));
    const all = Buffer.concat([file("root.crt"), file("rsa-pbes2.key"), file("intermediate.crt"), file("rsa.crt")]);
    const found = await take({ certificate: all });
    expect(found.fingerprint).toBe(fingerprint("rsa.crt"));
    expect(found.chain).toHaveLength(1);
  });

  test("a plain EC key, and one under a Kazakh passphrase", async () => {
    const key = keyOf("ec-test", "ec");
    const cert = Buffer.from(issue({ kind: "client", key, name: "small" }).cert);
    const sec1 = Buffer.from(key.export({ type: "sec1", format: "pem" }).toString());
    expect((await take({ certificate: cert, privateKey: sec1 })).subject).toBe("CN=small");
    const locked = Buffer.from(encryptedPem(key, KAZAKH));
    expect((await take({ certificate: cert, privateKey: locked, passphrase: KAZAKH })).subject).toBe("CN=small");
  });
});

describe("what cannot be used is named", () => {
  test("a wrong passphrase, whatever the protection", async () => {
    for (const name of ["modern.pfx", "rc2-40.pfx", "ec.pfx", "no-mac.pfx"]) {
      expect([name, await problem({ certificate: file(name), passphrase: "wrong" })]).toEqual([
        name,
        "passphrase: wrong_passphrase",
      ]);
    }
    for (const name of ["rsa-pbes1.key", "rsa-pbes2.key", "rsa-scrypt.key", "rsa-dek.key", "rsa-encrypted.der"]) {
      const found = await problem({ certificate: file("rsa.crt"), privateKey: file(name), passphrase: "wrong" });
      expect([name, found]).toEqual([name, "passphrase: wrong_passphrase"]);
    }
  });

  test("a damaged file, a text, a picture, nothing", async () => {
    expect(await problem({ certificate: file("modern.pfx").subarray(0, 900) })).toBe("certificate: corrupt");
    expect(await problem({ certificate: Buffer.from("hello") })).toBe("certificate: corrupt");
    expect(await problem({ certificate: Buffer.from([0x89, 0x50, 0x4e, 0x47]) })).toBe("certificate: corrupt");
    expect(await problem({ certificate: Buffer.alloc(0) })).toBe("certificate: corrupt");
    expect(
      await problem({ certificate: Buffer.from("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----") }),
    ).toBe("certificate: corrupt");
    expect(
      await problem({
        certificate: file("rsa.crt"),
        privateKey: Buffer.from("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"),
      }),
    ).toMatch(/^privateKey: (corrupt|unsupported)$/);
  });

  test("no key, a key of another certificate", async () => {
    expect(await problem({ certificate: file("no-key.pfx") })).toBe("certificate: no_key");
    expect(await problem({ certificate: file("rsa.crt") })).toBe("privateKey: no_key");
    expect(await problem({ certificate: file("rsa.crt"), privateKey: file("intermediate.crt") })).toBe(
      "privateKey: no_key",
    );
    expect(await problem({ certificate: file("ec.crt"), privateKey: file("rsa-plain.der") })).toBe(
      "privateKey: key_mismatch",
    );
    const foreign = { ...issue({ kind: "client" }), keyPem: issue({ key: keyOf("foreign") }).keyPem };
    expect(await problem({ certificate: pfx(foreign, PASSPHRASE) })).toBe("certificate: key_mismatch");
  });

  test("out of its time, for another use", async () => {
    expect(await problem({ certificate: pfx(issue({ kind: "client", to: now - 1000 }), PASSPHRASE) })).toBe(
      "certificate: expired",
    );
    expect(await problem({ certificate: pfx(issue({ kind: "client", from: now + 60_000 }), PASSPHRASE) })).toBe(
      "certificate: not_yet_valid",
    );
    expect(await problem({ certificate: pfx(issue({ kind: "email" }), PASSPHRASE) })).toBe(
      "certificate: wrong_purpose",
    );
    expect(
      (await take({ certificate: pfx(issue({ kind: "plain" }), PASSPHRASE, { algorithm: "3des" }) })).subject,
    ).toBe("CN=test");
  });

  test("an encryption that nothing knows any more is an old format, not a damaged file", async () => {
    const tripleDes = Buffer.from("2a864886f70d010c0103", "hex");
    const rc4 = Buffer.from("2a864886f70d010c0101", "hex");
    const old = (file: Buffer): Buffer => {
      const copy = Buffer.from(file);
      expect(copy.includes(tripleDes)).toBe(true);
      rc4.copy(copy, copy.indexOf(tripleDes));
      return copy;
    };
    expect(await problem({ certificate: old(file("no-mac-3des.pfx")) })).toBe("certificate: old_format");
    const body = file("rsa-pbes1.key").toString().split("\n").slice(1, -2).join("");
    const key = old(Buffer.from(body, "base64"));
    const pem = `-----BEGIN ENCRYPTED PRIVATE KEY-----\n${key.toString("base64")}\n-----END ENCRYPTED PRIVATE KEY-----\n`;
    expect(await problem({ certificate: file("rsa.crt"), privateKey: key })).toBe("privateKey: old_format");
    expect(await problem({ certificate: file("rsa.crt"), privateKey: Buffer.from(pem) })).toBe(
      "privateKey: old_format",
    );
  });

  test("too large, and made to take for ever", async () => {
    expect(await problem({ certificate: Buffer.alloc(300_000) })).toBe("certificate: too_large");
    expect(await problem({ certificate: file("rsa.crt"), privateKey: Buffer.alloc(300_000) })).toBe(
      "privateKey: too_large",
    );
    const slow = Buffer.from(file("many-rounds.pfx"));
    expect(MANY_ROUNDS).toBe(0x00_9c_40);
    const rounds = slow.lastIndexOf(Buffer.from([0x02, 0x03, 0x00, 0x9c, 0x40])); // those of the MAC
    slow.set([0x02, 0x03, 0x7f, 0xff, 0xff], rounds);
    expect(await problem({ certificate: slow })).toBe("certificate: too_many_iterations");
  });
});

describe("CA files", () => {
  test("PEM, several in one, DER; each once", () => {
    const two = Buffer.concat([file("root.crt"), file("intermediate.crt")]);
    const roots = readRoots([two, new X509Certificate(file("root.crt")).raw]);
    expect(roots.map((pem) => new X509Certificate(pem).fingerprint256)).toEqual([
      fingerprint("root.crt"),
      fingerprint("intermediate.crt"),
    ]);
    expect(readRoots([])).toEqual([]);
  });

  test("anything else is refused with its place in the list", () => {
    const refused = (...files: Buffer[]) => {
      try {
        return readRoots(files);
      } catch (error) {
        const { field, code, index } = error as CertificateProblem;
        return { field, code, index };
      }
    };
    expect(refused(file("root.crt"), file("rsa-pbes2.key"))).toEqual({ field: "ca", code: "corrupt", index: 1 });
    expect(refused(file("modern.pfx"))).toEqual({ field: "ca", code: "corrupt", index: 0 });
    expect(refused(Buffer.alloc(0))).toEqual({ field: "ca", code: "corrupt", index: 0 });
    expect(refused(file("root.crt"), file("rsa.crt"))).toEqual({ field: "ca", code: "wrong_purpose", index: 1 });
    expect(refused(Buffer.alloc(300_000, 0x30))).toEqual({ field: "ca", code: "too_large", index: 0 });
  });
});

closeServersAfterEach();

test("the CA inside a PFX is never trusted for the server", async () => {
  const ca = issue({ name: "In the PFX", kind: "ca" });
  const trusted = issue({ name: "Bank", kind: "ca", key: keyOf("bank") });
  const found = await take({ certificate: pfx(issue({ kind: "client", issuer: ca }), PASSPHRASE, { chain: [ca] }) });
  const server = issue({ kind: "server", issuer: ca });
  const bank = await httpsServer({ cert: server.cert, key: server.keyPem }, (_, response) => response.end("ok"));
  const cert = [found.cert, ...found.chain, ca.cert].join("\n"); // the root too, as if it had slipped in
  const identity = { cert, key: found.key, passphrase: found.keyPassphrase, ca: [trusted.cert] };
  const http = createHttp({ identity: async () => identity, log: { info() {}, warn() {}, error() {} } });
  const asked = http.send({ identity: "bank", method: "GET", url: bank.url, headers: {}, body: null, timeoutMs: 2000 });
  await expect(asked).rejects.toMatchObject({ reach: "connect", problem: "server_untrusted" });
  expect(bank.requests).toEqual([]);
  await http.close();
});
