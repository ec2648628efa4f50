/** How the till's own stores stand: the journal's chain and backups, the vault's key, and what of it the screen must tell. */
import { join } from "node:path";
import type { CareView } from "../contract/desk.ts";
import type { ChainHead, Mac } from "./adapters/journal-chain.ts";
import { breakName } from "./adapters/journal-check.ts";
import { JournalDamaged, type ChainReport, type JournalFile, type Restored } from "./adapters/journal.ts";
import type { KeySource } from "./adapters/vault.ts";
import { BACKUPS, dayOf, newestBackup, takeBackup, type BackupNote } from "./backups.ts";
import type { Clock, Finding, Findings, Log, Vault } from "./core/ports.ts";
import { refused } from "./settings/desk-parts.ts";

export interface Care {
  readonly findings: Findings;
  view(): Promise<CareView>;
  /** Takes a backup now and proves it. Rejects with a DeskRefusal when it cannot. */
  backup(): Promise<void>;
  /** Checks the whole chain now; what is found becomes a finding. Rejects with a DeskRefusal when the disk refuses. */
  verify(): Promise<void>;
  /** Looks at the end of the chain, then goes on by itself: whole chain, daily backups, anchor. */
  begin(): Promise<void>;
  /** Ends all of it, with the newest anchor in the vault. */
  stop(): Promise<void>;
}

export interface CareParts {
  readonly dir: string;
  /** The one that is open now. */
  readonly journal: () => JournalFile;
  readonly vault: Vault;
  /** Read when it is asked for: what it came from is settled with the opening of the vault. */
  readonly source: Pick<KeySource, "kind" | "warning">;
  readonly mac: Mac;
  readonly clock: Clock;
  readonly log: Log;
}

/** The journal's head, kept in the vault: a copy of an older file, put in its place whole, has a sound chain in itself. */
export interface Anchor extends ChainHead {
  readonly epoch: string;
}

export const ANCHOR = "journal/anchor";
const META = "care";
const AT_START = 200;
const WHOLE_AFTER = 10_000;
const BACKUP_AFTER = 60_000;
const BACKUP_EVERY = 3_600_000;
const ANCHOR_EVERY = 300_000;
/** A copy that is on its way has no place yet and is begun anew another day. */
const STOP_WITHIN = 1_000;
const DAY = 86_400_000;

interface Break {
  readonly problem: "changed" | "cut";
  readonly seq: number;
  readonly since: number;
  /** Who has seen it; null: nobody. */
  readonly by: string | null;
}

/** What outlives a restart, in the journal itself: another journal has a story of its own. */
interface Kept {
  readonly chain: { readonly at: number; readonly result: "ok" | "changed" | "cut"; readonly seq: number } | null;
  readonly breaks: readonly Break[];
  readonly read: readonly string[];
}

const NOTHING: Kept = { chain: null, breaks: [], read: [] };

/** The anchor in the vault; null where none was ever kept. */
export async function readAnchor(vault: Pick<Vault, "get">): Promise<Anchor | null> {
  const text = await vault.get(ANCHOR);
  return text === null ? null : (JSON.parse(text) as Anchor);
}

/** Keeps a head in the vault. */
export async function putAnchor(vault: Pick<Vault, "put">, { seq, mac, epoch }: Anchor): Promise<void> {
  await vault.put({ [ANCHOR]: JSON.stringify({ seq, mac, epoch }) });
}

