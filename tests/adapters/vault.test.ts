import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeKeySource, type NodeKeyOptions } from "../../main/adapters/key-order.ts";
import { openCrypto, openVault, VaultUnreadable } from "../../main/adapters/vault.ts";
import type { KeySource } from "../../main/adapters/vault.ts";
import { wrappedKeySource } from "../../main/adapters/wrapped-key.ts";
import type { SafeStorage } from "../../main/adapters/wrapped-key.ts";
import { temporaryFolder } from "./support/folder.ts";

const folder = await temporaryFolder();
let count = 0;
const place = (): string => join(folder, `${++count}`);
const fixed = (key = randomBytes(32), name = "test"): KeySource => ({
  kind: "key-file",
  name,
  warning: null,
  key: async () => key,
});

describe("the vault", () => {
  test("keeps what was put, over a restart, and nothing of it in clear", async () => {
    const file = join(place(), "vault");
    const keySource = fixed();
    const vault = await openVault({ file, keySource });
    expect(await vault.get("profile/p1")).toBeNull();
    await vault.put({ "profile/p1": "құпия-secret", other: "x" });
    await vault.put({ other: null });
    const again = await openVault({ file, keySource });
    expect([await again.get("profile/p1"), await again.get("other")]).toEqual(["құпия-secret", null]);
    const stored = await readFile(file, "utf8");
    expect(stored).not.toMatch(/secret|profile/);
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readdir(join(file, ".."))).toEqual(["vault"]);
  });

  test("names like the language's own are names like any other", async () => {
    const file = join(place(), "vault");
    const keySource = fixed();
    const vault = await openVault({ file, keySource });
    expect(await vault.get("constructor")).toBeNull();
    await vault.put(JSON.parse('{"__proto__":"a"}') as Record<string, string>);
    expect(await (await openVault({ file, keySource })).get("__proto__")).toBe("a");
  });

  test("writes one after the other, each whole", async () => {
    const file = join(place(), "vault");
    const keySource = fixed();
    const vault = await openVault({ file, keySource });
    await Promise.all(Array.from({ length: 20 }, (_, n) => vault.put({ [`n${n}`]: `${n}` })));
    const again = await openVault({ file, keySource });
    for (let n = 0; n < 20; n++) expect(await again.get(`n${n}`)).toBe(`${n}`);
  });

  test("a failed write changes nothing, here and on disk, and the next one works", async () => {
    const dir = place();
    const file = join(dir, "vault");
    const keySource = fixed();
    const vault = await openVault({ file, keySource });
    await vault.put({ a: "1" });
    await expect(vault.put({ a: 2n as unknown as string })).rejects.toThrow();
    expect(await vault.get("a")).toBe("1");
    await vault.put({ b: "2" });
    expect(await (await openVault({ file, keySource })).get("a")).toBe("1");
  });

  test("says in words that the key is another one, or that the file was changed", async () => {
    const file = join(place(), "vault");
    const keySource = fixed();
    await (await openVault({ file, keySource })).put({ a: "1" });
    const stored = await readFile(file, "utf8");
    await expect(openVault({ file, keySource: fixed(undefined, "a new computer") })).rejects.toThrow(
      /another key \(test\).*a new computer/,
    );

    const envelope = JSON.parse(stored) as Record<string, string>;
    const flip = (text: string): string => {
      const bytes = Buffer.from(text, "base64");
      bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
      return bytes.toString("base64");
    };
    const short = Buffer.from(envelope["tag"] ?? "", "base64")
      .subarray(0, 4)
      .toString("base64");
    const changes: [string, unknown][] = Object.entries({
      data: flip(envelope["data"] ?? ""),
      tag: flip(envelope["tag"] ?? ""),
      nonce: flip(envelope["nonce"] ?? ""),
      version: 0,
    });
    for (const [name, value] of [...changes, ["tag", short] as const]) {
      await writeFile(file, JSON.stringify({ ...envelope, [name]: value }));
      await expect(openVault({ file, keySource }), name).rejects.toThrow(/changed or damaged/);
    }
    await writeFile(file, JSON.stringify({ ...envelope, version: 2 }));
    await expect(openVault({ file, keySource })).rejects.toThrow(/newer version/);
    for (const text of ["", "null", "{}", stored.slice(0, 100)]) {
      await writeFile(file, text);
      await expect(openVault({ file, keySource })).rejects.toThrow(VaultUnreadable);
    }
    await writeFile(file, stored);
    expect(await (await openVault({ file, keySource })).get("a")).toBe("1");
  });

  test("gives the core two different fingerprint keys, the same for ever", async () => {
    const file = join(place(), "vault");
    const keySource = fixed();
    const first = await openCrypto(await openVault({ file, keySource }));
    const second = await openCrypto(await openVault({ file, keySource }));
    expect(first.mac("chain", "ә")).toMatch(/^[0-9a-f]{64}$/);
    expect(first.mac("chain", "ә")).toBe(second.mac("chain", "ә"));
    expect(first.mac("request", "ә")).toBe(second.mac("request", "ә"));
    expect(first.mac("chain", "ә")).not.toBe(first.mac("request", "ә"));
  });
});

/** Without the system's key store; with it: vault-store.test.ts. */
const keyFileSource = (options: NodeKeyOptions): KeySource => nodeKeySource({ store: null, ...options });

