/** Provisioning from the file to vault and journal. */
import { createHmac } from "node:crypto";
import { chmod, readFile, symlink, unlink } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import type { Vault } from "../../main/core/ports.ts";
import { identityName, secretsName } from "../../main/core/settings.ts";
import { openPictures, picturesIn } from "../../main/pictures.ts";
import { applyDocument, tokenHash, type Stores } from "../../main/settings/apply.ts";
import { lineOf, ProvisionFailure } from "../../main/settings/failure.ts";
import { isPin } from "../../main/settings/pin.ts";
import { readDocument } from "../../main/settings/read.ts";
import { readStored, settingsFrom, type StoredSettings } from "../../main/settings/stored.ts";
import { buildBundles, type Bundles } from "../support/bundles.ts";
import { memoryVault } from "../support/desk.ts";
import { goodProvision, SECRETS, withField } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";

let bundles: Bundles;
let shop: Shop;
let journal: JournalFile;
let vault: Vault;
let stores: Stores;
let journalPath: string;
let now = Date.UTC(2026, 10, 22);

beforeAll(async () => {
  bundles = await buildBundles(["certificate-worker.cjs"]);
  await openShop().then((first) => first.remove());
});
afterAll(() => bundles.remove());
beforeEach(async () => {
  shop = await openShop();
  now = Date.now();
  journalPath = join(shop.dir, "journal.db");
  const mac = (text: string): string => createHmac("sha256", "chain").update(text).digest("hex");
  journal = await openJournal({ file: journalPath, tillId: "A1", mac, now: () => now });
  vault = memoryVault();
  stores = {
    clock: { now: () => now, mono: () => 0, setTimeout: () => 0, clearTimeout: () => undefined },
    crypto: { mac: (purpose, text) => createHmac("sha256", purpose).update(text).digest("hex"), seal: () => "" },
    journal,
    vault,
    pictures: openPictures(picturesIn(shop.dir)),
    certificateWorker: bundles.path("certificate-worker.cjs"),
  };
});
afterEach(async () => {
  await journal.close();
  await shop.remove();
});

const apply = async (insecure = false) => applyDocument(stores, await readDocument(shop.file, insecure));
async function linesOf(work: () => Promise<unknown> = apply): Promise<string[]> {
  try {
    await work();
    return [];
  } catch (error) {
    if (!(error instanceof ProvisionFailure)) throw error;
    for (const secret of Object.values(SECRETS)) expect(error.message).not.toContain(secret);
    return error.problems.map(lineOf);
  }
}
async function stored(): Promise<StoredSettings> {
  const settings = await readStored(journal);
  if (!settings) throw new Error("nothing was applied");
  return settings;
}
async function profileId(): Promise<string> {
  return (await stored()).providers[0]?.profile.id ?? "";
}

