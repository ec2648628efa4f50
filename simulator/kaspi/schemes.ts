import type { Config } from "../config.ts";
import { deviceMethods } from "./device-methods.ts";
import type { BankMethod } from "./method.ts";
import { paymentMethods } from "./payment-methods.ts";
import { emulationMethods, pingMethod } from "./service-methods.ts";

export const basePath = "/r2/v01";

/** Scheme 2's table. return/* and payment/return (3.4) are not in it yet: the bank answers 404. */
export function methodsOf(config: Config): BankMethod[] {
  return [...deviceMethods, ...paymentMethods, pingMethod, ...(config.testMethods ? emulationMethods : [])];
}

export interface Found {
  method: BankMethod;
  parameter: string | null;
}

/** The method of a path below the base. A trailing slash is another path (Q-22). */
export function findMethod(config: Config, path: string): Found | null {
  for (const method of methodsOf(config)) {
    if (method.parameter === undefined) {
      if (path === `/${method.name}`) return { method, parameter: null };
    } else if (path.startsWith(`/${method.name}/`)) {
      const parameter = path.slice(method.name.length + 2);
      if (parameter !== "" && !parameter.includes("/")) return { method, parameter };
    }
  }
  return null;
}
