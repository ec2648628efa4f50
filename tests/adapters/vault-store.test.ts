/** The order of the places that may have the vault's key, and the operating system's key store as one of them. */
import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nodeKeySource, type KeyPlace } from "../../main/adapters/key-order.ts";
import { systemKeyStore } from "../../main/adapters/os-key-store.ts";
import { openVault, VaultUnreadable, type KeySource } from "../../main/adapters/vault.ts";
import { temporaryFolder } from "./support/folder.ts";
import { startSecretService, type SecretService } from "./support/secret-service.ts";

const folder = await temporaryFolder();
let count = 0;
const place = (): string => join(folder, `${++count}`);
const LABEL = "0".repeat(32);

interface Store extends KeyPlace {
  key: Buffer | null;
  asked: number;
}
/** A key store in the place of the system's. */
function storeOf(key: Buffer | null, more: Partial<KeyPlace> = {}): Store {
  const store: Store = {
    kind: "os-key-store",
    name: "system key store test",
    key,
    asked: 0,
    async read() {
      store.asked += 1;
      return store.key;
    },
    async write(made) {
      store.key = made;
    },
    ...more,
  };
  return store;
}
const refuses = (): Store =>
  storeOf(null, {
    read: () => Promise.reject(new VaultUnreadable("the system key store (test) cannot be used: locked")),
    write: () => Promise.reject(new VaultUnreadable("the system key store (test) cannot be used: locked")),
  });

const KEYS = {
  "systemd-credential": Buffer.alloc(32, 1),
  "os-key-store": Buffer.alloc(32, 2),
  "key-file": Buffer.alloc(32, 3),
  environment: Buffer.alloc(32, 4),
} as const;
type Where = keyof typeof KEYS;
const ORDER = Object.keys(KEYS) as Where[];

/** A source for one data folder, whose places have these keys. */
async function source(
  dataDir: string,
  having: Partial<Record<Where, Buffer>>,
  store = storeOf(null),
): Promise<KeySource> {
  const config = join(dataDir, "..", `config-of-${dataDir.split("/").at(-1)}`);
  const env: NodeJS.ProcessEnv = {};
  if (having["systemd-credential"]) {
    env["CREDENTIALS_DIRECTORY"] = place();
    await mkdir(env["CREDENTIALS_DIRECTORY"]);
    await writeFile(join(env["CREDENTIALS_DIRECTORY"], "qabyl-vault-key"), having["systemd-credential"]);
  }
  if (having.environment) env["QABYL_VAULT_KEY"] = having.environment.toString("base64");
  store.key = having["os-key-store"] ?? store.key;
  const made = nodeKeySource({ dataDir, env, configDir: config, store });
  if (having["key-file"]) {
    const name = /key file (.*)/.exec(nodeKeySource({ dataDir, env: {}, configDir: config, store: null }).name)?.[1];
    if (name === undefined) throw new Error("no path of a key file");
    await mkdir(join(name, ".."), { recursive: true, mode: 0o700 });
    await writeFile(name, having["key-file"].toString("base64"), { mode: 0o600 });
  }
  return made;
}

describe("a new vault", () => {
  it.each(ORDER.map((_, index) => ORDER.slice(index)))("takes the key of %s before all others", async (...having) => {
    const [best = "environment"] = having;
    const keys = await source(place(), Object.fromEntries(having.map((where) => [where, KEYS[where]])));
    expect(await keys.key(true)).toEqual(KEYS[best]);
    expect(keys.kind).toBe(best);
  });
  it("without any has one made in the key store, else in a file, and the same ever after", async () => {
    const dataDir = place();
    const store = storeOf(null);
    const first = await source(dataDir, {}, store);
    const key = await first.key(true);
    expect([first.kind, store.key]).toEqual(["os-key-store", key]);
    expect(await (await source(dataDir, {}, store)).key(false)).toEqual(key);

    for (const bad of [refuses(), storeOf(null, { write: async () => undefined }), null]) {
      const other = place();
      const made = nodeKeySource({ dataDir: other, env: {}, configDir: `${other}-config`, store: bad });
      const own = await made.key(true);
      expect(made.kind).toBe("key-file");
      expect(
        await nodeKeySource({ dataDir: other, env: {}, configDir: `${other}-config`, store: null }).key(false),
      ).toEqual(own);
    }
  });
  it("is not begun with another key where the given one is none", async () => {
    const env = { QABYL_VAULT_KEY: "short" };
    await expect(nodeKeySource({ dataDir: place(), env, configDir: place(), store: null }).key(true)).rejects.toThrow(
      /QABYL_VAULT_KEY is not 32 bytes/,
    );
    expect(env).toEqual({});
  });
});

