/** Child process of the lock test: takes the lock, says so, and waits to be killed. */
import { writeSync } from "node:fs";
import { takeLock } from "../../../main/adapters/lock.ts";

try {
  const lock = await takeLock(process.argv[2] ?? "");
  writeSync(1, "held\n");
  process.stdin.resume();
  process.stdin.on("end", () => lock.release());
} catch (error) {
  writeSync(1, `${(error as Error).name}\n`);
}
