/** The vault's key for the Node host: handed over by the system, or in a private file apart from the data. */
import { createHash, randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { privateDirectory, readableByOthers, readIfThere, writePrivately } from "./files.ts";
import { VaultUnreadable } from "./vault.ts";
import type { KeySource } from "./vault.ts";

const CREDENTIAL = "qabyl-vault-key";
const VARIABLE = "QABYL_VAULT_KEY";
const KEY_BYTES = 32;

export interface KeyFileOptions {
  readonly dataDir: string;
  /** The key is taken out of it, so that no child process and no crash report inherits it. */
  readonly env?: NodeJS.ProcessEnv;
  /** The user's folder for settings; the system's own by default. */
  readonly configDir?: string;
}

/** The first there is of: a systemd credential, QABYL_VAULT_KEY (Base64), a 0600 file outside the data folder. */
export function keyFileSource({ dataDir, env = process.env, configDir }: KeyFileOptions): KeySource {
  const given = env[VARIABLE];
  delete env[VARIABLE];

  const credential = env["CREDENTIALS_DIRECTORY"] === undefined ? null : join(env["CREDENTIALS_DIRECTORY"], CREDENTIAL);
  if (credential !== null && existsSync(credential)) {
    return {
      kind: "systemd-credential",
      name: `systemd credential ${CREDENTIAL}`,
      warning: null,
      async key() {
        const bytes = (await readIfThere(credential)) ?? Buffer.alloc(0);
        return bytes.length === KEY_BYTES
          ? bytes
          : decode(bytes.toString("latin1"), `the systemd credential ${CREDENTIAL}`);
      },
    };
  }
  if (given !== undefined && given !== "") {
    return {
      kind: "environment",
      name: `environment ${VARIABLE}`,
      warning: null,
      key: async () => decode(given, `the environment's ${VARIABLE}`),
    };
  }
  return fromFile(keyPath(dataDir, configDir ?? configFolder(env)), dataDir);
}

// --- helpers ---

function keyPath(dataDir: string, configDir: string): string {
  const name = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 32);
  return join(configDir, "qabyl", "vault-keys", `${name}.key`);
}

function fromFile(path: string, dataDir: string): KeySource {
  return {
    kind: "key-file",
    name: `key file ${path}`,
    warning: null,
    async key(mayCreate) {
      // A copy of the data folder (a backup, a stolen disk image of it) must not carry the key.
      if (inside(path, dataDir))
        throw new VaultUnreadable(`the vault's key ${path} would lie inside the data folder it protects`);
      const stored = await readIfThere(path);
      if (stored !== null) {
        if (await readableByOthers(path))
          throw new VaultUnreadable(`others can read the vault's key: chmod 600 ${path}`);
        return decode(stored.toString("latin1"), `the key file ${path}`);
      }
      if (!mayCreate) throw new VaultUnreadable(`the vault's key is missing: ${path}`);
      const made = randomBytes(KEY_BYTES);
      await privateDirectory(dirname(path));
      await writePrivately(path, `${made.toString("base64")}\n`);
      return made;
    },
  };
}

function inside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== "" && !way.startsWith("..") && resolve(folder, way) === resolve(path);
}

function configFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32") return env["APPDATA"] ?? join(homedir(), "AppData", "Roaming");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support");
  return env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}

function decode(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "base64");
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed)) {
    throw new VaultUnreadable(`${where} is not ${KEY_BYTES} bytes in Base64`);
  }
  return bytes;
}
