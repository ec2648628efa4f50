/** Halyk ePay from the provisioning file to vault and journal. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identityName, secretsName } from "../../main/core/settings.ts";
import { applyDocument } from "../../main/settings/apply.ts";
import { terminalIn, waysOf } from "../../main/settings/epay.ts";
import { readDocument } from "../../main/settings/read.ts";
import { settingsFrom, type StoredProvider } from "../../main/settings/stored.ts";
import { goodHalykQr, withField, type Raw } from "../support/provision.ts";
import { EPAY_SECRETS, EPAY_TERMINALS, goodEpay, withEpay } from "../support/provision-epay.ts";
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

const { payment, verification, transfer } = EPAY_TERMINALS;
const one = { payment, verification: null, transfer: null };
const renewed = { ...payment, clientSecret: "SECRET-of-today" };

async function applied(raw: Raw): Promise<StoredProvider> {
  await shop.write(raw);
  expect(await stores.lines()).toEqual([]);
  const provider = (await stores.stored()).providers.find(({ name }) => name === "epay");
  if (!provider) throw new Error("ePay was not applied");
  return provider;
}
async function kept<T>(name: string): Promise<T | null> {
  const text = await stores.vault.get(name);
  return text === null ? null : (JSON.parse(text) as T);
}
const secrets = ({ profile }: StoredProvider) => kept<Record<string, string>>(secretsName(profile.id));
const roots = async ({ profile }: StoredProvider) => (await kept<{ ca: string[] }>(identityName(profile.id)))?.ca;
const settings = async () =>
  settingsFrom(await stores.stored(), { now: stores.clock.now(), training: false, provisionFile: null });
const ALL = {
  paymentClient: "SHOP",
  paymentSecret: EPAY_SECRETS.payment,
  verificationClient: "SHOP.CHECK",
  verificationSecret: EPAY_SECRETS.verification,
  transferClient: "SHOP.P2P",
  transferSecret: EPAY_SECRETS.transfer,
};

describe("Halyk ePay in the file", () => {
  it("becomes a profile whose requests need nothing else, by the documents' own addresses", async () => {
    const { profile } = await applied(withEpay());
    expect(profile).toEqual({
      id: profile.id,
      provider: "epay",
      environment: "test",
      scheme: null,
      url: "https://testepay.homebank.kz/api",
      bin: "180340021791",
      tradePoint: null,
      device: payment.terminalId,
      options: {
        oauthUrl: "https://testoauth.homebank.kz/epay2/oauth2/token",
        verificationTerminal: verification.terminalId,
        transferTerminal: transfer.terminalId,
        confirmPath: "/payments/confirm",
        keyUrl: "https://testepay.homebank.kz/api/public.rsa",
        cyrillicCryptogram: "false",
        cards: "false",
        transfers: "false",
        operations: "false",
        merchant: "Дүкен №1",
      },
    });
    expect(await stores.journal.profile(profile.id)).toEqual(profile);
  });

  it("takes other addresses and links as they are given (Q-93, Q-94)", async () => {
    const given = {
      apiUrl: "https://gate.example/epay/",
      oauthUrl: "https://gate.example/token",
      publicKeyUrl: "https://gate.example/rsa",
      postLink: "http://shop.example/paid",
      backLink: "https://shop.example/back",
      confirmPath: "/payment/confirm",
      cyrillicCryptogram: true,
      cards: true,
      transfers: true,
      operations: true,
    };
    const { url, options } = (await applied(withEpay(given))).profile;
    expect(url).toBe("https://gate.example/epay");
    expect(options).toMatchObject({
      oauthUrl: "https://gate.example/token",
      keyUrl: "https://gate.example/rsa",
      postLink: "http://shop.example/paid",
      backLink: "https://shop.example/back",
      confirmPath: "/payment/confirm",
      cyrillicCryptogram: "true",
      cards: "true",
      transfers: "true",
      operations: "true",
    });
    expect(Object.keys(options)).not.toContain("failurePostLink");
  });

  it("knows the addresses for real money too", async () => {
    const { profile } = await applied(withEpay({ environment: "production" }));
    expect(profile).toMatchObject({
      environment: "production",
      url: "https://epay-api.homebank.kz",
      options: {
        oauthUrl: "https://epay-oauth.homebank.kz/oauth2/token",
        keyUrl: "https://epay-api.homebank.kz/public.rsa",
      },
    });
  });

  it("uses one terminal for everything where the others are not given (Q-98)", async () => {
    const provider = await applied(withEpay({ terminals: { payment } }));
    expect(provider.profile.options).toMatchObject({
      verificationTerminal: payment.terminalId,
      transferTerminal: payment.terminalId,
    });
    expect(await secrets(provider)).toEqual({
      paymentClient: "SHOP",
      paymentSecret: EPAY_SECRETS.payment,
      verificationClient: "SHOP",
      verificationSecret: EPAY_SECRETS.payment,
      transferClient: "SHOP",
      transferSecret: EPAY_SECRETS.payment,
    });
  });

  it("stands behind the other banks, with the till's numbers and its limits", async () => {
    const raw = withEpay({ invoiceRange: { from: "100000", to: "499999" }, limits: { min: "5.00", max: "10000.00" } });
    const { epay } = raw["providers"] as Raw;
    await applied({ ...raw, providers: { epay, halykQr: goodHalykQr({ kafka: null }) } });
    const { setupNeeded, providers } = await settings();
    expect([setupNeeded, ...providers.map(({ name }) => name)]).toEqual([false, "halykQr", "epay"]);
    expect(providers[1]).toMatchObject({
      min: 500,
      max: 1_000_000,
      invoices: { from: 100_000, to: 499_999 },
      events: false,
      certificateExpires: null,
      blocked: null,
    });
  });

  it("puts clients, secrets and roots in the vault, under no certificate of ours, and no secret anywhere else", async () => {
    const provider = await applied(withEpay({ ca: ["kbs_root_ca.crt"] }));
    expect(await secrets(provider)).toEqual(ALL);
    const root = (await readFile(join(shop.dir, "kbs_root_ca.crt"), "utf8")).trim();
    expect(await kept(identityName(provider.profile.id))).toEqual({
      cert: null,
      key: null,
      passphrase: null,
      ca: [expect.stringContaining(root.slice(0, 200))],
    });
    await stores.journal.close();
    for (const name of ["journal.db", "journal.db-wal"]) {
      const content = await readFile(join(shop.dir, name)).catch(() => Buffer.alloc(0));
      for (const secret of Object.values(EPAY_SECRETS)) expect(content.includes(secret)).toBe(false);
    }
    stores = await openShopStores(shop);
  });

  it("has a root file named that cannot be used", async () => {
    await shop.write(withEpay({ ca: ["nowhere.crt"] }));
    expect(await stores.lines()).toEqual(["providers.epay.ca[0]: no such file"]);
    await shop.put("text.crt", "hello");
    await shop.write(withEpay({ ca: ["kbs_root_ca.crt", "text.crt"] }));
    expect((await stores.lines()).map((line) => line.split(": ")[0])).toEqual(["providers.epay.ca[1]"]);
  });

  it("is a training bank where the till practises, at the addresses of the test", async () => {
    await shop.write(withEpay());
    await applyDocument(stores, await readDocument(shop.file, false), "training");
    expect((await stores.stored()).providers).toMatchObject([
      { profile: { environment: "training", url: "https://testepay.homebank.kz/api" } },
    ]);
  });
});

describe("a new secret", () => {
  it("is also that of earlier profiles of the same terminal: their payments are still asked about", async () => {
    const first = await applied(withEpay({ terminals: one }));
    const second = await applied(
      withEpay({ terminals: { ...one, payment: renewed }, cards: true, ca: ["kbs_ca.crt"] }),
    );
    expect(second.profile.id).not.toBe(first.profile.id);
    for (const provider of [first, second]) {
      expect(Object.values((await secrets(provider)) ?? {})).toEqual(Array(3).fill(["SHOP", "SECRET-of-today"]).flat());
      expect(await roots(provider)).toHaveLength(1);
    }
  });

  it("of one terminal leaves those of the others alone", async () => {
    const first = await applied(withEpay());
    const moved = { ...transfer, terminalId: "44444444-4444-4444-8444-444444444444", clientSecret: "SECRET-moved" };
    await applied(withEpay({ terminals: { payment: renewed, verification, transfer: moved } }));
    expect(await secrets(first)).toEqual({ ...ALL, paymentSecret: "SECRET-of-today" });
  });

  it("finds its terminal when the purposes have been parted", async () => {
    const first = await applied(withEpay({ terminals: one }));
    await applied(withEpay({ terminals: { payment: renewed, verification, transfer } }));
    expect(Object.values((await secrets(first)) ?? {})).toEqual(Array(3).fill(["SHOP", "SECRET-of-today"]).flat());
  });

  it.each<[string, Raw]>([
    ["terminal", { terminals: { ...one, payment: { ...renewed, terminalId: transfer.terminalId } } }],
    ["address", { apiUrl: "https://gate.example/epay" }],
    ["address for tokens", { oauthUrl: "https://gate.example/token" }],
    ["environment", { environment: "production" }],
  ])("is none of another %s's", async (_, other) => {
    const first = await applied(withEpay({ terminals: one }));
    await applied(withEpay({ terminals: { ...one, payment: renewed }, ca: ["kbs_ca.crt"], ...other }));
    expect(await secrets(first)).toMatchObject({ paymentSecret: EPAY_SECRETS.payment });
    expect(await roots(first)).toEqual([]);
  });
});

it("asks for a sign of life once for each client and terminal, each as if it were for payments", async () => {
  const way = async (raw: Raw) => {
    const { profile } = await applied(raw);
    const identity = { cert: null, key: null, passphrase: null, ca: [] };
    return { profile, secrets: (await kept<Record<string, string>>(secretsName(profile.id))) ?? {}, identity };
  };
  const all = waysOf(await way(withEpay()));
  expect(
    all.map(({ purpose, way: { profile, secrets: own } }) => [purpose, profile.device, own["paymentClient"]]),
  ).toEqual([
    ["payment", payment.terminalId, "SHOP"],
    ["verification", verification.terminalId, "SHOP.CHECK"],
    ["transfer", transfer.terminalId, "SHOP.P2P"],
  ]);
  expect(all[2]?.way.secrets["paymentSecret"]).toBe(EPAY_SECRETS.transfer);
  const single = waysOf(await way(withEpay({ terminals: { payment } })));
  expect(single.map(({ purpose }) => purpose)).toEqual(["payment"]);
  expect(terminalIn(single[0]?.way.profile ?? (await applied(withEpay())).profile, "transfer")).toBe(
    payment.terminalId,
  );
});

it("names every wrong field of it in one go", async () => {
  const wrong = goodEpay({
    apiUrl: "https://epay-api.homebank.kz",
    oauthUrl: "http://gate.example/token",
    terminals: {
      payment: { ...payment, terminalId: "98120001" },
      transfer: { ...transfer, clientSecret: "with space" },
    },
    invoiceRange: { from: "500000", to: "1000000" },
    cards: "yes",
  });
  await shop.write(withField(withEpay(), "providers.epay", wrong));
  expect(await stores.lines()).toEqual([
    "providers.epay.terminals.payment.terminalId: must be the terminal's UUID, in quotes",
    "providers.epay.terminals.transfer.clientSecret: must be Latin letters, digits and signs without spaces",
    "providers.epay.invoiceRange.to: must be a number of at most 6 digits, in quotes",
    expect.stringMatching(/^providers\.epay\.cards: /),
    "providers.epay.oauthUrl: must be https; http is for this machine only",
    "providers.epay.apiUrl: is the bank's address for real money; environment says test",
  ]);
});
