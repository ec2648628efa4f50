/** The way to Halyk QR at the desk. */
import type { HalykQrDraft, HalykQrSettingsView } from "../../contract/desk.ts";
import { checkBank } from "./check-bank.ts";
import { createBankDesk, type OtherBankDesk } from "./desk-bank.ts";
import type { DeskParts } from "./desk-parts.ts";
import { changed, configOf, draftOf, eventsToTry, missingIn, settingsView, wayOf, type Draft } from "./halyk-draft.ts";
import { endedEvents, halykQrParts } from "./halyk-qr.ts";

export type HalykQrDesk = OtherBankDesk<HalykQrDraft, HalykQrSettingsView>;

export function createHalykQrDesk(parts: DeskParts): HalykQrDesk {
  const { trials, stores, inUse } = parts;
  return createBankDesk<Draft, HalykQrDraft, HalykQrSettingsView>(parts, {
    name: "halykQr",
    toAsk: ["url", "username", "password", "terminal", "kafka"],
    current: () => draftOf(inUse.stored, stores.vault),
    changed,
    withRoots: (draft, of, pem) => ({ ...draft, roots: { ...draft.roots, [of]: pem } }),
    missing: (draft) => missingIn(draft, inUse.stored),
    show(draft, used) {
      const latin = used?.profile.options["pointOfSale"] ?? null;
      return settingsView(draft, inUse.stored, { now: stores.clock.now(), latin });
    },
    ways: (draft) => [wayOf(draft, inUse.stored)],
    check(draft) {
      const tools = { bank: parts.bank("halykQr"), trials, probe: parts.probeEvents };
      return checkBank(tools, wayOf(draft, inUse.stored), eventsToTry(draft, inUse.stored));
    },
    made(draft) {
      const { merchant, till } = inUse.stored;
      return halykQrParts(stores, { config: configOf(draft), merchant, roots: draft.roots, tillId: till.id });
    },
    ended: () => endedEvents(stores),
  });
}
