/** Halyk QR from the provisioning file to vault and journal, beside Kaspi and alone. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { EventSettings } from "../../main/adapters/event-settings.ts";
import type { Profile } from "../../main/core/ports.ts";
import { eventsName, identityName, secretsName } from "../../main/core/settings.ts";
import { applyDocument } from "../../main/settings/apply.ts";
import { pointOfSaleOf } from "../../main/settings/halyk-qr.ts";
import { profileId } from "../../main/settings/profile-id.ts";
import { readDocument } from "../../main/settings/read.ts";
import { settingsFrom, type StoredProvider } from "../../main/settings/stored.ts";
import { PROFILE } from "../support/desk.ts";
import { SECRETS, withField, withHalykQr, type Raw } from "../support/provision.ts";
import { openShop, type Shop } from "../support/shop.ts";
import { openShopStores, type ShopStores } from "../support/shop-stores.ts";

let shop: Shop;
let stores: ShopStores;

beforeEach(async () => {
  shop = await openShop();
  stores = await openShopStores(shop);
});
afterEach(async () => {
  await stores.journal.close();
  await shop.remove();
});

/** Nobody with a PIN: making its hash takes its time. */
const unstaffed = (raw: Raw): Raw => ({ ...raw, adminPin: undefined, people: [] });
const alone = (more: Raw = {}): Raw => unstaffed(withHalykQr(more, { kaspi: false }));
/** Both banks, Kaspi by its key: no certificate has to be opened. */
const both = (more: Raw = {}): Raw =>
  withField(unstaffed(withHalykQr(more)), "providers.kaspi", {
    environment: "test",
    scheme: 1,
    apiKey: SECRETS.apiKey,
    deviceId: "D-1",
    tradePointId: "12",
  });

async function applied(raw: Raw): Promise<StoredProvider> {
  await shop.write(raw);
  expect(await stores.lines()).toEqual([]);
  const provider = (await stores.stored()).providers.find(({ name }) => name === "halykQr");
  if (!provider) throw new Error("Halyk QR was not applied");
  return provider;
}
async function kept<T>(name: string): Promise<T | null> {
  const text = await stores.vault.get(name);
  return text === null ? null : (JSON.parse(text) as T);
}
const events = ({ profile }: StoredProvider) => kept<EventSettings>(eventsName(profile.id));
const settings = async () =>
  settingsFrom(await stores.stored(), { now: stores.clock.now(), training: false, provisionFile: null });

