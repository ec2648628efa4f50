/** `npm run check`: format, lint, fences, types and dead code; seconds. All of them run, also after a failure. */
import { checks, runCheck } from "./lib/checks.mjs";
import { prepareTools } from "./lib/prepare.mjs";
import { stopping } from "./lib/processes.mjs";
import { runMain } from "./lib/say.mjs";

runMain(async () => {
  const node = await prepareTools();
  let failed = 0;
  for (const check of checks) {
    if (stopping()) return 1;
    const started = Date.now();
    const { ok, output } = await runCheck(node, check);
    if (!ok) failed += 1;
    process.stdout.write(`${ok ? "ok    " : "FAILED"} ${check.name} ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
    if (!ok) process.stdout.write(`${output.trimEnd()}\n`);
  }
  return failed === 0 ? 0 : 1;
});