describe("a good file", () => {
  it("becomes the settings of the core", async () => {
    expect(await apply()).toBe("applied");
    const settings = settingsFrom(await stored(), { now, training: false, provisionFile: shop.file });
    expect(settings).toMatchObject({
      mode: "cashier",
      language: "ru",
      timezone: "Asia/Almaty",
      merchant: { name: "Дүкен №1", bin: "180340021791", address: null },
      till: { id: "A1", name: "Касса 1" },
      setupNeeded: false,
      provisionFile: shop.file,
      providers: [
        {
          name: "kaspi",
          min: 100,
          max: 100_000_000,
          blocked: null,
          profile: {
            environment: "test",
            scheme: "2",
            url: "https://mtokentest.kaspi.kz:8544/r2/v01",
            tradePoint: "12",
            device: "GFC-456397",
          },
        },
      ],
    });
    expect(settings.providers[0]?.certificateExpires).toBeGreaterThan(now);
    expect(await journal.profile(await profileId())).toEqual(settings.providers[0]?.profile);
  });

  it("leaves no secret outside the vault", async () => {
    await shop.write(goodProvision({ headers: { "X-Proof": SECRETS.header }, deviceToken: SECRETS.deviceToken }));
    await apply();
    await journal.close();
    for (const name of ["journal.db", "journal.db-wal"]) {
      const content = await readFile(join(shop.dir, name)).catch(() => Buffer.alloc(0));
      for (const secret of Object.values(SECRETS)) expect(content.includes(secret)).toBe(false);
      expect(content.includes("PRIVATE KEY")).toBe(false);
    }
  });

  it("keeps the key encrypted under a passphrase of its own, and not the PFX", async () => {
    await apply();
    const identity = JSON.parse((await vault.get(identityName(await profileId()))) ?? "");
    expect(identity.key).toMatch(/^-----BEGIN ENCRYPTED PRIVATE KEY-----/);
    expect(identity.cert).toMatch(/^-----BEGIN CERTIFICATE-----/);
    expect(identity.ca).toHaveLength(2);
    expect(JSON.stringify(identity)).not.toContain(SECRETS.passphrase);
  });

  it("gives headers and device token to the bank's code", async () => {
    await shop.write(goodProvision({ headers: { "X-Proof": SECRETS.header }, deviceToken: SECRETS.deviceToken }));
    await apply();
    const secrets = JSON.parse((await vault.get(secretsName(await profileId()))) ?? "");
    expect(secrets).toEqual({
      deviceToken: SECRETS.deviceToken,
      headers: JSON.stringify({ "X-Proof": SECRETS.header }),
    });
  });

  it("may bring certificate and key as PEM", async () => {
    await shop.write(goodProvision({ certificate: "certfile.cer", privateKey: "private.key" }));
    expect(await linesOf()).toEqual([]);
  });

  it("may bring an old PFX", async () => {
    await shop.certify({ legacyPfx: true, keyType: "rsa" });
    expect(await linesOf()).toEqual([]);
  });

  it("stores PINs and tokens as hashes that can be checked", async () => {
    await apply();
    const { people, tokens } = await stored();
    expect(people.map(({ id, role }) => [id, role])).toEqual([
      ["admin", "technician"],
      ["t1", "technician"],
    ]);
    for (const [index, pin] of [SECRETS.adminPin, SECRETS.pin].entries()) {
      const hash = people[index]?.pin;
      expect(hash && (await isPin(pin, hash))).toBe(true);
      expect(hash && (await isPin("0000", hash))).toBe(false);
    }
    expect(tokens).toEqual([
      { name: "1c", may: ["pay", "refund", "read"], hash: tokenHash(stores.crypto, SECRETS.token) },
    ]);
  });

  it("takes till.token as a token that pays, refunds and reads", async () => {
    await shop.write(withField(withField(goodProvision(), "till.tokens", []), "till.token", SECRETS.token));
    await apply();
    expect((await stored()).tokens).toMatchObject([{ name: "till", may: ["pay", "refund", "read"] }]);
  });

  it("without a trade point and a device token blocks the button, with the reason", async () => {
    await shop.write(goodProvision({ tradePointId: null }));
    await apply();
    const settings = settingsFrom(await stored(), { now, training: false, provisionFile: null });
    expect(settings.providers[0]?.blocked).toMatchObject({ code: "not_configured", params: { field: "tradePointId" } });
  });

  it("whose certificate has run out since blocks the button, with the reason", async () => {
    await apply();
    const later = now + 6 * 366 * 86_400_000;
    expect(
      settingsFrom(await stored(), { now: later, training: false, provisionFile: null }).providers[0]?.blocked?.code,
    ).toBe("certificate_expired");
  });
});

