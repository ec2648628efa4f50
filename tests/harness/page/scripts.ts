import { randomBytes } from "node:crypto";
import fs from "node:fs";
import vm from "node:vm";
import { makeCodec } from "../clone.ts";
import { makeBridge } from "./bridge.ts";
import { BRIDGE_CALLS, installMainWorld } from "./main-world.ts";
import { installPreloadWorld, type PreloadWorldOptions } from "./preload-world.ts";

/** Name of the isolated world. */
export const WORLD = "Electron Isolated Context";
export const BINDING = "__harnessPost";
export const DELIVER = "__harnessDeliver";

/** The parameters of the function a sandboxed preload is compiled as. */
const PARAMETERS = "require, process, exports, module, Buffer, global, setImmediate, clearImmediate";

interface Preload {
  readonly source: string | null;
  readonly error: PreloadWorldOptions["preloadError"];
}

function readPreload(file: string | null): Preload {
  if (file === null) return { source: null, error: null };
  try {
    const source = `(function (${PARAMETERS}) {${fs.readFileSync(file, "utf8")}\n})`;
    // Compiled here first: in the page a syntax error would take the whole script with it, unreported.
    new vm.Script(source, { filename: file });
    return { source, error: null };
  } catch (error) {
    const { name, message } = error as Error;
    return { source: null, error: { name, message } };
  }
}

/** The two scripts of a window, in the order in which they must be registered. */
export function windowScripts(
  preloadPath: string | null,
  versions: Record<string, string | undefined>,
): {
  mainWorld: string;
  preloadWorld: string;
} {
  // Unguessable, so that the page can neither send nor hear the bridge's events.
  const key = JSON.stringify(randomBytes(12).toString("hex"));
  const calls = JSON.stringify(BRIDGE_CALLS);
  const { source, error } = readPreload(preloadPath);
  const options: PreloadWorldOptions = {
    binding: BINDING,
    deliver: DELIVER,
    calls: BRIDGE_CALLS,
    preloadPath,
    preloadError: error,
    process: {
      type: "renderer",
      sandboxed: true,
      contextIsolated: true,
      isMainFrame: true,
      platform: process.platform,
      arch: process.arch,
      versions,
      env: { ...process.env },
      argv: [],
      execPath: process.execPath,
    },
  };
  // Scripts of the debugging protocol also run in the first, empty document of a frame, whose window object the real
  // document may then inherit, without its listeners.
  const guard = `if (location.href === "about:blank") return;`;
  return {
    mainWorld: `(() => { ${guard} (${installMainWorld.toString()})((${makeBridge.toString()})(${key}, "main"), ${calls}) })()`,
    preloadWorld: `(() => { ${guard} (${installPreloadWorld.toString()})(${JSON.stringify(options)}, (${makeCodec.toString()})(), (${makeBridge.toString()})(${key}, "isolated"), ${source ?? "null"}) })()`,
  };
}
