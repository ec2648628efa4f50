import type { Bank } from "../core/bank.ts";
import { kaspi } from "./kaspi/index.ts";

/** The banks this version knows. */
export const banks: readonly Bank[] = [kaspi];
