import type * as Electron from "electron";
import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { record } from "../record.ts";
import { settings } from "../settings.ts";
import { strict } from "../strict.ts";
import { isReady, requireReady } from "./lifecycle.ts";

type Backend = ReturnType<Electron.SafeStorage["getSelectedStorageBackend"]>;

export interface SafeStorageState {
  available: boolean;
  backend: Backend;
  /** Every decryption says that the data should be encrypted again. */
  shouldReEncrypt: boolean;
}

export const safeStorageState: SafeStorageState = {
  available: true,
  backend: "gnome_libsecret",
  shouldReEncrypt: false,
};

const PREFIX = Buffer.from("v12");
let folder: () => string = () => process.cwd();

/** The keyring stands beside the profile, so that a vault copied to another profile does not open. */
export function setKeyringFolder(getFolder: () => string): void {
  folder = getFolder;
}

function key(): Buffer {
  const file = settings.keyring ?? path.join(folder(), "harness-keyring");
  if (!fs.existsSync(file)) fs.writeFileSync(file, randomBytes(32).toString("hex"), { mode: 0o600 });
  return createHash("sha256").update(fs.readFileSync(file)).digest();
}

function requireKeyring(): void {
  requireReady("safeStorage cannot be used before app is ready");
  if (!safeStorageState.available) throw new Error("Encryption is not available.");
}

function deprecated(name: string): never {
  throw new Error(`harness: safeStorage.${name} is deprecated since Electron 45; use the asynchronous one`);
}

export const safeStorage = strict("safeStorage", {
  async isAsyncEncryptionAvailable(): Promise<boolean> {
    requireReady("safeStorage cannot be used before app is ready");
    return safeStorageState.available;
  },
  async encryptStringAsync(plainText: string): Promise<Buffer> {
    requireKeyring();
    record("safeStorage.encryptStringAsync", plainText.length);
    const iv = randomBytes(12);
    const cipher = createCipheriv("aes-256-gcm", key(), iv);
    const body = Buffer.concat([cipher.update(plainText, "utf8"), cipher.final()]);
    return Buffer.concat([PREFIX, iv, cipher.getAuthTag(), body]);
  },
  async decryptStringAsync(encrypted: Buffer): Promise<Electron.DecryptStringAsyncReturnValue> {
    requireKeyring();
    const data = Buffer.from(encrypted);
    const failed = new Error("Error while decrypting the ciphertext provided to safeStorage.decryptStringAsync.");
    if (data.length < 31 || !data.subarray(0, 3).equals(PREFIX)) throw failed;
    try {
      const decipher = createDecipheriv("aes-256-gcm", key(), data.subarray(3, 15));
      decipher.setAuthTag(data.subarray(15, 31));
      const result = Buffer.concat([decipher.update(data.subarray(31)), decipher.final()]).toString("utf8");
      return { shouldReEncrypt: safeStorageState.shouldReEncrypt, result };
    } catch {
      throw failed;
    }
  },
  getSelectedStorageBackend: (): Backend => (isReady() ? safeStorageState.backend : "unknown"),
  isEncryptionAvailable: (): boolean => deprecated("isEncryptionAvailable"),
  encryptString: (_plainText: string): Buffer => deprecated("encryptString"),
  decryptString: (_encrypted: Buffer): string => deprecated("decryptString"),
});

safeStorage satisfies Pick<Electron.SafeStorage, keyof typeof safeStorage>;
