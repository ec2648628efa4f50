/** A way that is drawn up while the one in use changes. */
import { describe, expect, it } from "vitest";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import { identityName, secretsName } from "../../main/core/settings.ts";
import { createConnection } from "../../main/settings/desk-connection.ts";
import type { DeskParts } from "../../main/settings/desk-parts.ts";
import { profileId } from "../../main/settings/kaspi.ts";
import { NOTHING_STORED, type StoredProvider } from "../../main/settings/stored.ts";
import { memoryVault, PROFILE, silentLog } from "../support/desk.ts";

const { id: _, ...facts } = PROFILE;
const profile = { id: profileId(facts), ...facts };
const secrets = (deviceToken: string): string => JSON.stringify({ deviceToken, headers: '{"X-Gateway":"proof"}' });

describe("a draft", () => {
  it("does not bring back the device token of before a registration by hand", async () => {
    const provider: StoredProvider = {
      name: "kaspi",
      profile,
      organization: null,
      min: 100,
      max: 100_000,
      certificateExpires: null,
      unfinished: false,
    };
    const vault = memoryVault({
      [secretsName(profile.id)]: secrets("old"),
      [identityName(profile.id)]: JSON.stringify({ cert: null, key: null, passphrase: null, ca: [] }),
    });
    const merchant = { name: "Дүкен №1", bin: profile.bin, address: null, supportPhone: null };
    const parts = {
      log: silentLog,
      inUse: { stored: { ...NOTHING_STORED, merchant, providers: [provider] }, organization: null },
      bank: kaspi,
      trials: {
        identity: () => null,
        ask: async () => ({ ok: true, answer: { kind: "alive" }, ms: 1 }),
      },
      requests: { match: async () => null },
      stores: {
        clock: { now: () => 0 },
        vault,
        journal: { profiles: async () => [profile], commit: async () => ({ head: 0, seqs: {} }) },
      },
      running: {
        busy: () => false,
        async registerAgain() {
          await vault.put({ [secretsName(profile.id)]: secrets("new") });
          return { ok: true, value: null };
        },
        async swap(change: () => Promise<void>) {
          await change();
          return null;
        },
      },
      forgetIdentity: () => undefined,
    } as unknown as DeskParts;
    const connection = createConnection(parts);
    await connection.change({ limits: { min: "1.00", max: "500.00" } });
    await connection.registerAgain();
    await connection.apply();
    expect(parts.inUse.stored.providers).toMatchObject([{ profile: { id: profile.id }, max: 50_000 }]);
    expect(await vault.get(secretsName(profile.id))).toContain('"deviceToken":"new"');
  });
});
