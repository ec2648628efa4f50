/** Provisioning files: every wrong one is refused in words that name fields and repeat no secret, and is applied in no part. */
import { readFile } from "node:fs/promises";
import { readProvision } from "../../contract/provision.ts";
import { lineOf } from "../../main/settings/failure.ts";
import { parseStrictJson } from "../../main/settings/strict-json.ts";
import { EPAY_SECRETS, goodEpay } from "../support/provision-epay.ts";
import { goodProvision, SECRETS, withHalykQr, type Raw } from "../support/provision.ts";
import { openShopStores } from "../support/shop-stores.ts";
import { openShop } from "../support/shop.ts";
import type { Target } from "./target.ts";
import { WORKER } from "./world.ts";

const ALL = withHalykQr();
const FILES: readonly Raw[] = [
  goodProvision(),
  ALL,
  { ...ALL, providers: { ...(ALL["providers"] as Raw), epay: goodEpay() } },
  {
    ...goodProvision(),
    mode: "vending",
    kiosk: {
      catalogue: [{ id: "24", name: { kk: "Су", ru: "Вода", en: "Water" }, price: "450.00", picture: "water.png" }],
      elsewhere: "2",
      machine: { serial: "/dev/ttyUSB0", baud: 9600 },
    },
    displays: { customer: "any", night: { from: "23:00", to: "07:00", percent: 30 } },
  },
];
const HIDDEN = [...Object.values(SECRETS), ...Object.values(EPAY_SECRETS)].filter((secret) => secret.length > 8);
/** So many are applied as real files too, to a real journal. */
const REAL = 0.02;

export async function provisioningTarget(): Promise<Target> {
  const shop = await openShop();
  const stores = await openShopStores(shop, WORKER);
  return {
    name: "provisioning",
    weight: 15,
    async one(mutator) {
      const whole = mutator.pick(FILES);
      const changed = mutator.chance(0.8) ? JSON.stringify(mutator.value(whole)) : mutator.text(JSON.stringify(whole));
      const bytes = mutator.chance(0.05) ? mutator.bytes(Buffer.from(changed)) : Buffer.from(changed ?? "");
      const json = parseStrictJson(bytes);
      if (!json.ok) return { past: false, ...leak(json.problems.map(lineOf)) };
      const read = readProvision(json.value);
      const problems = read.ok ? [] : read.problems;
      const past = read.ok || read.problems.every(({ path }) => path !== "");
      if (!read.ok && problems.length === 0) return { past, wrong: `refused without a word: ${changed}` };
      if (problems.length > 0 && mutator.chance(REAL)) {
        await shop.write(bytes);
        const lines = await stores.lines();
        if (lines.length === 0) return { past, wrong: `applied: ${changed}` };
        return { past, ...leak(lines) };
      }
      return { past, ...leak(problems.map(lineOf)) };
    },
    async state() {
      const { head } = await stores.journal.info();
      return JSON.stringify([head, await readFile(stores.journalPath).then(({ length }) => length > 0)]);
    },
    async close() {
      await stores.journal.close();
      await shop.remove();
    },
  };
}

function leak(lines: readonly string[]): { wrong?: string } {
  const found = lines.find((line) => HIDDEN.some((secret) => line.includes(secret)));
  return found === undefined ? {} : { wrong: `repeats a secret: ${found}` };
}
