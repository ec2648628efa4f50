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
  if (!isNamedOnce(request) || !place.isHost(request.headers.host ?? "")) return "host";
  const { origin } = request.headers;
  return origin !== undefined && origin !== place.origin ? "origin" : null;
}

/**
 * One Host, and a path instead of a whole address (`GET http://other/ HTTP/1.1`, which counts more than Host): with two names
 * in a request, Node takes the first and whatever stands before us may have taken the other.
 */
export function isNamedOnce({ rawHeaders, url = "" }: IncomingMessage): boolean {
  const hosts = rawHeaders.filter((name, at) => at % 2 === 0 && name.toLowerCase() === "host");
  return hosts.length === 1 && url.startsWith("/");
}

const vouched = new WeakSet<object>();

/** What came on this connection proved a right: it is the last to be cut when there are too many. */
export function vouch({ socket }: IncomingMessage): void {
  vouched.add(socket);
}

export function isVouched(socket: object): boolean {
  return vouched.has(socket);
}
