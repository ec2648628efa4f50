/**
 * A bank of the simulator without its port: a request goes through the simulator's own exchange (faults, methods, ledger)
 * with a socket made of nothing, in simulated time. TLS and TCP are proved elsewhere, over real ones.
 */
import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import { exchange, type Peer, type Service } from "../../../simulator/exchange.ts";
import { HttpFailure, type HttpAnswer, type HttpProblem, type HttpRequest } from "../../../main/core/ports.ts";
import type { SimulatedClock } from "../../support/simulated-clock.ts";

export interface Line {
  /** Unplugged: nothing reaches the bank. */
  down: boolean;
  /** Of each way, in milliseconds. */
  delay(): number;
  /** What keeps this request from leaving at all; null: nothing. */
  stops(request: HttpRequest): HttpProblem | null;
}

const PEER: Peer = { connection: 1, client: { commonName: "till", serial: "01" }, authorized: true };

/** Sends one request along the line to a service. Rejects with HttpFailure, as the adapter does. */
export function overWire<Outcome>(
  clock: SimulatedClock,
  service: Service<Outcome>,
  line: Line,
  request: HttpRequest,
): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (failure: HttpFailure): void => {
      clock.clearTimeout(timer);
      reject(failure);
    };
    if (line.down || service.faults.strike("connection", null, null).length > 0)
      return void clock.setTimeout(() => reject(new HttpFailure("connect", "refused", "unplugged")), line.delay());

    const stopped = line.stops(request);
    if (stopped !== null)
      return void clock.setTimeout(() => reject(new HttpFailure("connect", stopped, "it never left")), line.delay());

    let begun: { status: number; headers: Record<string, string> } | null = null;
    let text = "";
    const socket = {
      destroyed: false,
      destroy() {
        if (socket.destroyed) return;
        socket.destroyed = true;
        fail(new HttpFailure(begun ? "body" : "sent", "closed", "the bank hung up"));
      },
    };
    const timer = clock.setTimeout(() => {
      socket.destroyed = true;
      reject(new HttpFailure(begun ? "body" : "sent", "timeout", "no answer in time"));
    }, request.timeoutMs);
    const response = {
      get destroyed() {
        return socket.destroyed;
      },
      writeHead(status: number, headers: Record<string, string | number>) {
        const lower = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
        begun = { status, headers: Object.fromEntries(lower) as Record<string, string> };
      },
      flushHeaders() {},
      write(piece: Buffer, written?: () => void) {
        text += piece.toString("utf8");
        written?.();
      },
      end(last = "") {
        text += last;
        const answer = begun ?? { status: 500, headers: {} };
        clock.setTimeout(() => {
          if (socket.destroyed) return;
          socket.destroyed = true;
          clock.clearTimeout(timer);
          resolve({ ...answer, text });
        }, line.delay());
      },
    };
    const { method, url, headers, body } = request;
    const incoming = {
      method,
      url: url.slice(new URL(url).origin.length),
      headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      socket,
      async *[Symbol.asyncIterator]() {
        if (body !== null) yield Buffer.from(body, "utf8");
      },
    };
    clock.setTimeout(() => {
      if (line.down) return socket.destroy();
      exchange(service, PEER, incoming as unknown as IncomingMessage, response as unknown as ServerResponse).catch(
        (error: unknown) => fail(new HttpFailure("sent", "other", `${STATUS_CODES[500]}: ${String(error)}`)),
      );
    }, line.delay());
  });
}
