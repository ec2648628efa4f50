/**
 * `npm run prove`: kills, storms, jumping clocks, lost answers and the public anti-patterns, against the simulated banks,
 * with one table of losses at the end; see docs/reliability.md. Exit code 1 when the till lost anything.
 *   --long        the whole proof, some twenty minutes; also writes the figures into docs/reliability.md
 *   --seed N      replays: the same seed, part and count do the same again (else a new one, printed)
 *   --only a,b    these parts alone
 *   --count N     so many runs of each part, instead of the usual
 *   --kills N     so many deaths of the part `kill`
 */
import { constants } from "node:os";
import { join } from "node:path";
import { findChromium } from "./lib/chromium.mjs";
import { environment } from "./lib/node24.mjs";
import { root } from "./lib/paths.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { ended, start, stopWithUs } from "./lib/processes.mjs";
import { runMain, Trouble } from "./lib/say.mjs";

runMain(async () => {
  const node = await prepareTools();
  await ensureBuilt(node);
  const chromium = await findChromium();
  const env = { ...environment(node), ...(chromium === null ? {} : { POS_CHROMIUM: chromium }) };
  const child = start(node, [join(root, "tests", "prove", "cli.ts"), ...process.argv.slice(2)], {
    env,
    stdio: "inherit",
  });
  stopWithUs(child);
  const end = await ended(child);
  if (end.error !== null) throw new Trouble(`Node could not be started: ${end.error.message}`);
  return end.code ?? 128 + (end.signal === null ? 0 : constants.signals[end.signal]);
});
