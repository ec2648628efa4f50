import type { ServerResponse } from "node:http";
import type { Snapshots } from "../../contract/customer.ts";
import type { View } from "../../contract/snapshot.ts";
import type { Core } from "../core/index.ts";

const KEEP_ALIVE = 10_000;
/** A page that takes nothing for this long is gone. */
const STUCK = 60_000;

/** Streams snapshots as lines of JSON. For a slow reader only the newest is kept: each holds everything. */
export function streamSnapshots(core: Core, view: View, response: ServerResponse, gone: () => void): void {
  response.writeHead(200, {
    "content-type": "application/x-ndjson; charset=utf-8",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.flushHeaders();
  let waiting: Snapshots[View] | null = null;
  let stuck: NodeJS.Timeout | null = null;

  const write = (snapshot: Snapshots[View]): void => {
    if (response.write(`${JSON.stringify(snapshot)}\n`)) return;
    stuck ??= setTimeout(() => response.destroy(), STUCK);
  };
  response.on("drain", () => {
    if (stuck) clearTimeout(stuck);
    stuck = null;
    const newest = waiting;
    waiting = null;
    if (newest) write(newest);
  });
  const stop = core.watch(view, (snapshot) => {
    if (response.writableNeedDrain) waiting = snapshot;
    else write(snapshot);
  });
  const timer = setInterval(() => {
    if (!response.writableNeedDrain) response.write("\n");
  }, KEEP_ALIVE);
  response.on("error", () => response.destroy());
  response.on("close", () => {
    clearInterval(timer);
    if (stuck) clearTimeout(stuck);
    stop();
    gone();
  });
}
