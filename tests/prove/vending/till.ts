/** A till in vending mode that may die at a named point and begin again later: the product's core, journal and line driver. */
import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandInput, CommandName, CommandOutput } from "../../../contract/commands.ts";
import type { Result } from "../../../contract/errors.ts";
import { USUAL_KIOSK } from "../../../contract/kiosk.ts";
import { minor } from "../../../contract/money.ts";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { openJournal, type JournalFile } from "../../../main/adapters/journal.ts";
import { seal } from "../../../main/adapters/seal.ts";
import { banks as known } from "../../../main/banks/index.ts";
import { createCore } from "../../../main/core/core.ts";
import type { Actor, Core } from "../../../main/core/index.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import { NO_BANK_PAGES, NO_EVENTS, NO_FINDINGS, type Batch, type HttpAnswer } from "../../../main/core/ports.ts";
import { secretsName, type Settings } from "../../../main/core/settings.ts";
import { createMachine } from "../../../main/machine/index.ts";
import { memoryVault, testPeople, testSettings } from "../../support/desk.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import { halykProfile, kaspiProfile, type Banks } from "../world/banks.ts";
import type { Wire } from "./wire.ts";

/** Where the till may die: on both sides of each of these writes, and of the one sending that moves money back. */
export const TILL_POINTS = [
  "before the write of paid",
  "after the write of paid",
  "before the write of dispensing",
  "after the write of dispensing",
  "before the write of dispensed",
  "after the write of dispensed",
  "before the refund is sent",
  "after the refund is sent",
  "after the refund's answer",
] as const;
export type TillPoint = (typeof TILL_POINTS)[number];

export type Contract = "Kaspi, scheme 2" | "Kaspi, scheme 3" | "Halyk";
export const PIN = "4711";
export const ITEM = "12";
export const PRICE = 45_000;
const SENDING_BACK = /\/payment\/return|\/generate\/refund/;

export function settingsOf(contract: Contract): Settings {
  const scheme = contract === "Kaspi, scheme 3" ? 3 : 2;
  const more = {
    min: minor(100),
    max: minor(100_000_000),
    certificateExpires: null,
    organization: null,
    blocked: null,
    events: false,
  };
  const name = { kk: "Су", ru: "Вода", en: "Water" };
  return {
    ...testSettings(),
    mode: "vending",
    kiosk: { ...USUAL_KIOSK, catalogue: [{ id: ITEM, name, price: minor(PRICE), picture: null }] },
    providers: [
      contract === "Halyk"
        ? { name: "halykQr", profile: halykProfile().profile, invoices: { from: 1, to: 999_999 }, ...more }
        : { name: "kaspi", profile: kaspiProfile(scheme).profile, invoices: null, ...more },
    ],
  };
}

export interface VendingTill {
  readonly journal: JournalFile;
  readonly notes: string[];
  /** null: it is dead. */
  snapshot(): Snapshot | null;
  call<N extends CommandName>(name: N, input: CommandInput<N>, actor?: Actor): Promise<Result<CommandOutput[N]>>;
  /** Told at each point it passes: it may be let die there. */
  at: (point: TillPoint) => void;
  die(): void;
  begin(): Promise<void>;
  isAlive(): boolean;
  /** A technician has unlocked the screen. */
  unlock(): void;
  close(): Promise<void>;
}

const PERSON: Actor = { kind: "person", name: "screen" };

