/** The simulator's three banks on one line of time, reached without a port; their books are the simulator's own. */
import { randomUUID } from "node:crypto";
import type { Http, Profile } from "../../../main/core/ports.ts";
import { Faults } from "../../../simulator/faults.ts";
import { KaspiBank } from "../../../simulator/kaspi/bank.ts";
import {
  applySettings as applyKaspi,
  defaultConfig as kaspiConfig,
  type Settings as KaspiSettings,
} from "../../../simulator/kaspi/config.ts";
import { Ledger as KaspiLedger } from "../../../simulator/kaspi/ledger.ts";
import { basePaths } from "../../../simulator/kaspi/schemes.ts";
import { kaspiService } from "../../../simulator/kaspi/service.ts";
import { HalykBank } from "../../../simulator/halyk/bank.ts";
import { defaultConfig as halykConfig, type Settings as HalykSettings } from "../../../simulator/halyk/config.ts";
import { Ledger as HalykLedger } from "../../../simulator/halyk/ledger.ts";
import { halykService } from "../../../simulator/halyk/service.ts";
import { EpayBank } from "../../../simulator/epay/bank.ts";
import { defaultConfig as epayConfig, type Settings as EpaySettings } from "../../../simulator/epay/config.ts";
import { CardKey } from "../../../simulator/epay/keys.ts";
import { Ledger as EpayLedger } from "../../../simulator/epay/ledger.ts";
import { API_PATH, OAUTH_PATH } from "../../../simulator/epay/methods.ts";
import { epayService } from "../../../simulator/epay/service.ts";
import { makeTerminals } from "../../../simulator/epay/terminals.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";
import { tillOf } from "../../banks/epay-till.ts";
import { BankClock } from "./bank-clock.ts";
import { overWire, type Line } from "./wire.ts";

const KASPI = "https://kaspi.test";
const HALYK = "https://halyk.test";
const HALYK_PATH = "/internal/qr-service/internal";
const EPAY = "https://epay.test";
const CALLS = 5_000;
const LOW_BITS = 2_048;

export const KASPI_BIN = "180340021791";
export const KASPI_DEVICE = "GFC-456397";
const USER = { username: "pos-1", password: randomUUID() };
const API_KEY = `test_${randomUUID()}`;

// One key for the life of the process: making one takes longer than a hundred runs. It is kept in memory alone.
const terminals = makeTerminals();

export interface Banks {
  readonly clock: BankClock;
  readonly kaspi: KaspiBank;
  readonly kaspiFaults: Faults;
  readonly halyk: HalykBank;
  readonly halykFaults: Faults;
  readonly epay: EpayBank;
  readonly epayFaults: Faults;
  readonly line: Line;
  readonly http: Http;
}

export interface BanksOptions {
  readonly kaspi?: KaspiSettings;
  readonly halyk?: HalykSettings;
  readonly epay?: EpaySettings;
  /** Of each way, in milliseconds. Default: none. */
  readonly delay?: () => number;
}

export async function openBanks(clock: SimulatedClock, options: BanksOptions = {}): Promise<Banks> {
  const time = new BankClock(clock);
  const nothing = (): void => undefined;
  const line: Line = { down: false, delay: options.delay ?? (() => 0), stops: () => null };

  const kaspiSettings = structuredClone(kaspiConfig);
  applyKaspi(kaspiSettings, { apiKey: API_KEY, ...options.kaspi });
  const kaspi = new KaspiBank(kaspiSettings, time, new KaspiLedger(CALLS), nothing);
  const kaspiFaults = new Faults({ envelope: true });
  const schemes = ([1, 2, 3] as const).map((scheme) => ({
    path: basePaths[scheme],
    service: kaspiService(kaspi, kaspiFaults, scheme, basePaths[scheme]),
  }));

  const halyk = new HalykBank(
    { ...structuredClone(halykConfig), ...USER, ...options.halyk },
    time,
    new HalykLedger(CALLS),
    nothing,
  );
  const halykFaults = new Faults({ envelope: false });
  const codes = halykService(halyk, halykFaults, HALYK_PATH);

  const cardConfig = { ...structuredClone(epayConfig), rsaBits: LOW_BITS, terminals, ...options.epay };
  const page = { http: () => `${EPAY}:1`, https: () => EPAY };
  const epay = new EpayBank(
    { config: cardConfig, clock: time, ledger: new EpayLedger(CALLS), key: new CardKey(cardConfig, null), page },
    nothing,
  );
  const epayFaults = new Faults({ envelope: false });
  const posts = epayService(epay, epayFaults, "all");
  await epay.key.ready();

  return {
    clock: time,
    kaspi,
    kaspiFaults,
    halyk,
    halykFaults,
    epay,
    epayFaults,
    line,
    http: {
      send(request) {
        const { origin, pathname } = new URL(request.url);
        if (origin === HALYK) return overWire(clock, codes, line, request);
        if (origin === EPAY) return overWire(clock, posts, line, request);
        const scheme = schemes.find(({ path }) => pathname.startsWith(`${path}/`));
        if (origin !== KASPI || !scheme) throw new Error(`nobody is at ${request.url}`);
        return overWire(clock, scheme.service, line, request);
      },
    },
  };
}

/** What a till is told of its contract with Kaspi; its secrets, without a device's token, beside it. */
export function kaspiProfile(scheme: 1 | 2 | 3): { profile: Profile; secrets: Record<string, string> } {
  return {
    profile: {
      id: `kaspi-${scheme}`,
      provider: "kaspi",
      environment: "test",
      scheme: String(scheme),
      url: KASPI + basePaths[scheme],
      bin: scheme === 3 ? KASPI_BIN : null,
      tradePoint: "12",
      device: KASPI_DEVICE,
      options: {},
    },
    secrets: scheme === 1 ? { apiKey: API_KEY } : {},
  };
}

export function halykProfile(): { profile: Profile; secrets: Record<string, string> } {
  return {
    profile: {
      id: "halyk-1",
      provider: "halykQr",
      environment: "test",
      scheme: null,
      url: HALYK + HALYK_PATH,
      bin: null,
      tradePoint: null,
      device: halykConfig.terminals[0] ?? "",
      options: {
        pointOfSale: "THE KITCHEN",
        channel: "SMART_POS",
        scanSeconds: "180",
        pollSeconds: "3",
        emvMismatch: "block",
        skipFin: "N",
        amountAsString: "false",
        mpan: "4598958946319737",
      },
    },
    secrets: { ...USER },
  };
}

export function epayProfile(): { profile: Profile; secrets: Readonly<Record<string, string>> } {
  const urls = { oauth: EPAY + OAUTH_PATH, api: EPAY + API_PATH, key: `${EPAY}${API_PATH}/public.rsa`, acs: EPAY };
  // Only what a till is told: the addresses and its clients.
  const told = { urls, terminals, paths: { ca: [] } } as unknown as Parameters<typeof tillOf>[0];
  const { profile, secrets } = tillOf(told);
  return { profile: { ...profile, id: "epay-1" }, secrets };
}
