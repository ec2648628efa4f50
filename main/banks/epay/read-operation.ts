/**
 * Pure readers of charge, cancel and refund, which stand outside the documents (outside-facts 4.2), and of the key [E7].
 * A 2xx is heard; what came of it the status and the balance say, since a proxy's empty one cannot be told from the
 * bank's. A no of the bank's own is checked there too.
 */
import { appError } from "../../../contract/errors.ts";
import type { KeyAnswer, OperationAnswer, RefundAnswer, Refused, Unclear } from "../../core/bank.ts";
import type { HttpAnswer } from "../../core/ports.ts";
import { everyField, parseObject } from "../exact.ts";
import { codeOf, malformed, messageOf, refusedByStatus, textIn, unclearByStatus } from "./answer.ts";
import { isUndecided } from "./codes.ts";

/** Answer of charge and cancel. */
export function readOperation(answer: HttpAnswer): OperationAnswer {
  return noIn(answer) ?? { kind: "heard" };
}

/** Answer of refund: believed where it names our operation, by whose number it goes, since it has none of its own. */
export function readRefund(answer: HttpAnswer, operationId: string): RefundAnswer {
  const no = noIn(answer);
  if (no !== null) return no;
  const named = textIn(parseObject(answer.text), "id");
  return named?.toLowerCase() === operationId.toLowerCase()
    ? { kind: "refunded", bankId: operationId }
    : { kind: "heard" };
}

/** null: a 2xx with nothing in it, or a JSON object without a code. The codes here are not those of a payment. */
function noIn({ status, text }: HttpAnswer): Refused | Unclear | null {
  const success = status >= 200 && status < 300;
  if (success && text.trim() === "") return null;
  // 401 too: sent once, and nobody says at what point the token was looked at.
  if (!success && (status < 400 || status >= 500 || [401, 408, 429].includes(status))) return unclearByStatus(status);
  const fields = parseObject(text);
  if (fields === null) return success ? malformed("JSON") : unclearByStatus(status);
  const told = everyField(fields, "code").some((value) => value !== null && value !== "");
  if (!told) return success ? null : unclearByStatus(status);
  const code = codeOf(fields);
  if (code === null) return malformed("code");
  if (code === "0") return success ? null : unclearByStatus(status);
  const error = appError(isUndecided(code) ? "bank_undecided" : "bank_refused", {
    bankCode: code,
    bankMessage: messageOf(fields),
  });
  return { kind: isUndecided(code) || success ? "unclear" : "refused", error };
}

const LONGEST_KEY = 16_384;
/** Base64 in lines, or in one; with armour of any label around it, or without (outside-facts 4.1). */
const KEY = /^\s*(-----BEGIN [A-Z0-9 ]+-----)?[A-Za-z0-9+/=\s]{200,}(-----END [A-Z0-9 ]+-----)?\s*$/;

/** The bank's public key, as it came: whoever seals with it reads it. */
export function readKey({ status, text }: HttpAnswer): KeyAnswer {
  if (status < 200 || status >= 300) return refusedByStatus(status);
  return text.length <= LONGEST_KEY && KEY.test(text) ? { kind: "key", text } : malformed("public.rsa");
}
