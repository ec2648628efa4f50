/** Stands in the place of the journal's adapter: the real one, with a boundary on both sides of each commit. */
import { openJournal as open, type JournalFile, type JournalOptions } from "../../../main/adapters/journal.ts";
import { boundary } from "./boundaries.ts";

export * from "../../../main/adapters/journal.ts";

export async function openJournal(options: JournalOptions): Promise<JournalFile> {
  const journal = await open(options);
  return {
    ...journal,
    async commit(batch) {
      boundary("before the write");
      const written = await journal.commit(batch);
      boundary("after the write");
      return written;
    },
  };
}
