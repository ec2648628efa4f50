/**
 * `npm run bench`: how fast and how small the built app is on this machine, against the project's goals; see
 * docs/performance.md. A missed goal is printed and is no failure.
 *   --quick      fewer samples, under a minute (else under three)
 *   --samples N  sales rung up on the screen (60, or 10 with --quick)
 *   --no-build   measures dist/ as it is, even when the sources have changed since
 *   --strict     exit code 1 when a goal was missed or could not be measured
 */
import { constants } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findChromium } from "./lib/chromium.mjs";
import { environment, satisfies, wantedRange } from "./lib/node24.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { ended, start, stopWithUs } from "./lib/processes.mjs";
import { runMain, Trouble } from "./lib/say.mjs";

const USAGE = "Usage: npm run bench -- [--quick] [--samples N] [--no-build] [--strict]";

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        quick: { type: "boolean", default: false },
        samples: { type: "string" },
        "no-build": { type: "boolean", default: false },
        strict: { type: "boolean", default: false },
      },
    });
    const samples = Number(values.samples ?? (values.quick ? 10 : 60));
    if (!Number.isInteger(samples) || samples < 4 || samples > 1000) throw new Trouble("--samples: 4 to 1000");
    return { quick: values.quick, samples, build: !values["no-build"], strict: values.strict };
  } catch (error) {
    throw new Trouble(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

runMain(async () => {
  const options = readOptions();
  const node = await prepareTools();
  if (!satisfies(process.version, wantedRange())) {
    const again = [fileURLToPath(import.meta.url), ...process.argv.slice(2)];
    const child = start(node, again, { env: environment(node), stdio: "inherit" });
    stopWithUs(child);
    const end = await ended(child);
    if (end.error !== null) throw new Trouble(`Node could not be started: ${end.error.message}`);
    return end.code ?? 128 + (end.signal === null ? 0 : constants.signals[end.signal]);
  }
  if (options.build) await ensureBuilt(node);
  const chromium = await findChromium();
  if (chromium === null)
    throw new Trouble("The measures need a Chromium: `npm test` installs one, or name yours in POS_CHROMIUM.");
  const { bench } = await import("./bench/run.mjs");
  return bench(options, chromium);
});
