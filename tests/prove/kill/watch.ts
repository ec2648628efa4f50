/** Stands in the place of the stream of snapshots: the real one, with a boundary before each picture. */
import type { ServerResponse } from "node:http";
import type { View } from "../../../contract/snapshot.ts";
import type { Core } from "../../../main/core/index.ts";
import { streamSnapshots as stream } from "../../../main/node/watch.ts";
import { boundary } from "./boundaries.ts";

export * from "../../../main/node/watch.ts";

export function streamSnapshots(core: Core, view: View, response: ServerResponse, gone: () => void): void {
  const watch: Core["watch"] = (which, listener) =>
    core.watch(which, (snapshot) => {
      boundary("before the screen");
      listener(snapshot);
    });
  stream({ ...core, watch }, view, response, gone);
}