export function createCare({ dir, journal, vault, source, mac, clock, log }: CareParts): Care {
  const folder = join(dir, BACKUPS);
  const begun = clock.now();
  const listeners = new Set<() => void>();
  const timers = new Set<unknown>();
  let kept = NOTHING;
  let restored: (Restored & { readonly id: string }) | null = null;
  let last: BackupNote | null = null;
  let failed: { readonly at: number; readonly words: string } | null = null;
  let anchored = -1;
  let stopped = false;
  let busy: Promise<unknown> = Promise.resolve();

  const tell = (): void => listeners.forEach((listener) => listener());
  const seen = (): ReadonlySet<string> =>
    new Set(kept.breaks.filter(({ by }) => by !== null).map(({ problem, seq }) => breakName(problem, seq)));

  function all(): Finding[] {
    const list: Finding[] = [];
    const add = (id: string, kind: Finding["kind"], since: number, params: Finding["params"], dismissible = true) => {
      if (!dismissible || !kept.read.includes(id)) list.push({ id, kind, since, params, dismissible });
    };
    for (const { problem, seq, since, by } of kept.breaks)
      if (by === null) add(`chain-${breakName(problem, seq)}`, "chain", since, { result: problem, seq: String(seq) });
    // One that nobody announced is told as what it is, a chain that was cut.
    if (restored !== null && restored.why !== "behind")
      add(restored.id, "restored", restored.at, restoredParams(restored));
    if (failed !== null) add("backup", "backup", failed.at, daysSince(last, clock.now()), false);
    if (source.warning !== null) add(`vault-${source.kind}`, "vault", begun, { source: source.kind });
    return list;
  }

  async function keep(next: Kept, events: readonly { readonly id: string; readonly by: string }[] = []): Promise<void> {
    await journal().commit({
      at: clock.now(),
      meta: { [META]: JSON.stringify(next) },
      events: events.map(({ id, by }) => ({
        kind: "care",
        ref: id,
        version: 0,
        body: JSON.stringify({ acknowledged: id, by }),
      })),
    });
    kept = next;
    tell();
  }

  /** What a check has found. It is told also when the disk does not take it. */
  async function found(report: ChainReport, whole: boolean): Promise<void> {
    const at = clock.now();
    const chain: Kept["chain"] = report.ok
      ? whole
        ? { at, result: "ok", seq: report.head.seq }
        : kept.chain
      : { at, result: report.problem, seq: report.seq };
    let { breaks } = kept;
    const fresh = !report.ok && !breaks.some(({ problem, seq }) => problem === report.problem && seq === report.seq);
    if (fresh) {
      breaks = [...breaks, { problem: report.problem, seq: report.seq, since: at, by: null }];
      log.error("journal.chain", { problem: report.problem, seq: report.seq });
    }
    const next = { ...kept, chain, breaks };
    try {
      await keep(next);
    } catch (error) {
      kept = next;
      tell();
      log.warn("care.unwritten", { detail: String(error) });
    }
  }

  async function checked(options: Parameters<JournalFile["verifyChain"]>[0]): Promise<ChainReport> {
    try {
      return await journal().verifyChain({ ...options, seen: seen() });
    } catch (error) {
      if (error instanceof JournalDamaged) return { ok: false, problem: "changed", seq: 0 };
      throw error;
    }
  }

  async function anchorNow(): Promise<void> {
    const { seq, mac: own } = await journal().head();
    if (seq === anchored) return;
    const { epoch } = await journal().info();
    await putAnchor(vault, { seq, mac: own, epoch });
    anchored = seq;
  }

  async function take(): Promise<void> {
    const own = journal();
    last = await takeBackup({ folder, mac, at: clock.now(), seen: seen(), copy: (file) => own.backup(file) });
    failed = null;
    if (last.broken !== null) await found({ ok: false, ...last.broken }, true);
    tell();
    await anchorNow();
  }

  /** One after the other: a backup, a check. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = busy.then(work, work);
    busy = done.catch(() => undefined);
    return done;
  }

  async function backup(): Promise<void> {
    try {
      await inTurn(take);
    } catch (error) {
      failed = { at: failed?.at ?? clock.now(), words: wordsOf(error) };
      log.error("backup.failed", { detail: String(error) });
      tell();
      throw refused("not_written", { detail: `${folder} (${failed.words})` });
    }
  }

  async function verify(): Promise<void> {
    await inTurn(async () => {
      try {
        const anchor = await readAnchor(vault);
        const { epoch } = await journal().info();
        await found(await checked({ anchor: anchor?.epoch === epoch ? anchor : null }), true);
      } catch (error) {
        log.error("journal.unchecked", { detail: String(error) });
        throw refused("journal_unavailable");
      }
    });
  }

  async function daily(): Promise<void> {
    const { head } = await journal().info();
    const today = dayOf(new Date(clock.now()));
    if (head === 0 || last?.file.includes(today) === true) return;
    await backup();
  }

  function later(ms: number, work: () => Promise<unknown>, again: number | null): void {
    if (stopped) return;
    const timer = clock.setTimeout(() => {
      timers.delete(timer);
      work()
        .catch((error: unknown) => log.warn("care.failed", { detail: String(error) }))
        .finally(() => again !== null && later(again, work, again));
    }, ms);
    timers.add(timer);
  }

  return {
    findings: {
      all,
      async acknowledge(id, by) {
        const finding = all().find((one) => one.id === id && one.dismissible);
        if (finding === undefined) return false;
        const breaks = kept.breaks.map((one) =>
          `chain-${breakName(one.problem, one.seq)}` === id ? { ...one, by } : one,
        );
        const read = finding.kind === "chain" ? kept.read : [...kept.read, id];
        await keep({ ...kept, breaks, read }, [{ id, by }]);
        return true;
      },
      watch(listener) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    async view() {
      const { schema, epoch, head } = await journal().info();
      const { chain } = kept;
      return {
        journal: {
          schema,
          epoch,
          events: head,
          chain: chain && { ...chain, at: iso(chain.at) },
          restored: restored && {
            at: iso(restored.at),
            backupAt: restored.backupAt === null ? null : iso(restored.backupAt),
          },
        },
        backup: {
          folder,
          last: last && { at: last.takenAt, file: last.file, bytes: last.bytes },
          failed: failed && { at: iso(failed.at), words: failed.words },
        },
        vault: { source: source.kind, warning: source.warning !== null },
      };
    },
    backup,
    verify,
    async begin() {
      const own = journal();
      let isRead = true;
      /** What is kept for this alone must not stop the till. */
      const readable = async <T>(reading: Promise<T | null>): Promise<T | null> =>
        reading.catch((error: unknown) => {
          if (!(error instanceof JournalDamaged)) throw error;
          isRead = false;
          return null;
        });
      const text = await readable(own.meta(META));
      kept = text === null ? NOTHING : (JSON.parse(text) as Kept);
      const { repaired, altered, behind } = own.opening;
      if (repaired !== null) log.warn("journal.repaired", { detail: repaired });
      const { epoch } = await own.info();
      const life = await readable(own.restored());
      restored = life === null ? null : { ...life, id: `restored-${epoch}` };
      if (behind !== null) await found({ ok: false, problem: "cut", seq: behind.head }, false);
      if (altered || !isRead) await found({ ok: false, problem: "changed", seq: 0 }, false);
      const anchor = await readAnchor(vault);
      const report = await checked({ last: AT_START, anchor: anchor?.epoch === epoch ? anchor : null });
      if (!report.ok) await found(report, false);
      last = await newestBackup(folder);
      await anchorNow().catch((error: unknown) => log.warn("anchor.unwritten", { detail: String(error) }));
      later(WHOLE_AFTER, verify, null);
      later(BACKUP_AFTER, daily, BACKUP_EVERY);
      later(ANCHOR_EVERY, anchorNow, ANCHOR_EVERY);
    },
    async stop() {
      stopped = true;
      for (const timer of timers) clock.clearTimeout(timer);
      timers.clear();
      let limit: unknown = null;
      await Promise.race([busy, new Promise<void>((resolve) => (limit = clock.setTimeout(resolve, STOP_WITHIN)))]);
      clock.clearTimeout(limit);
      await anchorNow().catch((error: unknown) => log.warn("anchor.unwritten", { detail: String(error) }));
    },
  };
}

// --- helpers ---

const iso = (at: number): string => new Date(at).toISOString();
function restoredParams({ why, backupAt }: Restored): Record<string, string> {
  return backupAt === null ? { why } : { why, backupAt: iso(backupAt) };
}

function daysSince(last: BackupNote | null, now: number): Record<string, string> {
  return last === null ? {} : { days: String(Math.max(0, Math.floor((now - Date.parse(last.takenAt)) / DAY))) };
}

/** For a technician: what the disk said. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
