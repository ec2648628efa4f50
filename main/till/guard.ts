import type { IncomingMessage } from "node:http";

/** Where a server can be reached: what its Host must be, and what its own pages have as Origin. */
export interface Place {
  isHost(host: string): boolean;
  readonly origin: string;
}

/** The place of a server on this machine. Not `localhost`: another name is another place, and names can be rebound. */
export function loopbackPlace(port: number): Place {
  const host = port === 80 ? "127.0.0.1" : `127.0.0.1:${port}`;
  return { isHost: (given) => given === host, origin: `http://${host}` };
}

/**
 * Why a request must not be served, or null. Exact Host against DNS rebinding; a page of another origin is refused
 * even with a right token.
 */
export function foreign(request: IncomingMessage, place: Place): "host" | "origin" | null {
  if (!place.isHost(request.headers.host ?? "")) return "host";
  const { origin } = request.headers;
  return origin !== undefined && origin !== place.origin ? "origin" : null;
}
