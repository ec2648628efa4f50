/** What disks and people do to a journal's files, and what of its facts is left afterwards. */
import { copyFileSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import type { Mac } from "../../main/adapters/journal-chain.ts";

/** A number from 0 up to, and without, `below`. */
export type Pick = (below: number) => number;

const PAGE = 4096;

/** Each does one thing to the files of a closed or killed journal; the name says what. */
export const DAMAGE = {
  "a flipped bit": (file: string, pick: Pick) => change(file, (bytes) => flip(bytes, pick(bytes.length), pick)),
  "a flipped bit in each of ten places": (file: string, pick: Pick) =>
    change(file, (bytes) => {
      for (let n = 0; n < 10; n += 1) flip(bytes, pick(bytes.length), pick);
    }),
  "a page of noughts": (file: string, pick: Pick) =>
    change(file, (bytes) => {
      const at = pick(Math.max(1, bytes.length / PAGE)) * PAGE;
      bytes.fill(0, at, at + PAGE);
    }),
  "a torn page": (file: string, pick: Pick) =>
    change(file, (bytes) => {
      const pages = Math.max(1, Math.floor(bytes.length / PAGE));
      const [to, from] = [pick(pages) * PAGE, pick(pages) * PAGE];
      bytes.copyWithin(to, from, from + PAGE / 2);
    }),
  "a cut file": (file: string, pick: Pick) => truncateSync(file, pick(readFileSync(file).length)),
  "a log with a flipped bit": (file: string, pick: Pick) =>
    change(`${file}-wal`, (bytes) => flip(bytes, pick(bytes.length), pick)),
  "a log that is cut": (file: string, pick: Pick) =>
    existsSync(`${file}-wal`) && truncateSync(`${file}-wal`, pick(readFileSync(`${file}-wal`).length)),
  "a lost log": (file: string) => rmSync(`${file}-wal`, { force: true }),
} as const satisfies Record<string, (file: string, pick: Pick) => unknown>;

export type DamageName = keyof typeof DAMAGE;

/** The files of a journal as they lie there now: also of one that is open, as a kill leaves them. */
export function copyFiles(from: string, to: string): void {
  for (const suffix of ["", "-wal", "-head"])
    if (existsSync(`${from}${suffix}`)) copyFileSync(`${from}${suffix}`, `${to}${suffix}`);
}

/** All that a journal says of what happened, as text. Rejects where it refuses to say. */
export async function factsOf(journal: JournalFile): Promise<string> {
  const payments = await journal.payments({ limit: 1_000_000 });
  const refunds = await journal.refunds({ limit: 1_000_000 });
  const calls = [];
  for (const { id } of payments) calls.push(await journal.calls(id));
  for (const { id } of refunds) calls.push(await journal.refundCalls(id));
  return JSON.stringify(
    [
      payments,
      refunds,
      calls,
      await journal.unfinished(),
      await journal.unfinishedRefunds(),
      await journal.notices(),
      await journal.profiles(),
      await journal.counter("receipt"),
      await journal.meta("settings"),
      await journal.events(0, 1_000_000),
    ],
    (_, value: unknown) => (typeof value === "bigint" ? String(value) : value),
  );
}

/** `refused` and `told` are what a damaged file may come to; `changed` never. */
export type Outcome =
  | { readonly kind: "whole" | "changed" }
  | { readonly kind: "refused" | "told"; readonly words: string };

/** Opens the damaged file as the program does and compares it with the facts from before. */
export async function outcomeOf(file: string, mac: Mac, now: () => number, facts: string): Promise<Outcome> {
  let journal: JournalFile;
  try {
    journal = await openJournal({ file, tillId: "A1", mac, now });
  } catch (error) {
    if (!(error instanceof Error) || !/^Journal(Damaged|Changed|Missing|Foreign|TooNew|Unavailable)$/.test(error.name))
      throw error;
    return { kind: "refused", words: `${error.name}: ${error.message}` };
  }
  try {
    const { behind, altered } = journal.opening;
    if (behind !== null) return { kind: "told", words: `behind: ${behind.head} of ${behind.known}` };
    if (altered) return { kind: "told", words: "altered" };
    const report = await journal.verifyChain();
    if (!report.ok) return { kind: "told", words: `${report.problem} at ${report.seq}` };
    return { kind: (await factsOf(journal)) === facts ? "whole" : "changed" };
  } catch (error) {
    if (error instanceof Error && /^Journal(Damaged|Changed)$/.test(error.name))
      return { kind: "told", words: error.message };
    throw error;
  } finally {
    await journal.close();
  }
}

// --- helpers ---

function change(file: string, work: (bytes: Buffer) => unknown): void {
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  if (bytes.length === 0) return;
  work(bytes);
  writeFileSync(file, bytes);
}

function flip(bytes: Buffer, at: number, pick: Pick): void {
  bytes[at] = (bytes[at] ?? 0) ^ (1 << pick(8));
}
