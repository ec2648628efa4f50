/** How the till's own stores stand: the journal's chain and backups, the vault's key, and what of it the screen must tell. */
import type { CareView } from "../contract/desk.ts";
import type { KeySource } from "./adapters/vault.ts";
import { NO_FINDINGS, type Findings, type Journal } from "./core/ports.ts";

export interface Care {
  readonly findings: Findings;
  view(): Promise<CareView>;
  /** Takes a backup now and proves it. Rejects in words when it cannot. */
  backup(): Promise<void>;
  /** Checks the whole chain now; what is found becomes a finding. */
  verify(): Promise<void>;
}

export function createCare({ journal, source }: { readonly journal: () => Journal; readonly source: KeySource }): Care {
  return {
    findings: NO_FINDINGS,
    async view() {
      const { schema, epoch, head } = await journal().info();
      return {
        journal: { schema, epoch, events: head, chain: null, restored: null },
        backup: { folder: "", last: null, failed: null },
        vault: { source: source.kind, warning: source.warning !== null },
      };
    },
    backup: () => Promise.reject(new Error("not built")),
    verify: () => Promise.reject(new Error("not built")),
  };
}
