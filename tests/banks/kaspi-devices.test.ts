/** Devices and trade points: what the bank says of them stops the till, and only a person lets it go on. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import { callBank, makeAuthorities } from "./kaspi-harness.ts";
import { accepted, giveBack, sendings, shop, sold, strike, type Shop } from "./kaspi-shop.ts";
import { SECOND } from "./scene.ts";

await makeAuthorities();

const registrations = ({ bank }: Shop) => bank.simulator.ledger.callsNamed("device/register");
const provider = ({ desk }: Shop) => desk.snapshot().providers[0];

async function stopped(s: Shop, code: string): Promise<void> {
  await s.desk.until(code, () => provider(s)?.reason?.code === code);
  expect(provider(s)).toMatchObject({ ready: false, reason: { remedy: "fixSettings" } });
  const request = { amount: "5.00", provider: "kaspi" } as const;
  expect(await s.desk.call("payments.create", { key: randomUUID(), request })).toMatchObject({
    ok: false,
    error: { code: "not_ready", params: { reason: code } },
  });
}

describe.concurrent("devices", () => {
  for (const scheme of [1, 2, 3] as const) {
    for (const [act, raw, code] of [
      ["forgetDevice", "-1501", "device_not_found"],
      ["disableDevice", "-1502", "device_inactive"],
    ] as const) {
      shop(
        `scheme ${scheme}, Q-44: ${raw} stops the till, survives a restart and never registers by itself; a person mends it`,
        async (s) => {
          const sale = await sold(s, s.desk);
          const { deviceToken } = s.bank.simulator.payment(sale.bankId) ?? { deviceToken: "" };
          s.bank.simulator[act](deviceToken);
          const { id } = await s.desk.charge("10.00");
          expect(await s.desk.reaches(id, "failed", true)).toMatchObject({ error: { code, bankCode: raw } });
          await stopped(s, code);
          const before = registrations(s).length;
          await s.desk.restart();
          await s.clock.sleep(40 * SECOND);
          await stopped(s, code);
          expect(registrations(s)).toHaveLength(before);
          expect(s.bank.creations()).toHaveLength(2);

          expect(await s.desk.core.bank.registerAgain("kaspi")).toMatchObject({ ok: true });
          expect(registrations(s).at(-1)?.bodyText).toBe(registrations(s)[0]?.bodyText);
          expect(provider(s)).toMatchObject({ ready: true, reason: null });
          await sold(s, s.desk, "20.00");
          await s.desk.restart();
          await s.desk.until("ready", () => provider(s)?.ready === true);
        },
        { scheme, scale: 40 },
      );
    }

    shop(
      `scheme ${scheme}, Q-44: a deleted device is forgotten after the bank's 0 or -1501 only, and stays deleted`,
      async (s) => {
        const sale = await sold(s, s.desk);
        const { deviceToken } = s.bank.simulator.payment(sale.bankId) ?? { deviceToken: "" };
        for (const kind of ["drop", "html", "garbage"] as const) {
          strike(s, "device/delete", null, [kind === "garbage" ? { kind, acts: false } : { kind }]);
          expect(await s.desk.core.bank.deleteDevice("kaspi"), kind).toMatchObject({ ok: false });
        }
        strike(s, "device/delete", null, [{ kind: "answer", statusCode: "-999" }]);
        expect(await s.desk.core.bank.deleteDevice("kaspi")).toMatchObject({
          ok: false,
          error: { code: "bank_unavailable" },
        });
        await sold(s, s.desk, "20.00");
        // Carried out, and its answer lost: the second one is answered with -1501, which says the same.
        strike(s, "device/delete", null, [{ kind: "eat" }]);
        expect(await s.desk.core.bank.deleteDevice("kaspi")).toMatchObject({ ok: false });
        expect(await s.desk.core.bank.deleteDevice("kaspi")).toMatchObject({ ok: true });
        for (const { bodyText } of s.bank.simulator.ledger.callsNamed("device/delete"))
          expect(bodyText).toContain(`"DeviceToken":"${deviceToken}"`);
        await stopped(s, "not_registered");
        const before = registrations(s).length;
        await s.desk.restart();
        await s.clock.sleep(40 * SECOND);
        await stopped(s, "not_registered");
        expect(registrations(s)).toHaveLength(before);
        expect(await s.desk.core.bank.registerAgain("kaspi")).toMatchObject({ ok: true });
        await sold(s, s.desk, "30.00");
      },
      { scheme, scale: 40 },
    );

    shop(
      `scheme ${scheme}: a device that stands at another trade point is named (-1503), and is not registered here`,
      async (s) => {
        const other = await s.open({ id: "profile-of-shop-1", tradePoint: "1" }, { unready: true });
        await other.until("the reason", () => other.snapshot().providers[0]?.reason?.code === "device_elsewhere");
        expect(other.snapshot().providers[0]?.reason).toMatchObject({ bankCode: "-1503" });
        expect(await other.core.bank.registerAgain("kaspi")).toMatchObject({
          ok: false,
          error: { code: "device_elsewhere" },
        });
        const request = { amount: "5.00", provider: "kaspi" } as const;
        expect(await other.call("payments.create", { key: randomUUID(), request })).toMatchObject({
          ok: false,
          error: { code: "not_ready", params: { reason: "device_elsewhere" } },
        });
        expect(s.bank.simulator.devices()).toHaveLength(1);
        await sold(s, s.desk);
      },
      { scheme, scale: 40 },
    );

    shop(
      `scheme ${scheme}, Q-11: no trade points, as an empty list or as -14000002, is the same to a person`,
      async (s) => {
        const points = () => callBank(s.bank, (context) => kaspi.tradePoints?.(context));
        expect(await points()).toMatchObject({ kind: "tradePoints", points: [{ id: "1" }, { id: "2" }, { id: "12" }] });
        strike(s, "partner/tradepoints", null, [{ kind: "answer", body: '{"StatusCode":0,"Message":"OK","Data":[]}' }]);
        expect(await points()).toMatchObject({ kind: "refused", error: { code: "no_trade_points" } });
        await s.bank.simulator.configure({ tradePoints: [] });
        expect(await points()).toMatchObject({
          kind: "refused",
          error: { code: "no_trade_points", bankCode: "-14000002" },
        });
      },
      { scheme, scale: 40 },
    );

    shop(
      `scheme ${scheme}, Q-06: a token of digits is a text in every request all the same`,
      async (s) => {
        const sale = await sold(s, s.desk);
        const token = s.bank.simulator.payment(sale.bankId)?.deviceToken ?? "";
        expect(token).toMatch(/^\d+$/);
        if (scheme !== 1) await giveBack(s, s.desk, sale, "10.00");
        if (scheme === 3) {
          accepted(await s.desk.call("payments.lookUp", { provider: "kaspi", phone: "87077777777" }));
          const { id } = await s.desk.charge("30.00", { method: "invoice", phone: "87077777777" });
          await s.desk.reaches(id, "awaiting_payment");
          await s.desk.call("payments.cancel", { id });
          await s.desk.reaches(id, "cancelled", true);
        }
        expect(await s.desk.core.bank.deleteDevice("kaspi")).toMatchObject({ ok: true });
        const named = s.bank.simulator.ledger.calls.filter(({ bodyText }) => bodyText.includes("DeviceToken"));
        expect(new Set(named.map(({ name }) => name))).toEqual(
          new Set(
            [
              ["qr/create", "device/delete"],
              scheme === 1 ? [] : ["payment/return"],
              scheme === 2 ? ["return/create", "return/operations"] : [],
              scheme === 3 ? ["remote/create", "remote/cancel"] : [],
            ].flat(),
          ),
        );
        for (const { bodyText } of named) expect(bodyText).toContain(`"DeviceToken":"${token}"`);
        expect(sendings(s)).toHaveLength(scheme === 1 ? 0 : 1);
      },
      { scheme, scale: 40, simulator: { deviceTokens: "digits" } },
    );
  }
});
