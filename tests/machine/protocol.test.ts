/** The text of the line: what is read, what is not, and that two writings of the same document agree. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { checkOf, createCutter, LINE_CAP, lineOf, readLine } from "../../main/machine/protocol.ts";
import { lineOf as lineOfMachine, read } from "../../simulator/machine/wire.ts";
import { seeded } from "../support/random.ts";

const LINES: readonly [string, Record<string, string>][] = [
  ["HELLO", { v: "1", id: "VM-1", boot: "17" }],
  ["PING", {}],
  ["VEND", { order: "17-4", amount: "450.00", item: "12" }],
  ["VEND", { order: "17-4", amount: "450.00", bank: "halykQr" }],
  ["CANCEL", { order: "17-4" }],
  ["BEGIN", { order: "0197b1f2c3d47a6b8c9d0e1f2a3b4c5d" }],
  ["TURNING", { order: "17-4" }],
  ["GIVEN", { order: "17-4" }],
  ["FAILED", { order: "17-4", reason: "jam" }],
  ["LOST", { order: "17-4" }],
  ["NONE", { order: "17-4" }],
  ["NAK", { why: "version" }],
];

describe("a line", () => {
  it("has the check of CRC-16/CCITT-FALSE", () => {
    expect(checkOf("123456789")).toBe("29B1");
    expect(lineOf("PING")).toBe(`PING*${checkOf("PING")}\n`);
  });

  it.each(LINES)("%s is read as the machine wrote it", (word, fields) => {
    const line = lineOfMachine(word, fields);
    expect(line).toBe(lineOf(word, fields));
    expect(readLine(line.trimEnd())).toEqual({ ok: true, message: { word, ...fields } });
  });

  it("of the till is read by the machine", () => {
    expect(read(lineOf("STATE", { order: "17-4", state: "ended", why: undefined }).trimEnd())).toEqual({
      word: "STATE",
      fields: { order: "17-4", state: "ended" },
    });
  });

  it.each<[string, "word" | "fields"]>([
    ["VENDE order=1 amount=4.50", "word"],
    ["toString", "word"],
    ["", "word"],
    ["VEND order=1", "fields"],
    ["VEND order=1 amount=450", "fields"],
    ["VEND order=1 amount=0450.00", "fields"],
    ["VEND order=1 amount=-4.00", "fields"],
    ["VEND order=1 amount=4.50 amount=5.50", "fields"],
    ["VEND order=1/2 amount=4.50", "fields"],
    ["VEND  order=1 amount=4.50", "fields"],
    [`GIVEN order=${"1".repeat(33)}`, "fields"],
    ["VEND order=1 amount=4.50 bank=epay", "fields"],
  ])("%j came whole and says nothing", (text, why) => {
    const read = readLine(`${text}*${checkOf(text)}`);
    // An empty text has a check too, and is no line.
    expect(read).toEqual({ ok: false, why: text === "" ? "check" : why });
  });

  it("keeps to what it knows of a later version's fields", () => {
    const text = "GIVEN order=7 weight=120";
    expect(readLine(`${text}*${checkOf(text)}`)).toEqual({ ok: true, message: { word: "GIVEN", order: "7" } });
  });

  it("is believed with no bit changed, and with none missing", () => {
    for (const [word, fields] of LINES) {
      const line = lineOf(word, fields).trimEnd();
      for (let at = 0; at < line.length; at += 1) {
        expect(readLine(line.slice(0, at)).ok).toBe(false);
        for (let bit = 0; bit < 8; bit += 1) {
          const wrong = line.slice(0, at) + String.fromCharCode(line.charCodeAt(at) ^ (1 << bit)) + line.slice(at + 1);
          expect(readLine(wrong), wrong).toEqual({ ok: false, why: "check" });
        }
      }
    }
  });
});

describe("bytes", () => {
  function cut(chunks: readonly Buffer[]): string[] {
    const lines: string[] = [];
    const take = createCutter((line) => lines.push(line));
    for (const chunk of chunks) take(chunk);
    return lines;
  }

  function inPieces(bytes: Buffer, random: () => number): Buffer[] {
    const pieces: Buffer[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = 1 + Math.floor(random() * 40);
      pieces.push(bytes.subarray(at, at + size));
      at += size;
    }
    return pieces;
  }

  it("make the same lines however they are cut", () => {
    const random = seeded(4);
    const text = LINES.map(([word, fields]) => lineOf(word, fields).replace("\n", random() < 0.5 ? "\r\n" : "\n"));
    for (let round = 0; round < 100; round += 1) {
      const lines = cut(inPieces(Buffer.from(text.join("")), random));
      expect(lines.map((line) => readLine(line).ok)).toEqual(LINES.map(() => true));
    }
  });

  it("without an end fill no memory, and the next line is read", () => {
    const long = Buffer.from(`${"x".repeat(100_000)}\n${lineOf("PING")}`);
    expect(cut(inPieces(long, seeded(5)))).toEqual(["", lineOf("PING").trimEnd()]);
    expect(cut([Buffer.from(`${"x".repeat(LINE_CAP)}\n${"x".repeat(LINE_CAP + 1)}\n`)])).toEqual([
      "x".repeat(LINE_CAP),
      "",
    ]);
  });

  it("of any kind are never taken for a line", () => {
    const random = seeded(6);
    const whole = LINES.map(([word, fields]) => lineOf(word, fields));
    for (let round = 0; round < 2_000; round += 1) {
      const bytes = Buffer.from(whole[round % whole.length] ?? "", "latin1");
      // A burst on the wire: up to two bytes next to each other are anything.
      const at = Math.floor(random() * (bytes.length - 2));
      const before = Buffer.from(bytes);
      bytes[at] = Math.floor(random() * 256);
      bytes[at + 1] = Math.floor(random() * 256);
      if (bytes.equals(before)) continue;
      for (const line of cut(inPieces(bytes, random))) expect(readLine(line).ok, line).toBe(false);
    }
    for (let round = 0; round < 300; round += 1) {
      const noise = Buffer.from(Array.from({ length: 200 }, () => Math.floor(random() * 256)));
      for (const line of cut(inPieces(noise, random))) expect(readLine(line).ok).toBe(false);
    }
  });
});

describe("docs/machine.md", () => {
  const document = readFileSync(join(root, "docs", "machine.md"), "utf8");

  it("has a conversation of lines that both sides can read", () => {
    const lines = [...document.matchAll(/^(till|machine) +(\S.*)$/gm)].map(([, who, line = ""]) => ({ who, line }));
    expect(lines.length).toBeGreaterThan(15);
    for (const { who, line } of lines)
      expect(who === "machine" ? readLine(line).ok : read(line) !== null, line).toBe(true);
  });

  it("names every word of the machine's", () => {
    for (const [word] of LINES) expect(document).toContain(`| \`${word}`);
  });
});
