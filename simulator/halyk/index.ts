import { randomBytes } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openServerFiles, type ServerFiles } from "../ca-files.ts";
import { VirtualClock } from "../clock.ts";
import type { Order, Reply } from "../control.ts";
import { Faults } from "../faults.ts";
import { RunningBank } from "../running.ts";
import { Servers } from "../servers.ts";
import { HalykBank } from "./bank.ts";
import type { Paying } from "./bills.ts";
import { defaultConfig, readConfig, type Config, type Settings } from "./config.ts";
import { halykReply } from "./control-acts.ts";
import { Ledger } from "./ledger.ts";
import type { Bill } from "./records.ts";
import { halykService } from "./service.ts";
import { loadBank, restoreBank, saveBank } from "./state.ts";

export interface HalykOptions extends Settings {
  /** Where the certificates are kept; absent: a temporary directory that goes with stop(). */
  dir?: string;
  port?: number;
  /** Opens the control interface; a number is its port. */
  control?: boolean | number;
  /** Bills, user name and password survive a restart in this file. */
  stateFile?: string;
  /** Virtual time to start at, milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Calls kept in the ledger. */
  ledgerLimit?: number;
}

type BillNumber = string | bigint;

/** Below the host as in the document's "Base url". */
const BASE_PATH = "/internal/qr-service/internal";
/** Settings that open connections cannot live with. */
const portKeys = ["serverCertificate", "minTls", "maxTls", "keepAliveMs"];

/** Halyk's QR service, running. Customers' and the bank's own acts throw where the bank would refuse them. */
export class HalykSimulator extends RunningBank<"service"> {
  readonly ledger: Ledger;
  readonly files: ServerFiles;
  readonly #bank: HalykBank;

  /** Use startHalyk. */
  constructor(options: HalykOptions, config: Config, files: ServerFiles, temporaryDir: string | null) {
    const { stateFile, startAt, ledgerLimit = 200_000, username, password } = options;
    const saved = stateFile === undefined ? null : loadBank(stateFile);
    super({
      faults: new Faults({ envelope: false }),
      clock: new VirtualClock(Math.max(startAt ?? Date.now(), saved?.now ?? 0), config.timeScale),
      servers: new Servers(config, files),
      temporaryDir,
    });
    this.files = files;
    this.ledger = new Ledger(ledgerLimit);
    const changed = () => {
      if (stateFile !== undefined) saveBank(stateFile, this.#bank);
    };
    this.#bank = new HalykBank(config, this.clock, this.ledger, changed);
    if (saved) restoreBank(this.#bank, saved);
    if (username !== undefined) config.username = username;
    if (password !== undefined) config.password = password;
    changed();
    const noClients = () => ({ requestCert: false, rejectUnauthorized: false });
    this.servers.serve("service", halykService(this.#bank, this.faults, BASE_PATH), noClients);
  }

  get config(): Readonly<Config> {
    return this.#bank.config;
  }

  get username(): string {
    return this.config.username;
  }

  get password(): string {
    return this.config.password;
  }

  /** The first of them. */
  get terminal(): string {
    return this.config.terminals[0] ?? "";
  }

  get port(): number {
    return this.servers.port("service");
  }

  /** What the till is given as the bank's address. */
  get url(): string {
    return this.servers.url("service");
  }

  get paths(): ServerFiles["paths"] {
    return this.files.paths;
  }

  async configure(change: Settings): Promise<void> {
    Object.assign(this.#bank.config, structuredClone(readConfig(change)));
    await this.follow(change, portKeys);
  }

  reply(order: Order): Reply | null {
    return halykReply(this, order);
  }

  /** The text of every QrCode event from now on, as the topic would carry it. Returns how to stop. */
  onEvent(listener: (text: string) => void): () => void {
    const { listeners } = this.#bank;
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** Payments and refunds, the oldest first. */
  bills(): Bill[] {
    this.clock.settle();
    return [...this.ledger.bills.values()];
  }

  bill(billNumber: BillNumber): Bill | undefined {
    this.clock.settle();
    return this.ledger.bills.get(String(billNumber));
  }

  scan(billNumber: BillNumber): Bill {
    this.clock.settle();
    return this.#bank.bills.scan(String(billNumber));
  }

  /** The money is held on the customer's card. */
  block(billNumber: BillNumber): Bill {
    this.clock.settle();
    return this.#bank.bills.block(String(billNumber));
  }

  auth(billNumber: BillNumber): Bill {
    this.clock.settle();
    return this.#bank.bills.auth(String(billNumber));
  }

  /** Scans and holds if that is still to be done, and pays; by isSkipFin "Y" it may end with AUTH. */
  pay(billNumber: BillNumber, paying?: Paying): Bill {
    this.clock.settle();
    return this.#bank.bills.pay(String(billNumber), paying);
  }

  /** Scans if that is still to be done, and fails. Default: no money on the card. */
  reject(billNumber: BillNumber, errDescription?: string): Bill {
    this.clock.settle();
    return this.#bank.bills.reject(String(billNumber), errDescription);
  }

  refundsOf(billNumber: BillNumber): Bill[] {
    this.clock.settle();
    return this.ledger.refundsOf(billNumber);
  }

  finishRefund(billNumber: BillNumber): Bill {
    this.clock.settle();
    return this.#bank.refunds.finish(String(billNumber));
  }

  rejectRefund(billNumber: BillNumber, errDescription = "Возврат отклонен"): Bill {
    this.clock.settle();
    return this.#bank.refunds.reject(String(billNumber), errDescription);
  }

  /** Another till or the bank's own people give so many tiyn of a payment back, at once. */
  refundElsewhere(billNumber: BillNumber, amountMinor: number | bigint): Bill {
    this.clock.settle();
    return this.#bank.refunds.elsewhere(String(billNumber), BigInt(amountMinor));
  }
}

/** Starts Halyk's QR service inside this process. */
export async function startHalyk(options: HalykOptions = {}): Promise<HalykSimulator> {
  const { dir, port = 0, control = false, stateFile, startAt, ledgerLimit, ...settings } = options;
  const config = structuredClone(defaultConfig);
  // The document's own pair is guessable: nobody gets used to it.
  config.username = `pos-${randomBytes(3).toString("hex")}`;
  config.password = randomBytes(18).toString("base64url");
  Object.assign(config, structuredClone(readConfig(settings)));
  const temporaryDir = dir === undefined ? mkdtempSync(join(tmpdir(), "bank-")) : null;
  const files = await openServerFiles(dir ?? temporaryDir ?? "");
  const { username, password } = settings;
  const simulator = new HalykSimulator(
    { stateFile, startAt, ledgerLimit, username, password },
    config,
    files,
    temporaryDir,
  );
  await simulator.open({ service: port }, control);
  return simulator;
}
