/** Where the vault's key of the Node host comes from: the first place that has it (docs/adr/0043). */
import { createHash, randomBytes } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { credentialPlace, environmentPlace, filePlace } from "./key-file.ts";
import { systemKeyStore } from "./os-key-store.ts";
import { VaultUnreadable, type KeySource, type Locked } from "./vault.ts";

/** One place that may have the key. No message of it may hold the key. */
export interface KeyPlace {
  readonly kind: KeySource["kind"];
  /** For a technician; also written beside the vault, so that a later start knows where to look. */
  readonly name: string;
  /** Null when it has none. Rejects with VaultUnreadable when it cannot be asked, or what it has is no key. */
  read(): Promise<Buffer | null>;
  /** Keeps a key for later starts; absent where somebody else gives it. */
  write?(key: Buffer): Promise<void>;
}

export interface NodeKeyOptions {
  readonly dataDir: string;
  /** The key is taken out of it, so that no child process and no crash report inherits it. */
  readonly env?: NodeJS.ProcessEnv;
  /** The user's folder for settings; the system's own by default. */
  readonly configDir?: string;
  /** The operating system's key store; null: there is none. */
  readonly store?: KeyPlace | null;
}

/**
 * In this order: a systemd credential, the operating system's key store, a 0600 file outside the data folder,
 * QABYL_VAULT_KEY (Base64). A new vault takes the first key there is, or has one made in the first place that keeps it. A vault
 * that exists is opened with the key it was locked with, wherever that is now.
 */
export function nodeKeySource({ dataDir, env = process.env, configDir, store }: NodeKeyOptions): KeySource {
  const folder = join(configDir ?? configFolder(env), "qabyl", "vault-keys");
  const label = createHash("sha256").update(resolve(dataDir)).digest("hex").slice(0, 32);
  const system = store === undefined ? systemKeyStore({ env, folder, label }) : store;
  const places = [
    credentialPlace(env),
    system,
    filePlace(join(folder, `${label}.key`), dataDir),
    environmentPlace(env),
  ].filter((place) => place !== null);
  let found = places.find(({ kind }) => kind !== "os-key-store") as KeyPlace;

  async function key(mayCreate: boolean, locked?: Locked): Promise<Buffer> {
    const had =
      mayCreate || locked === undefined ? await first(places) : await fitting(asked(places, system, locked), locked);
    const { place, key: bytes } = had ?? (mayCreate ? await make(places) : missing(places));
    found = place;
    return bytes;
  }

  return {
    get kind() {
      return found.kind;
    },
    get name() {
      return found.name;
    },
    warning: null,
    key,
  };
}

// --- helpers ---

interface Had {
  readonly place: KeyPlace;
  readonly key: Buffer;
}

/** The key store is asked last where the vault was locked from elsewhere: a locked one puts up a window of its own. */
function asked(places: readonly KeyPlace[], system: KeyPlace | null, { source }: Locked): readonly KeyPlace[] {
  if (system === null || source === system.name) return places;
  return [...places.filter((place) => place !== system), system];
}

/** For a new vault. A given key that is none is not passed over: the vault would be locked with another than was meant. */
async function first(places: readonly KeyPlace[]): Promise<Had | null> {
  for (const place of places) {
    // One that cannot be asked is no hindrance for a new vault: the next place takes the key.
    const key = await (place.kind === "os-key-store" ? place.read().catch(() => null) : place.read());
    if (key !== null) return { place, key };
  }
  return null;
}

async function fitting(places: readonly KeyPlace[], locked: Locked): Promise<Had> {
  const gone = places.every(({ name }) => name !== locked.source);
  const troubles: string[] = gone ? [`${locked.source}: is not there any more`] : [];
  for (const place of places) {
    try {
      const key = await place.read();
      if (key !== null && locked.fits(key)) return { place, key };
      troubles.push(`${place.name}: ${key === null ? "has no key" : "has another key"}`);
    } catch (error) {
      if (!(error instanceof VaultUnreadable)) throw error;
      troubles.push(error.message);
    }
  }
  throw new VaultUnreadable(
    `the vault was locked with another key (${locked.source}) than there is: ${troubles.join("; ")}`,
  );
}

async function make(places: readonly KeyPlace[]): Promise<Had> {
  const key = randomBytes(32);
  for (const place of places) {
    if (!place.write) continue;
    try {
      await place.write(key);
      // What a key store has taken and does not give back would lock the vault for ever.
      if ((await place.read())?.equals(key)) return { place, key };
    } catch (error) {
      if (place.kind !== "os-key-store") throw error;
    }
  }
  throw new VaultUnreadable("no place keeps a key for the vault");
}

function missing(places: readonly KeyPlace[]): never {
  throw new VaultUnreadable(`the vault's key is missing: ${places.map(({ name }) => name).join(", ")}`);
}

function configFolder(env: NodeJS.ProcessEnv): string {
  if (process.platform === "win32") return env["APPDATA"] ?? join(homedir(), "AppData", "Roaming");
  if (process.platform === "darwin") return join(homedir(), "Library", "Application Support");
  return env["XDG_CONFIG_HOME"] || join(homedir(), ".config");
}
