/** Stands in the place of the journal's adapter: the real one, with a boundary on both sides of each commit. */
import { openJournal as open, type JournalFile, type JournalOptions } from "../../../main/adapters/journal.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { Batch } from "../../../main/core/ports.ts";
import { boundary } from "./boundaries.ts";

export * from "../../../main/adapters/journal.ts";

export async function openJournal(options: JournalOptions): Promise<JournalFile> {
  const journal = await open(options);
  /** How the goods of each payment of this life stand on the disk. */
  const written = new Map<string, string>();
  const newsOf = ({ payments = [] }: Batch): string[] =>
    payments.flatMap((row) => {
      const stage = stageOf(row);
      if (stage === null || written.get(row.id) === stage) return [];
      written.set(row.id, stage);
      return [stage];
    });
  return {
    ...journal,
    async commit(batch) {
      const news = newsOf(batch);
      boundary(
        "before the write",
        news.map((stage) => `before the write of ${stage}`),
      );
      const done = await journal.commit(batch);
      boundary(
        "after the write",
        news.map((stage) => `after the write of ${stage}`),
      );
      return done;
    },
  };
}

/** Vending: the stages of a sale at whose writes tests/prove/vending kills. */
function stageOf({ fulfilment: goods }: PaymentRow): "paid" | "dispensing" | "dispensed" | null {
  if (goods === null || goods.at === null || goods.state === "unknown") return null;
  if (goods.state === "waiting") return "paid";
  return goods.state === "dispensing" ? "dispensing" : "dispensed";
}
