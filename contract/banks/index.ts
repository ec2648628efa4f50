import { checkEpay, epayConfig } from "./epay.ts";
import { checkHalykQr, halykQrConfig } from "./halykQr.ts";
import { checkKaspi, kaspiConfig } from "./kaspi.ts";

/** The banks whose part of the provisioning file is known: the shape, and the rules that join several fields. */
export const BANK_CONFIGS = {
  epay: { schema: epayConfig, check: checkEpay },
  halykQr: { schema: halykQrConfig, check: checkHalykQr },
  kaspi: { schema: kaspiConfig, check: checkKaspi },
} as const;