describe("the three schemes", () => {
  it("1: the key goes to the vault, and no certificate is needed", async () => {
    const { apiKey } = SECRETS;
    await shop.write(
      goodProvision({ scheme: 1, url: undefined, certificate: undefined, passphrase: undefined, ca: [], apiKey }),
    );
    expect(await linesOf()).toEqual([]);
    const id = await profileId();
    expect(JSON.parse((await vault.get(secretsName(id))) ?? "")).toEqual({ apiKey });
    expect(JSON.parse((await vault.get(identityName(id))) ?? "")).toEqual({
      cert: null,
      key: null,
      passphrase: null,
      ca: [],
    });
    const [provider] = (await stored()).providers;
    expect(provider).toMatchObject({ certificateExpires: null, profile: { scheme: "1", bin: "180340021791" } });
  });

  it("3: one organisation by its BIN", async () => {
    await shop.write(goodProvision({ scheme: 3, url: undefined, organizationBin: "012345678901" }));
    expect(await linesOf()).toEqual([]);
    expect((await stored()).providers).toMatchObject([
      { organization: { bin: "012345678901", name: "Дүкен №1" }, profile: { scheme: "3", bin: "012345678901" } },
    ]);
  });

  it("3: several organisations behind one certificate, one of them in use", async () => {
    const organizations = [
      { bin: "180340021791", name: "Дүкен", deviceId: "D-1", tradePointId: "12" },
      { bin: "020440001239", name: "Кофейня", deviceId: "D-2", tradePointId: "31", deviceToken: SECRETS.deviceToken },
    ];
    const own = { deviceId: undefined, tradePointId: undefined, deviceToken: undefined };
    await shop.write(goodProvision({ scheme: 3, url: undefined, organizations, ...own }));
    expect(await linesOf()).toEqual([]);
    const settings = await stored();
    expect(settings.providers.map(({ profile: { bin, device, tradePoint } }) => [bin, device, tradePoint])).toEqual([
      ["180340021791", "D-1", "12"],
      ["020440001239", "D-2", "31"],
    ]);
    for (const { profile } of settings.providers) {
      expect(await journal.profile(profile.id)).toEqual(profile);
      expect(await vault.get(identityName(profile.id))).toContain("ENCRYPTED PRIVATE KEY");
    }
    expect(await vault.get(secretsName(settings.providers[1]?.profile.id ?? ""))).toContain(SECRETS.deviceToken);
    const more = { now, training: false, provisionFile: null };
    const used = (organization: string | null) => settingsFrom(settings, { ...more, organization }).providers;
    expect(used(null)).toMatchObject([{ organization: { name: "Дүкен" } }]);
    expect(used("020440001239")).toMatchObject([{ organization: { name: "Кофейня" } }]);
    expect(used("990000000001")).toMatchObject([{ organization: { name: "Дүкен" } }]);
    const twice = [organizations[0], { ...organizations[1], bin: "180340021791" }];
    await shop.write(goodProvision({ scheme: 3, url: undefined, organizations: twice, ...own }));
    expect(await linesOf()).toEqual(["providers.kaspi.organizations[1].bin: is used twice"]);
  });

  it("another scheme, environment or BIN begins without a token, and the old profile keeps its own", async () => {
    await apply();
    const first = await profileId();
    await vault.put({ [secretsName(first)]: JSON.stringify({ deviceToken: "of-the-first" }) });
    for (const change of [
      { scheme: 3, organizationBin: "180340021791" },
      { environment: "production", url: "https://qrapi.kaspi.kz:8544/r2/v01" },
    ]) {
      await shop.write(goodProvision(change));
      await apply();
      expect(await profileId()).not.toBe(first);
      expect(await vault.get(secretsName(await profileId()))).toBe("{}");
    }
    await shop.write(withField(goodProvision(), "merchant.bin", "020440001239"));
    await apply();
    expect(await vault.get(secretsName(await profileId()))).toBe("{}");
    expect(await vault.get(secretsName(first))).toContain("of-the-first");
    await shop.write(goodProvision());
    await apply();
    expect(await vault.get(secretsName(await profileId()))).toContain("of-the-first");
  });

  it("a renewed certificate is also that of earlier profiles at the same address, and of no other owner's", async () => {
    await apply();
    const first = await profileId();
    await shop.write(withField(goodProvision(), "merchant.bin", "020440001239"));
    await apply();
    const foreign = await profileId();
    const certOf = async (id: string) => JSON.parse((await vault.get(identityName(id))) ?? "").cert as string;
    const old = await certOf(first);
    await shop.certify({}, true);
    await shop.write(goodProvision({ tradePointId: "31" }));
    await apply();
    expect(await certOf(await profileId())).not.toBe(old);
    expect(await certOf(first)).toBe(await certOf(await profileId()));
    expect(await certOf(foreign)).toBe(old);
  });
});