describe("Halyk QR in the file", () => {
  it("becomes a profile whose requests need nothing else", async () => {
    const { profile } = await applied(alone());
    expect(profile).toEqual({
      id: profile.id,
      provider: "halykQr",
      environment: "test",
      scheme: null,
      url: "https://testapi.onlinebank.kz/internal/qr-service/internal",
      bin: "180340021791",
      tradePoint: null,
      device: "92059431",
      options: {
        pointOfSale: "THE KITCHEN",
        channel: "SMART_POS",
        scanSeconds: "180",
        pollSeconds: "3",
        emvMismatch: "warn",
        skipFin: "N",
        amountAsString: "false",
        mpan: "4598958946319737",
      },
    });
    expect(await stores.journal.profile(profile.id)).toEqual(profile);
  });

  it("alone is a shop that is set up, with the till's numbers for the bank and its limits", async () => {
    await applied(alone({ invoiceRange: { from: "100", to: "500" }, limits: { min: "5.00", max: "10000.00" } }));
    expect(await settings()).toMatchObject({
      setupNeeded: false,
      providers: [
        {
          name: "halykQr",
          min: 500,
          max: 1_000_000,
          invoices: { from: 100, to: 500 },
          events: true,
          organization: null,
          certificateExpires: null,
          blocked: null,
        },
      ],
    });
  });

  it("stands behind Kaspi, whatever the order in the file", async () => {
    const { kaspi, halykQr } = both()["providers"] as Raw;
    await applied({ ...both(), providers: { halykQr, kaspi } });
    expect((await settings()).providers.map(({ name }) => name)).toEqual(["kaspi", "halykQr"]);
  });

  it("puts user name, password and roots in the vault, under no certificate of ours", async () => {
    const { profile } = await applied(alone({ ca: ["kbs_root_ca.crt"] }));
    expect(await kept(secretsName(profile.id))).toEqual({ username: "shop", password: SECRETS.halykPassword });
    const root = (await readFile(join(shop.dir, "kbs_root_ca.crt"), "utf8")).trim();
    expect(await kept<{ ca: string[] }>(identityName(profile.id))).toMatchObject({
      cert: null,
      key: null,
      passphrase: null,
      ca: [expect.stringContaining(root.slice(0, 200))],
    });
  });

  it("leaves no secret outside the vault", async () => {
    await applied(both());
    await stores.journal.close();
    for (const name of ["journal.db", "journal.db-wal"]) {
      const content = await readFile(join(shop.dir, name)).catch(() => Buffer.alloc(0));
      for (const secret of Object.values(SECRETS)) expect(content.includes(secret)).toBe(false);
    }
    stores = await openShopStores(shop);
  });

  it("warns of a code that does not fit in test and blocks it in production, unless it says otherwise (Q-58)", async () => {
    const mismatch = async (more: Raw) =>
      (await applied(alone({ emvMismatch: undefined, ...more }))).profile.options["emvMismatch"];
    const production = { environment: "production", url: "https://api.example/qr" };
    expect(await mismatch({})).toBe("warn");
    expect(await mismatch(production)).toBe("block");
    expect(await mismatch({ ...production, emvMismatch: "warn" })).toBe("warn");
  });

  it("warns in training too", async () => {
    await shop.write(alone({ emvMismatch: undefined }));
    await applyDocument(stores, await readDocument(shop.file, false), "training");
    expect((await stores.stored()).providers).toMatchObject([
      { profile: { environment: "training", options: { emvMismatch: "warn" } } },
    ]);
  });

  it("says in Latin letters, 25 at most, where the money is taken (Q-57)", async () => {
    const told = async (more: Raw) => (await applied(alone(more))).profile.options["pointOfSale"];
    expect(await told({ pointOfSale: "Дүкен «Жұлдыз» Қабанбай батыр" })).toBe('Duken "Zhuldyz" Qabanbay');
    expect(await told({ pointOfSale: undefined })).toBe("Duken No1");
  });
  it.each([
    ["食堂", "Дүкен", "92059431", "Duken"],
    [null, "食堂", "92059431", "92059431"],
    ["  ", "Ъ", "92059431", "92059431"],
  ])("never says nothing (%s, %s)", (given, merchant, terminal, said) =>
    expect(pointOfSaleOf(given, merchant, terminal)).toBe(said),
  );

  it("sends the bank's financial document only where the shop makes it itself, and the amount as it is told to", async () => {
    const { profile } = await applied(alone({ makesFinDocument: true, amountAsString: true, mpan: null }));
    expect(profile.options).toMatchObject({ skipFin: "Y", amountAsString: "true" });
    expect(profile.options).not.toHaveProperty("mpan");
  });

  it("has its root files named when they cannot be read or are no roots, beside those of Kaspi", async () => {
    const files = { ca: ["nowhere.crt"], kafka: { brokers: ["k:1"], tls: { ca: ["kbs_ca.crt", "gone.crt"] } } };
    await shop.write(withHalykQr(files));
    expect(await stores.lines()).toEqual([
      "providers.halykQr.ca[0]: no such file",
      "providers.halykQr.kafka.tls.ca[1]: no such file",
    ]);
    await shop.put("text.crt", "hello");
    await shop.write(
      withField(
        both({ ca: ["kbs_root_ca.crt", "text.crt"], kafka: { brokers: ["k:1"], tls: { ca: ["text.crt"] } } }),
        "providers.kaspi.ca",
        ["text.crt"],
      ),
    );
    expect((await stores.lines()).map((line) => line.split(": ")[0])).toEqual([
      "providers.kaspi.ca[0]",
      "providers.halykQr.ca[1]",
      "providers.halykQr.kafka.tls.ca[0]",
    ]);
  });
});

