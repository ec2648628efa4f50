/** The built screen as both hosts serve it: one folder, known types, one strict policy. */
import { readFile } from "node:fs/promises";
import { pictureName } from "../contract/kiosk.ts";
import { extname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** Electron checklist C3; on every answer, so that no type is forgotten. */
export const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".woff2": "font/woff2",
  ".wav": "audio/wav",
  ".ogg": "audio/ogg",
};

const HEADERS = {
  "content-security-policy": CSP,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  // With popups: the till keeps the handle of the bank's page it has opened, to see it closed and to close it.
  "cross-origin-opener-policy": "same-origin-allow-popups",
  "cross-origin-resource-policy": "same-origin",
  "permissions-policy": "camera=(), microphone=(), geolocation=(), usb=(), serial=(), hid=()",
} as const;

export interface Page {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
}

const plain = (status: number, words: string, more: Record<string, string> = {}): Page => ({
  status,
  headers: { ...HEADERS, ...more, "content-type": "text/plain; charset=utf-8" },
  content: Buffer.from(words),
});

/**
 * A file of the screen by its URL path: GET and HEAD only, nothing outside `root`, nothing of an unknown type. Under
 * /pictures/ a product's picture from the folder `pictures`, where one is named.
 */
export async function readPage(
  root: string,
  method: string,
  pathname: string,
  pictures: string | null = null,
): Promise<Page> {
  if (method !== "GET" && method !== "HEAD") return plain(405, "method not allowed", { allow: "GET, HEAD" });
  const picture = /^\/pictures\/([^/]*)$/.exec(pathname)?.[1];
  const file = picture === undefined ? fileOf(root, pathname) : pictureOf(pictures, picture);
  const type = file === null ? undefined : TYPES[extname(file)];
  const content = file === null || type === undefined ? null : await readFile(file).catch(() => null);
  if (content === null || type === undefined) return plain(404, "not found");
  return { status: 200, headers: { ...HEADERS, "content-type": type }, content };
}

/** By its whole name alone: what else may lie in the folder is not shown. */
function pictureOf(folder: string | null, name: string): string | null {
  return folder !== null && pictureName.safeParse(name).success ? join(folder, name) : null;
}

function fileOf(root: string, pathname: string): string | null {
  let path: string;
  try {
    path = decodeURIComponent(pathname);
  } catch {
    return null;
  }
  if (path.includes("\0")) return null;
  const file = resolve(join(root, path.endsWith("/") ? `${path}index.html` : path));
  const inside = relative(root, file);
  return inside === "" || inside === ".." || inside.startsWith(`..${sep}`) || isAbsolute(inside) ? null : file;
}
