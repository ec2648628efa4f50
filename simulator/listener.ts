import {
  createServer as createHttp,
  type IncomingMessage,
  type Server as HttpServer,
  type ServerResponse,
} from "node:http";
import { createServer as createHttps, type Server as HttpsServer, type ServerOptions } from "node:https";
import { createServer, type AddressInfo, type Server as NetServer, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import type { Peer } from "./exchange.ts";
import type { ConnectionRecord } from "./records.ts";

export interface ListenerOptions {
  /** null: a port without TLS. */
  tls: (() => ServerOptions) | null;
  keepAliveMs: () => number;
  /** False resets the connection before TLS. */
  accept: () => boolean;
  onRequest: (peer: Peer, request: IncomingMessage, response: ServerResponse) => Promise<void>;
  onConnection: (record: Omit<ConnectionRecord, "at" | "scheme">) => void;
}

/**
 * The bank's port. TCP is accepted apart from HTTP, so that a connection can be reset before TLS
 * and the TLS settings can change while the port stays.
 */
export class Listener {
  #options: ListenerOptions;
  #tcp: NetServer | undefined;
  #http: HttpServer | HttpsServer;
  #sockets = new Set<Socket>();
  #connections = new WeakMap<Socket, number>();
  #count = 0;
  #port = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#http = this.#createHttp();
  }

  get port(): number {
    return this.#port;
  }

  get isUp(): boolean {
    return this.#tcp !== undefined;
  }

  /** Opens the port; the first time `port` 0 takes any, afterwards the same again. */
  async up(port = this.#port): Promise<void> {
    if (this.#tcp) return;
    const tcp = createServer({ noDelay: true }, (socket) => this.#onSocket(socket));
    await new Promise<void>((resolve, reject) => {
      tcp.once("error", reject);
      tcp.listen(port, "127.0.0.1", resolve);
    });
    this.#port = (tcp.address() as AddressInfo).port;
    this.#tcp = tcp;
  }

  /** Closes the port and kills every connection. */
  async down(): Promise<void> {
    const tcp = this.#tcp;
    if (!tcp) return;
    this.#tcp = undefined;
    const closed = new Promise<void>((resolve) => tcp.close(() => resolve()));
    this.killConnections();
    await closed;
  }

  killConnections(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** New TLS settings for new connections; the old ones die. */
  renew(): void {
    this.#http = this.#createHttp();
    this.killConnections();
  }

  #onSocket(socket: Socket): void {
    if (!this.#options.accept()) {
      this.#options.onConnection({ event: "reset", connection: null, protocol: null, reason: "fault" });
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    this.#http.emit("connection", socket);
  }

  #createHttp(): HttpServer | HttpsServer {
    const { tls } = this.#options;
    const server = tls ? createHttps({ ...tls(), requestTimeout: 0 }) : createHttp({ requestTimeout: 0 });
    server.keepAliveTimeout = this.#options.keepAliveMs();
    server.on(tls ? "secureConnection" : "connection", (socket: Socket) => {
      const connection = ++this.#count;
      this.#connections.set(socket, connection);
      const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
      this.#options.onConnection({ event: "opened", connection, protocol, reason: null });
    });
    server.on("tlsClientError", (error: Error & { code?: string }) => {
      const reason = error.code ?? error.message;
      this.#options.onConnection({ event: "tls-refused", connection: null, protocol: null, reason });
    });
    server.on("request", (request: IncomingMessage, response: ServerResponse) => {
      response.on("error", () => {});
      // A client that goes away while its request is read is no fault of the simulator's.
      this.#options.onRequest(this.#peer(request.socket), request, response).catch(() => {
        request.socket.destroy();
      });
    });
    return server;
  }

  #peer(socket: Socket): Peer {
    const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : null;
    const known = certificate && Object.keys(certificate).length > 0;
    return {
      connection: this.#connections.get(socket) ?? 0,
      client: known ? { commonName: String(certificate.subject.CN), serial: certificate.serialNumber } : null,
      authorized: socket instanceof TLSSocket && socket.authorized,
    };
  }
}
