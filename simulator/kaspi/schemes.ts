import type { Config } from "./config.ts";
import type { Scheme } from "./records.ts";
import { deviceMethods, tradePointMethod, tradePointOfBinMethod } from "./device-methods.ts";
import type { BankMethod } from "./method.ts";
import { detailsMethod, paymentMethods } from "./payment-methods.ts";
import { remoteMethods } from "./remote-methods.ts";
import { plainReturnMethod, returnMethods } from "./return-methods.ts";
import { emulationMethods, pingMethod } from "./service-methods.ts";

export const basePaths: Readonly<Record<Scheme, string>> = { 1: "/r1/v01", 2: "/r2/v01", 3: "/r3/v01" };

const everywhere = [...deviceMethods, ...paymentMethods, pingMethod];

const tables: Readonly<Record<Scheme, readonly BankMethod[]>> = {
  1: [tradePointMethod, ...everywhere],
  2: [tradePointMethod, ...everywhere, detailsMethod, ...returnMethods],
  3: [tradePointOfBinMethod, ...everywhere, detailsMethod, plainReturnMethod, ...remoteMethods],
};

export interface Found {
  method: BankMethod;
  parameter: string | null;
}

/** The scheme's method of a path below its base. A trailing slash is another path. */
export function findMethod(scheme: Scheme, config: Config, path: string): Found | null {
  for (const method of [...tables[scheme], ...(config.testMethods ? emulationMethods : [])]) {
    if (method.parameter === undefined) {
      if (path === `/${method.name}`) return { method, parameter: null };
    } else if (path.startsWith(`/${method.name}/`)) {
      const parameter = path.slice(method.name.length + 2);
      if (parameter !== "" && !parameter.includes("/")) return { method, parameter };
    }
  }
  return null;
}
