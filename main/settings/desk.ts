/** The technician's desk: every command of contract/desk.ts, one at a time, for whoever has shown a PIN. */
import { randomBytes } from "node:crypto";
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import type { DeskCommandName, DeskView } from "../../contract/desk.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { parseAmount } from "../../contract/money.ts";
import { readProvision } from "../../contract/provision.ts";
import type { Role } from "../../contract/states.ts";
import type { People } from "../core/index.ts";
import { tokenHash } from "./apply.ts";
import type { OpenedClient } from "./certificates/index.ts";
import { createCertificates } from "./desk-certificates.ts";
import { createConnection } from "./desk-connection.ts";
import { createEpayDesk } from "./desk-epay.ts";
import { createHalykQrDesk } from "./desk-halyk.ts";
import { createKioskDesk, mustSuitMode } from "./desk-kiosk.ts";
import { DeskRefusal, refused, store, storeAndSwap, type DeskParts, type Visitor } from "./desk-parts.ts";
import { createStaff } from "./desk-staff.ts";
import { deskView } from "./desk-view.ts";
import { documentOf } from "./draft.ts";
import type { Sessions } from "./sessions.ts";
import type { StoredSettings } from "./stored.ts";

export interface Desk {
  /** `input` has been checked against the command's schema. Never rejects. */
  call(name: DeskCommandName, input: unknown): Promise<Result<unknown>>;
  /** Puts a renewed certificate in use without anybody at the desk; false when it cannot be. */
  renew(opened: OpenedClient): Promise<boolean>;
}

type Handlers = { [N in DeskCommandName]: (input: CommandInput<N>) => Promise<CommandOutput[N]> };

const TECHNICIANS: readonly Role[] = ["technician", "owner"];

