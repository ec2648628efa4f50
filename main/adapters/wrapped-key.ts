/** The vault's key for Electron: random, kept beside the vault, wrapped by the operating system's key store. */
import { randomBytes } from "node:crypto";
import { dirname } from "node:path";
import { privateDirectory, readIfThere, writePrivately } from "./files.ts";
import { VaultUnreadable } from "./vault.ts";
import type { KeySource } from "./vault.ts";

/** Electron's asynchronous safeStorage, as the host adapts it (electron-checklist F1). */
export interface SafeStorage {
  available(): Promise<boolean>;
  encrypt(text: string): Promise<Buffer>;
  /** `reencrypt`: the system has a better key by now. */
  decrypt(bytes: Buffer): Promise<{ readonly text: string; readonly reencrypt: boolean }>;
  /** Name of the key store; `basic_text` is Linux without one: a password that everybody knows. */
  backend(): string;
}

const KEY_BYTES = 32;

/** A key source on the system's key store. Look at its `warning`: it must reach the technician. */
export function wrappedKeySource({
  file,
  storage,
}: {
  readonly file: string;
  readonly storage: SafeStorage;
}): KeySource {
  const backend = storage.backend();
  const warning =
    backend === "basic_text"
      ? "this computer has no key store: whoever can read the data folder can read the bank's secrets. Install and unlock GNOME Keyring or KWallet."
      : null;
  const wrap = async (text: string): Promise<void> =>
    writePrivately(file, (await storage.encrypt(text)).toString("base64"));

  return {
    kind: backend === "basic_text" ? "plain" : "os-key-store",
    name: `system key store ${backend}`,
    warning,
    async key(mayCreate) {
      if (!(await storage.available()))
        throw new VaultUnreadable(`the system's key store (${backend}) is not available`);
      const stored = await readIfThere(file);
      if (stored === null) {
        if (!mayCreate) throw new VaultUnreadable(`the vault's wrapped key is missing: ${file}`);
        const made = randomBytes(KEY_BYTES);
        await privateDirectory(dirname(file));
        await wrap(made.toString("base64"));
        return made;
      }
      const opened = await unwrap(storage, Buffer.from(stored.toString("latin1"), "base64"));
      if (opened.reencrypt) await wrap(opened.text);
      return Buffer.from(opened.text, "base64");
    },
  };
}

// --- helpers ---

async function unwrap(storage: SafeStorage, bytes: Buffer): Promise<{ text: string; reencrypt: boolean }> {
  try {
    return await storage.decrypt(bytes);
  } catch (error) {
    throw new VaultUnreadable(
      `the system's key store (${storage.backend()}) cannot open the vault's key: another user, or another computer?`,
      error,
    );
  }
}
