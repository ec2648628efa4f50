/** Checking what the journal holds against its keyed chain and seals; a page at a time, so that a long one stops no till. */
import type { ChainHead, ChainLink, ChainReport, Mac } from "./journal-chain.ts";
import { chainChecker, openHead, START } from "./journal-chain.ts";
import type { Connection } from "./journal-connection.ts";
import { allRows, sealOf, type SqlRow } from "./journal-rows.ts";
import { SEALED_TABLES } from "./journal-schema.ts";

/** Runs a piece of work on an open connection. */
export type Read = <T>(work: (c: Connection) => T) => Promise<T>;

export interface CheckOptions {
  /** So many of the last events; null: all of them. */
  readonly last?: number | null;
  /** A head kept elsewhere, which must lie on the chain. */
  readonly anchor?: ChainHead | null;
  /** Breaks that a person has seen, as `breakName` names them: the chain is followed behind them. */
  readonly seen?: ReadonlySet<string>;
}

/** How a break is kept in mind: by where it is. */
export const breakName = (problem: "changed" | "cut", seq: number): string => `${problem}@${seq}`;

const PAGE = 500;
/** Where the journal was taken over without the keys it was written with: nothing before can be proven. */
export const META_FROM = "from";
const LINK = "SELECT seq, at, till_id AS tillId, kind, ref, version, body, prev, mac FROM events";

/** Checks the chain: all of it, or its last events. Rejects when the file cannot be read. */
export async function checkChain(
  read: Read,
  mac: Mac,
  { last = null, anchor = null, seen = new Set() }: CheckOptions,
): Promise<ChainReport> {
  const sealed = await read((c) => c.sql("SELECT value FROM meta WHERE name = 'head'").get()?.["value"]);
  const empty = await read((c) => c.sql("SELECT 1 FROM events LIMIT 1").get() === undefined);
  const end = typeof sealed === "string" ? openHead(mac, sealed) : START;
  // The next event seals it anew, so that this is seen once.
  if (end === null || (sealed === undefined && !empty)) return { ok: false, problem: "changed", seq: 0 };
  const before =
    last === null
      ? null
      : await read((c) =>
          c.sql("SELECT seq, mac FROM events WHERE seq <= ? ORDER BY seq DESC LIMIT 1 OFFSET ?").get(end.seq, last),
        );
  const from = await read((c) => c.sql("SELECT value FROM meta WHERE name = ?").get(META_FROM)?.["value"]);
  const first = (typeof from === "string" ? openHead(mac, from) : null) ?? START;
  const asked = (before ?? START) as unknown as ChainHead;
  const start = asked.seq > first.seq ? asked : first;
  let chain = chainChecker(mac, { seq: start.seq, mac: start.mac });

  let checked = 0;
  for (;;) {
    const page = (await read((c) =>
      c.sql(`${LINK} WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?`).all(chain.head().seq, end.seq, PAGE),
    )) as unknown as readonly ChainLink[];
    for (const row of page) {
      if (chain.check(row)) continue;
      const known = seen.has(breakName("changed", row.seq)) || seen.has(breakName("cut", chain.head().seq));
      if (!known) return { ok: false, problem: "changed", seq: row.seq };
      chain = chainChecker(mac, { seq: row.seq, mac: row.mac });
    }
    const behind = last === null ? await read((c) => page.find((row) => isBehind(c, row, seen))) : undefined;
    if (behind) return { ok: false, problem: "changed", seq: behind.seq };
    checked += page.length;
    if (page.length < PAGE) break;
    await new Promise((resolve) => setImmediate(resolve));
  }
  const whole = chain.head().seq === end.seq && chain.head().mac === end.mac;
  if (!whole && !seen.has(breakName("cut", chain.head().seq)))
    return { ok: false, problem: "cut", seq: chain.head().seq };

  if (anchor !== null && anchor.seq > 0) {
    if (anchor.seq > end.seq) return { ok: false, problem: "cut", seq: end.seq };
    if (anchor.seq < first.seq) return { ok: true, checked, head: end };
    const there = await read((c) => c.sql("SELECT mac FROM events WHERE seq = ?").get(anchor.seq)?.["mac"]);
    if (there !== anchor.mac && !seen.has(breakName("changed", anchor.seq)))
      return { ok: false, problem: "changed", seq: anchor.seq };
  }
  return { ok: true, checked, head: end };
}

/** Checks the seal of every row that is acted upon. A row that is not what was written is told by the event that made it. */
export async function checkRows(read: Read, mac: Mac, { seen = new Set() }: CheckOptions): Promise<ChainReport | null> {
  for (const table of SEALED_TABLES) {
    let after: string = "";
    for (;;) {
      const page = await read((c) => c.big(allRows(table)).all(after, PAGE));
      for (const row of page as readonly SqlRow[]) {
        const seq = Number(row["seq"]);
        const known = seq > 0 && seen.has(breakName("changed", seq));
        if (row["seal"] !== sealOf(mac, table, row) && !known) return { ok: false, problem: "changed", seq };
        after = String(row["row_key"]);
      }
      if (page.length < PAGE) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return null;
}

// --- helpers ---

const ROW_OF = {
  payment: "SELECT version FROM payments WHERE id = ?",
  refund: "SELECT version FROM refunds WHERE id = ?",
} as const;

/** Whether the event tells of a state that its row has not come to: an older one, sealed as it was, stands in its place. */
function isBehind(c: Connection, { seq, kind, ref, version }: ChainLink, seen: ReadonlySet<string>): boolean {
  if ((kind !== "payment" && kind !== "refund") || seen.has(breakName("changed", seq))) return false;
  return Number(c.sql(ROW_OF[kind]).get(ref)?.["version"] ?? 0) < version;
}
