import { join } from "node:path";
import { safeStorage } from "electron";
import { wrappedKeySource } from "../adapters/wrapped-key.ts";
import type { KeySource } from "../stores.ts";

/** The vault's key wrapped by the operating system, by the asynchronous calls: the others are deprecated (checklist F1). */
export function safeStorageKey(dir: string): KeySource {
  return wrappedKeySource({
    file: join(dir, "vault.key"),
    storage: {
      available: () => safeStorage.isAsyncEncryptionAvailable(),
      encrypt: (text) => safeStorage.encryptStringAsync(text),
      async decrypt(bytes) {
        const { result, shouldReEncrypt } = await safeStorage.decryptStringAsync(bytes);
        return { text: result, reencrypt: shouldReEncrypt };
      },
      backend: () => (process.platform === "linux" ? safeStorage.getSelectedStorageBackend() : process.platform),
    },
  });
}
