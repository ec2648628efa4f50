import { randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openCaFiles, type CaFiles, type CaPaths } from "../ca-files.ts";
import { VirtualClock } from "../clock.ts";
import { applySettings, defaultConfig, readConfig, type Config, type Settings, type TradePoint } from "./config.ts";
import type { Order, Reply } from "../control.ts";
import { Faults } from "../faults.ts";
import { wantsCertificate } from "./access.ts";
import { KaspiBank } from "./bank.ts";
import { kaspiReply } from "./control-acts.ts";
import type { Device } from "./organizations.ts";
import type { CustomerAct } from "./payments.ts";
import { basePaths } from "./schemes.ts";
import { Ledger } from "./ledger.ts";
import { schemes, type PaymentRecord, type RefundRecord, type ReturnRecord, type Scheme } from "./records.ts";
import { RunningBank } from "../running.ts";
import { Servers } from "../servers.ts";
import { kaspiService } from "./service.ts";
import { loadBank, restoreBank, saveBank } from "./state.ts";

export interface SimulatorOptions extends Settings {
  /** Where the certificates are kept; absent: a temporary directory that goes with stop(). */
  dir?: string;
  /** Whose address `url` is, and whose `port` and `basePath` are given. Default 2. */
  scheme?: Scheme;
  /** The schemes that get a port. Default: `scheme` alone. */
  schemes?: readonly Scheme[];
  port?: number;
  basePath?: string;
  /** Payments, refunds, devices and the Api-Key survive a restart in this file. */
  stateFile?: string;
  /** Virtual time to start at, milliseconds since 1970. Default: now. */
  startAt?: number;
  /** Opens the control interface; a number is its port. */
  control?: boolean | number;
  /** Calls kept in the ledger. */
  ledgerLimit?: number;
}

type Id = string | bigint;
type Name = `scheme ${Scheme}`;
const nameOf = (scheme: Scheme): Name => `scheme ${scheme}`;

/** Settings that open connections cannot live with. */
const tlsKeys = ["serverCertificate", "softClientCert", "minTls", "maxTls", "keepAliveMs", "gatewayHeader"];

/** Kaspi, running. Customers' and owners' acts throw when the bank would refuse them. */
export class Simulator extends RunningBank<Name> {
  readonly ledger: Ledger;
  readonly files: CaFiles;
  readonly scheme: Scheme;
  readonly basePath: string;
  readonly #bank: KaspiBank;
  readonly #served: readonly Scheme[];

