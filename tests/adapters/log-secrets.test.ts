/** Whatever is logged by mistake: no card number, token or password gets into a line (features, row 58). Long: QABYL_LOG_FUZZ=500000. */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { passesLuhn } from "../../contract/card-number.ts";
import { cleanFields, openLog } from "../../main/adapters/log.ts";
import type { LogFields } from "../../main/core/ports.ts";
import { seeded } from "../support/random.ts";
import { temporaryFolder } from "./support/folder.ts";

const COUNT = Number(process.env["QABYL_LOG_FUZZ"] ?? 2_000);
const SEED = Number(process.env["QABYL_SEED"] ?? Date.now() % 1_000_000);
const folder = await temporaryFolder();

type Random = () => number;
const below = (random: Random, most: number): number => Math.floor(random() * most);
const oneOf = <T>(random: Random, all: readonly T[]): T => all[below(random, all.length)] as T;
const signs = (random: Random, from: string, length: number): string =>
  Array.from({ length }, () => from[below(random, from.length)]).join("");

const LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS = "0123456789";

/** 13 to 19 digits with the right last one, as people and programs write them. */
function cardNumber(random: Random): { secret: string; written: string } {
  const body = oneOf(random, ["4", "5", "62", "9"]) + signs(random, DIGITS, 11 + below(random, 6));
  const secret = Array.from(DIGITS, (last) => body + last).find(passesLuhn) ?? "";
  const sign = oneOf(random, ["", " ", "-", ".", "\u00a0"]);
  const written = sign === "" ? secret : secret.replaceAll(/(\d{4})(?=\d)/g, `$1${sign}`);
  const before = oneOf(random, ["", "card ", "12 ", "2026-11-22 ", "№", '"', "«"]);
  const after = oneOf(random, ["", ".", " 12/29", " 5", '"', ", 636", "»"]);
  return { secret, written: `${before}${written}${after}` };
}

const NAMES = [
  "password",
  "passphrase",
  "Password",
  "client_secret",
  "clientSecret",
  "deviceToken",
  "DeviceToken",
  "access_token",
  "token",
  "Api-Key",
  "apiKey",
  "X-Api-Key",
  "cookie",
  "pin",
  "adminPin",
  "cvc",
  "CVV2",
  "cryptogram",
  "PaReq",
  "PaRes",
] as const;

/** A secret under its name, in one of the ways in which texts hold them. */
function named(random: Random): { secret: string; written: string } {
  const secret = signs(random, `${LETTERS}+/._~-`, 12 + below(random, 40));
  const name = oneOf(random, NAMES);
  const [plain, json] = [JSON.stringify({ [name]: secret }), JSON.stringify({ a: 1, [name]: secret, b: "c" })];
  const ways = [
    `${name}=${secret}`,
    `${name}: ${secret}`,
    `grant=1&${name}=${secret}&b=2`,
    plain,
    json,
    JSON.stringify(json),
    `{ ${name}: '${secret}' }`,
    `Error: bad ${name}="${secret}" at line 1`,
  ];
  // A short name alone is an ordinary word's beginning too: only on its own it says what follows.
  return { secret, written: oneOf(random, ways) };
}

function other(random: Random): { secret: string; written: string } {
  const secret = signs(random, LETTERS, 16 + below(random, 40));
  const ways = [
    `Authorization: Bearer ${secret}`,
    `authorization: Basic ${secret}==`,
    `GET https://bank.test/pay?Access=${secret}&x=1 failed`,
    `https://bank.test/#${secret}`,
    `https://shop:${secret}@bank.test/x`,
    `-----BEGIN PRIVATE KEY-----\n${secret}\n-----END PRIVATE KEY-----`,
    `-----BEGIN ENCRYPTED PRIVATE KEY----- ${secret}`,
  ];
  return { secret, written: oneOf(random, ways) };
}

