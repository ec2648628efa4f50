import fs from "node:fs";

/**
 * What tells a running process from a later one with the same number (its start time, where the system tells it); null
 * when it does not run. A zombie, dead but not yet collected by its parent, does not run.
 */
export function processMark(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EPERM") return null;
  }
  try {
    const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
    return fields[0] === "Z" ? null : (fields[19] ?? "");
  } catch {
    return fs.existsSync("/proc/self/stat") ? null : "";
  }
}