  /** Use startSimulator. */
  constructor(options: SimulatorOptions, config: Config, files: CaFiles, temporaryDir: string | null) {
    const { stateFile, scheme = 2 } = options;
    const saved = stateFile === undefined ? null : loadBank(stateFile);
    super({
      faults: new Faults({ envelope: true }),
      clock: new VirtualClock(Math.max(options.startAt ?? Date.now(), saved?.now ?? 0), config.timeScale),
      servers: new Servers(config, files),
      temporaryDir,
    });
    this.files = files;
    this.scheme = scheme;
    this.basePath = options.basePath ?? basePaths[scheme];
    this.ledger = new Ledger(options.ledgerLimit ?? 200_000);
    const changed = () => {
      if (stateFile !== undefined) saveBank(stateFile, this.#bank);
    };
    this.#bank = new KaspiBank(config, this.clock, this.ledger, changed);
    if (saved) restoreBank(this.#bank, saved);
    if (options.apiKey !== undefined) config.apiKey = options.apiKey;
    this.#served = schemes.filter((one) => one === scheme || options.schemes?.includes(one));
    for (const one of this.#served) {
      const path = one === scheme ? this.basePath : basePaths[one];
      this.servers.serve(nameOf(one), kaspiService(this.#bank, this.faults, one, path), () => {
        const requestCert = wantsCertificate(one, config);
        return { requestCert, rejectUnauthorized: requestCert && !config.softClientCert };
      });
    }
  }

  get config(): Readonly<Config> {
    return this.#bank.config;
  }

  /** Scheme 1's. */
  get apiKey(): string {
    return this.config.apiKey;
  }

  get port(): number {
    return this.servers.port(nameOf(this.scheme));
  }

  /** What the till is given as the bank's address. */
  get url(): string {
    return this.urlOf(this.scheme);
  }

  /** The addresses of the schemes that are served. */
  get urls(): Partial<Record<Scheme, string>> {
    return Object.fromEntries(this.#served.map((scheme) => [scheme, this.urlOf(scheme)]));
  }

  /** Throws for a scheme that is not served. */
  urlOf(scheme: Scheme): string {
    return this.servers.url(nameOf(scheme));
  }

  get paths(): CaPaths {
    return this.files.paths;
  }

  /** Changes settings while running. Certificate, TLS, gateway and keep-alive settings close the open connections. */
  async configure(change: Settings): Promise<void> {
    applySettings(this.#bank.config, readConfig(change));
    await this.follow(change, tlsKeys);
  }

  reply(order: Order): Reply | null {
    return kaspiReply(this, order);
  }

  payment(id: Id): PaymentRecord | undefined {
    this.clock.settle();
    return this.ledger.payment(id);
  }

  payments(): PaymentRecord[] {
    this.clock.settle();
    return [...this.ledger.payments.values()];
  }

  invoices(): PaymentRecord[] {
    this.clock.settle();
    return this.ledger.invoices();
  }

  /** The customer scans; the customer's name tells whose purchases return/operations lists. */
  scan(id: Id, customer?: string): PaymentRecord {
    return this.act(id, "scan", customer);
  }

  confirm(id: Id): PaymentRecord {
    return this.act(id, "confirm");
  }

  scanError(id: Id): PaymentRecord {
    return this.act(id, "scanerror");
  }

  confirmError(id: Id): PaymentRecord {
    return this.act(id, "confirmerror");
  }

  /** Scans if that is still to be done, and confirms; pays an invoice. */
  pay(id: Id, customer?: string): PaymentRecord {
    if (this.payment(id)?.kind === "invoice") return this.payInvoice(id);
    if (this.payment(id)?.state === "QrTokenCreated") this.scan(id, customer);
    return this.confirm(id);
  }

  act(id: Id, what: CustomerAct, customer?: string): PaymentRecord {
    this.clock.settle();
    return this.#bank.payments.act(String(id), what, customer);
  }

  payInvoice(id: Id): PaymentRecord {
    this.clock.settle();
    return this.#bank.invoices.act(String(id), "pay");
  }

  rejectInvoice(id: Id): PaymentRecord {
    this.clock.settle();
    return this.#bank.invoices.act(String(id), "reject");
  }

  return(id: Id): ReturnRecord | undefined {
    this.clock.settle();
    return this.ledger.returns.get(String(id));
  }

  returns(): ReturnRecord[] {
    this.clock.settle();
    return [...this.ledger.returns.values()];
  }

  /** The customer scans a refund QR, or fails to. */
  scanReturn(id: Id, customer = "c1"): ReturnRecord {
    this.clock.settle();
    return this.#bank.returns.scan(String(id), customer);
  }

  scanReturnError(id: Id): ReturnRecord {
    this.clock.settle();
    return this.#bank.returns.scan(String(id), null);
  }

  refunds(): RefundRecord[] {
    this.clock.settle();
    return this.ledger.refunds;
  }

  /** Another till, a smart POS or the cashier's app gives so many tiyn of a purchase back. */
  refundElsewhere(purchaseId: Id, amountMinor: number | bigint): RefundRecord {
    this.clock.settle();
    return this.#bank.refunds.elsewhere(String(purchaseId), BigInt(amountMinor));
  }

  devices(): Device[] {
    return [...this.#bank.organizations.devices.values()];
  }

  /** The owner switches the device off: -1502 from now on. */
  disableDevice(token: string): void {
    this.#bank.organizations.disable(token);
  }

  /** The bank does not know the device any more: -1501 from now on. */
  forgetDevice(token: string): void {
    this.#bank.organizations.forget(token);
  }

  /** The owner switches a trade point off (990000018) or takes QR from it (990000026), or back. */
  changeTradePoint(id: string, change: Partial<Omit<TradePoint, "id">>): TradePoint {
    return this.#bank.organizations.changePoint(id, change);
  }
}

/** Starts Kaspi inside this process. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { dir, port = 0, control = false, basePath, scheme, schemes: served, ...others } = options;
  const { stateFile, startAt, ledgerLimit, ...settings } = others;
  const config = structuredClone(defaultConfig);
  config.apiKey = `test_${randomUUID()}`;
  applySettings(config, readConfig(settings));
  const temporaryDir = dir === undefined ? mkdtempSync(join(tmpdir(), "bank-")) : null;
  const files = await openCaFiles(dir ?? temporaryDir ?? "");
  const { apiKey } = settings;
  const simulator = new Simulator(
    { basePath, scheme, schemes: served, stateFile, startAt, ledgerLimit, apiKey },
    config,
    files,
    temporaryDir,
  );
  await simulator.open({ [nameOf(simulator.scheme)]: port }, control);
  return simulator;
}
