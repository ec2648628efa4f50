/** `npm run --silent journal -- COMMAND --data DIR`: verify, back up and restore the journal while the till stands still. */
import { join } from "node:path";
import { environment } from "./lib/node24.mjs";
import { root } from "./lib/paths.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { ended, start } from "./lib/processes.mjs";
import { runMain, Trouble } from "./lib/say.mjs";

runMain(async () => {
  const node = await prepareTools();
  await ensureBuilt(node);
  const child = start(node, [join(root, "dist", "maintenance.cjs"), ...process.argv.slice(2)], {
    env: environment(node),
    stdio: "inherit",
  });
  const end = await ended(child);
  if (end.error !== null) throw new Trouble(`It could not be started: ${end.error.message}`);
  return end.code ?? 1;
});
