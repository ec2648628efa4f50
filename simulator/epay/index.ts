import type { KeyObject } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openServerFiles, type ServerFiles } from "../ca-files.ts";
import { VirtualClock } from "../clock.ts";
import type { Order, Reply } from "../control.ts";
import { Faults } from "../faults.ts";
import { RunningBank } from "../running.ts";
import { Servers } from "../servers.ts";
import { EpayBank } from "./bank.ts";
import { defaultConfig, readConfig, type Config, type Settings } from "./config.ts";
import { epayReply } from "./control-acts.ts";
import { CardKey } from "./keys.ts";
import { Ledger } from "./ledger.ts";
import { API_PATH, OAUTH_PATH } from "./methods.ts";
import type { SavedCard, Status, Transaction } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { epayService } from "./service.ts";
import { loadBank, restoreBank, saveBank } from "./state.ts";
import { makeTerminals } from "./terminals.ts";

export interface EpayOptions extends Settings {
  /** Where the certificates and the key of cards are kept; absent: a temporary directory that goes with stop(). */
  dir?: string;
  /** Of tokens, calls and the bank's page by https. */
  port?: number;
  /** Of the bank's page by plain http. */
  acsPort?: number;
  /** Opens the control interface; a number is its port. */
  control?: boolean | number;
  /** Operations, tokens, saved cards and terminals survive a restart in this file. */
  stateFile?: string;
  /** Virtual time to start at, milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Calls kept in the ledger. */
  ledgerLimit?: number;
}

interface Amounts {
  orgAmount?: number | bigint | undefined;
  amount?: number | bigint | undefined;
  payoutAmount?: number | bigint | undefined;
}

/** Settings that open connections cannot live with. */
const portKeys = ["serverCertificate", "minTls", "maxTls", "keepAliveMs"];

/** Halyk ePay, running. */
export class EpaySimulator extends RunningBank<"service" | "page"> {
  readonly ledger: Ledger;
  readonly files: ServerFiles;
  readonly #bank: EpayBank;

  /** Use startEpay. */
  constructor(options: EpayOptions, config: Config, files: ServerFiles, temporaryDir: string | null) {
    const { stateFile, startAt, ledgerLimit = 200_000, terminals } = options;
    const saved = stateFile === undefined ? null : loadBank(stateFile);
    const clock = new VirtualClock(Math.max(startAt ?? Date.now(), saved?.now ?? 0), config.timeScale);
    const servers = new Servers<"service" | "page">(config, files);
    super({ faults: new Faults({ envelope: false }), clock, servers, temporaryDir });
    this.files = files;
    this.ledger = new Ledger(ledgerLimit);
    const changed = () => {
      if (stateFile !== undefined) saveBank(stateFile, this.#bank);
    };
    const key = new CardKey(config, options.dir ?? null);
    const page = { http: () => servers.url("page"), https: () => servers.url("service") };
    this.#bank = new EpayBank({ config, clock, ledger: this.ledger, key, page }, changed);
    if (saved) restoreBank(this.#bank, saved);
    if (terminals !== undefined) config.terminals = terminals;
    changed();
    const noClients = () => ({ requestCert: false, rejectUnauthorized: false });
    servers.serve("service", epayService(this.#bank, this.faults, "all"), noClients);
    servers.serve("page", epayService(this.#bank, this.faults, "pages"), null);
  }

  get config(): Readonly<Config> {
    return this.#bank.config;
  }

  get terminals(): Config["terminals"] {
    return this.config.terminals;
  }

  get port(): number {
    return this.servers.port("service");
  }

  get acsPort(): number {
    return this.servers.port("page");
  }

  /** What the till is given as the bank's addresses, and where the bank's page is. */
  get urls(): { oauth: string; api: string; key: string; acs: string } {
    const origin = this.servers.url("service");
    const api = origin + API_PATH;
    return { oauth: origin + OAUTH_PATH, api, key: `${api}/public.rsa`, acs: this.#bank.pageUrl };
  }

  get paths(): ServerFiles["paths"] {
    return this.files.paths;
  }

  async configure(change: Settings): Promise<void> {
    Object.assign(this.#bank.config, structuredClone(readConfig(change)));
    if (change.terminals !== undefined) this.#bank.changed();
    await this.follow(change, portKeys);
  }

  reply(order: Order): Reply | null {
    return epayReply(this, order);
  }

  /** The private key of cards; made now where it was not needed yet. */
  async cardKey(): Promise<KeyObject> {
    return await this.#bank.key.ready();
  }

  /** The oldest first. */
  transactions(): Transaction[] {
    this.clock.settle();
    return [...this.ledger.transactions.values()];
  }

  /** The newest with this invoice number. */
  transaction(invoice: string): Transaction | undefined {
    this.clock.settle();
    return this.ledger.transaction(invoice);
  }

  savedCards(): SavedCard[] {
    return [...this.ledger.savedCards.values()];
  }

  /** The bank's people or its own clock make it so, with amounts in tiyn. No movement is booked. Throws for no such one. */
  set(invoice: string, status: Status, { orgAmount, amount, payoutAmount }: Amounts = {}): Transaction {
    const transaction = this.#find(invoice);
    this.#bank.orders.set(transaction, status, {
      ...(orgAmount !== undefined && { orgAmountMinor: BigInt(orgAmount) }),
      ...(amount !== undefined && { amountMinor: BigInt(amount) }),
      ...(payoutAmount !== undefined && { payoutAmountMinor: BigInt(payoutAmount) }),
    });
    return transaction;
  }

  /** The bank's own office gives so many tiyn back. Throws where the bank would refuse. */
  refundElsewhere(invoice: string, minor: number | bigint): Transaction {
    const transaction = this.#find(invoice);
    this.#bank.operations.giveBack(transaction, BigInt(minor), { by: "elsewhere", call: null, externalId: null });
    return transaction;
  }

  #find(invoice: string): Transaction {
    const transaction = this.transaction(invoice);
    if (!transaction) throw new Refusal(404, { message: `no operation ${invoice}` });
    return transaction;
  }
}

/** Starts Halyk ePay inside this process. */
export async function startEpay(options: EpayOptions = {}): Promise<EpaySimulator> {
  const { dir, port = 0, acsPort = 0, control = false, stateFile, startAt, ledgerLimit, ...settings } = options;
  const config = structuredClone(defaultConfig);
  config.terminals = makeTerminals();
  Object.assign(config, structuredClone(readConfig(settings)));
  const temporaryDir = dir === undefined ? mkdtempSync(join(tmpdir(), "bank-")) : null;
  const files = await openServerFiles(dir ?? temporaryDir ?? "");
  const { terminals } = config;
  const kept = settings.terminals === undefined ? {} : { terminals };
  const simulator = new EpaySimulator({ dir, stateFile, startAt, ledgerLimit, ...kept }, config, files, temporaryDir);
  await simulator.open({ service: port, page: acsPort }, control);
  return simulator;
}
