/** The way to Kaspi at the desk: drawn up, tried, registered, put in use; and what can be done to the one in use. */
import type { ConnectionCheck, KaspiDraft, LayerCheck } from "../../contract/desk.ts";
import type { AppError } from "../../contract/errors.ts";
import { atTradePoint, checkWay } from "./check.ts";
import { factsOf, type OpenedClient } from "./certificates/index.ts";
import { DeskRefusal, mustAnswer, refused, store, storeAndSwap, type DeskParts } from "./desk-parts.ts";
import { activeSeat, changed, configOf, draftOf, identityOf, missingIn, wayOf, type Draft } from "./draft.ts";
import { kaspiParts, kinIdentities, type Seat } from "./kaspi.ts";
import { activeProvider, META_ORGANIZATION, providersOf, withBank } from "./stored.ts";

export interface Connection {
  readonly draft: Draft | null;
  readonly check: ConnectionCheck | null;
  change(change: KaspiDraft): Promise<void>;
  /** Client certificate or roots, just opened. */
  show(identity: Partial<Draft["identity"]>): Promise<void>;
  discard(): void;
  tryOut(): Promise<void>;
  register(): Promise<void>;
  apply(): Promise<void>;
  registerAgain(): Promise<void>;
  deleteDevice(): Promise<void>;
  use(bin: string): Promise<void>;
  /** A renewed certificate of the way in use. False, or a rejection, with the old one still in use. */
  renew(opened: OpenedClient): Promise<boolean>;
}

/** The journal's note that the bank does not know a device: a registration by hand ends it (see core/device.ts). */
const stopName = (profileId: string): string => `device.stopped:${profileId}`;

/** Steps of the wizard that do not touch the way to the bank. */
const AT_THE_BANK: ReadonlySet<string> = new Set(["deviceId", "tradePointId", "limits"]);

