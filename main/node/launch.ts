/**
 * How a kiosk's start script gets in: DIR/launch.json (0600) holds the address with a fresh key. The script deletes the
 * file and waits until it is there again: that is the demand, and it works the same on every system.
 */
import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writePrivately } from "../adapters/files.ts";
import { KEY_LIFE, type Keys } from "./keys.ts";

const LOOK = 250;

export interface Launch {
  close(): Promise<void>;
}

/** Writes the file now, and again whenever it has been taken away. `origin` is the screen's address. */
export async function keepLaunchFile(dir: string, origin: string, keys: Keys): Promise<Launch> {
  const path = join(dir, "launch.json");
  const write = async (): Promise<void> => {
    const validUntil = new Date(Date.now() + KEY_LIFE).toISOString();
    const content = { url: `${origin}/?key=${keys.issue()}`, validUntil, pid: process.pid };
    await writePrivately(path, `${JSON.stringify(content)}\n`);
  };
  await write();
  let writing = false;
  const timer = setInterval(() => {
    if (writing || existsSync(path)) return;
    writing = true;
    write()
      .catch(() => undefined) // a full disk: the next look tries again
      .finally(() => {
        writing = false;
      });
  }, LOOK);
  timer.unref();
  return {
    async close() {
      clearInterval(timer);
      await rm(path, { force: true });
    },
  };
}
