/** The fences between the folders, on the sources and on what is built from them. */
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { isBuiltin } from "node:module";
import { join } from "node:path";
import { parseSync } from "vite";
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../contract/commands.ts";
import { bundles, whyBuild } from "../../scripts/lib/build-state.mjs";
import { fences, scanProject, scanText, sourceFiles } from "../../scripts/lib/fences.mjs";
import { root } from "../../scripts/lib/paths.mjs";

describe("the sources", () => {
  test("keep to the table", () => {
    expect(scanProject().found).toEqual([]);
  });

  test("lie under a fence each, and every fenced folder is there", () => {
    const files = sourceFiles();
    expect(files.filter((file) => !fences.some(({ folder }) => file.startsWith(`${folder}/`)))).toEqual([]);
    const needed = [
      "contract",
      "main/core",
      "main/banks/kaspi",
      "main/adapters",
      "main/till",
      "main/machine",
      "main/settings",
    ];
    for (const folder of [...needed, "main/electron", "main/node", "preload", "renderer", "simulator"])
      expect(
        files.filter((file) => file.startsWith(`${folder}/`)),
        folder,
      ).not.toEqual([]);
  });

  test("have a lint fence too, so that an editor shows it at once", () => {
    const lint = readFileSync(join(root, ".oxlintrc.json"), "utf8");
    for (const folder of ["contract", "main/core", "main/electron", "preload", "renderer", "simulator"])
      expect(lint).toContain(`"${folder}/**"`);
  });
});

