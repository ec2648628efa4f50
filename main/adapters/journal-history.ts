/** The shop's own search as SQL. Each way to a sale has an index of its own, so that a long journal is not walked. */
import type { SQLInputValue } from "node:sqlite";
import type { HistoryFilter } from "../core/ports.ts";
import { SQL } from "./journal-rows.ts";

/** The indexed tail of a receipt number; fewer digits than that fit every tenth or hundredth sale. */
const TAIL = 3;

/** Turns a search into a query for whole payments, newest first; every given part must fit. */
export function historySelect(filter: HistoryFilter): { readonly sql: string; readonly values: SQLInputValue[] } {
  const parts: string[] = [];
  const values: SQLInputValue[] = [];
  const add = (text: string, ...given: SQLInputValue[]): void => {
    parts.push(text);
    values.push(...given);
  };
  const found = sought(filter);
  if (found) add(found.text, ...found.values);
  if (filter.fromDay !== undefined) add("business_day >= ?", filter.fromDay);
  if (filter.toDay !== undefined) add("business_day <= ?", filter.toDay);
  if (filter.show === "paid") add("state = 'paid'");
  if (filter.show === "open")
    add("(settled = 0 OR id IN (SELECT payment_id FROM refunds WHERE settled = 0 AND payment_id IS NOT NULL))");
  if (filter.show === "refunded")
    add("id IN (SELECT payment_id FROM refunds WHERE state IN ('refunded', 'recorded') AND payment_id IS NOT NULL)");
  if (filter.beforeSeq !== undefined) add("seq < ?", filter.beforeSeq);
  const where = parts.length === 0 ? "" : `WHERE ${parts.join(" AND ")}`;
  // `seq` walks from the newest sale back, `+seq` sorts what was found: numbers alone, whole rows are read of one page.
  const order = found?.few === true ? "+seq" : "seq";
  return {
    sql: `${SQL.selectPayment} WHERE id IN (SELECT id FROM payments ${where} ORDER BY ${order} DESC LIMIT ?) ORDER BY +seq DESC`,
    values: [...values, filter.limit],
  };
}

/** What the text and the amount can stand for: any of them. `few` when an index leads to each. */
function sought({ text, minor }: HistoryFilter): { text: string; values: SQLInputValue[]; few: boolean } | null {
  const ways: string[] = [];
  const values: SQLInputValue[] = [];
  let few = true;
  const way = (sql: string, ...given: SQLInputValue[]): void => {
    ways.push(sql);
    values.push(...given);
  };
  if (text !== undefined && text !== "") {
    for (const column of ["id", "number", "bank_id", "external_id", "invoice_id", "reference"])
      way(`id IN (SELECT id FROM payments WHERE ${column} = ?)`, column === "number" ? text.toUpperCase() : text);
    for (const column of ["id", "number", "bank_id"])
      way(
        `id IN (SELECT payment_id FROM refunds WHERE ${column} = ? AND payment_id IS NOT NULL)`,
        column === "number" ? text.toUpperCase() : text,
      );
    if (/^\d{1,12}$/.test(text)) {
      if (text.length >= TAIL)
        way(
          `id IN (SELECT id FROM payments WHERE substr(number, -${TAIL}) = ? AND substr(number, -length(?)) = ?)`,
          text.slice(-TAIL),
          text,
          text,
        );
      else {
        few = false;
        way("substr(number, -length(?)) = ?", text, text);
      }
    }
  }
  if (minor !== undefined) way("id IN (SELECT id FROM payments WHERE minor = ?)", minor);
  return ways.length === 0 ? null : { text: `(${ways.join(" OR ")})`, values, few };
}