describe("a vault that is there", () => {
  it.each(ORDER)("opens with the key of %s that locked it, whatever the other places have by now", async (where) => {
    const dataDir = place();
    const file = join(dataDir, "vault");
    const vault = await openVault({ file, keySource: await source(dataDir, { [where]: KEYS[where] }) });
    await vault.put({ a: "1" });
    const others = Object.fromEntries(ORDER.map((one) => [one, one === where ? KEYS[where] : randomBytes(32)]));
    const keySource = await source(dataDir, others);
    expect(await (await openVault({ file, keySource })).get("a")).toBe("1");
    expect(keySource.kind).toBe(where);
  });
  it("opens after its key was moved to a better place", async () => {
    const dataDir = place();
    const file = join(dataDir, "vault");
    await (
      await openVault({ file, keySource: await source(dataDir, { environment: KEYS.environment }) })
    ).put({ a: "1" });
    const moved = await source(dataDir, { "systemd-credential": KEYS.environment });
    expect(await (await openVault({ file, keySource: moved })).get("a")).toBe("1");
    expect(moved.kind).toBe("systemd-credential");
  });
  it("asks the key store only where it was locked from there, or nothing else opens it", async () => {
    const dataDir = place();
    const file = join(dataDir, "vault");
    await (
      await openVault({ file, keySource: await source(dataDir, { environment: KEYS.environment }) })
    ).put({ a: "1" });
    const store = storeOf(null);
    await openVault({ file, keySource: await source(dataDir, { environment: KEYS.environment }, store) });
    expect(store.asked).toBe(0);
    store.key = KEYS.environment;
    await openVault({ file, keySource: await source(dataDir, {}, store) });
    expect(store.asked).toBe(1);
  });
  it("is never given a new key, and says what each place answered", async () => {
    const dataDir = place();
    const file = join(dataDir, "vault");
    const keySource = await source(dataDir, { environment: KEYS.environment });
    await (await openVault({ file, keySource })).put({ a: "1" });
    const before = await readFile(file, "utf8");
    const opened = openVault({ file, keySource: await source(dataDir, { "key-file": KEYS["key-file"] }, refuses()) });
    await expect(opened).rejects.toThrow(
      /locked with another key \(environment QABYL_VAULT_KEY\).*QABYL_VAULT_KEY: is not there any more; key file .*has another key; .*cannot be used: locked/,
    );
    await expect(opened).rejects.not.toThrow(KEYS["key-file"].toString("base64"));
    expect(await readFile(file, "utf8")).toBe(before);
  });
});

