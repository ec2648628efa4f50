/** What every command does first: packages, Node 24, bundles. */
import { join } from "node:path";
import { whyBuild } from "./build-state.mjs";
import { ensureInstalled } from "./install.mjs";
import { withLock } from "./lock.mjs";
import { environment, findNode } from "./node24.mjs";
import { root } from "./paths.mjs";
import { run } from "./processes.mjs";
import { say, Trouble } from "./say.mjs";

/**
 * Installs what is missing and finds the Node that runs the app.
 * @returns {Promise<string>} path of Node 24
 */
export async function prepareTools() {
  await ensureInstalled();
  return findNode();
}

/**
 * Builds dist/ when it is stale.
 * @param {string} node
 */
export async function ensureBuilt(node) {
  if (whyBuild() === null) return;
  await withLock("build", async () => {
    const why = whyBuild();
    if (why === null) return;
    say(`Building (${why}) ...`);
    const ended = await run(node, [join(root, "scripts", "build.mjs")], {
      cwd: root,
      env: environment(node),
      stdio: ["ignore", 2, 2],
    });
    if (ended.code !== 0) throw new Trouble("The build failed: see the message above.");
  });
}
