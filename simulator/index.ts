import { mkdtempSync, rmSync } from "node:fs";
import type { ServerOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCa, issueServer } from "./ca.ts";
import { openCaFiles, type CaFiles, type CaPaths } from "./ca-files.ts";
import { VirtualClock } from "./clock.ts";
import { defaultConfig, readConfig, type Config } from "./config.ts";
import { startControl, type Control } from "./control.ts";
import { exchange } from "./exchange.ts";
import { Faults } from "./faults.ts";
import { KaspiBank } from "./kaspi/bank.ts";
import { basePath as kaspiBasePath } from "./kaspi/schemes.ts";
import type { CustomerAct } from "./kaspi/payments.ts";
import { Ledger, type PaymentRecord } from "./ledger.ts";
import { Listener } from "./listener.ts";
import { loadState, restoreState, saveState } from "./state-file.ts";

export { issueClient, type ClientFiles } from "./ca.ts";
export { makeCa, openCaFiles, saveClient } from "./ca-files.ts";
export type { Fault } from "./faults.ts";

export interface SimulatorOptions extends Partial<Config> {
  /** Where the certificates are kept; absent: a temporary directory that goes with stop(). */
  dir?: string;
  port?: number;
  basePath?: string;
  /** Payments and devices survive a restart in this file. */
  stateFile?: string;
  /** Virtual time to start at, milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Opens the control interface; a number is its port. */
  control?: boolean | number;
  /** Calls kept in the ledger. */
  ledgerLimit?: number;
}

type PaymentId = string | bigint;

/** A running bank. */
export class Simulator {
  readonly ledger: Ledger;
  readonly faults = new Faults();
  readonly clock: VirtualClock;
  readonly files: CaFiles;
  readonly basePath: string;
  control: Control | null = null;
  readonly #bank: KaspiBank;
  readonly #listener: Listener;
  readonly #secure: { cert: string; key: string };
  readonly #temporaryDir: string | null;

