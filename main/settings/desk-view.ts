/** What the technician's screens show. Of secrets it says only that they are there. */
import { KASPI_TEST_URLS } from "../../contract/banks/kaspi.ts";
import type {
  CertificateView,
  ConnectionCheck,
  DeskView,
  GeneralSettings,
  KaspiSettingsView,
} from "../../contract/desk.ts";
import { formatAmount, minor } from "../../contract/money.ts";
import { LANGUAGES } from "../../contract/states.ts";
import type { Person } from "../core/index.ts";
import { factsOf, viewOf } from "./certificates/index.ts";
import type { EpayDesk } from "./desk-epay.ts";
import type { HalykQrDesk } from "./desk-halyk.ts";
import type { DeskParts } from "./desk-parts.ts";
import { activeSeat, draftOf, identityOf, missingIn, seatsOfDraft, type Draft } from "./draft.ts";
import { withoutPin } from "./people.ts";
import { idleSecondsOf } from "./sessions.ts";
import { providersOf, type StoredSettings } from "./stored.ts";

/** What is drawn up and tried at the desk, by bank. */
interface DeskBanks {
  readonly connection: { readonly draft: Draft | null; readonly check: ConnectionCheck | null };
  readonly halykQr: Pick<HalykQrDesk, "view">;
  readonly epay: Pick<EpayDesk, "view">;
}

export async function deskView(
  parts: DeskParts,
  person: Person,
  { connection, halykQr, epay }: DeskBanks,
): Promise<DeskView> {
  const { stores, care, inUse, running, requests, drop, dropFolder, version, training, displays } = parts;
  const { stored, organization } = inUse;
  const { draft, check } = connection;
  const now = stores.clock.now();
  const used = providersOf(stored, "kaspi").length > 0 ? await draftOf(stored, organization, stores.vault) : null;
  const kaspi = used && kaspiView(used, stored, now);
  const chosen = await stores.journal.meta("language");
  const { id, name, role } = person;
  return {
    person: { id, name, role },
    idleSeconds: idleSecondsOf(stored.mode),
    general: generalOf(stored),
    kiosk: stored.kiosk,
    displays: displays(),
    people: stored.people.map(withoutPin),
    tokens: stored.tokens.map(({ name: token, may }) => ({ name: token, may })),
    kaspi: kaspi && training ? { ...kaspi, environment: "training" } : kaspi,
    reason: kaspi && running.reason("kaspi"),
    draft: draft && kaspiView(draft, stored, now),
    missing: draft ? missingIn(draft, stored) : [],
    check,
    halykQr: await halykQr.view(),
    epay: await epay.view(),
    requests: await requests.list(),
    dropped: await drop.list(),
    dropFolder,
    care: await care.view(),
    version,
    language: LANGUAGES.find((known) => known === chosen) ?? stored.language,
  };
}

export function generalOf(stored: StoredSettings): GeneralSettings {
  const { merchant, language, timezone, till, screen, refundPinAbove, mode, displays } = stored;
  const pinAbove = refundPinAbove === null ? null : formatAmount(minor(refundPinAbove));
  return { merchant, language, timezone, till, screen, refund: { pinAbove }, mode, displays };
}

function kaspiView(draft: Draft, stored: StoredSettings, now: number): KaspiSettingsView {
  const { environment, scheme, url, apiKey, headers, limits, tokens } = draft;
  const active = activeSeat(draft, stored);
  const { cert, ca } = identityOf(draft);
  return {
    environment,
    scheme,
    url: url ?? (environment === "test" ? KASPI_TEST_URLS[scheme] : ""),
    hasApiKey: scheme === 1 && apiKey !== null,
    headerNames: Object.keys(headers),
    certificate: cert === null ? null : certificateView(cert, now),
    roots: ca.map((root) => certificateView(root, now)),
    deviceId: active?.profile.device ?? null,
    tradePointId: active?.profile.tradePoint ?? null,
    registered: active !== null && tokens.has(active.profile.id),
    organizations: seatsOfDraft(draft, stored).flatMap(({ profile, organization }) =>
      organization === null
        ? []
        : [
            {
              ...organization,
              deviceId: profile.device ?? "",
              tradePointId: profile.tradePoint,
              registered: tokens.has(profile.id),
              active: profile.id === active?.profile.id,
            },
          ],
    ),
    limits,
  };
}

function certificateView(pem: string, now: number): CertificateView {
  return viewOf(factsOf(pem), now);
}