describe("the key of the Node host", () => {
  const text = randomBytes(32).toString("base64");

  test("comes from systemd before its file before the environment, and leaves the environment", async () => {
    const dataDir = place();
    const credentials = place();
    await mkdir(credentials, { recursive: true });
    const env: NodeJS.ProcessEnv = { CREDENTIALS_DIRECTORY: credentials, QABYL_VAULT_KEY: text };
    const given = keyFileSource({ dataDir, env: { ...env }, configDir: place() });
    expect((await given.key(true)).toString("base64")).toBe(text);
    expect(given.name).toMatch(/environment/);
    const configDir = place();
    const own = await keyFileSource({ dataDir, env: {}, configDir }).key(true);
    const filed = keyFileSource({ dataDir, env: { ...env }, configDir });
    expect([await filed.key(true), filed.kind]).toEqual([own, "key-file"]);
    await writeFile(join(credentials, "qabyl-vault-key"), Buffer.alloc(32, 7));
    const source = keyFileSource({ dataDir, env, configDir });
    expect(source.name).toMatch(/systemd/);
    expect(await source.key(false)).toEqual(Buffer.alloc(32, 7));
    expect(env["QABYL_VAULT_KEY"]).toBeUndefined();
    await writeFile(join(credentials, "qabyl-vault-key"), `${text}\n`);
    expect((await source.key(false)).toString("base64")).toBe(text);
  });

  test("is refused when it is no key", async () => {
    const of = (value: string) =>
      keyFileSource({ dataDir: place(), env: { QABYL_VAULT_KEY: value }, configDir: place() }).key(true);
    expect((await of(text)).toString("base64")).toBe(text);
    await expect(of("short")).rejects.toThrow(/32 bytes in Base64/);
    await expect(of(`${text}=!`)).rejects.toThrow(VaultUnreadable);
  });

  test("in a file is made once, private, outside the data folder, one for each", async () => {
    const configDir = place();
    const source = keyFileSource({ dataDir: "/srv/a", env: {}, configDir });
    await expect(source.key(false)).rejects.toThrow(/missing/);
    const key = await source.key(true);
    expect(await source.key(false)).toEqual(key);
    expect(await keyFileSource({ dataDir: "/srv/b", env: {}, configDir }).key(true)).not.toEqual(key);
    const keys = join(configDir, "qabyl", "vault-keys");
    const [first = ""] = await readdir(keys);
    expect((await stat(keys)).mode & 0o077).toBe(0);
    expect((await stat(join(keys, first))).mode & 0o077).toBe(0);
    await expect(keyFileSource({ dataDir: configDir, env: {}, configDir }).key(true)).rejects.toThrow(
      /inside the data folder/,
    );
  });

  test.skipIf(process.platform === "win32")("in a file that others can read is refused", async () => {
    const configDir = place();
    const source = keyFileSource({ dataDir: "/srv/a", env: {}, configDir });
    await source.key(true);
    const keys = join(configDir, "qabyl", "vault-keys");
    const [name = ""] = await readdir(keys);
    await chmod(join(keys, name), 0o640);
    await expect(source.key(false)).rejects.toThrow(/chmod 600/);
  });
});

describe("the key of the Electron host", () => {
  function storage(more: Partial<SafeStorage> = {}): SafeStorage & { wrapped: string[] } {
    const wrapped: string[] = [];
    return {
      wrapped,
      available: async () => true,
      backend: () => "gnome_libsecret",
      encrypt: async (text) => {
        wrapped.push(text);
        return Buffer.from(text).reverse();
      },
      decrypt: async (bytes) => ({ text: Buffer.from(bytes).reverse().toString(), reencrypt: false }),
      ...more,
    };
  }

  test("F1: is random, wrapped by the system, wrapped again when it says so, and the same after a restart", async () => {
    const file = join(place(), "vault.key");
    const system = storage();
    await expect(wrappedKeySource({ file, storage: system }).key(false)).rejects.toThrow(/missing/);
    const key = await wrappedKeySource({ file, storage: system }).key(true);
    expect(key).toHaveLength(32);
    expect(await wrappedKeySource({ file, storage: system }).key(false)).toEqual(key);
    expect(await readFile(file, "latin1")).not.toContain(key.toString("base64"));
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(system.wrapped).toHaveLength(1);
    const better = storage({
      decrypt: async (bytes) => ({ text: Buffer.from(bytes).reverse().toString(), reencrypt: true }),
    });
    expect(await wrappedKeySource({ file, storage: better }).key(false)).toEqual(key);
    expect(better.wrapped).toEqual([key.toString("base64")]);
  });

  test("F2: warns loudly where the system has no key store, and says what failed", async () => {
    const file = join(place(), "vault.key");
    expect(wrappedKeySource({ file, storage: storage() }).warning).toBeNull();
    expect(wrappedKeySource({ file, storage: storage({ backend: () => "basic_text" }) }).warning).toMatch(
      /no key store/,
    );
    await expect(
      wrappedKeySource({ file, storage: storage({ available: async () => false }) }).key(true),
    ).rejects.toThrow(/not available/);
    await wrappedKeySource({ file, storage: storage() }).key(true);
    const foreign = storage({ decrypt: async () => Promise.reject(new Error("no")) });
    await expect(wrappedKeySource({ file, storage: foreign }).key(false)).rejects.toThrow(VaultUnreadable);
  });
});
