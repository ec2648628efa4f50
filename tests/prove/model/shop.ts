/** One till with three banks on one line of time, and everybody who acts on them; drawn from a seed. */
import { randomUUID } from "node:crypto";
import type { CommandInput, CommandName } from "../../../contract/commands.ts";
import { formatAmount, minor as toMinor } from "../../../contract/money.ts";
import type { PaymentRow } from "../../../main/core/payment.ts";
import type { BankPage, BankPages, HttpRequest } from "../../../main/core/ports.ts";
import type { RefundRow } from "../../../main/core/refund.ts";
import type { Settings } from "../../../main/core/settings.ts";
import { seal } from "../../../main/adapters/seal.ts";
import type { Fault } from "../../../simulator/faults.ts";
import type { Transaction } from "../../../simulator/epay/records.ts";
import { openDesk, testPeople, testSettings, type Desk } from "../../support/desk.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import { seeded } from "../../support/random.ts";
import { epayProfile, halykProfile, kaspiProfile, openBanks, type Banks } from "../world/banks.ts";

export const SECOND = 1_000;
export const MINUTE = 60_000;
/** Of a senior. */
export const PIN = "4711";

export interface Chance {
  (): number;
  below(limit: number): number;
  pick<T>(list: readonly T[]): T;
  happens(odds: number): boolean;
}

export function chanceOf(seed: number): Chance {
  const draw = seeded(seed);
  const below = (limit: number): number => Math.floor(draw() * limit);
  return Object.assign(() => draw(), {
    below,
    pick: <T>(list: readonly T[]): T => list[below(list.length)] as T,
    happens: (odds: number) => draw() < odds,
  });
}

/** The bank's page before a payer. */
export interface ShownPage {
  readonly page: BankPage;
  ended: boolean;
  readonly on: Parameters<BankPages["offer"]>[1];
}

export type Struck = Fault extends infer F ? (F extends Fault ? Omit<F, "method" | "nth" | "count"> : never) : never;

export interface Shop {
  readonly seed: number;
  readonly chance: Chance;
  readonly desk: Desk;
  readonly banks: Banks;
  readonly pages: ShownPage[];
  readonly disk: { broken: boolean };
  /** Each state that a payment or refund came to, and when by the clock that only runs on (milliseconds). */
  readonly timeline: string[];
  /** What every request met, by its bank's name of the method; for the sake of the count. */
  readonly requests: HttpRequest[];
  settings: Settings;
  /** The codes and links that any customer has seen: nobody can pay another one. */
  readonly seen: Set<string>;
  /** Sends a command and waits for nobody. */
  command<N extends CommandName>(name: N, input: CommandInput<N>, program?: boolean): void;
  payments(): Promise<readonly PaymentRow[]>;
  refunds(): Promise<readonly RefundRow[]>;
  /** A sum that nothing else in this shop has, so that whose it is can be seen of each. */
  sum(from: number, to: number): number;
  die(settings?: Settings): Promise<void>;
}

export interface ShopOptions {
  readonly scheme?: 1 | 2 | 3;
  readonly beside?: Shop;
  readonly clock?: SimulatedClock;
  /** True time, where the till's own clock is another one. */
  readonly banksClock?: SimulatedClock;
  readonly timezone?: string;
}

export const decimal = (minor: number): string => formatAmount(toMinor(minor));

/** Settings with Kaspi under one of its contracts, and both of Halyk's banks. */
export function settingsOf(scheme: 1 | 2 | 3, refundPinAbove: number | null = null): Settings {
  const more = {
    min: toMinor(100),
    max: toMinor(100_000_000),
    certificateExpires: null,
    organization: null,
    blocked: null,
  };
  return {
    ...testSettings(),
    refundPinAbove: refundPinAbove === null ? null : toMinor(refundPinAbove),
    providers: [
      { name: "kaspi", profile: kaspiProfile(scheme).profile, invoices: null, events: false, ...more },
      { name: "halykQr", profile: halykProfile().profile, invoices: { from: 1, to: 999_999 }, events: false, ...more },
      {
        name: "epay",
        profile: epayProfile().profile,
        invoices: { from: 100_000, to: 999_999 },
        events: false,
        ...more,
      },
    ],
  };
}

