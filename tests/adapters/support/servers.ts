/** Real servers on 127.0.0.1, each counting what reached it. */
import { createServer as createHttpsServer } from "node:https";
import type { ServerOptions } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { afterEach } from "vitest";

const open = new Set<() => Promise<void>>();

/** Call at the top level of a test file: every server of a test ends with it. */
export function closeServersAfterEach(): void {
  afterEach(async () => {
    await Promise.all([...open].map((close) => close()));
    open.clear();
  });
}

export interface HttpsServer {
  readonly url: string;
  readonly port: number;
  readonly requests: string[];
  readonly connections: () => number;
  /** Kills every connection that is open. */
  readonly drop: () => void;
}

export async function httpsServer(
  options: ServerOptions,
  answer: (request: IncomingMessage, response: ServerResponse, body: string) => void,
): Promise<HttpsServer> {
  const requests: string[] = [];
  const server = createHttpsServer(options, (request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      requests.push(`${request.method} ${request.url}`);
      answer(request, response, Buffer.concat(parts).toString());
    });
  });
  server.on("tlsClientError", () => undefined);
  const { port, connections, drop } = await listen(server);
  return { url: `https://localhost:${port}`, port, requests, connections, drop };
}

export interface TcpServer {
  readonly port: number;
  readonly connections: () => number;
}

export async function tcpServer(taken: (socket: Socket) => void): Promise<TcpServer> {
  const server = createTcpServer(taken);
  const { port, connections } = await listen(server);
  return { port, connections };
}

/** A port of this machine on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function listen(server: Server): Promise<{ port: number; connections: () => number; drop: () => void }> {
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = (): void => sockets.forEach((socket) => socket.destroy());
  open.add(async () => {
    drop();
    await new Promise((resolve) => server.close(resolve));
  });
  return { port: (server.address() as AddressInfo).port, connections: () => connections, drop };
}
