/**
 * How a start script gets in: DIR/launch.json (0600) holds the till's address with a fresh key, DIR/customer.json that of the
 * customer's display while the settings have one. The script deletes the file and waits until it is there again: that is the
 * demand, and it works the same on every system.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { View } from "../../contract/snapshot.ts";
import { writePrivately } from "../adapters/files.ts";
import { writeNow } from "../adapters/write-now.ts";
import { KEY_LIFE, type Keys } from "./keys.ts";

const LOOK = 250;

/** The page of each view below the screen's address. */
const PAGE: Readonly<Record<View, string>> = { cashier: "", customer: "customer.html" };
const FILE: Readonly<Record<View, string>> = { cashier: "launch.json", customer: "customer.json" };

export interface Launch {
  close(): Promise<void>;
}

/** Where a page of this view is opened with a key, once. `origin` is the screen's address. */
export function addressOf(origin: string, view: View, key: string): string {
  return `${origin}/${PAGE[view]}?key=${key}`;
}

/** Writes the file now, and again whenever it has been taken away. */
export function keepLaunchFile(dir: string, origin: string, keys: Keys): Promise<Launch> {
  return keepFile(dir, origin, keys, "cashier", () => true);
}

/** The same for the customer's display; while none is `wanted` there is no file. */
export function keepCustomerFile(dir: string, origin: string, keys: Keys, wanted: () => boolean): Promise<Launch> {
  return keepFile(dir, origin, keys, "customer", wanted);
}

async function keepFile(dir: string, origin: string, keys: Keys, view: View, wanted: () => boolean): Promise<Launch> {
  const path = join(dir, FILE[view]);
  const follow = async (): Promise<void> => {
    if (!wanted()) return rm(path, { force: true });
    const validUntil = new Date(Date.now() + KEY_LIFE).toISOString();
    const content = { url: addressOf(origin, view, keys.issue(view)), validUntil, pid: process.pid };
    await writePrivately(path, `${JSON.stringify(content)}\n`);
  };
  await follow();
  let following: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (following || existsSync(path) === wanted()) return;
    following = follow()
      .catch(() => undefined) // a full disk: the next look tries again
      .finally(() => {
        following = null;
      });
  }, LOOK);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await following;
      await rm(path, { force: true });
    },
  };
}

/** Tells a kiosk's script that a technician has let the till go: it closes its browser and ends. */
export function tellLeft(dir: string): void {
  try {
    writeNow(join(dir, "left"), `${new Date().toISOString()}\n`);
  } catch {
    // A full disk: the technician ends the script himself.
  }
}
