/** Nothing secret, and nothing of somebody's own machine, is in the repository. */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";

/** Written so that this file does not find itself. */
const patterns: readonly { what: string; pattern: RegExp }[] = [
  {
    what: "a private key",
    pattern: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----\s*(?:\\r)?(?:\\n)?\s*(?:[A-Za-z0-9+/]{40}|Proc-Type)/,
  },
  // The first bytes of PKCS#8 and PKCS#1, RSA and EC, in base64.
  {
    what: "a private key without its wrapping",
    pattern: /\bMII[\w+/]{2}[AQgw]IBA(?:DAN|AKC)[\w+/]{40}|\bMI(?:GHAgEAMBM|HcCAQEE)[\w+/]{40}/,
  },
  { what: "a PFX", pattern: /\bMII[\w+/]{2}[AQgw]IBAzCC[\w+/]{40}/ },
  { what: "a key of a cloud", pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b|\bAIza[\w-]{35}\b/ },
  { what: "a token of a code host", pattern: /\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_\w{50}|\bglpat-[\w-]{20}/ },
  { what: "a token of a package registry", pattern: /\bnpm_[A-Za-z0-9]{36}\b|_authToken\s*=/ },
  { what: "a token of a chat or a payment service", pattern: /\bxox[abprs]-[\w-]{10}|\b[rs]k_live_[A-Za-z0-9]{16}/ },
  { what: "a signed token", pattern: /\beyJ[\w-]{15,}\.eyJ[\w-]{15,}\.[\w-]{20,}/ },
  { what: "a bank's production key", pattern: /\bprod_[A-Za-z0-9]{24,}/ },
  {
    what: "a password in an address",
    pattern:
      /\b[a-z][a-z+]*:\/\/[^\s:/@"'`$<{]+:[^\s:/@"'`$<{]{4,}@(?![\w.-]*\.(?:example|test)\b|localhost|127\.)[a-z0-9]/i,
  },
  {
    what: "a home folder",
    pattern:
      /(?<![\w./-])\/(?:home|Users)\/(?!user\/|name\/|you\/|qabyl\/|pos\/|till\/)[a-z][\w.-]*\/|[A-Z]:\\{1,2}Users\\{1,2}(?!name\\)\w/,
  },
  {
    what: "root's folder or a workplace's",
    pattern: /(?<![\w.$}/-])\/(?:root|work(?:space)?|builds|github\/workspace)\/[\w.]/,
  },
  {
    what: "the address of a package registry",
    pattern: /registry\.(?:npmjs|yarnpkg|npmmirror)\.(?:org|com)|"resolved":\s*"http/,
  },
];

const forbiddenNames =
  /\.(?:pfx|p12|key|keystore|jks|ppk)$|^\.env(?:\.|$)|^id_(?:rsa|ed25519|ecdsa)$|^\.npmrc$|^\.netrc$/i;

/** Checksums, the banks' own samples, drawings, and certificates and requests, which are public. */
const MAY_HOLD_CHANCE = [
  /^package-lock\.json$/,
  /^tests\/fixtures\//,
  /\.svg$/,
  /^tests\/screens\/support\/desk\.ts$/,
  /^tests\/tooling\/secrets\.test\.ts$/,
];

function scan(text: string): string[] {
  return patterns.filter(({ pattern }) => pattern.test(text)).map(({ what }) => what);
}

/** Every file that git has, or would take with `git add`. */
function tracked(): string[] {
  return execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 16_000_000,
  })
    .split("\0")
    .filter((file) => file !== "" && existsSync(join(root, file)) && statSync(join(root, file)).isFile());
}

describe("the repository", () => {
  test("has no file that can only be a secret", () => {
    const files = tracked();
    expect(files.length).toBeGreaterThan(20);
    expect(files.filter((file) => forbiddenNames.test(basename(file)))).toEqual([]);
  });

  test("has no secret and no address of somebody's machine in any file", () => {
    const found = tracked().flatMap((file) => {
      const content = readFileSync(join(root, file));
      if (content.includes(0)) return [];
      return scan(content.toString("utf8")).map((what) => `${file}: ${what}`);
    });
    expect(found).toEqual([]);
  });
});

/** Bits a character; whole words in any language stay below 4, random base64 is near 6 and random hex near 4. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const sign of text) counts.set(sign, (counts.get(sign) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}

/** Long words of chance, as keys and tokens are. A path, an address and a word in camel case are none. */
function randomWords(text: string): string[] {
  const words = text.match(/(?<![\w+/=.-])[A-Za-z0-9+/_-]{40,}={0,2}(?![\w+/=.-])/g) ?? [];
  return words.filter((word) => {
    if (/abcdefghij/i.test(word)) return false;
    const kinds = [/[a-z]/, /[A-Z]/, /\d/].filter((kind) => kind.test(word)).length;
    return (kinds === 3 && entropy(word) > 4.6) || (/^[0-9a-f]{40,}$/.test(word) && entropy(word) > 3.4);
  });
}

