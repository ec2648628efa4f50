import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { writePlain } from "./json.ts";

/**
 * What a bank wrote when it stopped; null when there is no such file. One of another version is put aside: after an
 * update the bank of a training till must start, even if it has forgotten the practice before.
 */
export function loadState<State extends { version: number }>(path: string, version: State["version"]): State | null {
  if (!existsSync(path)) return null;
  const saved = JSON.parse(readFileSync(path, "utf8")) as State;
  if (saved.version === version) return saved;
  renameSync(path, `${path}.old`);
  return null;
}

/** Bigints are written as strings. */
export function saveState(path: string, state: { version: number }): void {
  writeFileSync(`${path}.tmp`, writePlain(state), { mode: 0o600 });
  renameSync(`${path}.tmp`, path);
}
