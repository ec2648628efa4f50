/** The black box: the last transitions with the bank's request ids, for the bank's support desk. Nothing secret is in it. */
import { appError, type Result } from "../../contract/errors.ts";
import type { SupportFile } from "../../contract/support.ts";

export async function blackBox(): Promise<Result<SupportFile>> {
  return { ok: false, error: appError("not_supported") };
}
