/**
 * What disks do to the journal's files (flipped bits, torn pages, cut or lost logs), at random places, after an orderly end and
 * after a kill: it opens with all its facts, or says that something is wrong; other facts than were written are a loss.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { existsSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mac, openTestJournal } from "../../adapters/support/journal.ts";
import { batchOf, NOON, payment, profile } from "../../adapters/support/rows.ts";
import { copyFiles, DAMAGE, factsOf, outcomeOf, type DamageName } from "../../support/journal-damage.ts";
import { seeded } from "../../support/random.ts";
import { newRefund } from "../../support/refund-rows.ts";
import { NO_LOSSES, type Part } from "../part.ts";

/** Of each kind, in each of the two files. */
const USUAL = { short: 3, long: 150 } as const;
const NAMES = Object.keys(DAMAGE) as DamageName[];
const PAYMENTS = 30;
const now = (): number => NOON;

export const run: Part = async ({ seed, scale, count, report }) => {
  if (scale === "long" && existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const folder = await mkdtemp(join(tmpdir(), "qabyl-damage-"));
  try {
    const facts = await write(folder);
    const random = seeded(seed);
    const found: Record<"whole" | "told" | "refused" | "changed", number> = {
      whole: 0,
      told: 0,
      refused: 0,
      changed: 0,
    };
    const failures: string[] = [];
    const times = count ?? USUAL[scale];
    for (const source of ["closed", "killed"])
      for (const name of NAMES) {
        for (let n = 0; n < times; n += 1) {
          const copy = join(folder, "copy.db");
          for (const suffix of ["", "-wal", "-shm", "-head"]) rmSync(`${copy}${suffix}`, { force: true });
          copyFiles(join(folder, `${source}.db`), copy);
          DAMAGE[name](copy, (below) => Math.floor(random() * below));
          const { kind } = await outcomeOf(copy, mac, now, facts);
          found[kind] += 1;
          if (kind === "changed")
            failures.push(`seed ${seed}: ${name} in a ${source} journal, time ${n + 1}: other facts`);
        }
        report(`${name} in a ${source} journal`);
      }
    return {
      name: "damage",
      runs: times * NAMES.length * 2,
      unit: "damaged journals",
      figures: {
        "kinds of damage": NAMES.length,
        "not touched in what they say": found.whole,
        "refused to open, in words": found.refused,
        "opened, and told": found.told,
        "other facts": found.changed,
      },
      losses: { ...NO_LOSSES, lost: found.changed },
      failures,
      seeds: [seed],
    };
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
};

/** A journal of some payments as a kill and as an orderly end leave it; gives its facts. */
async function write(folder: string): Promise<string> {
  const file = join(folder, "own.db");
  const journal = await openTestJournal(file);
  await journal.commit({ at: NOON, meta: { settings: "{}" }, profiles: [profile] });
  for (let n = 1; n <= PAYMENTS; n += 1)
    await journal.commit({
      ...batchOf(payment(n, n % 3 === 0 ? { state: "in_doubt" } : { state: "paid", settled: true })),
      counters: [{ name: "receipt", next: BigInt(n + 1) }],
    });
  await journal.commit({
    at: NOON,
    refunds: [newRefund({ seq: 0, profileId: "p1", paymentId: "pay-1", state: "in_doubt" })],
  });
  const facts = await factsOf(journal);
  copyFiles(file, join(folder, "killed.db"));
  await journal.close();
  copyFiles(file, join(folder, "closed.db"));
  return facts;
}
