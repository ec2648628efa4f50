/** The Node host as it is built, but that some of its adapters stand behind the wrappers of this folder. */
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Plugin } from "esbuild";
import { buildBundles, type Bundles } from "../../support/bundles.ts";

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, "..", "..", "..");

/** Whose imports are turned to which wrapper. */
const WRAPPED: Readonly<Record<string, string>> = {
  "main/adapters/journal.ts": "journal.ts",
  "main/adapters/http.ts": "http.ts",
  "main/adapters/clock.ts": "clock.ts",
  "main/node/watch.ts": "watch.ts",
};

/** Throws when an adapter that is to be wrapped is imported by nobody any more: nothing would be killed. */
export async function buildKillableHost(): Promise<Bundles> {
  const turned = new Set<string>();
  const wrap: Plugin = {
    name: "wrap the ports",
    setup(build) {
      build.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, resolveDir }) => {
        if (resolveDir === HERE) return null;
        const file = relative(ROOT, join(resolveDir, path)).replaceAll(sep, "/");
        const wrapper = WRAPPED[file];
        if (wrapper === undefined) return null;
        turned.add(file);
        return { path: join(HERE, wrapper) };
      });
    },
  };
  const bundles = await buildBundles(["node.cjs", "certificate-worker.cjs"], [wrap]);
  const missing = Object.keys(WRAPPED).filter((file) => !turned.has(file));
  if (missing.length > 0) throw new Error(`nobody imports ${missing.join(", ")}: there would be nothing to kill at`);
  return bundles;
}
