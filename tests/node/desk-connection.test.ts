/** A way that is drawn up while the one in use changes. */
import { describe, expect, it } from "vitest";
import type { Vault } from "../../main/core/ports.ts";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import { identityName, secretsName } from "../../main/core/settings.ts";
import { factsOf, type OpenedClient } from "../../main/settings/certificates/index.ts";
import { createConnection } from "../../main/settings/desk-connection.ts";
import { createHalykQrDesk } from "../../main/settings/desk-halyk.ts";
import type { DeskParts } from "../../main/settings/desk-parts.ts";
import { profileId } from "../../main/settings/profile-id.ts";
import { NOTHING_STORED, type StoredProvider } from "../../main/settings/stored.ts";
import { memoryVault, PROFILE, silentLog } from "../support/desk.ts";
import { testCa } from "../support/shop.ts";

const { id: _, ...facts } = PROFILE;
const profile = { id: profileId(facts), ...facts };
const secrets = (deviceToken: string): string => JSON.stringify({ deviceToken, headers: '{"X-Gateway":"proof"}' });

const provider: StoredProvider = {
  name: "kaspi",
  profile,
  organization: null,
  min: 100,
  max: 100_000,
  certificateExpires: null,
  unfinished: false,
  invoices: null,
  events: false,
  given: {},
};
const merchant = { name: "Дүкен №1", bin: profile.bin, address: null, supportPhone: null };

/** A desk whose bank answers to everything, on a vault of its own. */
function deskOf(vault: Vault, providers: readonly StoredProvider[], forgotten: string[] = []): DeskParts {
  return {
    log: silentLog,
    inUse: { stored: { ...NOTHING_STORED, merchant, providers }, organization: null },
    bank: () => kaspi,
    trials: {
      identity: () => null,
      ask: async () => ({ ok: true, answer: { kind: "alive" }, ms: 1 }),
    },
    requests: { match: async () => null },
    stores: {
      clock: { now: () => 0 },
      vault,
      journal: {
        profiles: async () => providers.map((one) => one.profile),
        commit: async () => ({ head: 0, seqs: {} }),
      },
    },
    running: {
      busy: () => false,
      refresh: () => undefined,
      async registerAgain() {
        await vault.put({ [secretsName(profile.id)]: secrets("new") });
        return { ok: true, value: null };
      },
      async swap(change: () => Promise<void>) {
        await change();
        return null;
      },
    },
    forgetIdentity: (name: string) => void forgotten.push(name),
  } as unknown as DeskParts;
}
const halykQr: StoredProvider = {
  ...provider,
  name: "halykQr",
  profile: {
    ...profile,
    id: "halyk-1",
    provider: "halykQr",
    scheme: null,
    tradePoint: null,
    device: "92059431",
    options: { channel: "SMART_POS", scanSeconds: "180", pollSeconds: "3", skipFin: "N", amountAsString: "false" },
  },
  invoices: { from: 1, to: 999_999 },
};
const NOBODY = { cert: null, key: null, passphrase: null, ca: [] };

describe("a draft", () => {
  it("does not bring back the device token of before a registration by hand", async () => {
    const vault = memoryVault({
      [secretsName(profile.id)]: secrets("old"),
      [identityName(profile.id)]: JSON.stringify(NOBODY),
    });
    const parts = deskOf(vault, [provider]);
    const connection = createConnection(parts);
    await connection.change({ limits: { min: "1.00", max: "500.00" } });
    await connection.registerAgain();
    await connection.apply();
    expect(parts.inUse.stored.providers).toMatchObject([{ profile: { id: profile.id }, max: 50_000 }]);
    expect(await vault.get(secretsName(profile.id))).toContain('"deviceToken":"new"');
  });
});

describe("a renewed certificate", () => {
  it("is Kaspi's alone: the other bank stays as it was, in the settings and in the vault", async () => {
    const vault = memoryVault({
      [secretsName(profile.id)]: secrets("old"),
      [identityName(profile.id)]: JSON.stringify(NOBODY),
      [secretsName("halyk-1")]: '{"username":"shop","password":"p"}',
      [identityName("halyk-1")]: JSON.stringify(NOBODY),
    });
    const parts = deskOf(vault, [provider, halykQr]);
    const cert = (await testCa()).root;
    const opened = { cert, key: "key", keyPassphrase: "p" } as unknown as OpenedClient;
    expect(await createConnection(parts).renew(opened)).toBe(true);
    expect(await vault.get(identityName(profile.id))).toContain("BEGIN CERTIFICATE");
    expect(await vault.get(identityName("halyk-1"))).toBe(JSON.stringify(NOBODY));
    const { notAfter } = factsOf(cert);
    expect(parts.inUse.stored.providers).toEqual([{ ...provider, certificateExpires: notAfter }, halykQr]);
  });
});

describe("new roots of Halyk", () => {
  it("are taken up by the next request, of earlier payments too", async () => {
    const vault = memoryVault({
      [secretsName("halyk-1")]: '{"username":"shop","password":"p"}',
      [identityName("halyk-1")]: JSON.stringify(NOBODY),
    });
    const forgotten: string[] = [];
    const desk = createHalykQrDesk(deskOf(vault, [halykQr], forgotten));
    await desk.roots("server", [Buffer.from((await testCa()).root).toString("base64")]);
    await desk.apply();
    expect(await vault.get(identityName("halyk-1"))).toContain("BEGIN CERTIFICATE");
    expect(forgotten).toContain("halyk-1");
  });
});
