/** What a provisioning file is applied to: a real journal, a vault in memory, a clock that stands still. */
import { createHmac } from "node:crypto";
import { join } from "node:path";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import { openPictures, picturesIn } from "../../main/pictures.ts";
import { applyDocument, type Stores } from "../../main/settings/apply.ts";
import { lineOf, ProvisionFailure } from "../../main/settings/failure.ts";
import { readDocument } from "../../main/settings/read.ts";
import { readStored, type StoredSettings } from "../../main/settings/stored.ts";
import { memoryVault } from "./desk.ts";
import type { Shop } from "./shop.ts";

export interface ShopStores extends Stores {
  readonly journal: JournalFile;
  readonly journalPath: string;
  /** Applies the shop's file. */
  apply(): Promise<"applied" | "unchanged">;
  /** The lines the file gets; none when it was applied. */
  lines(): Promise<string[]>;
  stored(): Promise<StoredSettings>;
}

export async function openShopStores(shop: Shop, certificateWorker = ""): Promise<ShopStores> {
  const now = Date.now();
  const journalPath = join(shop.dir, "journal.db");
  const mac = (text: string): string => createHmac("sha256", "chain").update(text).digest("hex");
  const journal = await openJournal({ file: journalPath, tillId: "A1", mac, now: () => now });
  const stores: Stores = {
    clock: { now: () => now, mono: () => 0, setTimeout: () => 0, clearTimeout: () => undefined },
    crypto: { mac: (purpose, text) => createHmac("sha256", purpose).update(text).digest("hex"), seal: () => "" },
    journal,
    vault: memoryVault(),
    pictures: openPictures(picturesIn(shop.dir)),
    certificateWorker,
  };
  const apply = async () => applyDocument(stores, await readDocument(shop.file, false));
  return {
    ...stores,
    journal,
    journalPath,
    apply,
    async lines() {
      try {
        await apply();
        return [];
      } catch (error) {
        if (!(error instanceof ProvisionFailure)) throw error;
        return error.problems.map(lineOf);
      }
    },
    async stored() {
      const settings = await readStored(journal);
      if (!settings) throw new Error("nothing was applied");
      return settings;
    },
  };
}
