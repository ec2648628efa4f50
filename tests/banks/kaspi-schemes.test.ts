/** Kaspi's schemes 1 and 3 (2 has the conformance suite), links, merchants' gateways and several organisations. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import { callBank, makeAuthorities, type KaspiSide } from "./kaspi-harness.ts";
import { becomes, giveBack, sendings, shop, sold, type Shop } from "./kaspi-shop.ts";
import { SECOND } from "./scene.ts";

await makeAuthorities();

/** With leading zeros, which a number would lose. */
const OTHER_BIN = "020440001239";
const NO_CLIENT = { cert: null, key: null, passphrase: null };
const PHONE = "87077777777";

/** The till says why it cannot sell, and nothing is asked of the bank. */
async function unready({ desk, bank }: Shop, code: string): Promise<void> {
  await desk.until(code, () => desk.snapshot().providers[0]?.reason?.code === code);
  const request = { amount: "5.00", provider: "kaspi" } as const;
  expect(await desk.call("payments.create", { key: randomUUID(), request })).toMatchObject({
    ok: false,
    error: { code: "not_ready", params: { reason: code } },
  });
  expect(bank.creations()).toEqual([]);
}

describe.concurrent("Kaspi's other schemes", () => {
  for (const scheme of [1, 3] as const) {
    shop(
      `scheme ${scheme}: a QR is paid, declined, or not scanned by anybody`,
      async (s) => {
        const paid = await sold(s, s.desk);
        expect(s.bank.simulator.payment(paid.bankId)).toMatchObject({ captured: true, kind: "qr", scheme });
        const { id } = await s.desk.charge();
        const { bankId } = await s.desk.reaches(id, "awaiting_scan");
        s.bank.decline(bankId ?? "");
        expect(await s.desk.reaches(id, "declined")).toMatchObject({ settled: true });
        const left = await s.desk.charge();
        expect(await s.desk.reaches(left.id, "declined", true, 200 * SECOND)).toMatchObject({ late: false });
      },
      { scheme, scale: 40, realScanMs: 170 * SECOND },
    );

    shop(
      `scheme ${scheme}, Q-12, Q-15: a link is handed on exactly as it came, for the times that its own names tell`,
      async (s) => {
        const { id } = await s.desk.charge("250.00", { method: "link" });
        const row = await s.desk.reaches(id, "awaiting_scan");
        const theirs = s.bank.simulator.payment(row.bankId ?? "");
        expect(theirs).toMatchObject({ kind: "link", amountMinor: 25_000n, externalId: row.number });
        expect(s.desk.snapshot().current).toMatchObject({ link: theirs?.token, qr: null });
        expect((await s.desk.get(id)).link).toBe(theirs?.token);
        expect(row.detail.windows).toEqual({ pollMs: 4_000, scanMs: 100_000, confirmMs: 40_000 });
        const [call] = s.bank.simulator.ledger.callsNamed("qr/create-link");
        expect(call?.answer?.bodyText).toContain('"LinkActivationWaitTimeout":100');
        expect(call?.bodyText).toContain('"Amount":250.00');
        s.bank.scan(row.bankId ?? "");
        await s.desk.reaches(id, "awaiting_confirmation");
        expect(s.desk.snapshot().current).toMatchObject({ link: null, countdown: { totalMs: 40_000 } });
        s.bank.confirm(row.bankId ?? "");
        expect(await s.desk.reaches(id, "paid")).toMatchObject({ late: false });

        const unopened = await s.desk.charge("350.00", { method: "link" });
        const { detail } = await s.desk.reaches(unopened.id, "awaiting_scan");
        const over = await s.desk.reaches(unopened.id, "expired", undefined, 120 * SECOND);
        expect(over.updatedAt - (detail.tokenAt ?? 0)).toBeGreaterThanOrEqual(99 * SECOND);
        expect(s.desk.snapshot().current).toMatchObject({ state: "expired", link: null });
        await s.desk.reaches(unopened.id, "expired", true, 120 * SECOND);
      },
      {
        scheme,
        scale: 40,
        unscanned: "stays",
        simulator: {
          pollSeconds: 4,
          scanSeconds: 100,
          confirmSeconds: 40,
          linkBase: "https://pay.kaspi.kz/Pay/x?y=%2B+",
        },
      },
    );

    shop(
      `scheme ${scheme}, Q-30: a link whose answer was lost is made once more, and one link is handed on`,
      async (s) => {
        s.bank.simulator.faults.add({ method: "qr/create-link", kind: "eat" });
        const { id } = await s.desk.charge("250.00", { method: "link" });
        const { bankId } = await s.desk.reaches(id, "awaiting_scan");
        expect(s.bank.simulator.payments()).toHaveLength(2);
        s.bank.simulator.pay(bankId ?? "");
        await s.desk.reaches(id, "paid");
      },
      { scheme },
    );
  }

  for (const apiKeyRefusal of [401, 403] as const) {
    shop(
      `scheme 1, Q-46: a wrong Api-Key is named, registering as well as pinging, HTTP ${apiKeyRefusal}`,
      (s) => unready(s, "key_refused"),
      {
        scheme: 1,
        secrets: { apiKey: `test_${randomUUID()}` },
        simulator: { apiKeyRefusal },
        desk: { unready: true },
      },
    );
  }

  shop(
    "scheme 1: the Api-Key lets the shop in, no certificate is shown, and a key that was changed under way is named",
    async (s) => {
      const sale = await sold(s, s.desk);
      for (const { headers, client, bodyText } of s.bank.simulator.ledger.calls) {
        expect(client).toBeNull();
        expect(headers["api-key"]).toBe(s.bank.simulator.apiKey);
        expect(bodyText).not.toContain("OrganizationBin");
      }
      await s.bank.simulator.configure({ apiKey: "another" });
      await s.desk.until(
        "the till knows",
        () => s.desk.snapshot().providers[0]?.reason?.code === "key_refused",
        120_000,
      );
      expect(await s.desk.get(sale.id)).toMatchObject({ state: "paid" });
    },
    { scheme: 1 },
  );

  for (const scheme of [2, 3] as const) {
    shop(
      `scheme ${scheme}: the client certificate lets the shop in, and no Api-Key is sent`,
      async (s) => {
        await sold(s, s.desk);
        for (const { headers, client } of s.bank.simulator.ledger.calls) {
          expect(headers).not.toHaveProperty("api-key");
          expect(client?.serial).toBe(s.bank.client);
        }
      },
      { scheme, secrets: { apiKey: "test_left-over" } },
    );

    const GATEWAY = { name: "X-Gateway-Key", value: "open sesame" };
    shop(
      `scheme ${scheme}: behind a merchant's gateway its header comes from the vault, ours are never overridden`,
      async (s) => {
        const sale = await sold(s, s.desk);
        await giveBack(s, s.desk, sale, "100.00");
        expect(sendings(s)).toHaveLength(1);
        for (const { headers, client } of s.bank.simulator.ledger.calls) {
          expect(client).toBeNull();
          expect(headers["x-gateway-key"]).toBe(GATEWAY.value);
          expect(headers["x-shop"]).toBe("7");
          expect(headers["x-request-id"]).toMatch(/^[0-9a-f]{32}$/);
          expect(headers["content-type"]).toBe("application/json");
        }
      },
      {
        scheme,
        identity: NO_CLIENT,
        simulator: { gatewayHeader: GATEWAY },
        secrets: {
          headers: JSON.stringify({
            [GATEWAY.name]: GATEWAY.value,
            "X-Shop": "7",
            "x-request-id": "mine",
            "CONTENT-TYPE": "text/plain",
          }),
        },
      },
    );
    shop(
      `scheme ${scheme}: without the gateway's header the till says that it is not let in`,
      (s) => unready(s, scheme === 2 ? "certificate_refused" : "address_not_allowed"),
      { scheme, identity: NO_CLIENT, simulator: { gatewayHeader: GATEWAY }, desk: { unready: true } },
    );
  }

  shop(
    "scheme 3: an address that is not on the bank's list is named, and let in it sells",
    async (s) => {
      await unready(s, "address_not_allowed");
      await s.bank.simulator.configure({ allowed: true });
      await s.desk.until("ready", () => s.desk.snapshot().providers[0]?.ready === true, 120 * SECOND);
      await sold(s, s.desk);
    },
    { scheme: 3, simulator: { allowed: false }, desk: { unready: true } },
  );

  shop(
    "scheme 3, Q-19, Q-99: OrganizationBin with its zeros in exactly the methods that want it, create-link among them",
    async (s) => {
      const sale = await sold(s, s.desk);
      const link = await s.desk.charge("20.00", { method: "link" });
      s.bank.decline((await s.desk.reaches(link.id, "awaiting_scan")).bankId ?? "");
      await s.desk.reaches(link.id, "declined");
      await s.desk.call("payments.lookUp", { provider: "kaspi", phone: PHONE });
      const invoice = await s.desk.charge("30.00", { method: "invoice", phone: PHONE });
      await s.desk.reaches(invoice.id, "awaiting_payment");
      await s.desk.call("payments.refresh", { id: invoice.id });
      await s.desk.call("payments.cancel", { id: invoice.id });
      await s.desk.reaches(invoice.id, "cancelled", true);
      await giveBack(s, s.desk, sale, "100.00");
      await callBank(s.bank, (context) => kaspi.tradePoints?.(context));
      await s.desk.core.bank.deleteDevice("kaspi");

      const seen = new Map<string, boolean>();
      for (const { name, bodyText, path } of s.bank.simulator.ledger.calls) {
        const named = bodyText.includes(`"OrganizationBin":"${OTHER_BIN}"`);
        expect(seen.get(name ?? "") ?? named, name ?? "").toBe(named);
        seen.set(name ?? "", named);
        expect(bodyText.replaceAll(`"OrganizationBin":"${OTHER_BIN}"`, "")).not.toMatch(/OrganizationBin|20440001239/i);
        expect(path.includes(OTHER_BIN), path).toBe(name === "partner/tradepoints");
      }
      expect(Object.fromEntries([...seen].toSorted())).toEqual({
        "device/delete": true,
        "device/register": true,
        "health/ping": false,
        "partner/tradepoints": false,
        "payment/details": false,
        "payment/return": true,
        "payment/status": false,
        "qr/create": true,
        "qr/create-link": true,
        "remote/cancel": true,
        "remote/client-info": false,
        "remote/create": true,
      });
    },
    { scheme: 3, bin: OTHER_BIN, tradePoint: "31" },
  );

  shop(
    "scheme 3, Q-19: two organisations under one certificate: each payment and refund lands on its own BIN",
    async (s) => {
      const first = await sold(s, s.desk, "100.00");
      await s.desk.restart(otherOrganization(s.bank));
      await s.desk.until("ready", () => s.desk.snapshot().providers[0]?.ready === true);
      const second = await sold(s, s.desk, "200.00");
      // The first one's refund goes the way it was paid, whoever the till works for now.
      const back = [await giveBack(s, s.desk, first, "10.00"), await giveBack(s, s.desk, second, "20.00")];
      for (const { id } of back) await becomes(s.desk, id, ["refunded"]);
      for (const [{ bankId }, bin] of [
        [first, s.bank.profile.bin],
        [second, OTHER_BIN],
      ] as const) {
        expect(s.bank.simulator.payment(bankId)).toMatchObject({ bin, captured: true });
        expect(sendings(s, bankId)[0]?.bodyText).toContain(`"OrganizationBin":"${bin}"`);
      }
      expect(new Set(s.bank.simulator.ledger.calls.map(({ client }) => client?.serial))).toEqual(
        new Set([s.bank.client]),
      );
      expect(
        s.bank.simulator
          .devices()
          .map(({ bin }) => bin)
          .toSorted(),
      ).toEqual([OTHER_BIN, s.bank.profile.bin]);
    },
    { scheme: 3, others: [{ id: "profile-2", bin: OTHER_BIN, tradePoint: "31" }] },
  );
});

function otherOrganization(bank: KaspiSide): KaspiSide {
  return { ...bank, profile: { ...bank.profile, id: "profile-2", bin: OTHER_BIN, tradePoint: "31" } };
}
