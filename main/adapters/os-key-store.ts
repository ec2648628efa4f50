/**
 * The operating system's key store by the system's own program (docs/adr/0043): Secret Service (GNOME Keyring, KWallet), the
 * macOS keychain, Windows' data protection. The key goes over pipes, never in arguments, which everybody can read.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { privateDirectory, readIfThere, writePrivately } from "./files.ts";
import { decodeKey } from "./key-file.ts";
import type { KeyPlace } from "./key-order.ts";
import { VaultUnreadable } from "./vault.ts";

export interface KeyStoreOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform?: NodeJS.Platform;
  /** For a wrapped key that the system keeps no place for (Windows). */
  readonly folder: string;
  /** Tells the keys of several data folders apart. */
  readonly label: string;
  /** The program to ask, in place of the system's own. */
  readonly program?: string;
}

const SERVICE = "qabyl-vault-key";
/** A locked store asks the person for a password in a window of its own; a till that nobody stands at must not wait for that. */
const WITHIN = 10_000;

/** Null where there is none: no session bus, another system, or QABYL_KEY_STORE=none. Nothing is asked yet. */
export function systemKeyStore(options: KeyStoreOptions): KeyPlace | null {
  const { env, platform = process.platform } = options;
  if (env["QABYL_KEY_STORE"] === "none") return null;
  if (platform === "linux") return hasSessionBus(env) ? secretService(options) : null;
  if (platform === "darwin") return keychain(options);
  return platform === "win32" ? dataProtection(options) : null;
}

// --- helpers ---

const place = (system: string, more: Pick<KeyPlace, "read" | "write">): KeyPlace => ({
  kind: "os-key-store",
  name: `system key store ${system}`,
  ...more,
});

/** Where libsecret looks for the bus, without starting one. */
function hasSessionBus(env: NodeJS.ProcessEnv): boolean {
  if (env["DBUS_SESSION_BUS_ADDRESS"]) return true;
  return env["XDG_RUNTIME_DIR"] !== undefined && existsSync(join(env["XDG_RUNTIME_DIR"], "bus"));
}

function secretService({ env, label, program = "secret-tool" }: KeyStoreOptions): KeyPlace {
  const system = "Secret Service";
  const ask = asker(system, program, env);
  const which = ["application", SERVICE, "data-folder", label];
  return place(system, {
    async read() {
      const { code, out, err } = await ask(["lookup", ...which]);
      if (code === 0 && out !== "") return decodeKey(out, `the key in the ${system}`);
      // It ends with 1 for both, and speaks only of what went wrong.
      if (code === 1 && err === "") return null;
      throw trouble(system, err || `${program} ended with ${code}`);
    },
    async write(key) {
      const { code, err } = await ask(["store", "--label=Qabyl", ...which], key.toString("base64"));
      if (code !== 0) throw trouble(system, err || `${program} ended with ${code}`);
    },
  });
}

function keychain({ env, label, program = "/usr/bin/security" }: KeyStoreOptions): KeyPlace {
  const system = "keychain";
  const ask = asker(system, program, env);
  return place(system, {
    async read() {
      const { code, out, err } = await ask(["find-generic-password", "-s", SERVICE, "-a", label, "-w"]);
      if (code === 0) return decodeKey(out, `the key in the ${system}`);
      if (code === 44) return null; // errSecItemNotFound, the last byte of -25300
      throw trouble(system, err || `${program} ended with ${code}`);
    },
    async write(key) {
      // Its commands are read from stdin with -i; the exit code then says nothing, so whoever writes reads back.
      await ask(["-i"], `add-generic-password -U -s ${SERVICE} -a ${label} -w ${key.toString("base64")}\n`);
    },
  });
}

/** Windows keeps no such secret itself: the key lies in a file, wrapped for this user of this computer. */
function dataProtection({ env, folder, label, program }: KeyStoreOptions): KeyPlace {
  const system = "Windows data protection";
  const file = join(folder, `${label}.dpapi`);
  const powershell = join(
    env["SystemRoot"] ?? "C:\\Windows",
    "System32",
    "WindowsPowerShell",
    "v1.0",
    "powershell.exe",
  );
  const ask = asker(system, program ?? powershell, env);
  const run = async (method: "Protect" | "Unprotect", text: string): Promise<string> => {
    const script = [
      "$ErrorActionPreference = 'Stop'",
      "Add-Type -AssemblyName System.Security",
      "$given = [Convert]::FromBase64String([Console]::In.ReadToEnd().Trim())",
      `$made = [Security.Cryptography.ProtectedData]::${method}($given, $null, 'CurrentUser')`,
      "[Console]::Out.Write([Convert]::ToBase64String($made))",
    ].join("; ");
    const { code, out, err } = await ask(["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", script], text);
    if (code !== 0 || out === "") throw trouble(system, err || `PowerShell ended with ${code}`);
    return out;
  };
  return place(system, {
    async read() {
      const wrapped = await readIfThere(file);
      return wrapped && decodeKey(await run("Unprotect", wrapped.toString("latin1")), `the key in ${file}`);
    },
    async write(key) {
      const wrapped = await run("Protect", key.toString("base64"));
      await privateDirectory(dirname(file));
      await writePrivately(file, wrapped);
    },
  });
}

interface Told {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

function asker(system: string, program: string, env: NodeJS.ProcessEnv) {
  return (args: readonly string[], input = ""): Promise<Told> =>
    new Promise((resolve, reject) => {
      const child = spawn(program, args, { env, stdio: ["pipe", "pipe", "pipe"], timeout: WITHIN, windowsHide: true });
      let out = "";
      let err = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
      child.stdin.on("error", () => undefined); // one that ends before it has read
      child.on("error", (error: NodeJS.ErrnoException) =>
        reject(trouble(system, `${program}: ${error.code ?? error.name}`)),
      );
      child.on("close", (code, signal) => {
        if (signal !== null) return reject(trouble(system, `${program} did not answer; is it locked?`));
        resolve({ code, out: out.trim(), err: err.trim() });
      });
      child.stdin.end(input);
    });
}

const trouble = (system: string, detail: string): VaultUnreadable =>
  new VaultUnreadable(`the system key store (${system}) cannot be used: ${detail.slice(0, 200)}`);