const FIELDS = [
  "password",
  "passphrase",
  "apiKey",
  "pin",
  "cvc",
  "pan",
  "token",
  "clientSecret",
  "PaRes",
  "MD",
  "cookie",
];

interface Line {
  readonly secret: string;
  readonly event: string;
  readonly fields: LogFields;
}

/** One call of the log with one secret somewhere in it. */
function line(random: Random): Line {
  const { secret, written } = oneOf(random, [cardNumber, named, other])(random);
  const noise = (): string => signs(random, `${LETTERS}     .,:;()%#éқ\u202e\n`, below(random, 900));
  const text = `${noise()} ${written} ${noise()}`;
  return oneOf<() => Line>(random, [
    () => ({ secret, event: "x", fields: { detail: text, n: 1 } }),
    () => ({ secret, event: text, fields: {} }),
    () => ({ secret, event: "x", fields: { [`field ${written} x`]: "value" } }),
    () => ({ secret, event: "x", fields: { [oneOf(random, FIELDS)]: secret } }),
    // What the types forbid and a cast allows.
    () => ({ secret, event: "x", fields: { detail: { deep: secret }, list: [secret] } as never }),
    () => ({ secret, event: "x", fields: { detail: new Error(text), run: () => secret } as never }),
  ])();
}

/** A cut may leave so much of a card's number as may be shown of it, and no beginning of anything else. */
const shows = (written: string, secret: string): boolean => {
  const bare = /^\d+$/.test(secret) ? written.replaceAll(/(?<=\d)[ .\-\u00a0](?=\d)/g, "") : written;
  return bare.includes(secret.slice(0, 10));
};

describe("of many lines, each with a secret in it", () => {
  it(
    `none shows it (seed ${SEED})`,
    () => {
      const random = seeded(SEED);
      let there = 0;
      for (let n = 0; n < COUNT; n += 1) {
        const { secret, event, fields } = line(random);
        const raw = `${event} ${Object.entries(fields)
          .map(([name, value]) => `${name} ${String(value)}`)
          .join(" ")}`;
        there += Number(shows(raw, secret));
        const clean = JSON.stringify(cleanFields({ said: event, ...fields }));
        if (shows(clean, secret)) throw new Error(`line ${n} of seed ${SEED}: ${secret} stands in ${clean}\nof ${raw}`);
      }
      // There was something to hide in nearly all of them.
      expect(there).toBeGreaterThan(COUNT * 0.7);
    },
    20_000 + COUNT,
  );

  it("none shows it in the file, whoever writes it", async () => {
    const random = seeded(SEED + 1);
    const log = await openLog({ dir: folder });
    const lines = Array.from({ length: 200 }, () => line(random));
    for (const { event, fields } of lines) oneOf(random, [log.info, log.warn, log.error])(event, fields);
    await log.close();
    const names = await readdir(join(folder, "logs"));
    const written = (await Promise.all(names.map((name) => readFile(join(folder, "logs", name), "utf8")))).join("");
    expect(written.trim().split("\n")).toHaveLength(200);
    for (const { secret } of lines) expect(shows(written, secret), secret).toBe(false);
  });

  it.each([
    "payment 9223372036854775807 at 2026-11-22T08:15:00.000+05:00 for 5000.00 took 12.5 ms",
    "GET https://bank.test:8544/r2/v01/payments failed: ECONNRESET 127.0.0.1:7373",
    "request 4f9f7c0b1a2d4e5f8a9b0c1d2e3f4a5b of 01a2040f-b7d1-75ab-a8cc-c7911312590f",
    "the token of the page was refused; passport, opinion, pinned, spanned",
  ])("an ordinary one stays as it is: %s", (text) => {
    expect(cleanFields({ text })).toEqual({ text });
  });
  it("a huge one takes no time", () => {
    const begun = performance.now();
    for (const text of ["a.", "1 ", "4716 ", "a=", "token", '"'])
      cleanFields({ text: text.repeat(500_000 / text.length) });
    expect(performance.now() - begun).toBeLessThan(2_000);
  });
});
