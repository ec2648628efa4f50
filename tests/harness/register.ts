/** `node --import ./tests/harness/register.ts dist/electron.cjs`: runs the app's main bundle without Electron. */
import { createRequire, syncBuiltinESMExports } from "node:module";
import workerThreads, { isMainThread, type WorkerOptions } from "node:worker_threads";
import { hideElectron, provideElectron } from "./hooks.ts";

if (isMainThread) await start();
// Electron's modules do not work in worker threads.
else hideElectron("a worker thread");

/** Without `--import` in `process.execArgv` a worker would meet the real package, which tries to download its binary. */
function guardWorkers(): void {
  const { Worker } = workerThreads;
  workerThreads.Worker = class extends Worker {
    constructor(file: string | URL, options: WorkerOptions = {}) {
      super(file, { ...options, execArgv: [...(options.execArgv ?? []), "--import", import.meta.url] });
    }
  };
  syncBuiltinESMExports();
}

async function start(): Promise<void> {
  const { settings } = await import("./settings.ts");
  const { app, becomeReady, isEnded } = await import("./electron/app.ts");
  const { startBrowser } = await import("./electron/browser.ts");
  const { watchDownloads } = await import("./electron/session.ts");
  const { watchBrowser } = await import("./electron/web-contents.ts");
  const { openControl } = await import("./control.ts");

  const electron = createRequire(import.meta.url)("electron/package.json") as { version: string };
  const versions = { ...process.versions, electron: electron.version, chrome: "0.0.0.0" };
  Object.defineProperty(process, "versions", { value: versions, enumerable: true, configurable: true });
  Object.defineProperty(process, "type", { value: "browser", enumerable: true });
  const resourcesPath = settings.resourcesPath ?? `${app.getAppPath()}/resources`;
  Object.defineProperty(process, "resourcesPath", { value: resourcesPath, enumerable: true });
  if (!settings.packaged) Object.defineProperty(process, "defaultApp", { value: true, enumerable: true });
  // A packaged program has no script in its arguments. Node has read the name of the main module before this.
  else process.argv.splice(1, 1);
  process.execArgv = [];

  provideElectron();
  guardWorkers();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => app.quit());

  const launch = async (): Promise<void> => {
    // A second instance usually quits before Chromium is wanted.
    if (isEnded()) return;
    const browser = await startBrowser(() => {
      if (isEnded()) return;
      console.error("harness: Chromium is gone");
      app.exit(70);
    });
    const { product } = await browser.root.send<{ product: string }>("Browser.getVersion");
    versions.chrome = product.split("/")[1] ?? "";
    watchBrowser();
    await watchDownloads();
    await openControl();
    becomeReady();
  };
  // After the main module's own code, so that 'ready' is never synchronous.
  setImmediate(() => {
    launch().catch((error: unknown) => {
      console.error(error);
      app.exit(70);
    });
  });
}