describe("the event stream", () => {
  it("stands in the vault, with a group of this till alone that is made once", async () => {
    const first = await events(await applied(alone()));
    expect(first).toEqual({
      brokers: ["10.0.0.1:9092"],
      topic: "ob-qr-service-status-events",
      groupId: expect.stringMatching(/^qabyl-A1-[0-9a-f]{8}$/),
      tls: { ca: [] },
      sasl: { mechanism: "SCRAM-SHA-256", username: "events", password: SECRETS.brokerPassword },
    });
    const second = await events(await applied(alone({ pollSeconds: 5 })));
    expect(second?.groupId).toBe(first?.groupId);
    const other = await events(await applied(withField(alone(), "till.id", "A2")));
    expect(other?.groupId).toMatch(/^qabyl-A2-/);
  });
  it("takes the group it is given, no TLS, and the roots it names", async () => {
    const kafka = { brokers: ["k1:9092", "k2:9092"], groupId: "till-7" };
    expect(await events(await applied(alone({ kafka })))).toMatchObject({ groupId: "till-7", tls: null, sasl: null });
    const roots = { ...kafka, tls: { ca: ["kbs_root_ca.crt"] } };
    const { tls } = (await events(await applied(alone({ kafka: roots })))) ?? { tls: null };
    expect(tls?.ca).toEqual([expect.stringContaining("BEGIN CERTIFICATE")]);
  });
  it("goes from the vault with the profile that is left, and with the bank", async () => {
    const first = await applied(alone());
    const second = await applied(alone({ pollSeconds: 5 }));
    expect(second.profile.id).not.toBe(first.profile.id);
    expect(await events(first)).toBeNull();
    expect(await events(second)).not.toBeNull();
    await applied(alone({ pollSeconds: 5, kafka: null }));
    expect(await events(second)).toBeNull();
    expect((await settings()).providers).toMatchObject([{ events: false }]);
    const third = await applied(alone());
    await shop.write({ ...alone(), providers: {} });
    expect(await stores.lines()).toEqual([]);
    expect(await events(third)).toBeNull();
    expect(await kept(secretsName(third.profile.id))).toMatchObject({ username: "shop" });
    expect(await settings()).toMatchObject({ setupNeeded: true, providers: [] });
  });
});

describe("a new password", () => {
  const renewed = { username: "shop2", password: "SECRET-of-today", ca: ["kbs_ca.crt", "kbs_root_ca.crt"] };

  it("is also that of earlier profiles of the terminal: their payments are still asked about", async () => {
    const first = await applied(alone({ scanSeconds: 60 }));
    const second = await applied(alone({ ...renewed, scanSeconds: 90 }));
    expect(second.profile.id).not.toBe(first.profile.id);
    for (const { profile } of [first, second]) {
      expect(await kept(secretsName(profile.id))).toEqual({ username: "shop2", password: "SECRET-of-today" });
      expect((await kept<{ ca: string[] }>(identityName(profile.id)))?.ca).toHaveLength(2);
    }
  });
  it.each<[string, Raw]>([
    ["terminal", { terminal: "92059432" }],
    ["address", { url: "https://gateway.example/qr" }],
    ["environment", { environment: "production", url: "https://gateway.example/qr" }],
  ])("is none of another %s's", async (_, other) => {
    const first = await applied(alone());
    await applied(alone({ ...renewed, ...other }));
    expect(await kept(secretsName(first.profile.id))).toEqual({ username: "shop", password: SECRETS.halykPassword });
    expect((await kept<{ ca: string[] }>(identityName(first.profile.id)))?.ca).toEqual([]);
  });
  it("is none of Kaspi's", async () => {
    await applied(both());
    const [kaspi] = (await stores.stored()).providers;
    const before = await kept(secretsName(kaspi?.profile.id ?? ""));
    expect(before).toEqual({ apiKey: SECRETS.apiKey });
    await applied(both(renewed));
    expect(await kept(secretsName(kaspi?.profile.id ?? ""))).toEqual(before);
    expect((await kept<{ ca: string[] }>(identityName(kaspi?.profile.id ?? "")))?.ca).toEqual([]);
  });
});

describe("the id of a profile", () => {
  const { id: _, ...facts } = PROFILE;
  it("is for Kaspi what it was before there were options: payments name it", () => {
    expect(profileId({ ...facts, url: "https://bank.example/r2/v01" })).toBe("a20bb904526b17a5c28e98a9dd74770c");
  });
  it("follows every option of Halyk, and no order of theirs", async () => {
    const id = (options: Profile["options"]) => profileId({ ...facts, provider: "halykQr", options });
    expect(id({ a: "1", b: "2" })).toBe(id({ b: "2", a: "1" }));
    const ids = [id({}), id({ a: "1" }), id({ a: "2" }), id({ b: "1" }), id({ a: "1", b: "1" })];
    expect(new Set(ids).size).toBe(ids.length);
    expect((await applied(alone())).profile.id).toBe((await applied(alone({ password: "other" }))).profile.id);
  });
});

it("settings stored before there was a second bank are read", async () => {
  await applied(both());
  const { providers, ...rest } = await stores.stored();
  const later = new Set(["invoices", "events", "given", "options"]);
  const text = JSON.stringify(providers.slice(0, 1), (key, value: unknown) => (later.has(key) ? undefined : value));
  await stores.journal.commit({
    at: stores.clock.now(),
    meta: { settings: JSON.stringify({ ...rest, providers: JSON.parse(text) }) },
  });
  expect((await settings()).providers).toMatchObject([
    { name: "kaspi", invoices: null, events: false, profile: { options: {} } },
  ]);
});