describe("the history", () => {
  /** Every line that any commit has added: what was taken out again is still there for whoever clones. */
  const added = execFileSync(
    "git",
    ["log", "--all", "-p", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv"],
    {
      cwd: root,
      encoding: "utf8",
      maxBuffer: 256_000_000,
    },
  );

  test("has had no secret in any commit", () => {
    const found = new Set<string>();
    let file = "?";
    for (const line of added.split("\n")) {
      if (line.startsWith("+++ ")) file = line.slice(6);
      else if (line.startsWith("+")) for (const what of scan(line)) found.add(`${file}: ${what}: ${line.slice(0, 80)}`);
    }
    expect([...found]).toEqual([]);
  });
});

describe("words of chance", () => {
  test.each([
    ["a key in base64", randomBytes(48).toString("base64")],
    ["a token", randomBytes(40).toString("base64url")],
    ["a key in hex", randomBytes(32).toString("hex")],
  ])("are seen: %s", (_, word) => expect(randomWords(`const x = "${word}";`)).toHaveLength(1));
  test.each([
    "theQuickBrownFoxJumpsOverTheLazyDogAndGoesHome",
    "x".repeat(64),
    "0".repeat(40),
    "--------------------------------------------",
  ])("are not %s", (word) => expect(randomWords(`const x = "${word}";`)).toEqual([]));

  test("stand in no tracked file but where they must", () => {
    const found = tracked()
      .filter((file) => !MAY_HOLD_CHANCE.some((pattern) => pattern.test(file)))
      .flatMap((file) => {
        const content = readFileSync(join(root, file));
        return content.includes(0) ? [] : randomWords(content.toString("utf8")).map((word) => `${file}: ${word}`);
      });
    expect(found).toEqual([]);
  });
});

describe("the scan", () => {
  const join2 = (...parts: string[]) => parts.join("");

  test.each([
    ["a private key", join2("-----BEGIN PRIVATE ", "KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj")],
    ["a private key", join2("-----BEGIN RSA PRIVATE ", "KEY-----\nProc-Type: 4,ENCRYPTED")],
    [
      "a private key",
      join2("-----BEGIN ENCRYPTED PRIVATE ", "KEY-----\\nMIIFLTBXBgkqhkiG9w0BBQ0wSjApBgkqhkiG9w0BBQww"),
    ],
    ["a private key without its wrapping", join2("MIIE", "pAIBAA", "KCAQEA".repeat(12))],
    ["a private key without its wrapping", join2("MIIE", "vQIBAD", "ANBgkq".repeat(12))],
    ["a PFX", join2("MIIQ", "IgIBAz", "CCD+gG".repeat(12))],
    ["a key of a cloud", join2("AKIA", "ABCDEFGHIJKLMNOP")],
    ["a token of a code host", join2("ghp", "_", "a1".repeat(18))],
    ["a token of a package registry", join2("npm", "_", "a1".repeat(18))],
    [
      "a signed token",
      join2("eyJ", "hbGciOiJIUzI1NiJ9.", "eyJ", "zdWIiOiIxMjM0NTY3ODkwIn0.", "c2lnbmF0dXJlc2lnbmF0dXJl"),
    ],
    ["a bank's production key", join2("prod", "_", "a1".repeat(16))],
    ["a password in an address", join2("https", "://till:geheim1@", "bank.kz/")],
    ["a home folder", join2("see /ho", "me/aigerim/qabyl")],
    ["a home folder", join2("C:\\Us", "ers\\Aigerim\\qabyl")],
    ["root's folder or a workplace's", join2("cd /ro", "ot/qabyl")],
    ["the address of a package registry", join2('"resolved": "ht', 'tps://example"')],
  ])("finds %s", (what, text) => {
    expect(scan(text)).toContain(what);
  });

  test.each([
    "-----BEGIN CERTIFICATE-----\nMIIDdzCCAl+gAwIBAgIEAgAAuTANBgkqhkiG9w0BAQUFADBaMQswCQYDVQQGEwJJ",
    "text.includes('-----BEGIN PRIVATE KEY-----') && matches(/[a-z]/)",
    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----",
    "https://me:SECRET@gateway.example/r2",
    "https://mtokentest.kaspi.kz:8544/r2/v01",
    "/home/user/.local/share/qabyl",
    "/var/lib/qabyl/",
    "contract/workflow.ts, ./work/x",
    "test_8f2a9c01",
  ])("lets pass %s", (text) => {
    expect(scan(text)).toEqual([]);
  });
});
