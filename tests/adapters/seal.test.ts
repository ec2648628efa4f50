/** Sealing for a bank: its RSA key in each form it may come in (outside-facts 4.1), and nothing but an RSA key. */
import { constants, generateKeyPairSync, privateDecrypt, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import { seal } from "../../main/adapters/seal.ts";

const CARD =
  '{"hpan":"4400001234567895","expDate":"1020","cvc":"636","terminalId":"67e34d63-102f-4bd1-898e-370781d0074d"}';
const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 4096 });
const spki = der(publicKey, "spki");
const pkcs1 = der(publicKey, "pkcs1");

function der(key: KeyObject, type: "spki" | "pkcs1"): Buffer {
  return key.export({ format: "der", type });
}
const base64 = (bytes: Buffer): string => bytes.toString("base64");
const lines = (text: string, width = 64): string[] => text.match(new RegExp(`.{1,${width}}`, "g")) ?? [];
const armoured = (label: string, bytes: Buffer, end = "\n"): string =>
  [`-----BEGIN ${label}-----`, ...lines(base64(bytes)), `-----END ${label}-----`, ""].join(end);

/** Node refuses to take PKCS#1 v1.5 off itself (CVE-2023-46809): 00 02, eight or more bytes that are not 0, 00, the text. */
function opened(sealed: string, key = privateKey): string {
  const raw = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, Buffer.from(sealed, "base64"));
  expect([...raw.subarray(0, 2)]).toEqual([0, 2]);
  const end = raw.indexOf(0, 2);
  expect(end).toBeGreaterThanOrEqual(10);
  return raw.subarray(end + 1).toString("utf8");
}

describe("a key of 4096 bits", () => {
  test.each([
    ["one line, SPKI", base64(spki)],
    ["one line, PKCS#1", base64(pkcs1)],
    ["PEM, SPKI", armoured("PUBLIC KEY", spki)],
    ["PEM, PKCS#1", armoured("RSA PUBLIC KEY", pkcs1)],
    ["SPKI under PKCS#1's label, as the bank serves it", armoured("RSA PUBLIC KEY", spki)],
    ["PKCS#1 under SPKI's label", armoured("PUBLIC KEY", pkcs1)],
    ["with Windows' line ends", armoured("PUBLIC KEY", spki, "\r\n")],
    ["in one line with its armour", `-----BEGIN RSA PUBLIC KEY-----${base64(spki)}-----END RSA PUBLIC KEY-----`],
    ["with a byte order mark and blanks", `\uFEFF  \n\t${lines(base64(spki), 20).join(" \t ")}\n\n`],
  ])("%s", (_, served) => {
    const sealed = seal(served, CARD);
    expect(sealed).toMatch(/^[A-Za-z0-9+/]{683}=$/);
    expect(Buffer.from(sealed, "base64").length).toBe(512);
    expect(opened(sealed)).toBe(CARD);
  });

  test("never seals the same twice, and keeps every letter", () => {
    const served = base64(spki);
    expect(seal(served, CARD)).not.toBe(seal(served, CARD));
    expect(opened(seal(served, "Алма Ә 🙂"))).toBe("Алма Ә 🙂");
    expect(opened(seal(served, "x".repeat(501)))).toBe("x".repeat(501));
  });

  test("does not take a text that is longer than it can hold, and does not quote it", () => {
    expect(() => seal(base64(spki), "4400001234567895".repeat(32))).toThrow(
      /^the text is too long for the bank's key$/,
    );
  });
});

test("a key of 2048 bits is the least", () => {
  const least = generateKeyPairSync("rsa", { modulusLength: 2048 });
  expect(opened(seal(base64(der(least.publicKey, "spki")), CARD), least.privateKey)).toBe(CARD);
});

describe("what is no key for this", () => {
  const short = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey;
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey;
  const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).publicKey;
  const broken = Buffer.from(spki);
  broken.fill(0, 4, 30);
  test.each([
    ["1024 bits", base64(der(short, "pkcs1"))],
    ["a key on a curve", base64(der(curve, "spki"))],
    ["a key for signatures alone", base64(der(pss, "spki"))],
    ["nothing", ""],
    ["white space", " \n"],
    ["an armour with nothing in it", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----"],
    ["a page", "<!doctype html><title>503</title>"],
    ["an answer in JSON", '{"code":404}'],
    ["half a key", base64(spki.subarray(0, 200))],
    ["a damaged key", base64(broken)],
    ["letters that are no base64", `${base64(spki).slice(0, 100)}!${base64(spki).slice(101)}`],
    ["far too much", `${base64(spki)}${" ".repeat(20_000)}`],
  ])("%s", (_, served) => {
    expect(() => seal(served, CARD)).toThrow(/^the bank's key /);
  });
});
