/** The places of the vault's key that are plain bytes: a systemd credential, a private file apart from the data, the environment. */
import { existsSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { privateDirectory, readableByOthers, readIfThere, writePrivately } from "./files.ts";
import type { KeyPlace } from "./key-order.ts";
import { VaultUnreadable } from "./vault.ts";

const CREDENTIAL = "qabyl-vault-key";
export const VAULT_KEY_VARIABLE = "QABYL_VAULT_KEY";
const KEY_BYTES = 32;

/** What systemd hands over to this unit alone (LoadCredential=, SetCredentialEncrypted=): 32 bytes, or those in Base64. */
export function credentialPlace(env: NodeJS.ProcessEnv): KeyPlace | null {
  const file = env["CREDENTIALS_DIRECTORY"] === undefined ? null : join(env["CREDENTIALS_DIRECTORY"], CREDENTIAL);
  if (file === null || !existsSync(file)) return null;
  return {
    kind: "systemd-credential",
    name: `systemd credential ${CREDENTIAL}`,
    async read() {
      const bytes = (await readIfThere(file)) ?? Buffer.alloc(0);
      return bytes.length === KEY_BYTES
        ? bytes
        : decodeKey(bytes.toString("latin1"), `the systemd credential ${CREDENTIAL}`);
    },
  };
}

/** QABYL_VAULT_KEY, in Base64; it is taken out of `env` at once. */
export function environmentPlace(env: NodeJS.ProcessEnv): KeyPlace | null {
  const given = env[VAULT_KEY_VARIABLE];
  delete env[VAULT_KEY_VARIABLE];
  if (given === undefined || given === "") return null;
  return {
    kind: "environment",
    name: `environment ${VAULT_KEY_VARIABLE}`,
    read: async () => decodeKey(given, `the environment's ${VAULT_KEY_VARIABLE}`),
  };
}

/** A 0600 file; refused inside `dataDir`, or where others can read it. */
export function filePlace(path: string, dataDir: string): KeyPlace {
  return {
    kind: "key-file",
    name: `key file ${path}`,
    async read() {
      // A copy of the data folder (a backup, a stolen disk image of it) must not carry the key.
      if (inside(path, dataDir))
        throw new VaultUnreadable(`the vault's key ${path} would lie inside the data folder it protects`);
      const stored = await readIfThere(path);
      if (stored === null) return null;
      if (await readableByOthers(path)) throw new VaultUnreadable(`others can read the vault's key: chmod 600 ${path}`);
      return decodeKey(stored.toString("latin1"), `the key file ${path}`);
    },
    async write(key) {
      await privateDirectory(dirname(path));
      await writePrivately(path, `${key.toString("base64")}\n`);
    },
  };
}

/** 32 bytes from Base64. Throws VaultUnreadable, which names `where` and holds nothing of the text. */
export function decodeKey(text: string, where: string): Buffer {
  const trimmed = text.trim();
  const bytes = Buffer.from(trimmed, "base64");
  if (bytes.length !== KEY_BYTES || !/^[A-Za-z0-9+/_-]+={0,2}$/.test(trimmed)) {
    throw new VaultUnreadable(`${where} is not ${KEY_BYTES} bytes in Base64`);
  }
  return bytes;
}

// --- helpers ---

function inside(path: string, folder: string): boolean {
  const way = relative(resolve(folder), resolve(path));
  return way !== "" && !way.startsWith("..") && resolve(folder, way) === resolve(path);
}
