/** The key cards are encrypted with, and what came encrypted. */
import {
  constants,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  privateDecrypt,
  type KeyObject,
} from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Config } from "./config.ts";

/** Made once in a process: 4096 bits take seconds. */
const made = new Map<number, Promise<KeyObject>>();

function makeKey(modulusLength: number): Promise<KeyObject> {
  const key =
    made.get(modulusLength) ??
    promisify(generateKeyPair)("rsa", { modulusLength }).then(({ privateKey }) => privateKey);
  made.set(modulusLength, key);
  return key;
}

export class CardKey {
  #config: Config;
  #dir: string | null;
  #bits = 0;
  #key: Promise<KeyObject> | null = null;
  #ready: KeyObject | null = null;

  /** `dir`: where the key is kept; null: nowhere. */
  constructor(config: Config, dir: string | null) {
    this.#config = config;
    this.#dir = dir;
  }

  /** Reads the kept key, or makes one. */
  async ready(): Promise<KeyObject> {
    const { rsaBits } = this.#config;
    if (this.#key === null || this.#bits !== rsaBits) {
      this.#bits = rsaBits;
      this.#key = this.#keptOrMade(rsaBits);
    }
    this.#ready = await this.#key;
    return this.#ready;
  }

  /** `public.rsa` in the configured form: which one the bank serves is not documented. Only after ready(). */
  publicText(): string {
    if (this.#ready === null) throw new Error("the key is not made yet");
    const key = createPublicKey(this.#ready);
    const base64 = key.export({ type: "spki", format: "der" }).toString("base64");
    switch (this.#config.keyForm) {
      case "spki-line":
        return base64;
      case "spki-as-pkcs1": {
        const lines = base64.match(/.{1,64}/g) ?? [];
        return ["-----BEGIN RSA PUBLIC KEY-----", ...lines, "-----END RSA PUBLIC KEY-----", ""].join("\n");
      }
      case "pkcs1":
        return key.export({ type: "pkcs1", format: "pem" }) as string;
      case "spki":
        return key.export({ type: "spki", format: "pem" }) as string;
    }
  }

  /** The text of a cryptogram; null for anything that was not encrypted with this key as PKCS#1 v1.5. */
  open(cryptogram: string): string | null {
    if (this.#ready === null || !/^[A-Za-z0-9+/]+={0,2}$/.test(cryptogram)) return null;
    // Node refuses to decrypt with RSA_PKCS1_PADDING (CVE-2023-46809): the padding is taken off by hand.
    let block: Buffer;
    try {
      const key = { key: this.#ready, padding: constants.RSA_NO_PADDING };
      block = privateDecrypt(key, Buffer.from(cryptogram, "base64"));
    } catch {
      return null;
    }
    const end = block.indexOf(0, 2);
    if (block[0] !== 0 || block[1] !== 2 || end < 10) return null;
    return block.subarray(end + 1).toString("utf8");
  }

  async #keptOrMade(bits: number): Promise<KeyObject> {
    const path = this.#dir === null ? null : join(this.#dir, `epay-${bits}.key`);
    if (path !== null && existsSync(path)) return createPrivateKey(readFileSync(path, "utf8"));
    const key = await makeKey(bits);
    if (path !== null) writeFileSync(path, key.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    return key;
  }
}