describe("the limit above which a refund needs a PIN", () => {
  const limit = async () => settingsFrom(await stored(), { now, training: false, provisionFile: null }).refundPinAbove;
  it("is 20 000 unless the file says otherwise, and none where nobody has a PIN", async () => {
    await apply();
    expect(await limit()).toBe(2_000_000);
    await shop.write({ ...goodProvision(), refund: { pinAbove: "500.50" } });
    await apply();
    expect(await limit()).toBe(50_050);
    await shop.write({ ...goodProvision(), refund: { pinAbove: null } });
    await apply();
    expect(await limit()).toBeNull();
    await shop.write({ ...goodProvision(), adminPin: undefined, people: [] });
    await apply();
    expect(await limit()).toBeNull();
  });
  it("holds for what an earlier version has stored", async () => {
    await apply();
    const { refundPinAbove: _, providers, ...rest } = await stored();
    const older = { ...rest, providers: providers.map(({ organization: __, ...provider }) => provider) };
    await journal.commit({ at: now, meta: { settings: JSON.stringify(older) } });
    expect(await limit()).toBe(2_000_000);
    expect((await stored()).providers[0]?.organization).toBeNull();
  });
});

describe("a file is applied", () => {
  it("once while nothing changes", async () => {
    expect(await apply()).toBe("applied");
    expect(await apply()).toBe("unchanged");
  });
  it("again when its content differs by a byte", async () => {
    await apply();
    await shop.write(`${JSON.stringify(goodProvision())}\n`);
    expect(await apply()).toBe("applied");
  });
  it("again when a file it names differs", async () => {
    await apply();
    await shop.certify({}, true);
    expect(await apply()).toBe("applied");
    await shop.put("kbs_ca.crt", await readFile(join(shop.dir, "kbs_root_ca.crt")));
    expect(await apply()).toBe("applied");
  });
  it("again after a crash between vault and journal", async () => {
    const broken: Stores = { ...stores, journal: { ...journal, commit: () => Promise.reject(new Error("power cut")) } };
    await expect(applyDocument(broken, await readDocument(shop.file, false))).rejects.toThrow("power cut");
    expect(await readStored(journal)).toBeNull();
    expect(await apply()).toBe("applied");
  });
  it("whole: a provider that is absent is off, and its old payments can still be asked about", async () => {
    await apply();
    const id = await profileId();
    await shop.write(withField(goodProvision(), "providers", {}));
    await apply();
    expect((await stored()).providers).toEqual([]);
    expect(await journal.profile(id)).not.toBeNull();
    expect(await vault.get(identityName(id))).not.toBeNull();
  });
  it("without taking away the device that the till has registered", async () => {
    await apply();
    const name = secretsName(await profileId());
    await vault.put({ [name]: JSON.stringify({ deviceToken: "registered-by-the-till" }) });
    await shop.write(goodProvision({ limits: { min: "5.00", max: "10.00" } }));
    await apply();
    expect(JSON.parse((await vault.get(name)) ?? "")).toEqual({ deviceToken: "registered-by-the-till" });
  });
  it("under another profile when a fact of it changes", async () => {
    await apply();
    const first = await profileId();
    await shop.write(goodProvision({ deviceId: "OTHER-1" }));
    await apply();
    expect(await profileId()).not.toBe(first);
  });
  it("with its language, whatever was chosen on the screen before", async () => {
    await journal.commit({ at: now, meta: { language: "kk" } });
    await apply();
    expect(await journal.meta("language")).toBeNull();
  });
});

