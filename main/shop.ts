/** Core and technician's desk of one till on its stores, with the front that holds whichever core is running. */
import { uptime } from "node:os";
import { join } from "node:path";
import type { EventSettings } from "./adapters/event-settings.ts";
import { createEvents, probeEvents } from "./adapters/events.ts";
import { createHttp, type TlsIdentity } from "./adapters/http.ts";
import type { Result } from "../contract/errors.ts";
import type { Provider } from "../contract/states.ts";
import type { SupportFile } from "../contract/support.ts";
import { banks } from "./banks/index.ts";
import type { Bank } from "./core/bank.ts";
import { createCore } from "./core/core.ts";
import type { Actor, Core, Training } from "./core/index.ts";
import type { BankPages, Ports } from "./core/ports.ts";
import { eventsName, identityName } from "./core/settings.ts";
import { createFront, type Front } from "./front.ts";
import { createMachine, type MachineService } from "./machine/index.ts";
import { createDrop, createRequests, factsOf, type Drop } from "./settings/certificates/index.ts";
import { createDesk } from "./settings/desk.ts";
import type { DeskParts, InUse } from "./settings/desk-parts.ts";
import { createPeople } from "./settings/people.ts";
import type { Pictures } from "./settings/pictures.ts";
import { createPinGuard } from "./settings/pin-guard.ts";
import { createSessions, idleSecondsOf } from "./settings/sessions.ts";
import { activeProvider, settingsFrom } from "./settings/stored.ts";
import { createTrials } from "./settings/trial.ts";
import type { OpenStores } from "./stores.ts";
import { saveSupport } from "./support.ts";

export interface ShopParts {
  readonly version: string;
  readonly certificateWorker: string;
  readonly training: Training | null;
  /** The data folder in use; certificates are dropped into its folder certs. */
  readonly dir: string;
  readonly stores: OpenStores;
  readonly pages: BankPages;
  readonly leave: DeskParts["leave"];
  readonly displays: DeskParts["displays"];
  readonly pictures: Pictures;
  readonly inUse: InUse;
  /** A provisioning file that is still there. */
  readonly provisionFile: string | null;
  readonly undo: (() => unknown)[];
  readonly useTokens: DeskParts["useTokens"];
}

/**
 * Nothing is sent before the front is started, and the machine's line is opened by its own `begin`. What must be ended is put
 * on `undo`.
 */
export async function openShop(parts: ShopParts): Promise<{ front: Front; drop: Drop; machine: MachineService }> {
  const { stores, pages, inUse, undo, certificateWorker: workerFile } = parts;
  const { clock, ids, crypto, log, vault, journal } = stores;

  const trials = createTrials({ http: () => http, ids });
  const http = createHttp({
    identity: async (name) => trials.identity(name) ?? (await identityOf(stores, name)),
    log,
  });
  undo.push(() => http.close());
  const events = createEvents({ settings: (profileId) => kept<EventSettings>(stores, eventsName(profileId)), log });
  undo.push(() => events.close());

  const sessions = createSessions({ clock, idleSeconds: () => idleSecondsOf(inUse.stored.mode) });
  undo.push(() => sessions.close());
  const people = createPeople({
    guard: createPinGuard({ clock, uptime: () => uptime() * 1_000, journal, log }),
    sessions,
    all: () => inUse.stored.people,
  });

  const machine = createMachine({ clock, ids, log });
  let open: { readonly tillId: string; readonly ports: Ports } | null = null;
  async function make(): Promise<Core> {
    const settings = settingsFrom(inUse.stored, {
      now: clock.now(),
      training: parts.training !== null,
      provisionFile: parts.provisionFile,
      organization: inUse.organization,
    });
    const tillId = settings.till.id;
    machine.use(settings.mode === "vending" ? settings.kiosk.machine : null, tillId);
    // It stands in every event.
    if (open?.tillId !== tillId)
      open = {
        tillId,
        ports: {
          machine: machine.port,
          findings: stores.care.findings,
          clock,
          ids,
          crypto,
          http,
          vault,
          events,
          pages,
          log,
          journal: await stores.openJournal(tillId),
        },
      };
    return createCore({ version: parts.version, ports: open.ports, banks, settings, training: parts.training, people });
  }

  const front = createFront({ first: await make(), make, desk: (name, input) => desk.call(name, input) });
  undo.push(() => front.stop());
  undo.push(() => machine.stop());

  const requests = createRequests({ journal, vault, clock, ids, workerFile });
  const dropFolder = join(parts.dir, "certs");
  const drop = createDrop({
    dir: dropFolder,
    requests,
    async current() {
      const active = activeProvider(inUse.stored, "kaspi", inUse.organization);
      const identity = active && (await identityOf(stores, active.profile.id).catch(() => null));
      return identity?.cert ? { facts: factsOf(identity.cert), authorities: identity.ca } : null;
    },
    take: (opened) => desk.renew(opened),
    clock,
    log,
  });
  undo.push(() => drop.stop());

  const asDesk: Actor = { kind: "api", name: "desk", scopes: ["support"] };
  const box = (): Promise<Result<SupportFile>> => front.call(asDesk, "support", {}) as Promise<Result<SupportFile>>;

  const desk = createDesk(
    {
      version: parts.version,
      training: parts.training !== null,
      care: { ...stores.care, saveSupport: () => saveSupport({ dir: parts.dir, box, clock }) },
      stores: { clock, crypto, journal, vault, pictures: parts.pictures, certificateWorker: workerFile },
      ids,
      log,
      inUse,
      bank: builtIn,
      trials,
      probeEvents,
      requests,
      drop,
      dropFolder,
      running: { ...front.bank, swap: (change) => front.swap(change), refresh: () => front.refresh() },
      forgetIdentity: (name) => http.forget(name),
      useTokens: parts.useTokens,
      leave: parts.leave,
      displays: parts.displays,
    },
    people,
    sessions,
  );
  return { front, drop, machine };
}

function builtIn(name: Provider): Bank {
  const bank = banks.find((one) => one.name === name);
  if (!bank) throw new Error(`${name} is not built in`);
  return bank;
}

async function identityOf(stores: OpenStores, profileId: string): Promise<TlsIdentity> {
  const identity = await kept<TlsIdentity>(stores, identityName(profileId));
  if (identity === null) throw new Error("no identity of this name in the vault");
  return identity;
}

async function kept<T>({ vault }: OpenStores, name: string): Promise<T | null> {
  const text = await vault.get(name);
  return text === null ? null : (JSON.parse(text) as T);
}
