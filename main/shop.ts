/** Core and technician's desk of one till on its stores, with the front that holds whichever core is running. */
import { join } from "node:path";
import { createHttp, type TlsIdentity } from "./adapters/http.ts";
import { banks } from "./banks/index.ts";
import { createCore } from "./core/core.ts";
import type { Core, Training } from "./core/index.ts";
import type { Ports } from "./core/ports.ts";
import { identityName } from "./core/settings.ts";
import { createFront, type Front } from "./front.ts";
import { createDrop, createRequests, factsOf, type Drop } from "./settings/certificates/index.ts";
import { createDesk } from "./settings/desk.ts";
import type { DeskParts, InUse } from "./settings/desk-parts.ts";
import { createPeople } from "./settings/people.ts";
import { createPinGuard } from "./settings/pin-guard.ts";
import { createSessions } from "./settings/sessions.ts";
import { activeProvider, settingsFrom } from "./settings/stored.ts";
import { createTrials } from "./settings/trial.ts";
import type { OpenStores } from "./stores.ts";

export interface ShopParts {
  readonly version: string;
  readonly certificateWorker: string;
  readonly training: Training | null;
  /** The data folder in use; certificates are dropped into its folder certs. */
  readonly dir: string;
  readonly stores: OpenStores;
  readonly inUse: InUse;
  /** A provisioning file that is still there. */
  readonly provisionFile: string | null;
  readonly undo: (() => unknown)[];
  readonly useTokens: DeskParts["useTokens"];
}

/** Nothing is sent before the front is started. What must be ended is put on `undo`. */
export async function openShop(parts: ShopParts): Promise<{ front: Front; drop: Drop }> {
  const { stores, inUse, undo, certificateWorker: workerFile } = parts;
  const { clock, ids, crypto, log, vault, journal } = stores;

  const trials = createTrials({ http: () => http, ids });
  const http = createHttp({
    identity: async (name) => trials.identity(name) ?? (await identityOf(stores, name)),
    log,
  });
  undo.push(() => http.close());

  const sessions = createSessions(clock);
  const people = createPeople({
    guard: createPinGuard({ clock, journal, log }),
    sessions,
    all: () => inUse.stored.people,
  });

  let open: { readonly tillId: string; readonly ports: Ports } | null = null;
  async function make(): Promise<Core> {
    const settings = settingsFrom(inUse.stored, {
      now: clock.now(),
      training: parts.training !== null,
      provisionFile: parts.provisionFile,
      organization: inUse.organization,
    });
    const tillId = settings.till.id;
    // It stands in every event.
    if (open?.tillId !== tillId)
      open = { tillId, ports: { clock, ids, crypto, http, vault, log, journal: await stores.openJournal(tillId) } };
    return createCore({ version: parts.version, ports: open.ports, banks, settings, training: parts.training, people });
  }

  const front = createFront({ first: await make(), make, desk: (name, input) => desk.call(name, input) });
  undo.push(() => front.stop());

  const requests = createRequests({ journal, vault, clock, ids, workerFile });
  const dropFolder = join(parts.dir, "certs");
  const drop = createDrop({
    dir: dropFolder,
    requests,
    async current() {
      const active = activeProvider(inUse.stored, inUse.organization);
      const identity = active && (await identityOf(stores, active.profile.id).catch(() => null));
      return identity?.cert ? { facts: factsOf(identity.cert), authorities: identity.ca } : null;
    },
    take: (opened) => desk.renew(opened),
    clock,
    log,
  });
  undo.push(() => drop.stop());

  const [bank] = banks;
  if (!bank) throw new Error("no bank is built in");
  const desk = createDesk(
    {
      version: parts.version,
      training: parts.training !== null,
      stores: { clock, crypto, journal, vault, certificateWorker: workerFile },
      ids,
      log,
      inUse,
      bank,
      trials,
      requests,
      drop,
      dropFolder,
      running: { ...front.bank, swap: (change) => front.swap(change), refresh: () => front.refresh() },
      forgetIdentity: (name) => http.forget(name),
      useTokens: parts.useTokens,
    },
    people,
    sessions,
  );
  return { front, drop };
}

async function identityOf({ vault }: OpenStores, profileId: string): Promise<TlsIdentity> {
  const text = await vault.get(identityName(profileId));
  if (text === null) throw new Error("no identity of this name in the vault");
  return JSON.parse(text) as TlsIdentity;
}
