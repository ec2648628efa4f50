/** A bank at the desk, of those that have neither certificate nor device: drawn up, tried, put in use, taken off. */
import type { BankDeskView, ConnectionCheck, OtherBank } from "../../contract/desk.ts";
import type { Problem } from "../../contract/problem.ts";
import { readRootFiles } from "./certificates/index.ts";
import { opened } from "./desk-certificates.ts";
import { mustAnswer, refused, storeAndSwap, type DeskParts } from "./desk-parts.ts";
import { activeProvider, withBank, type StoredProvider } from "./stored.ts";
import type { Way } from "./trial.ts";

export type RootsOf = "server" | "events";

export interface OtherBankDesk<Change, View> {
  view(): Promise<BankDeskView<View>>;
  change(change: Change): Promise<void>;
  /** Base64 files; none: the public roots. */
  roots(of: RootsOf, files: readonly string[]): Promise<void>;
  discard(): void;
  tryOut(): Promise<void>;
  apply(): Promise<void>;
  remove(): Promise<void>;
}

/** What is a bank's own in all this. */
export interface DraftedBank<Draft, Change, View> {
  readonly name: OtherBank;
  /** Fields without which nobody can be asked anything. */
  readonly toAsk: readonly string[];
  /** What is in use, as a draft. */
  current(): Promise<Draft>;
  changed(draft: Draft, change: Change): Draft;
  /** Throws a refusal where the bank has nothing of the kind. */
  withRoots(draft: Draft, of: RootsOf, pem: readonly string[]): Draft;
  missing(draft: Draft): Problem[];
  show(draft: Draft, inUse: StoredProvider | null): View;
  /** Each of them must answer before the draft is put in use. */
  ways(draft: Draft): readonly Way[];
  check(draft: Draft): Promise<ConnectionCheck>;
  /** What is stored once the draft is in use. */
  made(draft: Draft): Promise<{
    readonly providers: readonly StoredProvider[];
    readonly secrets: Readonly<Record<string, string | null>>;
  }>;
  /** What leaves the vault when the bank is taken off. */
  ended(): Promise<Readonly<Record<string, null>>>;
}

export function createBankDesk<Draft, Change, View extends { readonly environment: string }>(
  parts: DeskParts,
  own: DraftedBank<Draft, Change, View>,
): OtherBankDesk<Change, View> {
  const { stores, inUse, running } = parts;
  const { name } = own;
  let draft: Draft | null = null;
  let check: ConnectionCheck | null = null;

  function put(next: Draft | null): void {
    draft = next;
    check = null;
  }

  /** What is missing elsewhere may be filled in after the bank has answered. */
  function mustHold(from: Draft, fields: readonly string[] | null): void {
    const [problem] = own
      .missing(from)
      .filter(({ path }) => fields === null || fields.some((field) => path.startsWith(`providers.${name}.${field}`)));
    if (problem) throw refused("draft_incomplete", { field: problem.path });
  }

  return {
    async view() {
      const active = activeProvider(inUse.stored, name, null);
      const used = active && own.show(await own.current(), active);
      return {
        inUse: used && parts.training ? { ...used, environment: "training" } : used,
        reason: used && running.reason(name),
        events: used ? running.events(name) : "off",
        draft: draft && own.show(draft, null),
        missing: draft ? own.missing(draft) : [],
        check,
      };
    },
    async change(change) {
      put(own.changed(draft ?? (await own.current()), change));
    },
    async roots(of, files) {
      const { pem } = await opened(() => readRootFiles(files.map((file) => Buffer.from(file, "base64"))));
      put(own.withRoots(draft ?? (await own.current()), of, pem));
    },
    discard: () => put(null),
    async tryOut() {
      const from = draft ?? (await own.current());
      mustHold(from, own.toAsk);
      check = await own.check(from);
    },
    async apply() {
      if (!draft) throw refused("draft_incomplete", { field: `providers.${name}` });
      const next = draft;
      mustHold(next, null);
      if (running.busy()) throw refused("till_busy");
      for (const way of own.ways(next)) await mustAnswer(parts, name, way);
      const { providers, secrets } = await own.made(next);
      await storeAndSwap(parts, withBank(inUse.stored, name, providers), { secrets });
      for (const { id } of await stores.journal.profiles()) parts.forgetIdentity(id);
      put(null);
    },
    async remove() {
      if (!activeProvider(inUse.stored, name, null)) throw refused("not_configured", { provider: name });
      // What the bank knows us by stays, and its roots: its payments are still asked about and refunded.
      const secrets = await own.ended();
      await storeAndSwap(parts, withBank(inUse.stored, name, []), { secrets });
      put(null);
    },
  };
}
