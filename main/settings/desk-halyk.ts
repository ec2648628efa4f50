/** The way to Halyk QR at the desk: drawn up, tried, put in use, taken off. */
import type { BankDeskView, ConnectionCheck, HalykQrDraft, HalykQrSettingsView } from "../../contract/desk.ts";
import { checkBank } from "./check-bank.ts";
import { readRootFiles } from "./certificates/index.ts";
import { opened } from "./desk-certificates.ts";
import { mustAnswer, refused, storeAndSwap, type DeskParts } from "./desk-parts.ts";
import { changed, configOf, draftOf, eventsToTry, missingIn, settingsView, wayOf, type Draft } from "./halyk-draft.ts";
import { endedEvents, halykQrParts } from "./halyk-qr.ts";
import { activeProvider, withBank } from "./stored.ts";

export interface HalykQrDesk {
  view(): Promise<BankDeskView<HalykQrSettingsView>>;
  change(change: HalykQrDraft): Promise<void>;
  /** Base64 files; none: the public roots. */
  roots(of: "server" | "events", files: readonly string[]): Promise<void>;
  discard(): void;
  tryOut(): Promise<void>;
  apply(): Promise<void>;
  remove(): Promise<void>;
}

const NAME = "halykQr";
/** Without these nobody can be asked anything. */
const TO_ASK: readonly string[] = ["url", "username", "password", "terminal", "kafka"];

export function createHalykQrDesk(parts: DeskParts): HalykQrDesk {
  const { trials, stores, inUse, running } = parts;
  let draft: Draft | null = null;
  let check: ConnectionCheck | null = null;

  const current = (): Promise<Draft> => draftOf(inUse.stored, stores.vault);

  function put(next: Draft | null): void {
    draft = next;
    check = null;
  }

  /** What is missing elsewhere may be filled in after the bank has answered. */
  function mustHold(from: Draft, fields: readonly string[] | null): void {
    const [problem] = missingIn(from, inUse.stored).filter(
      ({ path }) => fields === null || fields.some((field) => path.startsWith(`providers.${NAME}.${field}`)),
    );
    if (problem) throw refused("draft_incomplete", { field: problem.path });
  }

  return {
    async view() {
      const { stored } = inUse;
      const now = stores.clock.now();
      const active = activeProvider(stored, NAME, null);
      const latin = active?.profile.options["pointOfSale"] ?? null;
      const used = active && settingsView(await current(), stored, { now, latin });
      return {
        inUse: used && parts.training ? { ...used, environment: "training" } : used,
        reason: used && running.reason(NAME),
        events: used ? running.events(NAME) : "off",
        draft: draft && settingsView(draft, stored, { now, latin: null }),
        missing: draft ? missingIn(draft, stored) : [],
        check,
      };
    },
    async change(change) {
      put(changed(draft ?? (await current()), change));
    },
    async roots(of, files) {
      const { pem } = await opened(() => readRootFiles(files.map((file) => Buffer.from(file, "base64"))));
      const from = draft ?? (await current());
      put({ ...from, roots: { ...from.roots, [of]: pem } });
    },
    discard: () => put(null),
    async tryOut() {
      const from = draft ?? (await current());
      mustHold(from, TO_ASK);
      const tools = { bank: parts.bank(NAME), trials, probe: parts.probeEvents };
      check = await checkBank(tools, wayOf(from, inUse.stored), eventsToTry(from, inUse.stored));
    },
    async apply() {
      if (!draft) throw refused("draft_incomplete", { field: `providers.${NAME}` });
      const next = draft;
      mustHold(next, null);
      if (running.busy()) throw refused("till_busy");
      await mustAnswer(parts, NAME, wayOf(next, inUse.stored));
      const { merchant, till } = inUse.stored;
      const input = { config: configOf(next), merchant, roots: next.roots, tillId: till.id };
      const { providers, secrets } = await halykQrParts(stores, input);
      await storeAndSwap(parts, withBank(inUse.stored, NAME, providers), { secrets });
      for (const { id } of await stores.journal.profiles()) parts.forgetIdentity(id);
      put(null);
    },
    async remove() {
      if (!activeProvider(inUse.stored, NAME, null)) throw refused("not_configured", { provider: NAME });
      // User name, password and roots stay: its payments are still asked about and refunded.
      const secrets = await endedEvents(stores);
      await storeAndSwap(parts, withBank(inUse.stored, NAME, []), { secrets });
      put(null);
    },
  };
}
