/** The vault: one file of named secrets, encrypted at rest, replaced whole with each change. */
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { dirname } from "node:path";
import type { VaultSource } from "../../contract/desk.ts";
import type { Crypto, Vault } from "../core/ports.ts";
import { privateDirectory, readIfThere, writePrivately } from "./files.ts";
import { seal } from "./seal.ts";

/** Where the vault's 32-byte key comes from. */
export interface KeySource {
  readonly kind: VaultSource;
  /** For messages to a technician; no secret. */
  readonly name: string;
  /** Words for a technician when this place protects less than it should; null when all is well. */
  readonly warning: string | null;
  /**
   * Rejects with VaultUnreadable when the key cannot be had; makes one only where a new vault is begun. Where it had to look
   * in several places, what stands above is settled afterwards.
   */
  key(mayCreate: boolean, locked?: Locked): Promise<Buffer>;
}

/** What the vault's file tells of the key that opens it. */
export interface Locked {
  /** Name of the source it came from. */
  readonly source: string;
  fits(key: Buffer): boolean;
}

/** The vault cannot be opened; the message says why in a technician's words. Its file is left as it is. */
export class VaultUnreadable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "VaultUnreadable";
  }
}

const VERSION = 1;
const KEY_BYTES = 32;
const NONCE_BYTES = 12;

interface Envelope {
  readonly purpose: "qabyl-vault";
  readonly version: number;
  /** Fingerprint of the key, to tell another key from a changed file. */
  readonly key: string;
  readonly source: string;
  readonly nonce: string;
  readonly tag: string;
  readonly data: string;
}

/** Opens the vault, or begins an empty one where there is no file. Rejects with VaultUnreadable. */
export async function openVault({
  file,
  keySource,
}: {
  readonly file: string;
  readonly keySource: KeySource;
}): Promise<Vault> {
  await privateDirectory(dirname(file));
  const stored = await readIfThere(file);
  const key = await (stored === null ? keySource.key(true) : keySource.key(false, lockedBy(parse(stored))));
  if (key.length !== KEY_BYTES)
    throw new VaultUnreadable(`the vault's key (${keySource.name}) has ${key.length} bytes instead of ${KEY_BYTES}`);
  let entries: ReadonlyMap<string, string> = stored === null ? new Map() : unlock(stored, key, keySource.name);
  let last: Promise<void> = Promise.resolve();

  return {
    get: async (name) => entries.get(name) ?? null,
    put(changes) {
      const write = async (): Promise<void> => {
        const next = new Map(entries);
        for (const [name, value] of Object.entries(changes)) {
          if (value === null) next.delete(name);
          else next.set(name, value);
        }
        await writePrivately(file, lock(next, key, keySource.name));
        entries = next;
      };
      // One after the other, also behind a failed one: each builds on what is really in the file.
      const done = last.then(write, write);
      last = done.catch(() => undefined);
      return done;
    },
  };
}

/** The keyed fingerprints of the core, with keys made on first use and kept in the vault. */
export async function openCrypto(vault: Vault): Promise<Crypto> {
  const names = { chain: "mac/chain", request: "mac/request" } as const;
  const keys = { chain: await vault.get(names.chain), request: await vault.get(names.request) };
  const made: Record<string, string> = {};
  for (const purpose of ["chain", "request"] as const) {
    if (keys[purpose] !== null) continue;
    keys[purpose] = made[names[purpose]] = randomBytes(KEY_BYTES).toString("base64");
  }
  if (Object.keys(made).length > 0) await vault.put(made);
  const bytes = { chain: Buffer.from(keys.chain ?? "", "base64"), request: Buffer.from(keys.request ?? "", "base64") };
  return { mac: (purpose, text) => createHmac("sha256", bytes[purpose]).update(text, "utf8").digest("hex"), seal };
}

// --- helpers ---

const keyPrint = (key: Buffer): string =>
  createHmac("sha256", key).update("qabyl-vault key").digest("hex").slice(0, 16);

/** What the encryption vouches for besides the content: a file of another kind or version cannot be put in its place. */
const bound = (version: number, print: string): Buffer => Buffer.from(`qabyl-vault\n${version}\n${print}`);

const lockedBy = ({ source, key }: Envelope): Locked => ({
  source,
  fits: (candidate) => candidate.length === KEY_BYTES && keyPrint(candidate) === key,
});

function lock(entries: ReadonlyMap<string, string>, key: Buffer, source: string): string {
  const print = keyPrint(key);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, nonce).setAAD(bound(VERSION, print));
  const data = Buffer.concat([cipher.update(JSON.stringify([...entries]), "utf8"), cipher.final()]);
  const envelope: Envelope = {
    purpose: "qabyl-vault",
    version: VERSION,
    key: print,
    source,
    nonce: nonce.toString("base64"),
    tag: cipher.getAuthTag().toString("base64"),
    data: data.toString("base64"),
  };
  return `${JSON.stringify(envelope)}\n`;
}

function unlock(stored: Buffer, key: Buffer, source: string): Map<string, string> {
  const envelope = parse(stored);
  if (envelope.version > VERSION) throw new VaultUnreadable("the vault was written by a newer version of this program");
  if (envelope.key !== keyPrint(key)) {
    throw new VaultUnreadable(
      `the vault was locked with another key (${envelope.source}); the key at hand comes from: ${source}`,
    );
  }
  try {
    const nonce = Buffer.from(envelope.nonce, "base64");
    const tag = Buffer.from(envelope.tag, "base64");
    // A shorter tag would be accepted and is easier to guess.
    const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: 16 })
      .setAAD(bound(envelope.version, envelope.key))
      .setAuthTag(tag);
    const text = Buffer.concat([decipher.update(Buffer.from(envelope.data, "base64")), decipher.final()]).toString(
      "utf8",
    );
    return new Map(JSON.parse(text) as [string, string][]);
  } catch (error) {
    throw new VaultUnreadable("the vault's file was changed or damaged since this program wrote it", error);
  }
}

function parse(stored: Buffer): Envelope {
  const damaged = new VaultUnreadable("the vault's file is damaged, or is not a vault");
  try {
    const found = JSON.parse(stored.toString("utf8")) as Partial<Envelope> | null;
    const texts = [found?.key, found?.source, found?.nonce, found?.tag, found?.data];
    const whole =
      found?.purpose === "qabyl-vault" &&
      Number.isInteger(found.version) &&
      texts.every((text) => typeof text === "string");
    if (whole) return found as Envelope;
  } catch {
    throw damaged;
  }
  throw damaged;
}
