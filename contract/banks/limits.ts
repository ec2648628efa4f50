import { z } from "zod";
import { AMOUNT, parseAmount } from "../money.ts";
import type { AddProblem, Loose } from "../problem.ts";

export const USUAL_LIMITS = { min: "1.00", max: "1000000.00" } as const;

const amount = z
  .string()
  .regex(AMOUNT, 'must be an amount in quotes, such as "1.00"')
  .refine((text) => parseAmount(text) !== 0, "must be more than zero");

/** The least and the greatest payment that a till takes with a bank. */
export const limits = z
  .strictObject({ min: amount.default(USUAL_LIMITS.min), max: amount.default(USUAL_LIMITS.max) })
  .default(USUAL_LIMITS);

/** The rule that joins both, on the raw object. */
export function checkLimits(raw: unknown, add: AddProblem): void {
  if (typeof raw !== "object" || raw === null) return;
  const { min = USUAL_LIMITS.min, max = USUAL_LIMITS.max } = raw as Loose;
  if (typeof min !== "string" || typeof max !== "string") return;
  const [low, high] = [parseAmount(min), parseAmount(max)];
  if (low !== null && high !== null && low > high) add("limits.max", "must not be less than limits.min");
}
