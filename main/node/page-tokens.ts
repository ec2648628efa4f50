/**
 * The page in a kiosk's browser outlives this process: after a restart it must be let in again without anybody there to open
 * it anew. DIR/pages.json (0600) holds digests of the page tokens; a token itself is in the browser alone.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeNow } from "../adapters/write-now.ts";
import type { View } from "../../contract/snapshot.ts";
import type { KeptTokens, TokenDigest } from "./keys.ts";

/** The lists by their name in the file. `digests` are the cashier's: version 0.1 knew no other, and wrote them alone. */
const LISTS: readonly (readonly [name: string, view: View])[] = [
  ["digests", "cashier"],
  ["customers", "customer"],
];

/** Reads what there is. A file that cannot be read or written costs a page its way back, nothing else. */
export function keptTokens(dir: string): KeptTokens {
  const file = join(dir, "pages.json");
  return {
    tokens: readDigests(file),
    keep(tokens) {
      const lists = LISTS.map(([name, of]) => [
        name,
        tokens.filter(({ view }) => view === of).map(({ digest }) => digest),
      ]);
      try {
        writeNow(file, `${JSON.stringify(Object.fromEntries(lists))}\n`);
      } catch {
        // A full disk is the journal's to tell.
      }
    },
  };
}

function readDigests(file: string): TokenDigest[] {
  try {
    const kept = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>;
    return LISTS.flatMap(([name, view]) => {
      const list = kept[name];
      const digests = Array.isArray(list)
        ? list.filter((one) => typeof one === "string" && /^[\w-]{43}$/.test(one))
        : [];
      return digests.map((digest: string) => ({ digest, view }));
    });
  } catch {
    return [];
  }
}
