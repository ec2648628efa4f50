import type { ServerOptions } from "node:https";
import { createCa, issueServer } from "./ca.ts";
import type { ServerFiles } from "./ca-files.ts";
import { exchange, type Service } from "./exchange.ts";
import { Listener } from "./listener.ts";
import type { PortSettings } from "./settings.ts";

const DAY = 86_400_000;

export interface ClientCertificates {
  requestCert: boolean;
  /** Lets a client without a good certificate through TLS. */
  rejectUnauthorized: boolean;
}

interface Served {
  listener: Listener;
  basePath: string;
  scheme: "http" | "https";
}

/** A bank's ports, one for a service as at the real bank, and the certificate they show. */
export class Servers<Name extends string> {
  #settings: PortSettings;
  #files: ServerFiles;
  #secure: { cert: string; key: string };
  #served = new Map<Name, Served>();

  constructor(settings: PortSettings, files: ServerFiles) {
    this.#settings = settings;
    this.#files = files;
    this.#secure = serverPair(files);
  }

  /** One more address; its port is opened by up(). `clients` null: without TLS. */
  serve<Outcome>(name: Name, service: Service<Outcome>, clients: (() => ClientCertificates) | null): void {
    const { clock, faults, ledger, scheme, basePath } = service;
    const listener = new Listener({
      tls: clients && (() => this.#tls(clients())),
      keepAliveMs: () => this.#settings.keepAliveMs,
      accept: () => faults.strike("connection", null, null).length === 0,
      onRequest: (peer, request, response) => exchange(service, peer, request, response),
      onConnection: (record) => ledger.addConnection({ at: clock.now(), scheme, ...record }),
    });
    this.#served.set(name, { basePath, listener, scheme: clients ? "https" : "http" });
  }

  get isUp(): boolean {
    return [...this.#served.values()].every(({ listener }) => listener.isUp);
  }

  /** Throws for a service that is not there. */
  port(name: Name): number {
    return this.#of(name).listener.port;
  }

  url(name: Name): string {
    const { scheme, basePath } = this.#of(name);
    return `${scheme}://127.0.0.1:${this.port(name)}${basePath}`;
  }

  /** Opens the ports, the first time where they are told (0: any; those not named: any) and afterwards the same again. */
  async up(first: Partial<Record<Name, number>> = {}): Promise<void> {
    for (const [name, { listener }] of this.#served) await listener.up(first[name]);
  }

  /** Closes the ports and kills every connection. */
  async down(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ listener }) => listener.down()));
  }

  /** New TLS settings for new connections; the old ones die. */
  renew(): void {
    for (const { listener } of this.#served.values()) listener.renew();
  }

  /** Makes the certificate that the settings name. */
  async chooseCertificate(): Promise<void> {
    const kind = this.#settings.serverCertificate;
    const { ca } = this.#files;
    if (kind === "good") Object.assign(this.#secure, serverPair(this.#files));
    else {
      const issuing = kind === "other-ca" ? await createCa("Another") : ca;
      const server = await issueServer(issuing, {
        ...(kind === "expired" ? { notBefore: new Date(Date.now() - 10 * DAY), days: 5 } : {}),
        ...(kind === "other-name" ? { names: ["bank.example"] } : {}),
      });
      Object.assign(this.#secure, serverPair({ ca: issuing, server }));
    }
  }

  #of(name: Name): Served {
    const served = this.#served.get(name);
    if (!served) throw new Error(`${name} is not served`);
    return served;
  }

  #tls(clients: ClientCertificates): ServerOptions {
    const { ca } = this.#files;
    const { minTls, maxTls } = this.#settings;
    return { ...this.#secure, ca: [ca.root, ca.intermediate], ...clients, minVersion: minTls, maxVersion: maxTls };
  }
}

function serverPair({ ca, server }: Pick<ServerFiles, "ca" | "server">): { cert: string; key: string } {
  return {
    cert: server.certificate + ca.intermediate,
    key: server.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  };
}
