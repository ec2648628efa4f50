import { createHmac } from "node:crypto";
import { openJournal } from "../../../main/adapters/journal.ts";
import type { JournalFile } from "../../../main/adapters/journal.ts";
import { NOON } from "./rows.ts";

export const mac = (text: string): string => createHmac("sha256", "chain key of the tests").update(text).digest("hex");

export function openTestJournal(file: string, now: () => number = () => NOON): Promise<JournalFile> {
  return openJournal({ file, tillId: "A1", mac, now });
}
