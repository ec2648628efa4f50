import type { ServerOptions } from "node:https";
import { createCa, issueServer } from "./ca.ts";
import type { CaFiles } from "./ca-files.ts";
import { exchange } from "./exchange.ts";
import type { Faults } from "./faults.ts";
import { wantsCertificate } from "./kaspi/access.ts";
import type { KaspiBank } from "./kaspi/bank.ts";
import { Listener } from "./listener.ts";
import type { Scheme } from "./records.ts";

const DAY = 86_400_000;

interface Served {
  listener: Listener;
  basePath: string;
}

/** The bank's ports, one for a scheme as at the real bank, and the certificate they show. */
export class Servers {
  #bank: KaspiBank;
  #faults: Faults;
  #files: CaFiles;
  #secure: { cert: string; key: string };
  #served = new Map<Scheme, Served>();

  constructor(bank: KaspiBank, faults: Faults, files: CaFiles, bases: readonly (readonly [Scheme, string])[]) {
    this.#bank = bank;
    this.#faults = faults;
    this.#files = files;
    this.#secure = serverPair(files);
    for (const [scheme, basePath] of bases)
      this.#served.set(scheme, { basePath, listener: this.#listen(scheme, basePath) });
  }

  get isUp(): boolean {
    return [...this.#served.values()].every(({ listener }) => listener.isUp);
  }

  /** Throws for a scheme that is not served. */
  port(scheme: Scheme): number {
    return this.#of(scheme).listener.port;
  }

  url(scheme: Scheme): string {
    return `https://127.0.0.1:${this.port(scheme)}${this.#of(scheme).basePath}`;
  }

  /** Opens the ports, the first time those given (0: any) and afterwards the same again. */
  async up(ports: Partial<Record<Scheme, number>> = {}): Promise<void> {
    for (const [scheme, { listener }] of this.#served) await listener.up(ports[scheme]);
  }

  /** Closes the ports and kills every connection. */
  async down(): Promise<void> {
    await Promise.all([...this.#served.values()].map(({ listener }) => listener.down()));
  }

  /** New TLS settings for new connections; the old ones die. */
  renew(): void {
    for (const { listener } of this.#served.values()) listener.renew();
  }

  /** Makes the certificate that the configuration names. */
  async chooseCertificate(): Promise<void> {
    const kind = this.#bank.config.serverCertificate;
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

  #of(scheme: Scheme): Served {
    const served = this.#served.get(scheme);
    if (!served) throw new Error(`scheme ${scheme} is not served`);
    return served;
  }

  #listen(scheme: Scheme, basePath: string): Listener {
    const bank = this.#bank;
    const faults = this.#faults;
    const context = { bank, faults, scheme, basePath };
    return new Listener({
      tls: () => this.#tls(scheme),
      keepAliveMs: () => bank.config.keepAliveMs,
      accept: () => faults.strike("connection", null, null).length === 0,
      onRequest: (peer, request, response) => exchange(context, peer, request, response),
      onConnection: (record) => bank.ledger.addConnection({ at: bank.clock.now(), scheme, ...record }),
    });
  }

  #tls(scheme: Scheme): ServerOptions {
    const { ca } = this.#files;
    const { minTls, maxTls, softClientCert } = this.#bank.config;
    const requestCert = wantsCertificate(scheme, this.#bank.config);
    return {
      ...this.#secure,
      ca: [ca.root, ca.intermediate],
      requestCert,
      rejectUnauthorized: requestCert && !softClientCert,
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
