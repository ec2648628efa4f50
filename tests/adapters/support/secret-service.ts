/** A real Secret Service of its own: a session bus, GNOME Keyring with an unlocked collection, nobody's home. */
import { spawn } from "node:child_process";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { ensureKeyring } from "../../../scripts/lib/keyring.mjs";

export interface SecretService {
  readonly env: NodeJS.ProcessEnv;
  stop(): Promise<void>;
}

/** `dir` is for it alone. Without `unlocked` it stands there as after a log-in without a password. */
export async function startSecretService(
  dir: string,
  { unlocked }: { readonly unlocked: boolean },
): Promise<SecretService> {
  await ensureKeyring();
  const runtime = join(dir, "run");
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  const home = { PATH: process.env["PATH"], HOME: dir, XDG_RUNTIME_DIR: runtime };
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], {
    env: home,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: bus.stdout }).once("line", resolve);
    bus.once("exit", (code) => reject(new Error(`dbus-daemon ended with ${code}`)));
    bus.once("error", reject);
  });
  const env = { ...home, DBUS_SESSION_BUS_ADDRESS: address };
  if (unlocked) {
    // It answers before it goes to the background, and ends with its bus.
    const keyring = spawn("gnome-keyring-daemon", ["--unlock", "--components=secrets"], {
      env,
      stdio: ["pipe", "ignore", "ignore"],
    });
    keyring.stdin.end("the password of nobody");
    const code = await new Promise((resolve) => keyring.once("exit", resolve));
    if (code !== 0) throw new Error(`gnome-keyring-daemon ended with ${String(code)}`);
  }
  return {
    env,
    async stop() {
      const gone = new Promise((resolve) => bus.once("exit", resolve));
      if (bus.exitCode === null && bus.kill()) await gone;
    },
  };
}