describe("a certificate that cannot be used", () => {
  const KASPI = "providers.kaspi";
  it("wrong passphrase: passphrase", async () => {
    await shop.write(goodProvision({ passphrase: "not-the-one" }));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.passphrase: .*passphrase does not open it`)]);
  });
  it("no passphrase: passphrase", async () => {
    await shop.write(goodProvision({ passphrase: undefined }));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.passphrase: `)]);
  });
  it("wrong passphrase of a PEM key: passphrase", async () => {
    await shop.write(
      goodProvision({ certificate: "certfile.cer", privateKey: "private.key", passphrase: "not-the-one" }),
    );
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.passphrase: `)]);
  });
  it("not a certificate: certificate", async () => {
    await shop.put("certfile.pfx", "hello");
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.certificate: .*not a certificate file`)]);
  });
  it("cut short: certificate", async () => {
    await shop.put("certfile.pfx", (await readFile(join(shop.dir, "certfile.pfx"))).subarray(0, 500));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.(certificate|passphrase): `)]);
  });
  it("expired: certificate", async () => {
    await shop.certify({ notBefore: new Date(now - 20 * 86_400_000), days: 10 });
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.certificate: .*no longer valid`)]);
  });
  it("not valid yet: certificate", async () => {
    await shop.certify({ notBefore: new Date(now + 20 * 86_400_000) });
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.certificate: .*not valid yet`)]);
  });
  it("for servers: certificate", async () => {
    await shop.certify({ usage: "serverAuth" });
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.certificate: .*not issued for this use`)]);
  });
  it("another key: privateKey", async () => {
    await shop.certify({ mismatchedKey: true });
    await shop.write(goodProvision({ certificate: "certfile.cer", privateKey: "private.key" }));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.privateKey: .*another certificate`)]);
  });
  it("PEM without a key: privateKey", async () => {
    await shop.write(goodProvision({ certificate: "certfile.cer" }));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.privateKey: `)]);
  });
  it("a key beside a PFX: privateKey", async () => {
    await shop.write(goodProvision({ privateKey: "private.key" }));
    expect(await linesOf()).toEqual([expect.stringMatching(`^${KASPI}.privateKey: does not belong to a PFX`)]);
  });
  it("the till's own certificate as root, and a wrong passphrase: both named", async () => {
    await shop.write(goodProvision({ ca: ["kbs_root_ca.crt", "certfile.cer"], passphrase: "not-the-one" }));
    expect((await linesOf()).map((line) => line.split(": ")[0])).toEqual([`${KASPI}.ca[1]`, `${KASPI}.passphrase`]);
  });
});

describe("a file that cannot be read", () => {
  it("is not there", async () => {
    await unlink(shop.file);
    expect(await linesOf()).toEqual(["(the file): no such file"]);
  });
  it("is a folder", async () =>
    expect(await linesOf(() => readDocument(shop.dir, false))).toEqual(["(the file): is not a file"]));
  it("is too large", async () => {
    await shop.write(" ".repeat(300_000));
    expect(await linesOf()).toEqual(["(the file): is larger than 256 KiB"]);
  });
  it.each([0o644, 0o640, 0o660, 0o604])("is readable by others (%o), unless that was asked for", async (mode) => {
    await chmod(shop.file, mode);
    expect(await linesOf()).toEqual([expect.stringContaining("can be read by others")]);
    expect(await linesOf(() => apply(true))).toEqual([]);
  });
  it("is reached over a link with others' rights", async () => {
    await chmod(shop.file, 0o644);
    await symlink(shop.file, join(shop.dir, "link.json"));
    expect(await linesOf(() => readDocument(join(shop.dir, "link.json"), false))).toEqual([
      expect.stringContaining("can be read by others"),
    ]);
  });
  it.each<[string, string | Uint8Array, RegExp]>([
    ["is empty", "", /is empty/],
    ["is no JSON", `{"version":1,"adminPin":${SECRETS.pin}x}`, /line 1, column \d+/],
    ["ends too early", '{"version":1,', /not JSON/],
    ["holds NaN", '{\n"version":NaN}', /line 2, column \d+/],
    ["holds a comment", '{ // hello\n"version":1}', /line 1/],
    ["is UTF-16", Buffer.from("\ufeff{}", "utf16le"), /UTF-8/],
  ])("%s", async (_, content, words) => {
    await shop.write(content);
    expect(await linesOf()).toEqual([expect.stringMatching(words)]);
  });
  it("has a key twice, at any depth", async () => {
    const text = JSON.stringify(goodProvision())
      .replace('"deviceId"', '"passphrase":"other","deviceId"')
      .replace('"may":', '"name":"x","may":');
    await shop.write(text);
    expect(await linesOf()).toEqual([
      "till.tokens[0].name: is given twice",
      "providers.kaspi.passphrase: is given twice",
    ]);
  });
  it("with a byte order mark is read all the same", async () => {
    await shop.write(`\ufeff${JSON.stringify(goodProvision())}`);
    expect(await linesOf()).toEqual([]);
  });
  it("names files that are not there, each", async () => {
    await unlink(join(shop.dir, "certfile.pfx"));
    await unlink(join(shop.dir, "kbs_ca.crt"));
    expect(await linesOf()).toEqual([
      "providers.kaspi.certificate: no such file",
      "providers.kaspi.ca[1]: no such file",
    ]);
  });
});