  /** Use startSimulator. */
  constructor(options: SimulatorOptions, config: Config, files: CaFiles, temporaryDir: string | null) {
    const { stateFile } = options;
    const saved = stateFile === undefined ? null : loadState(stateFile);
    this.files = files;
    this.basePath = options.basePath ?? kaspiBasePath;
    this.clock = new VirtualClock(Math.max(options.startAt ?? Date.now(), saved?.now ?? 0), config.timeScale);
    this.ledger = new Ledger(options.ledgerLimit ?? 200_000);
    const changed = () => {
      if (stateFile !== undefined) saveState(stateFile, this.#bank);
    };
    this.#bank = new KaspiBank(config, this.clock, this.ledger, changed);
    if (saved) restoreState(this.#bank, saved);
    this.#temporaryDir = temporaryDir;
    this.#secure = serverPair(files);
    const context = { bank: this.#bank, faults: this.faults, basePath: this.basePath };
    this.#listener = new Listener({
      tls: () => this.#tls(),
      keepAliveMs: () => config.keepAliveMs,
      accept: () => this.faults.strike("connection", null, null).length === 0,
      onRequest: (peer, request, response) => exchange(context, peer, request, response),
      onConnection: (record) => this.ledger.addConnection({ at: this.clock.now(), ...record }),
    });
  }

  get config(): Readonly<Config> {
    return this.#bank.config;
  }

  get port(): number {
    return this.#listener.port;
  }

  /** What the till is given as the bank's address. */
  get url(): string {
    return `https://127.0.0.1:${this.port}${this.basePath}`;
  }

  get paths(): CaPaths {
    return this.files.paths;
  }

  get isUp(): boolean {
    return this.#listener.isUp;
  }

  /** Opens the port after down(). */
  async up(): Promise<void> {
    await this.#listener.up();
  }

  /** Closes the port and kills all connections: the bank cannot be reached. */
  async down(): Promise<void> {
    await this.#listener.down();
  }

  /** Moves the bank's clock forward; everything that falls due on the way happens. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  now(): number {
    return this.clock.now();
  }

  /** Changes settings while running. Certificate, TLS and keep-alive settings close the open connections. */
  async configure(change: Partial<Config>): Promise<void> {
    readConfig(change);
    Object.assign(this.#bank.config, change);
    if (change.timeScale !== undefined) this.clock.setScale(change.timeScale);
    if (change.serverCertificate !== undefined) await this.#chooseCertificate();
    const tlsKeys = ["serverCertificate", "softClientCert", "minTls", "maxTls", "keepAliveMs"];
    if (tlsKeys.some((key) => key in change)) this.#listener.renew();
  }

  payment(id: PaymentId): PaymentRecord | undefined {
    this.clock.settle();
    return this.ledger.payment(id);
  }

  payments(): PaymentRecord[] {
    this.clock.settle();
    return [...this.ledger.payments.values()];
  }

  /** The customer scans. Throws when the payment is in no state for it, as all of these do. */
  scan(id: PaymentId): PaymentRecord {
    return this.act(id, "scan");
  }

  confirm(id: PaymentId): PaymentRecord {
    return this.act(id, "confirm");
  }

  scanError(id: PaymentId): PaymentRecord {
    return this.act(id, "scanerror");
  }

  confirmError(id: PaymentId): PaymentRecord {
    return this.act(id, "confirmerror");
  }

  /** Scans if that is still to be done, and confirms. */
  pay(id: PaymentId): PaymentRecord {
    if (this.payment(id)?.state === "QrTokenCreated") this.scan(id);
    return this.confirm(id);
  }

  act(id: PaymentId, what: CustomerAct): PaymentRecord {
    this.clock.settle();
    return this.#bank.payments.act(String(id), what);
  }

  async stop(): Promise<void> {
    this.clock.stop();
    await this.control?.close();
    await this.#listener.down();
    if (this.#temporaryDir !== null) rmSync(this.#temporaryDir, { recursive: true, force: true });
  }

  /** startSimulator's second half: certificates and ports. */
  async open(port: number, control: boolean | number): Promise<void> {
    await this.#chooseCertificate();
    this.#listener.renew();
    await this.#listener.up(port);
    if (control !== false) this.control = await startControl(this, control === true ? 0 : control);
  }

  async #chooseCertificate(): Promise<void> {
    const kind = this.config.serverCertificate;
    const day = 86_400_000;
    const { ca } = this.files;
    if (kind === "good") Object.assign(this.#secure, serverPair(this.files));
    else {
      const issuing = kind === "other-ca" ? await createCa("Another") : ca;
      const server = await issueServer(issuing, {
        ...(kind === "expired" ? { notBefore: new Date(Date.now() - 10 * day), days: 5 } : {}),
        ...(kind === "other-name" ? { names: ["bank.example"] } : {}),
      });
      Object.assign(this.#secure, serverPair({ ca: issuing, server }));
    }
  }

  #tls(): ServerOptions {
    const { ca } = this.files;
    const { minTls, maxTls, softClientCert } = this.config;
    return {
      ...this.#secure,
      ca: [ca.root, ca.intermediate],
      requestCert: true,
      rejectUnauthorized: !softClientCert,
      minVersion: minTls,
      maxVersion: maxTls,
    };
  }
}

function serverPair({ ca, server }: Pick<CaFiles, "ca" | "server">): { cert: string; key: string } {
  return {
    cert: server.certificate + ca.intermediate,
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}

/** Starts the bank inside this process. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { dir, port = 0, control = false, basePath, stateFile, startAt, ledgerLimit, ...settings } = options;
  const config: Config = { ...structuredClone(defaultConfig), ...structuredClone(readConfig(settings)) };
  const temporaryDir = dir === undefined ? mkdtempSync(join(tmpdir(), "bank-")) : null;
  const files = await openCaFiles(dir ?? temporaryDir ?? "");
  const simulator = new Simulator({ basePath, stateFile, startAt, ledgerLimit }, config, files, temporaryDir);
  await simulator.open(port, control);
  return simulator;
}