export function createConnection(parts: DeskParts): Connection {
  const { trials, stores, inUse, running, requests } = parts;
  const bank = parts.bank("kaspi");
  let draft: Draft | null = null;
  let check: ConnectionCheck | null = null;
  /** Profiles the bank has registered for this draft. */
  let registered = new Set<string>();

  const current = (): Promise<Draft> => draftOf(inUse.stored, inUse.organization, stores.vault);

  function put(next: Draft | null): void {
    draft = next;
    check = null;
    if (next === null) registered = new Set();
  }

  /** The seat to ask the bank for. What is missing elsewhere may still be filled in from the answer. */
  function seatToAsk(from: Draft, needed: readonly string[] | null): Seat {
    const problems = missingIn(from, inUse.stored);
    const open = needed === null ? problems : problems.filter(({ path }) => needed.some((part) => path.includes(part)));
    const seat = activeSeat(from, inUse.stored);
    if (open[0] || !seat) throw refused("draft_incomplete", { field: open[0]?.path ?? "organizationBin" });
    return seat;
  }

  function noteDevice(state: LayerCheck["state"], error: AppError | null, ms: number): void {
    if (!check) return;
    const checks = check.checks.map((one) => (one.layer === "device" ? { ...one, state, error, ms } : one));
    check = { ...check, checks };
  }

  /** Everything but the certificate and its roots is as it is in use: then nothing has to be begun anew. */
  async function isRenewal(next: Draft): Promise<boolean> {
    if (providersOf(inUse.stored, "kaspi").length === 0 || registered.size > 0) return false;
    const old = await current();
    const facts = (one: Draft): string => {
      const { certificate: _, ca: __, ...config } = configOf(one);
      return JSON.stringify([config, activeSeat(one, inUse.stored)?.profile.id, one.identity.cert === null]);
    };
    return facts(next) === facts(old);
  }

  /** Replaces the certificate under running payments: each request under way ends with the old one, the next has the new. */
  async function replace(next: Draft): Promise<void> {
    const { stored } = inUse;
    const identity = { stored: identityOf(next), expires: endOf(next) };
    const own = providersOf(stored, "kaspi");
    const secrets = await kinIdentities(stores.journal, stores.vault, own, identity);
    const providers = own.map((one) => ({ ...one, certificateExpires: identity.expires }));
    await store(parts, withBank(stored, "kaspi", providers), { secrets });
    for (const { id } of await stores.journal.profiles()) parts.forgetIdentity(id);
    // Its end, which the screen warns of, reaches the running core when the till is free.
    running.refresh();
  }

  async function forgetRequest({ identity: { cert } }: Draft): Promise<void> {
    const request = cert === null ? null : await requests.match(cert);
    if (request !== null) await requests.forget(request);
  }

  return {
    get draft() {
      return draft;
    },
    get check() {
      return check;
    },
    async change(change) {
      const tried = check;
      const next = changed(draft ?? (await current()), change);
      put(next);
      const seat = activeSeat(next, inUse.stored);
      // What was found out on the way to the bank still holds for another trade point there, and its list is still needed.
      if (tried && seat && Object.keys(change).every((name) => AT_THE_BANK.has(name)))
        check = atTradePoint(tried, seat.profile.tradePoint, next.tokens.has(seat.profile.id));
    },
    async show(identity) {
      const from = draft ?? (await current());
      put({ ...from, identity: { ...from.identity, ...identity } });
    },
    discard: () => put(null),
    async tryOut() {
      const from = draft ?? (await current());
      const seat = seatToAsk(from, ["kaspi.url", "kaspi.apiKey", "kaspi.certificate", "kaspi.headers"]);
      check = await checkWay({ bank, trials }, wayOf(from, seat), from.tokens.has(seat.profile.id));
    },
    async register() {
      const from = draft ?? (await current());
      const seat = seatToAsk(from, null);
      const { id } = seat.profile;
      const { secrets, ...way } = wayOf(from, seat);
      const { deviceToken: _, ...rest } = secrets;
      const tried = await trials.ask({ ...way, secrets: rest }, (context) => bank.register?.(context) ?? null);
      if (!tried.ok || tried.answer.kind !== "registered") {
        const error = tried.ok ? (tried.answer as { readonly error: AppError }).error : tried.error;
        noteDevice("failed", error, tried.ms);
        throw new DeskRefusal(error);
      }
      draft = { ...from, tokens: new Map([...from.tokens, [id, tried.answer.deviceToken]]) };
      registered.add(id);
      noteDevice("ok", null, tried.ms);
    },
    async apply() {
      if (!draft) throw refused("draft_incomplete", { field: "providers.kaspi" });
      const next = draft;
      const seat = seatToAsk(next, null);
      const renewal = await isRenewal(next);
      if (!renewal && running.busy()) throw refused("till_busy");
      await mustAnswer(parts, "kaspi", wayOf(next, seat));
      if (renewal) await replace(next);
      else {
        const identity = { stored: identityOf(next), expires: endOf(next) };
        const merchant = { name: inUse.stored.merchant.name, bin: next.bin };
        const { providers, secrets } = await kaspiParts(stores, {
          config: configOf(next),
          merchant,
          identity,
          // Of the others the vault knows best: the running till may have registered them since.
          tokens: new Map([...next.tokens].filter(([id]) => registered.has(id))),
        });
        const stops = Object.fromEntries([...registered].map((id) => [stopName(id), null]));
        const meta = { ...stops, [META_ORGANIZATION]: seat.organization?.bin ?? null };
        await storeAndSwap(parts, withBank(inUse.stored, "kaspi", providers), { secrets, meta });
        for (const { id } of await stores.journal.profiles()) parts.forgetIdentity(id);
      }
      await forgetRequest(next);
      put(null);
    },
    async registerAgain() {
      const done = await running.registerAgain("kaspi");
      if (!done.ok) throw new DeskRefusal(done.error);
    },
    async deleteDevice() {
      const done = await running.deleteDevice("kaspi");
      if (!done.ok) throw new DeskRefusal(done.error);
      // A draft begun before still holds the token.
      put(null);
    },
    async use(bin) {
      if (!inUse.stored.providers.some(({ organization }) => organization?.bin === bin)) throw refused("not_found");
      await storeAndSwap(parts, inUse.stored, { meta: { [META_ORGANIZATION]: bin } });
      put(null);
    },
    async renew({ cert, key, keyPassphrase }) {
      const active = activeProvider(inUse.stored, "kaspi", inUse.organization);
      if (!active || active.profile.scheme === "1") return false;
      const old = await current();
      const next: Draft = { ...old, identity: { ...old.identity, cert, key, passphrase: keyPassphrase } };
      const seat = activeSeat(next, inUse.stored);
      if (!seat) return false;
      await mustAnswer(parts, "kaspi", wayOf(next, seat));
      await replace(next);
      if (draft?.identity.cert === old.identity.cert) draft = { ...draft, identity: next.identity };
      return true;
    },
  };
}

function endOf(draft: Draft): number | null {
  const { cert } = identityOf(draft);
  return cert === null ? null : factsOf(cert).notAfter;
}
