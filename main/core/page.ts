/** Lists are paged by the journal's order, from the newest back; the cursor is the last row's seq. */
import { appError, type AppError } from "../../contract/errors.ts";

export const BAD_CURSOR: AppError = appError("bad_request", { params: { field: "cursor" } });

/** What to ask the journal for: one row more than is shown, which tells whether there is another page; null for a cursor that is none of ours. */
export function askPage(
  cursor: string | undefined,
  limit: number,
): { readonly limit: number; readonly beforeSeq?: number } | null {
  if (cursor === undefined) return { limit: limit + 1 };
  return /^\d{1,15}$/.test(cursor) ? { limit: limit + 1, beforeSeq: Number(cursor) } : null;
}

/** The page among the rows that were asked for, and the cursor of the next one. */
export function cutPage<Row extends { readonly seq: number }>(
  rows: readonly Row[],
  limit: number,
): { readonly page: readonly Row[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  return { page, nextCursor: rows.length > limit ? String(page.at(-1)?.seq) : null };
}
