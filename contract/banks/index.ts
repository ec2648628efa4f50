import { checkKaspi, kaspiConfig } from "./kaspi.ts";

/** The banks whose part of the provisioning file is known: the shape, and the rules that join several fields. */
export const BANK_CONFIGS = {
  kaspi: { schema: kaspiConfig, check: checkKaspi },
} as const;
