import type { Bank } from "../core/bank.ts";
import { epay } from "./epay/index.ts";
import { halykQr } from "./halyk-qr/index.ts";
import { kaspi } from "./kaspi/index.ts";

/** The banks this version knows. */
export const banks: readonly Bank[] = [kaspi, halykQr, epay];
