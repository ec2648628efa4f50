/**
 * Builds dist/: one CommonJS file for each process, the screen by Vite. Runs on Node 24.
 * Everything is inlined but the module `electron`, so that the packed app holds no node_modules.
 * The new dist/ is made aside and moved into place whole: a failed build leaves the last good one.
 */
import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build as esbuild } from "esbuild";
import { build as vite } from "vite";
import { bundles, sourcesHash, stampFile } from "./lib/build-state.mjs";
import { cacheDir, root } from "./lib/paths.mjs";
import { runMain, say, Trouble } from "./lib/say.mjs";

const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const dist = join(root, "dist");
const fresh = join(cacheDir, `dist-${process.pid}`);

/** @type {import("esbuild").BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  format: "cjs",
  external: ["electron"],
  // Its usual form reads a file beside itself when it is loaded; this one has it inside.
  alias: { "@platformatic/wasm-utils": "@platformatic/wasm-utils/bundled" },
  sourcemap: true,
  sourcesContent: false,
  legalComments: "none",
  logLevel: "warning",
  define: {
    "process.env.NODE_ENV": '"production"',
    "process.env.QABYL_VERSION": JSON.stringify(version),
    "import.meta.dirname": "__dirname",
    "import.meta.filename": "__filename",
    "import.meta.url": "__moduleUrl",
  },
};

/**
 * @param {string} outfile
 * @param {string} entry
 */
async function bundle(outfile, entry) {
  const preload = outfile.endsWith("preload.cjs");
  await esbuild({
    ...common,
    ...(preload
      ? { platform: "browser", target: "chrome150" }
      : {
          platform: "node",
          target: "node24",
          banner: { js: 'const __moduleUrl = require("node:url").pathToFileURL(__filename).href;' },
        }),
    entryPoints: [entry],
    outfile: join(fresh, outfile),
  });
}

async function screen() {
  await vite({
    root: join(root, "renderer"),
    configFile: join(root, "vite.config.ts"),
    mode: "production",
    logLevel: "warn",
    build: { outDir: join(fresh, "renderer"), emptyOutDir: true },
  });
}

runMain(async () => {
  const started = performance.now();
  const partial = process.argv.includes("--partial");
  /** @type {string[]} */
  const missing = Object.values(bundles).filter((entry) => !existsSync(join(root, entry)));
  if (!existsSync(join(root, "vite.config.ts"))) missing.push("vite.config.ts");
  if (missing.length > 0 && !partial) throw new Trouble(`These sources are missing: ${missing.join(", ")}`);

  const builtFrom = sourcesHash();
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  try {
    await Promise.all([
      ...Object.entries(bundles)
        .filter(([, entry]) => !missing.includes(entry))
        .map(([outfile, entry]) => bundle(outfile, entry)),
      missing.includes("vite.config.ts") ? null : screen(),
    ]);
    // The products of training; main/training.ts reads them.
    cpSync(join(root, "assets", "demo"), join(fresh, "renderer", "demo"), { recursive: true });
    writeFileSync(join(fresh, basename(stampFile)), builtFrom);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
  say(
    `Built in ${((performance.now() - started) / 1000).toFixed(1)} s${missing.length > 0 ? `, without ${missing.join(", ")}` : ""}.`,
  );
  return 0;
});
