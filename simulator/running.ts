import { rmSync } from "node:fs";
import type { VirtualClock } from "./clock.ts";
import { startControl, type Control, type Controlled, type Order, type Reply } from "./control.ts";
import type { Faults } from "./faults.ts";
import type { Servers } from "./servers.ts";
import type { PortSettings } from "./settings.ts";

export interface Parts<Name extends string> {
  faults: Faults;
  clock: VirtualClock;
  servers: Servers<Name>;
  /** Goes with stop(). */
  temporaryDir: string | null;
}

/** A bank that runs: what of it is the same whichever bank it is. */
export abstract class RunningBank<Name extends string> implements Controlled {
  readonly faults: Faults;
  readonly clock: VirtualClock;
  control: Control | null = null;
  protected readonly servers: Servers<Name>;
  readonly #temporaryDir: string | null;

  constructor({ faults, clock, servers, temporaryDir }: Parts<Name>) {
    this.faults = faults;
    this.clock = clock;
    this.servers = servers;
    this.#temporaryDir = temporaryDir;
  }

  abstract get config(): object;
  /** Changes settings while running. Those of the port close the open connections. */
  abstract configure(change: object): Promise<void>;
  /** The control interface's own lists and acts. */
  abstract reply(order: Order): Reply | null;

  get isUp(): boolean {
    return this.servers.isUp;
  }

  /** Opens the ports after down(). */
  async up(): Promise<void> {
    await this.servers.up();
  }

  /** Closes the ports and kills all connections: the bank cannot be reached. */
  async down(): Promise<void> {
    await this.servers.down();
  }

  /** Moves the bank's clock forward; everything that falls due on the way happens. */
  advance(ms: number): void {
    this.clock.advance(ms);
  }

  now(): number {
    return this.clock.now();
  }

  async stop(): Promise<void> {
    this.clock.stop();
    await this.control?.close();
    await this.servers.down();
    if (this.#temporaryDir !== null) rmSync(this.#temporaryDir, { recursive: true, force: true });
  }

  /** The second half of a start: certificate, ports and the control interface. */
  async open(ports: Partial<Record<Name, number>>, control: boolean | number): Promise<void> {
    await this.servers.chooseCertificate();
    this.servers.renew();
    await this.servers.up(ports);
    if (control !== false) this.control = await startControl(this, control === true ? 0 : control);
  }

  /** What changed settings mean for clock and ports; `portKeys`: those that open connections cannot live with. */
  protected async follow(
    change: Partial<PortSettings> & { timeScale?: number },
    portKeys: readonly string[],
  ): Promise<void> {
    if (change.timeScale !== undefined) this.clock.setScale(change.timeScale);
    if (change.serverCertificate !== undefined) await this.servers.chooseCertificate();
    if (portKeys.some((key) => key in change)) this.servers.renew();
  }
}