/** `beside`: another till of the same shop, before the same banks and on the same line of time. */
export async function openShop(
  seed: number,
  { scheme, beside, clock, banksClock, timezone }: ShopOptions = {},
): Promise<Shop> {
  const chance = beside?.chance ?? chanceOf(seed);
  const pages: ShownPage[] = [];
  const disk = { broken: false };
  const timeline: string[] = [];
  const clocks: SimulatedClock[] = [];
  const requests: HttpRequest[] = [];
  const opened: Banks[] = [];
  const lag = chance.pick([0, 20, 300, 1_500]);
  const plain = settingsOf(scheme ?? chance.pick([1, 2, 3, 3] as const));
  const settings = timezone === undefined ? plain : { ...plain, timezone };
  const desk = await openDesk({
    settings,
    ...(beside ? { clock: beside.desk.clock } : clock ? { clock } : {}),
    people: testPeople({ [PIN]: { id: "senior", name: "senior", role: "senior" } }),
    wrap: (journal) => ({
      ...journal,
      commit(batch) {
        if (disk.broken) return Promise.reject(new Error("disk full"));
        const at = clocks[0]?.mono() ?? 0;
        for (const { number, state, settled } of [...(batch.payments ?? []), ...(batch.refunds ?? [])])
          timeline.push(`${number} ${state}${settled ? ", settled" : ""} at ${Math.round(at / 1_000)} s`);
        return journal.commit(batch);
      },
    }),
    pages: {
      offer(page, on) {
        const one: ShownPage = { page, on, ended: false };
        pages.push(one);
        queueMicrotask(() => on.opened());
        return { path: "/bank/ticket", open: () => undefined, end: () => void (one.ended = true) };
      },
    },
    banks: async (own) => {
      clocks.push(own);
      const banks =
        beside?.banks ??
        (await openBanks(banksClock ?? own, {
          delay: () => (lag === 0 ? 0 : chance.below(lag)),
          kaspi: {
            unscanned: chance.pick(["error", "error", "stays"]),
            realScanSeconds: chance.pick([null, null, 200]),
            realConfirmSeconds: chance.pick([null, 50, 80]),
            operationsOrder: chance.pick(["newest", "shuffled"]),
          },
          halyk: {
            usedInvoice: chance.pick(["refuse", "same"]),
            policy: chance.pick(["loose", "strict"]),
            refundSeconds: chance.pick([2, 40, null]),
            amounts: chance.pick(["string", "number"]),
            malformed: chance.happens(0.1),
          },
          epay: {
            scheme: chance.pick(["sms", "sms", "dms"]),
            statusLagMs: chance.pick([0, 0, 7_000]),
            decideMs: chance.pick([0, 0, 4_000, 90_000]),
            undecided: chance.pick(["NEW", "107"]),
            rejectedAs: chance.pick(["transaction", "101"]),
            errorStatus: chance.pick([400, 200]),
            challengeStatus: chance.pick(["3D", "NEW", "FINGERPRINT"]),
            operationAnswer: chance.pick(["empty", "json"]),
          },
        }));
      opened.push(banks);
      const profiles = [kaspiProfile(1), kaspiProfile(2), kaspiProfile(3), halykProfile(), epayProfile()];
      return {
        seal,
        secrets: Object.fromEntries(profiles.map(({ profile, secrets }) => [profile.id, secrets])),
        send(request) {
          requests.push(request);
          return banks.http.send(request);
        },
      };
    },
  });
  let sums = 0;
  const shop: Shop = {
    seed,
    chance,
    desk,
    banks: opened[0] as Banks,
    pages,
    disk,
    timeline,
    requests,
    settings,
    seen: new Set(),
    command(name, input, program = false) {
      const actor = program
        ? ({ kind: "api", name: "1c", scopes: ["pay", "refund", "read"] } as const)
        : ({ kind: "person", name: "cashier" } as const);
      void desk.core.call(actor, name, input);
    },
    payments: () => desk.journal.payments({ limit: 500 }),
    refunds: () => desk.journal.refunds({ limit: 500 }),
    sum(from, to) {
      if (beside) return beside.sum(from, to);
      sums += 1;
      return (from + chance.below(to - from)) * 100 + (sums % 100);
    },
    async die(next = shop.settings) {
      shop.settings = next;
      await desk.restart(next);
    },
  };
  // The device makes itself known, the keys are fetched.
  await desk.clock.advance(5 * SECOND);
  return shop;
}

export const newKey = (): string => randomUUID();

/** The operation at the bank behind a page. */
export function behind({ banks }: Shop, { page }: ShownPage): Transaction | undefined {
  return [...banks.epay.ledger.transactions.values()].find(({ challenge }) => challenge?.md === page.fields["MD"]);
}
