import { createServer as createHttp, type RequestListener, type Server } from "node:http";
import { createServer as createHttps } from "node:https";
import type { AddressInfo } from "node:net";
import { createDoor } from "./door.ts";

export interface Listening {
  readonly address: string;
  readonly port: number;
  /** Takes no more connections and ends those there are. */
  close(): Promise<void>;
}

export interface Tls {
  readonly cert: string;
  readonly key: string;
}

/** The port is taken, or the address is not one of this machine. */
export class ListenFailure extends Error {
  readonly code: string;
  constructor(address: string, port: number, code: string) {
    super(`cannot listen on ${address}:${port} (${code})`);
    this.name = "ListenFailure";
    this.code = code;
  }
}

/**
 * So many wait to be let in: Node lets in one a turn, and with Node's usual 511 a crowd makes the system forget whoever comes
 * then, who tries again a whole second later.
 */
const BACKLOG = 4_096;

/**
 * Opens a server with bounds on everything a client can hold on to: headers within 10 s, a whole request within 15 s,
 * 64 headers, and as many connections as the door lets stay (door.ts).
 */
export async function listen(
  handle: RequestListener,
  at: { address: string; port: number; tls?: Tls },
): Promise<Listening> {
  const options = {
    headersTimeout: 10_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 30_000,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: 16_384,
  };
  const server: Server = at.tls
    ? createHttps({ ...options, ...at.tls, minVersion: "TLSv1.2", handshakeTimeout: 10_000 }, handle)
    : createHttp(options, handle);
  const door = createDoor(() => performance.now());
  server.on("connection", door.admit).on("secureConnection", door.secured);
  server.maxHeadersCount = 64;
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new ListenFailure(at.address, at.port, error.code ?? "unknown")),
    );
    server.listen({ host: at.address, port: at.port, exclusive: true, backlog: BACKLOG }, resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
