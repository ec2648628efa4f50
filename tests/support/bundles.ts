import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { whyBuild } from "../../scripts/lib/build-state.mjs";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

const ENTRIES = {
  "node.cjs": "main/node/main.ts",
  "simulator.cjs": "simulator/main.ts",
  "certificate-worker.cjs": "main/adapters/certificate-worker.ts",
  "events-worker.cjs": "main/adapters/events-worker.ts",
} as const;

export interface Bundles {
  readonly dir: string;
  path(name: keyof typeof ENTRIES): string;
  remove(): Promise<void>;
}

/** Whether dist/ is of the sources of now: asked once in a process. */
let isBuilt: boolean | null = null;

/**
 * Some of the bundles in a folder of their own, with a screen of one line: those of dist/ where they are of today, else made
 * as scripts/build.mjs makes them. With `plugins` they are never the product's own.
 */
export async function buildBundles(
  names: readonly (keyof typeof ENTRIES)[],
  plugins: readonly Plugin[] = [],
): Promise<Bundles> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-dist-"));
  await mkdir(join(dir, "renderer"));
  await writeFile(join(dir, "renderer", "index.html"), "<!doctype html><title>screen</title>");
  isBuilt ??= whyBuild() === null;
  const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8")) as { version: string };
  await Promise.all(
    names.map((name) =>
      isBuilt === true && plugins.length === 0
        ? copyFile(join(ROOT, "dist", name), join(dir, name))
        : build({
            absWorkingDir: ROOT,
            entryPoints: [ENTRIES[name]],
            outfile: join(dir, name),
            bundle: true,
            platform: "node",
            target: "node24",
            format: "cjs",
            alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
            logLevel: "error",
            plugins: [...plugins],
            define: {
              "process.env.QABYL_VERSION": JSON.stringify(version),
              "import.meta.dirname": "__dirname",
              "import.meta.filename": "__filename",
              "import.meta.url": "__moduleUrl",
            },
            banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
          }),
    ),
  );
  return { dir, path: (name) => join(dir, name), remove: () => rm(dir, { recursive: true, force: true }) };
}
