import type * as Electron from "electron";

const schemes = new Map<string, Electron.Privileges>();

/** Remembers the privileges of the app's own schemes. */
export function setSchemes(list: readonly Electron.CustomScheme[]): void {
  for (const { scheme, privileges } of list) schemes.set(scheme, privileges ?? {});
}

/** A scheme with a handler but without privileges can be loaded too; it is then no secure context. */
export function knowScheme(scheme: string): void {
  if (!schemes.has(scheme) && !/^(https?|wss?|file|data|blob|about)$/.test(scheme)) schemes.set(scheme, {});
}

export function privilegesOf(scheme: string): Electron.Privileges | undefined {
  return schemes.get(scheme);
}

/**
 * Chromium cannot load a scheme it was not built with (ERR_ABORTED, never intercepted), so `qabyl://pos/x` is served as
 * `https://pos.qabyl.test/x`; a scheme not registered as secure as `http:`, so that the context is not secure either.
 */
export function toPage(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/is.exec(url);
  const scheme = match?.[1]?.toLowerCase() ?? "";
  const privileges = schemes.get(scheme);
  if (match === null || privileges === undefined) return url;
  return `${privileges.secure === true ? "https" : "http"}://${match[2]}.${scheme}.test${match[3] || "/"}`;
}

/** The way back: what the app is told. */
export function fromPage(url: string): string {
  const match = /^https?:\/\/([^/?#]*)\.([a-z0-9+-]+)\.test(?=[/?#]|$)(.*)$/is.exec(url);
  if (match === null || !schemes.has(match[2] ?? "")) return url;
  return `${match[2]}://${match[1]}${match[3] || "/"}`;
}

/** A policy that names the scheme (`img-src qabyl:`) must mean the same under the mapped origin. */
export function policyToPage(policy: string): string {
  let result = policy;
  for (const [scheme, privileges] of schemes) {
    const web = privileges.secure === true ? "https" : "http";
    result = result
      .replaceAll(new RegExp(`\\b${scheme}://([\\w.-]+)`, "g"), `${web}://$1.${scheme}.test`)
      .replaceAll(new RegExp(`(^|[\\s;])${scheme}:(?!//)`, "g"), `$1${web}://*.${scheme}.test`);
  }
  return result;
}
