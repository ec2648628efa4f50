import { readFileSync } from "node:fs";
import { arch, cpus, loadavg, platform, release, totalmem, version } from "node:os";

/** The machine in a line each; a figure without it means nothing. */
export function machine() {
  const [first] = cpus();
  return {
    processor: `${first?.model.trim() ?? "unknown"}, ${cpus().length} cores`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
    system: `${systemName()}, ${platform()} ${release()}, ${arch()}`,
  };
}

function systemName() {
  try {
    return /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync("/etc/os-release", "utf8"))?.[1] ?? version();
  } catch {
    return version();
  }
}

/** Programs that want a processor, a minute's mean, for each core; null where the system does not tell. */
export function load() {
  return platform() === "win32" ? null : Number(loadavg()[0]) / cpus().length;
}