describe("the core", () => {
  test("names no bank: what one of them needs is a capability that any may have", () => {
    const named = sourceFiles()
      .filter((file) => file.startsWith("main/core/"))
      .filter((file) => /["'`](kaspi|halykQr|epay)["'`]/.test(readFileSync(join(root, file), "utf8")));
    expect(named).toEqual([]);
  });
});

describe("the scan", () => {
  test.each([
    ["contract/a.ts", 'import fs from "node:fs";'],
    ["contract/a.ts", 'import { x } from "../main/core/index.ts";'],
    ["contract/a.ts", "const secret = process.env.SECRET;"],
    ["main/core/a.ts", 'import { request } from "undici";'],
    ["main/core/a.ts", 'import type { Server } from "node:http";'],
    ["main/core/a.ts", 'import { kaspi } from "../banks/kaspi/index.ts";'],
    ["main/core/a.ts", 'export { kaspi } from "../banks/kaspi/index.ts";'],
    ["main/core/a.ts", 'export * from "../adapters/journal.ts";'],
    ["main/core/a.ts", 'const { app } = await import("electron");'],
    ["main/core/a.ts", 'const { app } = require("electron");'],
    ["main/core/a.ts", 'let app: import("electron").App;'],
    ["main/core/a.ts", "const load = (name: string) => import(name);"],
    ["main/core/a.ts", "const now = Date.now();"],
    ["main/core/a.ts", 'const now = Date["now"]();'],
    ["main/core/a.ts", "const now = new Date();"],
    ["main/core/a.ts", "const now = new Date;"],
    ["main/core/a.ts", "const now = Date();"],
    ["main/core/a.ts", "setTimeout(() => undefined, 5);"],
    ["main/core/a.ts", "globalThis.setInterval(() => undefined, 5);"],
    ["main/core/a.ts", "const now = performance.now();"],
    ["main/core/a.ts", "const chance = Math.random();"],
    ["main/core/a.ts", "const id = crypto.randomUUID();"],
    ["main/banks/kaspi/a.ts", 'import { halyk } from "../halyk-qr/index.ts";'],
    ["main/banks/kaspi/a.ts", 'import { Runner } from "../../core/runner.ts";'],
    ["main/banks/epay/a.ts", "const now = Date.now();"],
    ["main/adapters/a.ts", 'import { app } from "electron";'],
    ["main/adapters/a.ts", 'import { start } from "../electron/main.ts";'],
    ["main/adapters/a.ts", 'import { simulator } from "../../simulator/index.ts";'],
    ["main/adapters/a.ts", "const options = { rejectUnauthorized: false };"],
    ["main/adapters/a.ts", 'const options = { "rejectUnauthorized": strict };'],
    ["main/training.ts", 'import { simulator } from "../simulator/index.ts";'],
    ["main/electron/a.ts", 'import { listen } from "../node/main.ts";'],
    ["main/electron/a.ts", 'shell.openExternal("https://kaspi.kz");'],
    ["main/node/a.ts", 'import { app } from "electron";'],
    ["main/node/a.ts", 'import { lock } from "../electron/lock.ts";'],
    ["preload/a.ts", 'import { join } from "node:path";'],
    ["preload/a.ts", 'import { core } from "../main/core/index.ts";'],
    ["preload/a.ts", 'ipcRenderer.sendSync("x");'],
    ["renderer/a.tsx", 'import { core } from "../main/core/index.ts";'],
    ["renderer/a.tsx", 'import { ipcRenderer } from "electron";'],
    ["renderer/a.tsx", 'import leftPad from "left-pad";'],
    ["renderer/a.tsx", "const mode = process.env.NODE_ENV;"],
    ["simulator/a.ts", 'import { minor } from "../contract/money.ts";'],
    ["simulator/a.ts", 'import type { Minor } from "../contract/money.ts";'],
    ["simulator/a.ts", "this is not a program"],
  ])("in %s finds %s", (file, text) => {
    expect(scanText(file, text)).not.toEqual([]);
  });

  test.each([
    ["contract/a.ts", 'import { z } from "zod";'],
    ["main/core/a.ts", 'import { minor } from "../../contract/money.ts";'],
    ["main/core/a.ts", "const at = new Date(ports.clock.now());"],
    ["main/core/a.ts", "ports.clock.setTimeout(() => undefined, 5);"],
    ["main/core/a.ts", '// import fs from "node:fs"; Date.now()'],
    ["main/core/a.ts", 'const text = "setTimeout(1)";'],
    ["main/banks/kaspi/a.ts", 'import type { BankCall } from "../../core/bank.ts";'],
    ["main/banks/kaspi/a.ts", 'import { type BankCall } from "../../core/bank.ts";'],
    ["main/banks/kaspi/a.ts", 'import { codes } from "./codes.ts";'],
    ["main/adapters/a.ts", 'import { request } from "undici"; setTimeout(() => undefined, 1);'],
    ["main/adapters/a.ts", "const options = { rejectUnauthorized: true };"],
    ["main/node/a.ts", 'import { createServer } from "node:http"; import { core } from "../core/index.ts";'],
    ["preload/a.ts", 'import { contextBridge } from "electron";'],
    ["renderer/a.tsx", 'import { createRoot } from "react-dom/client"; const a = <b />;'],
    ["simulator/a.ts", 'import { createServer } from "node:https"; const now = Date.now();'],
    ["tests/unit/a.ts", 'import { app } from "electron";'],
  ])("in %s lets pass %s", (file, text) => {
    expect(scanText(file, text)).toEqual([]);
  });
});

describe("the bundles", () => {
  const dist = join(root, "dist");
  const required = (file: string) => requiredBy(file, readFileSync(join(dist, file), "utf8"));

  test("are built from the sources that are here", () => {
    expect(whyBuild(), "npm run build").toBeNull();
  });

  test.each(["preload.cjs", "customer-preload.cjs"])("%s requires only electron", (file) => {
    expect(required(file)).toEqual(["electron"]);
  });

  test("the customer's preload has no way to send a command", () => {
    const text = readFileSync(join(dist, "customer-preload.cjs"), "utf8");
    expect([...new Set([...text.matchAll(/qabyl:\w+/g)].map(([name]) => name))].toSorted()).toEqual([
      "qabyl:snapshot",
      "qabyl:watch",
    ]);
  });

  test.each(["preload.cjs", "customer-preload.cjs"])("%s takes only contextBridge and ipcRenderer", (file) => {
    const text = readFileSync(join(dist, file), "utf8");
    for (const name of ["crashReporter", "nativeImage", "sharedTexture", "webFrame", "webUtils", "clipboard"])
      expect(text).not.toMatch(new RegExp(`\\b${name}\\b`));
  });

  test("the Electron host requires only electron and Node's own modules", () => {
    const modules = required("electron.cjs");
    expect(modules).toContain("electron");
    expect(modules.filter((name) => name !== "electron" && !isBuiltin(name))).toEqual([]);
  });

  test.each(["node.cjs", "simulator.cjs", "certificate-worker.cjs", "events-worker.cjs"])(
    "%s requires only Node's own modules",
    (file) => {
      expect(required(file).filter((name) => !isBuiltin(name))).toEqual([]);
    },
  );

  test.each([
    "electron.cjs",
    "preload.cjs",
    "customer-preload.cjs",
    "node.cjs",
    "simulator.cjs",
    "certificate-worker.cjs",
    "events-worker.cjs",
  ])("%s holds no source of a folder it may not know", (file) => {
    const { sources } = JSON.parse(readFileSync(join(dist, `${file}.map`), "utf8")) as { sources: string[] };
    const own = sources
      .map((source) => source.replace(/^(?:\.\.\/)+/, ""))
      .filter((path) => !path.includes("node_modules/"));
    expect(own).toContain(bundles[file as keyof typeof bundles]);
    const foreign: Record<string, RegExp> = {
      "electron.cjs": /^(?:main\/node|simulator|renderer|preload|tests)\//,
      "preload.cjs": /^(?!preload\/|contract\/)/,
      "customer-preload.cjs": /^(?!preload\/|contract\/)/,
      "node.cjs": /^(?:main\/electron|simulator|renderer|preload|tests)\//,
      "simulator.cjs": /^(?!simulator\/)/,
      "certificate-worker.cjs": /^(?!main\/adapters\/|main\/core\/|contract\/)/,
      "events-worker.cjs": /^(?!main\/adapters\/)/,
    };
    expect(own.filter((path) => foreign[file]?.test(path))).toEqual([]);
  });

  test("the Kafka client is in its thread's bundle alone: a till without events pays nothing for it", () => {
    const holds = (file: string): boolean => readFileSync(join(dist, `${file}.map`), "utf8").includes("@platformatic/");
    expect(Object.keys(bundles).filter(holds)).toEqual(["events-worker.cjs"]);
  });

  test("the screen holds nothing of Node, Electron or the banks' side", () => {
    expect(existsSync(join(dist, "renderer", "index.html"))).toBe(true);
    const scripts = readdirSync(join(dist, "renderer"), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name))
      .map((entry) => ({ folder: entry.parentPath, text: readFileSync(join(entry.parentPath, entry.name), "utf8") }));
    expect(scripts).not.toEqual([]);
    for (const { folder, text } of scripts) {
      // A part that is loaded later asks for the parts beside it, and for nothing else.
      const others = requiredBy("screen.js", text).filter(
        (name) => !/^\.\/[\w-]+\.js$/.test(name) || !existsSync(join(folder, name)),
      );
      expect(others).toEqual([]);
      expect(text).not.toMatch(/["'`]node:|["'`]undici["'`]|["'`]electron["'`]|rejectUnauthorized|ipcRenderer/);
    }
  });

  test("the customer's page loads no part of the till's places, and knows no command", () => {
    const folder = join(dist, "renderer");
    const html = readFileSync(join(folder, "customer.html"), "utf8");
    const loaded = new Set<string>();
    const load = (name: string): void => {
      if (loaded.has(name)) return;
      loaded.add(name);
      for (const other of requiredBy(name, readFileSync(join(folder, "assets", name), "utf8"))) load(other.slice(2));
    };
    for (const [, name] of html.matchAll(/assets\/([\w-]+\.js)/g)) load(name as string);
    const texts = [...loaded].map((name) => readFileSync(join(folder, "assets", name), "utf8"));
    expect(texts.length).toBeGreaterThan(1);
    const all = texts.join("\n");
    const commands = Object.keys(COMMANDS).filter((name) => name.includes("."));
    // The words of the other places: their tables are keyed by these.
    const others = ["back.title", "doubt.list", "paid.new", "pinAbove", "bankMessage", "import("];
    expect([...commands, ...others].filter((text) => all.includes(text))).toEqual([]);
    expect(all.length).toBeLessThan(330_000);
    expect(html).not.toMatch(/<script(?![^>]*src=)/);
  });

  test("the screen's page runs no inline script and asks nobody else for anything", () => {
    const page = readFileSync(join(dist, "renderer", "index.html"), "utf8");
    expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/i);
    expect(page).not.toMatch(/\son[a-z]+=/i);
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//i);
  });

  test("a forbidden require in a bundle would be noticed", () => {
    expect(requiredBy("x.js", 'var a = require("electron"), b = __require("undici"); // require("fs")')).toEqual([
      "electron",
      "undici",
    ]);
    expect(requiredBy("x.js", 'import a from "node:fs"; import("undici")')).toEqual(["node:fs", "undici"]);
  });
});

/** The modules that a built file asks for when it runs, sorted. */
function requiredBy(name: string, text: string): string[] {
  const found = new Set<string>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== "object") return;
    const it = node as Record<string, unknown> & { type?: string };
    if (it.type === "CallExpression") {
      const callee = it["callee"] as { type: string; name?: string };
      const [first] = it["arguments"] as { type: string; value?: unknown }[];
      if (
        callee.type === "Identifier" &&
        /^(?:__)?require$/.test(callee.name ?? "") &&
        typeof first?.value === "string"
      )
        found.add(first.value);
    }
    const source = it["source"] as { value?: unknown } | undefined;
    if (/^(?:Import|Export)/.test(it.type ?? "") && typeof source?.value === "string") found.add(source.value);
    for (const value of Object.values(it)) {
      if (Array.isArray(value)) for (const one of value) visit(one);
      else visit(value);
    }
  };
  const parsed = parseSync(name.replace(/\.cjs$/, ".js"), text);
  expect(parsed.errors).toEqual([]);
  visit(parsed.program);
  return [...found].sort();
}
