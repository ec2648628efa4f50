/** A shop for the deaths: three banks that run in this process and outlive every till, and the file that sets a till up. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Provider } from "../../../contract/states.ts";
import {
  openCaFiles,
  startEpay,
  startHalyk,
  startSimulator,
  type EpaySimulator,
  type HalykSimulator,
  type Simulator,
} from "../../../simulator/index.ts";

export const TOKEN = "a-till-token-for-many-deaths";

export interface Banks {
  readonly kaspi: Simulator;
  readonly halyk: HalykSimulator;
  readonly epay: EpaySimulator;
  faultsOf(provider: Provider): Simulator["faults"];
  /** No faults any more, and its usual ways. */
  heal(): Promise<void>;
  stop(): Promise<void>;
}

/** Windows as short as the till believes them (poll 1 s, scan 10 s, confirm 5 s). */
const WINDOWS = { pollSeconds: 2, scanSeconds: 20, confirmSeconds: 15 };

/** The certificates of all banks; to be awaited before the first of them is opened. */
export async function makeAuthority(dir: string): Promise<void> {
  await openCaFiles(dir);
}

/** `authority`: where their certificates are. Their clocks run with the tills'. */
export async function openBanks(authority: string, scale: number, anchor: number): Promise<Banks> {
  const common = { dir: authority, timeScale: scale, startAt: Math.floor(anchor + (Date.now() - anchor) * scale) };
  const kaspi = await startSimulator({ ...common, ...WINDOWS, scheme: 2, schemes: [2, 3] });
  const [halyk, epay] = await Promise.all([
    startHalyk({ ...common, rejectSeconds: 60 }),
    startEpay({ ...common, rsaBits: 2048, acs: "http" }),
  ]);
  await epay.cardKey();
  return {
    kaspi,
    halyk,
    epay,
    faultsOf: (provider) => ({ kaspi, halykQr: halyk, epay })[provider].faults,
    async heal() {
      for (const bank of [kaspi, halyk, epay]) bank.faults.clear();
      await kaspi.configure({ realScanSeconds: null });
      await halyk.configure({ policy: "loose" });
    },
    async stop() {
      await Promise.all([kaspi.stop(), halyk.stop(), epay.stop()]);
    },
  };
}

/** 2: refunds after the customer's scan, and both services of Halyk beside it. 3: invoices, and refunds by the till alone. */
export type Kind = 2 | 3;

/** Writes the provisioning file and gives its path. */
export async function writeShop(dir: string, kind: Kind, { kaspi, halyk, epay }: Banks): Promise<string> {
  const { ca, certificate, privateKey } = kaspi.paths;
  const limits = { min: "1.00", max: "1000000.00" };
  const providers = {
    kaspi: {
      environment: "test",
      scheme: kind,
      url: kaspi.urlOf(kind),
      certificate,
      privateKey,
      passphrase: kaspi.files.passphrase,
      ca,
      deviceId: `DEATHS-${kind}`,
      tradePointId: "12",
      limits,
      ...(kind === 3 ? { organizationBin: "180340021791" } : {}),
    },
    ...(kind === 2 && {
      halykQr: {
        environment: "test",
        url: halyk.url,
        username: halyk.username,
        password: halyk.password,
        terminal: halyk.terminal,
        ca: halyk.paths.ca,
        scanSeconds: 30,
        pollSeconds: 2,
      },
      epay: {
        environment: "test",
        oauthUrl: epay.urls.oauth,
        apiUrl: epay.urls.api,
        terminals: epay.terminals,
        ca: epay.paths.ca,
        limits,
        cards: true,
        operations: true,
      },
    }),
  };
  const document = {
    version: 1,
    language: "ru",
    mode: "cashier",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791" },
    till: {
      id: `D${kind}`,
      tokens: [{ name: "clerk", token: TOKEN, may: ["pay", "refund", "read", "cards", "support"] }],
    },
    screen: { autoReturnSeconds: 600, idleSeconds: 600 },
    providers,
  };
  await mkdir(dir, { recursive: true });
  const file = join(dir, "provision.json");
  await writeFile(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}
