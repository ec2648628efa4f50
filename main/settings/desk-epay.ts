/** The way to Halyk ePay at the desk. */
import type { EpayDraft, EpaySettingsView } from "../../contract/desk.ts";
import { checkEpay } from "./check-epay.ts";
import { createBankDesk, type OtherBankDesk } from "./desk-bank.ts";
import { refused, type DeskParts } from "./desk-parts.ts";
import { changed, configOf, draftOf, missingIn, settingsView, wayOf, type Draft } from "./epay-draft.ts";
import { epayParts, waysOf } from "./epay.ts";

export type EpayDesk = OtherBankDesk<EpayDraft, EpaySettingsView>;

export function createEpayDesk(parts: DeskParts): EpayDesk {
  const { trials, stores, inUse } = parts;
  return createBankDesk<Draft, EpayDraft, EpaySettingsView>(parts, {
    name: "epay",
    toAsk: ["oauthUrl", "apiUrl", "publicKeyUrl", "terminals"],
    current: () => draftOf(inUse.stored, stores.vault),
    changed,
    withRoots(draft, of, pem) {
      if (of === "events") throw refused("not_supported");
      return { ...draft, roots: pem };
    },
    missing: (draft) => missingIn(draft, inUse.stored),
    show: (draft) => settingsView(draft, stores.clock.now()),
    ways: (draft) => waysOf(wayOf(draft, inUse.stored)).map(({ way }) => way),
    check: (draft) =>
      checkEpay({ bank: parts.bank("epay"), trials, crypto: stores.crypto }, wayOf(draft, inUse.stored)),
    made(draft) {
      return epayParts(stores, { config: configOf(draft), merchant: inUse.stored.merchant, roots: draft.roots });
    },
    ended: async () => ({}),
  });
}