export async function openTill(
  clock: SimulatedClock,
  banks: Banks,
  wire: Wire,
  settings: Settings,
): Promise<VendingTill> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-vending-"));
  const journal = await openJournal({
    file: join(dir, "journal.db"),
    tillId: "A1",
    mac: (text) => createHmac("sha256", "chain").update(text).digest("hex"),
    now: clock.now,
  });
  const vault = memoryVault();
  for (const { profile, secrets } of [kaspiProfile(2), kaspiProfile(3), halykProfile()])
    await vault.put({ [secretsName(profile.id)]: JSON.stringify(secrets) });
  const notes: string[] = [];
  const note = (event: string, fields: object = {}): void => void notes.push(`${event} ${JSON.stringify(fields)}`);
  const never = <T>(): Promise<T> => new Promise(() => undefined);
  /** How the goods of each payment stand on the disk. */
  const written = new Map<string, string>();
  let alive = { yes: false };
  let core: Core | null = null;
  let latest: Snapshot | null = null;
  let unlocked = false;
  const people = testPeople({ [PIN]: { id: "senior", name: "senior", role: "senior" } });

  /** What is new in a batch, by the names of the points. */
  function newsOf(batch: Batch): ("paid" | "dispensing" | "dispensed")[] {
    return (batch.payments ?? []).flatMap((row) => {
      const now = stageOf(row);
      return now === null || now === written.get(row.id) ? [] : [now];
    });
  }

  async function begin(): Promise<void> {
    const mine = (alive = { yes: true });
    const isAlive = (): boolean => mine.yes;
    const own = {
      ...clock,
      setTimeout: (run: () => void, ms: number) => clock.setTimeout(() => mine.yes && run(), ms),
    };
    const ids = { uuid: () => randomUUID() as string, requestId: () => randomUUID().replaceAll("-", "") };
    const log = { info: () => undefined, warn: () => undefined, error: note };
    const machine = createMachine({ clock: own, ids, log, portOf: () => wire.port(isAlive) });
    machine.use({ tcp: "127.0.0.1:1" }, settings.till.id);
    const running = createCore({
      version: "0.0.0-test",
      ports: {
        machine: machine.port,
        findings: NO_FINDINGS,
        pages: NO_BANK_PAGES,
        events: NO_EVENTS,
        clock: own,
        ids,
        crypto: { mac: (purpose, text) => createHmac("sha256", purpose).update(text).digest("hex"), seal },
        vault,
        log,
        // A dead process hears nothing any more, and writes nothing.
        http: {
          async send(request) {
            if (!mine.yes) return never();
            const back = SENDING_BACK.test(new URL(request.url).pathname);
            if (back) till.at("before the refund is sent");
            if (!mine.yes) return never();
            let answer: HttpAnswer | Error;
            const sent = banks.http.send(request);
            if (back) till.at("after the refund is sent");
            try {
              answer = await sent;
            } catch (error) {
              answer = error as Error;
            }
            if (back && mine.yes) till.at("after the refund's answer");
            if (!mine.yes) return never();
            if (answer instanceof Error) throw answer;
            return answer;
          },
        },
        journal: {
          ...journal,
          async commit(batch) {
            if (!mine.yes) return never();
            const news = newsOf(batch);
            for (const one of news) till.at(`before the write of ${one}`);
            if (!mine.yes) return never();
            const done = await journal.commit(batch);
            for (const row of batch.payments ?? []) written.set(row.id, stageOf(row) ?? "");
            if (!mine.yes) return never();
            for (const one of news) till.at(`after the write of ${one}`);
            return mine.yes ? done : never();
          },
        },
      },
      banks: known,
      settings,
      training: null,
      people: { ...people, unlocked: () => unlocked },
    });
    running.watch("cashier", (snapshot) => {
      if (mine.yes) latest = snapshot;
    });
    core = running;
    await running.start();
    machine.begin({
      call: (actor, name, input) => (mine.yes ? running.call(actor, name, input) : never()),
      onJournal: (listener) => running.onJournal(listener),
    });
  }

  const till: VendingTill = {
    journal,
    notes,
    at: () => undefined,
    snapshot: () => (alive.yes ? latest : null),
    async call(name, input, actor = PERSON) {
      const result = core?.call(actor, name, input);
      await clock.advance(0);
      return (await result) as never;
    },
    die() {
      alive.yes = false;
      wire.tillDied();
    },
    begin,
    isAlive: () => alive.yes,
    unlock: () => void (unlocked = true),
    async close() {
      alive.yes = false;
      await journal.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return till;
}

function stageOf({ fulfilment: goods }: PaymentRow): "paid" | "dispensing" | "dispensed" | null {
  if (goods === null || goods.at === null) return null;
  if (goods.state === "waiting") return "paid";
  if (goods.state === "dispensing") return "dispensing";
  return goods.state === "unknown" ? null : "dispensed";
}
