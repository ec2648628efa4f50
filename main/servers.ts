/** The servers of one app: the screen and the till API on this machine, and the till API alone on the network. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createSecureContext } from "node:tls";
import { API_BASE } from "../contract/till.ts";
import { readIfThere } from "./adapters/files.ts";
import { EXIT, StartFailure } from "./failure.ts";
import { outsidePlace } from "./outside.ts";
import { listen, ListenFailure, type Listening, type Tls } from "./server.ts";
import { loopbackPlace, type Place } from "./till/guard.ts";
import { sendJson } from "./till/reply.ts";

export type Handler = (request: IncomingMessage, response: ServerResponse, place: Place) => Promise<void>;

export interface Listen {
  /** On 127.0.0.1; 0: any. */
  readonly port: number;
  /** The till API, and only that, on the network. */
  readonly outside: {
    readonly address: string;
    readonly port: number;
    readonly cert: string;
    readonly key: string;
  } | null;
}

export interface Servers {
  /** Of the server on this machine; null while none is open. */
  origin(): string | null;
  readonly outside: string | null;
  /** Opens the server on this machine unless it is open. False when its port cannot be had. */
  openInside(): Promise<boolean>;
  /** Requests wait until the core has read its journal. */
  begin(): void;
}

export interface ServerParts {
  readonly listen: Listen;
  readonly tls: Tls | null;
  /** Serves everything but the till API; null: the server is opened for the till API alone. */
  readonly page: Handler | null;
  /** The till API as it is now; null while it is off. */
  readonly api: () => Handler | null;
  readonly undo: (() => unknown)[];
}

/** Opens what must be open from the start. Rejects with ListenFailure. */
export async function openServers(parts: ServerParts): Promise<Servers> {
  const { listen: at, tls, page, api, undo } = parts;
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>();

  async function open(address: string, port: number, own: Handler | null, secure: Tls | null): Promise<Place> {
    let place: Place | null = null;
    const listening: Listening = await listen(
      (request, response) => {
        void begun.then(() => {
          const forApi = request.url === API_BASE || request.url?.startsWith(`${API_BASE}/`) === true;
          const handler = forApi ? api() : own;
          if (handler && place) void handler(request, response, place);
          else notFound(response, forApi);
        });
      },
      { address, port, ...(secure ? { tls: secure } : {}) },
    );
    undo.push(() => listening.close());
    place = secure ? outsidePlace(secure.cert, listening.address, listening.port) : loopbackPlace(listening.port);
    return place;
  }

  let inside: Place | null = page || api() ? await open("127.0.0.1", at.port, page, null) : null;
  const out = at.outside && tls ? await open(at.outside.address, at.outside.port, null, tls) : null;
  return {
    origin: () => inside?.origin ?? null,
    outside: out ? `${out.origin}${API_BASE}` : null,
    async openInside() {
      try {
        inside ??= await open("127.0.0.1", at.port, page, null);
        return true;
      } catch (error) {
        if (error instanceof ListenFailure) return false;
        throw error;
      }
    },
    begin,
  };
}

function notFound(response: ServerResponse, forApi: boolean): void {
  sendJson(response, 404, {
    error: {
      code: "not_found",
      message: forApi ? "the till API is off" : "not found",
      remedy: "fixSettings",
      bankCode: null,
      bankMessage: null,
      incident: null,
    },
  });
}

/** Certificate and key of `--listen`. Throws StartFailure when they cannot be used. */
export async function readTls(outside: Listen["outside"]): Promise<Tls | null> {
  if (!outside) return null;
  const read = async (option: string, path: string): Promise<string> => {
    const content = await readIfThere(path).catch(() => null);
    if (content === null) throw new StartFailure(EXIT.badInput, [`${option}: cannot be read`]);
    return content.toString("utf8");
  };
  const tls = { cert: await read("--tls-cert", outside.cert), key: await read("--tls-key", outside.key) };
  try {
    createSecureContext(tls);
  } catch {
    throw new StartFailure(EXIT.badInput, [
      "--tls-cert, --tls-key: not a PEM certificate and its own PEM key without a passphrase",
    ]);
  }
  return tls;
}
