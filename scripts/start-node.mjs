/** `npm run --silent start:node -- [options]`: the Node host. stdout belongs to the host; we talk on stderr. */
import { constants } from "node:os";
import { environment } from "./lib/node24.mjs";
import { ensureBuilt, prepareTools } from "./lib/prepare.mjs";
import { ended, startHost, stopWithUs } from "./lib/processes.mjs";
import { runMain, Trouble } from "./lib/say.mjs";

runMain(async () => {
  const node = await prepareTools();
  await ensureBuilt(node);
  const host = startHost(node, process.argv.slice(2), environment(node), "inherit");
  stopWithUs(host);
  const end = await ended(host);
  if (end.error !== null) throw new Trouble(`The Node host could not be started: ${end.error.message}`);
  return end.code ?? 128 + (end.signal === null ? 0 : constants.signals[end.signal]);
});