export function createDesk(parts: DeskParts, people: People, sessions: Sessions): Desk {
  const { inUse, stores, log } = parts;
  const connection = createConnection(parts);
  const certificates = createCertificates(parts, connection);
  const others = { halykQr: createHalykQrDesk(parts), epay: createEpayDesk(parts) };
  const staff = createStaff(parts, sessions);
  const kiosk = createKioskDesk(parts);
  let last: Promise<unknown> = Promise.resolve();

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work);
    last = done.catch(() => undefined);
    return done;
  };

  function visitor(session: string): Visitor {
    const person = people.session(session);
    if (!person) throw refused("locked");
    return { ...person, session };
  }

  const view = (person: Visitor): Promise<DeskView> => deskView(parts, person, { ...others, connection });

  /** A command that answers with the view as it is afterwards. */
  const then =
    <I extends { readonly session: string }>(work: (input: I, person: Visitor) => Promise<unknown>) =>
    async (input: I): Promise<DeskView> => {
      const person = visitor(input.session);
      await work(input, person);
      return view(person);
    };

  async function enter(id: string): Promise<{ session: string; view: DeskView }> {
    const session = sessions.begin(id);
    log.info("desk.unlocked", { person: id });
    return { session, view: await view(visitor(session)) };
  }

  async function begin({ language, merchant, till, technician }: CommandInput<"setup.begin">): Promise<{
    session: string;
    view: DeskView;
  }> {
    if (inUse.stored.people.length > 0 || inUse.stored.providers.length > 0) throw refused("already_set_up");
    const person = await staff.first(technician);
    const stored = valid({ ...inUse.stored, language, merchant, till, people: [person] });
    await storeAndSwap(parts, stored, { meta: { language: null } });
    return enter(person.id);
  }

  async function save({
    merchant,
    language,
    timezone,
    till,
    screen,
    refund,
    mode,
    displays,
  }: CommandInput<"settings.save">["general"]) {
    const refundPinAbove = refund.pinAbove === null ? null : parseAmount(refund.pinAbove);
    const stored = valid({
      ...inUse.stored,
      merchant,
      language,
      timezone,
      till,
      screen,
      refundPinAbove,
      mode,
      displays,
    });
    mustSuitMode(stored);
    // The screen's own choice gives way, as it does to a new file.
    const meta: Record<string, null> = language === inUse.stored.language ? {} : { language: null };
    await storeAndSwap(parts, stored, { meta });
  }

  async function makeToken({ name, may }: CommandInput<"token.make">): Promise<string> {
    if (inUse.stored.tokens.some((known) => known.name === name)) throw refused("bad_setting", { field: "name" });
    const token = randomBytes(32).toString("base64url");
    const rights = [...new Set(may)];
    await putTokens([...inUse.stored.tokens, { name, may: rights, hash: tokenHash(stores.crypto, token) }]);
    return token;
  }

  async function putTokens(tokens: StoredSettings["tokens"]): Promise<void> {
    mustSuitMode({ ...inUse.stored, tokens });
    const before = inUse.stored.tokens;
    if (!(await parts.useTokens(tokens))) throw refused("bad_setting", { field: "port" });
    try {
      await store(parts, { ...inUse.stored, tokens });
    } catch (error) {
      await parts.useTokens(before);
      throw error;
    }
  }

  const handlers: Handlers = {
    async "desk.unlock"({ pin }) {
      // Such a till is changed by its provisioning file alone.
      if (!people.known()) throw refused("not_supported");
      const found = await people.identify(pin, TECHNICIANS);
      if (!found.ok) throw new DeskRefusal(found.error);
      return enter(found.value.id);
    },
    async "desk.lock"({ session }) {
      sessions.end(session);
      return null;
    },
    "setup.begin": begin,
    "settings.get": then(async () => undefined),
    "settings.save": then(async ({ general }, { session }) => {
      await save(general);
      // Another mode may give it less time.
      sessions.touch(session);
    }),
    "kiosk.save": then((input) => kiosk.save(input.kiosk)),
    async "kiosk.picture"({ session, file }) {
      visitor(session);
      return { picture: await kiosk.picture(file) };
    },
    async "kiosk.leave"({ session }) {
      await kiosk.leave(visitor(session));
      // Where only the window is closed the till goes on, and belongs to the customers.
      sessions.end(session);
      return null;
    },
    "people.put": then((input) => staff.put(input)),
    "people.remove": then(({ id }) => staff.remove(id)),
    async "token.make"(input) {
      const person = visitor(input.session);
      const token = await makeToken(input);
      return { token, view: await view(person) };
    },
    "token.remove": then(({ name }) => {
      const rest = inUse.stored.tokens.filter((token) => token.name !== name);
      if (rest.length === inUse.stored.tokens.length) throw refused("not_found");
      return putTokens(rest);
    }),
    "connection.draft": then(({ change }) => connection.change(change)),
    "connection.discard": then(async () => connection.discard()),
    "connection.check": then(() => connection.tryOut()),
    "connection.register": then(() => connection.register()),
    "connection.apply": then(() => connection.apply()),
    "bank.draft": then(({ change }) =>
      change.provider === "epay" ? others.epay.change(change) : others.halykQr.change(change),
    ),
    "bank.roots": then(({ provider, of, files }) => others[provider].roots(of, files)),
    "bank.discard": then(async ({ provider }) => others[provider].discard()),
    "bank.check": then(({ provider }) => others[provider].tryOut()),
    "bank.apply": then(({ provider }) => others[provider].apply()),
    "bank.remove": then(({ provider }) => others[provider].remove()),
    "device.register": then(() => connection.registerAgain()),
    "device.delete": then(() => connection.deleteDevice()),
    "organization.use": then(({ bin }) => connection.use(bin)),
    "certificate.open": then((input) => certificates.open(input)),
    "certificate.roots": then(({ files }) => certificates.roots(files)),
    async "certificate.request"({ session, subject }) {
      const person = visitor(session);
      const request = await certificates.request(subject);
      return { request, view: await view(person) };
    },
    "certificate.forget": then(({ id }) => certificates.forget(id)),
    "certificate.answer": then((input) => certificates.answer(input)),
    "certificate.dropped": then(({ name, passphrase }) => certificates.dropped(name, passphrase)),
    async "support.save"({ session }) {
      visitor(session);
      return parts.care.saveSupport();
    },
    "journal.backup": then(() => parts.care.backup()),
    "journal.verify": then(() => parts.care.verify()),
  };

  return {
    call: (name, input) =>
      inTurn(async () => {
        const handler = handlers[name] as (input: unknown) => Promise<unknown>;
        const { session = null } = input as { readonly session?: string };
        const person = session === null ? null : (people.session(session)?.id ?? null);
        try {
          const value = await handler(input);
          if (name !== "settings.get") log.info("desk.done", { command: name, person });
          return { ok: true, value };
        } catch (error) {
          if (error instanceof DeskRefusal) return { ok: false, error: error.error };
          const incident = parts.ids.requestId().slice(0, 8);
          log.error("desk.failed", { command: name, incident, detail: String(error) });
          return { ok: false, error: appError("internal", { incident }) };
        }
      }),
    renew: (opened) => inTurn(() => connection.renew(opened)),
  };
}

/** By the rules of the provisioning file, so that desk and file cannot disagree. */
function valid(stored: StoredSettings): StoredSettings {
  const read = readProvision(documentOf(stored));
  const [problem] = read.ok ? [] : read.problems;
  if (problem) throw refused("bad_setting", { field: problem.path, problem: problem.words });
  return stored;
}
