/** The technician's pages on certificates: the same in three languages, and in the words that stand on the screen. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import type { ErrorCode } from "../../contract/errors.ts";
import { ERRORS_EN } from "../../contract/messages/errors.en.ts";
import { ERRORS_KK } from "../../contract/messages/errors.kk.ts";
import { ERRORS_RU } from "../../contract/messages/errors.ru.ts";
import { ERRORS } from "../../contract/errors.ts";
import { deskEn } from "../../renderer/messages/desk.en.ts";
import { deskKk } from "../../renderer/messages/desk.kk.ts";
import { deskRu } from "../../renderer/messages/desk.ru.ts";

const NAMED = [
  "set.title",
  "set.certificate",
  "cert.way",
  "cert.way.pfx",
  "cert.way.pem",
  "cert.way.dropped",
  "cert.way.request",
  "cert.way.answer",
  "req.make",
  "req.text",
  "req.forget",
  "ans.take",
  "check.run",
  "apply.do",
  "drop.title",
] as const;
const MET: readonly ErrorCode[] = [
  ...(Object.keys(ERRORS) as ErrorCode[]).filter((code) => code.startsWith("cert_")),
  "certificate_expired",
  "certificate_missing",
  "certificate_refused",
  "server_untrusted",
];

const page = (language: string): Promise<string> =>
  readFile(new URL(`../../docs/certificates.${language}.md`, import.meta.url), "utf8");

/** Headings, numbered lines and table rows by section: what must be the same in each language. */
const shape = (text: string): string[] =>
  text.split(/^## /m).map((part) => {
    const count = (pattern: RegExp): number => part.match(pattern)?.length ?? 0;
    return `${/^\d*/.exec(part)?.[0]}: ${count(/^\d+\. /gm)} lines, ${count(/^\|/gm)} rows, ${count(/`[^`]+`/g)} names`;
  });

describe("docs/certificates", () => {
  test.each([
    ["kk", deskKk, ERRORS_KK],
    ["ru", deskRu, ERRORS_RU],
    ["en", deskEn, ERRORS_EN],
  ] as const)("%s names every button and every refusal as the screen does", async (language, desk, errors) => {
    const text = (await page(language)).replaceAll(/\n {3}/g, " ");
    expect(NAMED.map((key) => desk[key]).filter((words) => !text.includes(`**${words}**`))).toEqual([]);
    expect(MET.map((code) => errors[code].title).filter((title) => !text.includes(`| ${title} |`))).toEqual([]);
  });

  test("say the same in each language, line by line", async () => {
    const english = shape(await page("en"));
    expect(english).toHaveLength(12);
    expect(shape(await page("kk"))).toEqual(english);
    expect(shape(await page("ru"))).toEqual(english);
  });
});
