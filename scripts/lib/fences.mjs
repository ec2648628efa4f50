/**
 * Who may import what (docs/adr and the table in architecture), and what may not be written where, as data, and the
 * scan that holds the sources against it. It reads syntax trees, so a comment or a string is never mistaken for code.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, posix, relative, sep } from "node:path";
import { parseSync } from "vite";
import { root } from "./paths.mjs";

/**
 * `may` and `mayType` hold folders or files of the project ("contract"), packages ("zod") and built-in modules
 * ("node:*"). A file may always import from its own fence. The first fence that a file is under counts.
 * @typedef {{ folder: string, may: readonly string[], mayType?: readonly string[] }} Fence
 */

/** Everything of main that knows no host; "main/*" are the files that lie in main itself. */
const hostless = [
  "contract",
  "main/core",
  "main/banks",
  "main/adapters",
  "main/till",
  "main/machine",
  "main/settings",
  "main/*",
];

/** @type {readonly Fence[]} */
export const fences = [
  { folder: "contract", may: ["zod"] },
  { folder: "main/core", may: ["contract"] },
  { folder: "main/banks/kaspi", may: ["contract", "zod", "main/banks/exact.ts"], mayType: ["main/core"] },
  { folder: "main/banks/halyk-qr", may: ["contract", "zod", "main/banks/exact.ts"], mayType: ["main/core"] },
  { folder: "main/banks/epay", may: ["contract", "zod", "main/banks/exact.ts"], mayType: ["main/core"] },
  // The list of the banks, and what all of them share.
  {
    folder: "main/banks",
    may: ["contract", "zod", "main/banks/kaspi", "main/banks/halyk-qr", "main/banks/epay"],
    mayType: ["main/core"],
  },
  {
    folder: "main/adapters",
    may: ["contract", "main/core", "node:*", "undici", "node-forge", "pino", "pino-roll", "@platformatic/kafka"],
  },
  { folder: "main/till", may: ["contract", "main/core", "node:http", "zod"] },
  {
    folder: "main/machine",
    may: ["contract", "node:net", "node:fs", "node:tty", "node:child_process", "node:util"],
    mayType: ["main/core"],
  },
  { folder: "main/settings", may: ["contract", "main/core", "main/adapters", "node:*", "zod"] },
  { folder: "main/electron", may: [...hostless, "node:*", "electron"] },
  { folder: "main/node", may: [...hostless, "node:*"] },
  { folder: "main", may: [...hostless, "node:*"] },
  { folder: "preload", may: ["electron", "contract"] },
  {
    folder: "renderer",
    may: [
      "contract",
      "react",
      "react-dom",
      "zustand",
      "qrcode.react",
      "react-aria-components",
      "i18next",
      "react-i18next",
    ],
  },
  // The banks' side of the wire shares no code with ours: both would be wrong together.
  { folder: "simulator", may: ["node:*", "node-forge"] },
];

/** @typedef {{ type: string, [key: string]: unknown }} SyntaxNode */

/**
 * What may not be written in a folder, apart from imports.
 * @type {readonly { folders: readonly string[], what: string, found: (node: SyntaxNode) => boolean }[]}
 */
export const bans = [
  {
    folders: ["main/core", "main/banks"],
    what: "the time of day: take it from the Clock port",
    found: (node) =>
      isMember(node, "Date", "now") ||
      (node.type === "NewExpression" && isName(node["callee"], "Date") && list(node["arguments"]).length === 0) ||
      (node.type === "CallExpression" && isName(node["callee"], "Date")),
  },
  {
    folders: ["main/core", "main/banks"],
    what: "a timer or a clock of the host: take it from the Clock port",
    found: (node) =>
      ["setTimeout", "setInterval", "setImmediate", "queueMicrotask", "performance"].some(
        (name) =>
          (node.type === "CallExpression" && isName(node["callee"], name)) ||
          isMember(node, name) ||
          isMember(node, "globalThis", name),
      ),
  },
  {
    folders: ["main/core", "main/banks"],
    what: "chance: take it from the Ids port",
    found: (node) => isMember(node, "Math", "random") || isMember(node, "crypto"),
  },
  {
    folders: ["main/core", "main/banks", "contract", "renderer"],
    what: "process: settings come as arguments",
    found: (node) => isMember(node, "process") || isMember(node, "globalThis", "process"),
  },
  {
    folders: ["main", "preload", "renderer", "contract"],
    what: "sendSync: it stops the screen",
    found: (node) => isMember(node, null, "sendSync"),
  },
  {
    folders: ["main", "preload", "renderer", "contract"],
    what: "shell.openExternal: a till opens no other program",
    found: (node) => isMember(node, null, "openExternal"),
  },
  {
    folders: ["main", "preload", "renderer", "contract"],
    what: "rejectUnauthorized: a bank's certificate is always checked",
    found: (node) =>
      node.type === "Property" &&
      (isName(node["key"], "rejectUnauthorized") || isLiteral(node["key"], "rejectUnauthorized")) &&
      !isLiteral(node["value"], true),
  },
];

/**
 * @param {unknown} node
 * @param {string} name
 */
function isName(node, name) {
  const it = /** @type {SyntaxNode} */ (node);
  return it?.type === "Identifier" && it["name"] === name;
}

/**
 * @param {unknown} node
 * @param {unknown} value
 */
function isLiteral(node, value) {
  const it = /** @type {SyntaxNode} */ (node);
  return it?.type === "Literal" && it["value"] === value;
}

