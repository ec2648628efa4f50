/** The black box as a file beside the data, for the bank's support desk. */
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { CommandOutput } from "../contract/commands.ts";
import type { Result } from "../contract/errors.ts";
import type { SupportFile } from "../contract/support.ts";
import { privateDirectory, writePrivately } from "./adapters/files.ts";
import type { Clock } from "./core/ports.ts";
import { DeskRefusal, refused } from "./settings/desk-parts.ts";

/** Older ones are deleted: they are copies of what the journal holds. */
const KEPT = 10;

/**
 * Writes DIR/support/support-DATE-TIME.json (UTC), readable by this user alone. Throws a DeskRefusal: the box's own
 * error, or `not_written` when the disk refuses.
 */
export async function saveSupport({
  dir,
  box,
  clock,
}: {
  readonly dir: string;
  readonly box: () => Promise<Result<SupportFile>>;
  readonly clock: Pick<Clock, "now">;
}): Promise<CommandOutput["support.save"]> {
  const made = await box();
  if (!made.ok) throw new DeskRefusal(made.error);
  const folder = join(dir, "support");
  const moment = new Date(clock.now()).toISOString().slice(0, 19).replace("T", "-").replaceAll(":", "");
  const file = join(folder, `support-${moment}.json`);
  try {
    await privateDirectory(folder);
    await writePrivately(file, `${JSON.stringify(made.value, null, 2)}\n`);
    const all = (await readdir(folder)).filter((name) => /^support-[\d-]+\.json$/.test(name)).toSorted();
    for (const name of all.slice(0, -KEPT)) await rm(join(folder, name), { force: true });
  } catch (error) {
    throw refused("not_written", { detail: `${file} (${(error as NodeJS.ErrnoException).code ?? "unknown"})` });
  }
  return { file, transitions: made.value.transitions.length };
}