describe("whether the system has a key store", () => {
  const of = (platform: NodeJS.Platform, env: NodeJS.ProcessEnv): string | null =>
    systemKeyStore({ platform, env, folder: place(), label: LABEL })?.name ?? null;
  it("is seen without asking it", async () => {
    expect(of("linux", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" })).toBe("system key store Secret Service");
    expect(of("linux", {})).toBeNull();
    const runtime = place();
    expect(of("linux", { XDG_RUNTIME_DIR: runtime })).toBeNull();
    await mkdir(runtime);
    await writeFile(join(runtime, "bus"), "");
    expect(of("linux", { XDG_RUNTIME_DIR: runtime })).toBe("system key store Secret Service");
    expect(of("darwin", {})).toBe("system key store keychain");
    expect(of("win32", {})).toBe("system key store Windows data protection");
    expect(of("freebsd", { DBUS_SESSION_BUS_ADDRESS: "unix:path=/none" })).toBeNull();
  });
  it.each(["linux", "darwin", "win32"] as const)("on %s can be denied", (platform) => {
    expect(of(platform, { DBUS_SESSION_BUS_ADDRESS: "unix:path=/none", QABYL_KEY_STORE: "none" })).toBeNull();
  });
});

/** Programs that are called as the system's own are; each writes down its arguments. */
const FAKES = {
  linux: `case $1 in
    lookup) shift; cat "$KEPT" 2>/dev/null || exit 1;;
    store) cat > "$KEPT";;
    esac`,
  darwin: `case $1 in
    find-generic-password) cat "$KEPT" 2>/dev/null || { echo "could not be found" >&2; exit 44; };;
    -i) read -r line; case $line in "add-generic-password -U -s qabyl-vault-key -a "*) echo "\${line##* -w }" > "$KEPT";; esac;;
    esac`,
  win32: `case "$*" in
    *::Protect*) cat > "$KEPT"; printf d3JhcHBlZA==;;
    *::Unprotect*) [ "$(cat)" = d3JhcHBlZA== ] && cat "$KEPT";;
    esac`,
} as const;

describe.skipIf(process.platform === "win32").each(Object.keys(FAKES) as (keyof typeof FAKES)[])(
  "the key store of %s",
  (platform) => {
    async function fake(body: string): Promise<{ store: KeyPlace; said: string; dir: string }> {
      const dir = place();
      await mkdir(dir);
      const program = join(dir, "program");
      const said = join(dir, "said");
      await writeFile(program, `#!/bin/sh\nprintf '%s\\n' "$*" >> "$SAID"\n${body}\n`);
      await chmod(program, 0o755);
      const env = { PATH: process.env["PATH"], DBUS_SESSION_BUS_ADDRESS: "x", SAID: said, KEPT: join(dir, "kept") };
      const store = systemKeyStore({ platform, env, folder: dir, label: LABEL, program });
      if (store === null) throw new Error("no store");
      return { store, said, dir };
    }

    it("keeps a key and gives it back; the key is in no argument", async () => {
      const { store, said, dir } = await fake(FAKES[platform]);
      const key = randomBytes(32);
      expect(await store.read()).toBeNull();
      await store.write?.(key);
      expect(await store.read()).toEqual(key);
      const told = await readFile(said, "utf8");
      expect(told.trim().split("\n").length).toBeGreaterThan(1);
      for (const form of [key.toString("base64").slice(0, 20), key.toString("hex").slice(0, 20)])
        expect(told).not.toContain(form);
      const files = (await readdir(dir)).filter((name) => name.endsWith(".dpapi"));
      expect(files).toEqual(platform === "win32" ? [`${LABEL}.dpapi`] : []);
      for (const name of files) expect((await stat(join(dir, name))).mode & 0o077).toBe(0);
    });
    it.each([
      ["cannot be reached", "echo 'no such service' >&2; exit 1", /cannot be used: no such service/],
      ["is locked", "kill -9 $$", /did not answer/],
      ["gives something else", "echo nonsense", /32 bytes in Base64/],
    ])("that %s is said in words", async (_, body, words) => {
      const { store, dir } = await fake(body);
      if (platform === "win32") await writeFile(join(dir, `${LABEL}.dpapi`), "d3JhcHBlZA==");
      const reading = store.read();
      await expect(reading).rejects.toThrow(VaultUnreadable);
      await expect(reading).rejects.toThrow(words);
    });
    it("without its program is said in words", async () => {
      const env = { PATH: "/nowhere", DBUS_SESSION_BUS_ADDRESS: "x" };
      const dir = place();
      await mkdir(dir);
      await writeFile(join(dir, `${LABEL}.dpapi`), "d3JhcHBlZA==");
      const store = systemKeyStore({ platform, env, folder: dir, label: LABEL, program: "/nowhere/at-all" });
      await expect(store?.read()).rejects.toThrow(/\/nowhere\/at-all: ENOENT/);
    });
  },
);

describe.runIf(process.platform === "linux")("a real Secret Service", () => {
  let service: SecretService;
  beforeAll(async () => {
    service = await startSecretService(place(), { unlocked: true });
  }, 240_000);
  afterAll(() => service.stop());

  it("keeps the key of a new vault, one for each data folder, and opens it after a restart", async () => {
    const [dataDir, config] = [place(), place()];
    const file = join(dataDir, "vault");
    const keys = (dir: string): KeySource =>
      nodeKeySource({ dataDir: dir, env: { ...service.env }, configDir: config });
    const made = keys(dataDir);
    await (await openVault({ file, keySource: made })).put({ a: "1" });
    expect(made.kind).toBe("os-key-store");
    await expect(stat(config)).rejects.toThrow("ENOENT");
    const again = keys(dataDir);
    expect(await (await openVault({ file, keySource: again })).get("a")).toBe("1");
    expect(again.name).toBe("system key store Secret Service");
    const other = keys(place());
    expect(await other.key(true)).not.toEqual(await again.key(false));
  });
  it("that is locked and has nobody to ask leaves a new vault to the key file, at once", async () => {
    const locked = await startSecretService(place(), { unlocked: false });
    try {
      const begun = Date.now();
      const keys = nodeKeySource({ dataDir: place(), env: { ...locked.env }, configDir: place() });
      expect(await keys.key(true)).toHaveLength(32);
      expect(keys.kind).toBe("key-file");
      expect(Date.now() - begun).toBeLessThan(10_000);
    } finally {
      await locked.stop();
    }
  });
});
