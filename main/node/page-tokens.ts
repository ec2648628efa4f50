/**
 * The page in a kiosk's browser outlives this process: after a restart it must be let in again without anybody there to open
 * it anew. DIR/pages.json (0600) holds digests of the page tokens; a token itself is in the browser alone.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeNow } from "../adapters/write-now.ts";
import type { KeptTokens } from "./keys.ts";

/** Reads what there is. A file that cannot be read or written costs a page its way back, nothing else. */
export function keptTokens(dir: string): KeptTokens {
  const file = join(dir, "pages.json");
  return {
    digests: readDigests(file),
    keep(digests) {
      try {
        writeNow(file, `${JSON.stringify({ digests })}\n`);
      } catch {
        // A full disk is the journal's to tell.
      }
    },
  };
}

function readDigests(file: string): string[] {
  try {
    const { digests } = JSON.parse(readFileSync(file, "utf8")) as { digests?: unknown };
    return Array.isArray(digests) ? digests.filter((one) => typeof one === "string" && /^[\w-]{43}$/.test(one)) : [];
  } catch {
    return [];
  }
}