/**
 * @param {SyntaxNode} node
 * @param {string | null} object null: any
 * @param {string} [property]
 */
function isMember(node, object, property) {
  return (
    node.type === "MemberExpression" &&
    (object === null || isName(node["object"], object)) &&
    (property === undefined || isName(node["property"], property) || isLiteral(node["property"], property))
  );
}

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
function list(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * Everything that breaks a fence in one file.
 * @param {string} file path from the top of the project, with forward slashes
 * @param {string} text
 * @param {readonly Fence[]} [table]
 * @returns {string[]} one sentence each
 */
export function scanText(file, text, table = fences) {
  const fence = fenceOf(file, table);
  if (fence === undefined) return [];
  const parsed = parseSync(file, text);
  if (parsed.errors.length > 0) return [`${file}: cannot be read: ${parsed.errors[0]?.message}`];
  /** @type {string[]} */
  const found = [];
  walk(/** @type {SyntaxNode} */ (/** @type {unknown} */ (parsed.program)), (node) => {
    const line = () => text.slice(0, Number(node["start"])).split("\n").length;
    const imported = importOf(node);
    if (imported !== null) {
      const why = whyNot(file, fence, imported, table);
      if (why !== null) found.push(`${file}:${line()}: ${why}`);
    }
    for (const ban of bans) {
      if (ban.folders.some((folder) => isUnder(file, folder)) && ban.found(node))
        found.push(`${file}:${line()}: ${ban.what}`);
    }
  });
  return found;
}

/**
 * @param {string} file
 * @param {Fence} fence
 * @param {{ from: string | null, typeOnly: boolean }} imported
 * @param {readonly Fence[]} table
 * @returns {string | null}
 */
function whyNot(file, fence, imported, table) {
  if (imported.from === null) return "imports something that is only known when it runs";
  const target = imported.from.startsWith(".")
    ? posix.normalize(posix.join(posix.dirname(file), imported.from))
    : imported.from;
  const allowed = [...fence.may, ...(imported.typeOnly ? (fence.mayType ?? []) : [])];
  if (imported.from.startsWith(".") && fenceOf(target, table) === fence) return null;
  if (allowed.some((entry) => covers(entry, target, imported.from?.startsWith(".") === true))) return null;
  const later = (fence.mayType ?? []).some((entry) => covers(entry, target, true));
  return `${fence.folder} may not import ${target}${later ? " but its types" : ""}`;
}

/**
 * @param {string} path
 * @param {readonly Fence[]} table
 */
function fenceOf(path, table) {
  return table.find(({ folder }) => isUnder(path, folder));
}

/**
 * @param {string} entry
 * @param {string} target
 * @param {boolean} isPath
 */
function covers(entry, target, isPath) {
  if (entry === "node:*") return !isPath && target.startsWith("node:");
  if (entry.endsWith("/*")) return isPath && posix.dirname(target) === entry.slice(0, -2);
  return isUnder(target, entry);
}

/**
 * @param {string} path
 * @param {string} folder
 */
function isUnder(path, folder) {
  return path === folder || path.startsWith(`${folder}/`);
}

/**
 * @param {SyntaxNode} node
 * @returns {{ from: string | null, typeOnly: boolean } | null}
 */
function importOf(node) {
  const source = /** @type {{ value?: unknown } | null | undefined} */ (node["source"]);
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportNamedDeclaration":
    case "ExportAllDeclaration": {
      if (!source) return null;
      const specifiers = /** @type {SyntaxNode[]} */ (list(node["specifiers"]));
      const kind = node["importKind"] ?? node["exportKind"];
      const typeOnly =
        kind === "type" ||
        (specifiers.length > 0 && specifiers.every((one) => (one["importKind"] ?? one["exportKind"]) === "type"));
      return { from: String(source.value), typeOnly };
    }
    case "TSImportType":
      return { from: literal(node["source"] ?? node["argument"]), typeOnly: true };
    case "ImportExpression":
      return { from: literal(source), typeOnly: false };
    case "TSExternalModuleReference":
      return { from: literal(node["expression"]), typeOnly: false };
    case "CallExpression":
      return isName(node["callee"], "require") ? { from: literal(list(node["arguments"])[0]), typeOnly: false } : null;
    default:
      return null;
  }
}

/**
 * @param {unknown} node
 * @returns {string | null}
 */
function literal(node) {
  const it = /** @type {SyntaxNode | null | undefined} */ (node);
  if (it?.type === "TSLiteralType") return literal(it["literal"]);
  return it?.type === "Literal" && typeof it["value"] === "string" ? it["value"] : null;
}

/**
 * @param {SyntaxNode} node
 * @param {(node: SyntaxNode) => void} visit
 */
function walk(node, visit) {
  visit(node);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === "object" && typeof child.type === "string") walk(child, visit);
    }
  }
}

/**
 * The source files below the fenced folders.
 * @returns {string[]} paths from the top, with forward slashes
 */
export function sourceFiles() {
  const tops = new Set(fences.map(({ folder }) => /** @type {string} */ (folder.split("/")[0])));
  return [...tops]
    .filter((top) => existsSync(join(root, top)))
    .flatMap((top) =>
      readdirSync(join(root, top), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]s|tsx)$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/")),
    );
}

/**
 * Everything that breaks a fence in the whole project.
 * @returns {{ files: number, found: string[] }}
 */
export function scanProject() {
  const files = sourceFiles();
  return {
    files: files.length,
    found: files.flatMap((file) => scanText(file, readFileSync(join(root, file), "utf8"))),
  };
}
