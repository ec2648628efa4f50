/** The shop's own list of sales, with what went back of each. */
import type { Result } from "../../contract/errors.ts";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import { parseAmount, type Minor } from "../../contract/money.ts";
import { askPage, BAD_CURSOR, cutPage } from "./page.ts";
import type { Ports } from "./ports.ts";
import { toPayment } from "./present.ts";
import { toRefund } from "./refund-present.ts";

const PAGE = 20;
/** More than anybody refunds of one sale. */
const REFUNDS_OF_ONE = 100;

/**
 * Searches the journal, newest first; `timezone` is the shop's, for the dates shown. The text may be a receipt number or
 * its last digits, our id or our number at the bank, a bank's number of it or of the transaction, a till program's id, an
 * amount as people write it, or a scanned slip. Refuses a cursor that is none of ours with `bad_request`.
 */
export async function listHistory(
  { journal }: Pick<Ports, "journal">,
  timezone: string,
  query: CommandInput<"history.list">,
): Promise<Result<CommandOutput["history.list"]>> {
  const { text = "", fromDay, toDay, show, cursor, limit = PAGE } = query;
  const asked = askPage(cursor, limit);
  if (asked === null) return { ok: false, error: BAD_CURSOR };
  const minor = amountIn(text);
  const rows = await journal.history({
    ...(text === "" ? {} : { text }),
    ...(minor === null ? {} : { minor }),
    ...(fromDay === undefined ? {} : { fromDay }),
    ...(toDay === undefined ? {} : { toDay }),
    ...(show === undefined ? {} : { show }),
    ...asked,
  });
  const { page, nextCursor } = cutPage(rows, limit);
  const items = await Promise.all(
    page.map(async (row) => {
      const refunds = await journal.refunds({ paymentId: row.id, limit: REFUNDS_OF_ONE });
      return {
        payment: toPayment(row, timezone),
        // What a customer's scan has shown belongs to the refund that is being chosen, not into a list.
        refunds: refunds.map((refund) => ({ ...toRefund(refund, timezone), operations: [] })),
      };
    }),
  );
  return { ok: true, value: { items, nextCursor } };
}

/** An amount as people write it: "5000", "5 000,00", "5 000.5 ₸", with any kind of space; null when it is none. */
function amountIn(text: string): Minor | null {
  const plain = text
    .replaceAll(/[\s\u00a0\u2009\u202f]/g, "")
    .replace(/(₸|тг\.?|тенге|теңге|kzt)$/iu, "")
    .replace(",", ".");
  return parseAmount(plain);
}
