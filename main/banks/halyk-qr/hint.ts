import type { Hint } from "../../core/bank.ts";
import type { Profile } from "../../core/ports.ts";
import { field, idText, textOf } from "../exact.ts";
import { readBody } from "./json.ts";
import { WORDS } from "./read.ts";

/**
 * A message of the topic `ob-qr-service-status-events`: which bill it speaks of, and its status. Every terminal of the
 * bank may be in the same topic, so only ours counts; a repaired body is good enough, since a hint decides nothing.
 * @returns null for anything else, never an exception
 */
export function readHint({ device }: Profile, text: string): Hint | null {
  const fields = readBody(text)?.fields;
  const raw = textOf(field(fields, "status"));
  if (device === null || textOf(field(fields, "terminal")) !== device) return null;
  if (raw === null || !Object.hasOwn(WORDS, raw)) return null;
  const bankId = idText(field(fields, "billId")) ?? idText(field(fields, "billNumber"));
  const invoiceId = textOf(field(fields, "invoiceId"));
  return bankId === null && invoiceId === null ? null : { bankId, invoiceId, raw };
}
