/** Requests to the screen's server and the till API, written onto bare sockets. */
import { connect } from "node:net";
import { API_BASE, ROUTES } from "../../contract/till.ts";
import type { Mutator } from "./mutate.ts";
import type { Target } from "./target.ts";
import type { World } from "./world.ts";

const ID = "0197b1f2-c3d4-7a6b-8c9d-0e1f2a3b4c5d";
/** An answer that is held back because of a wrong token, or that never ends, is not waited for. */
const PATIENCE = 250;

interface Whole {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: unknown;
}

const BODIES: Readonly<Record<string, unknown>> = {
  "/payments": { amount: "5000.00", provider: "epay", method: "card", card: { id: `card_${"0".repeat(32)}` } },
  "/payments/{id}/capture": { amount: "10.00" },
  "/refunds": { paymentId: ID, amount: "10.00" },
  "/refunds/{id}/select": { operationId: "12345", amount: "10.00" },
};

function wholeRequests({ token, page, port }: World): Whole[] {
  const api = ROUTES.map(({ method, path, query, idempotent }): Whole => ({
    method,
    path: `${API_BASE}${path.replace("{id}", ID)}${query ? "?limit=5&from=2026-11-22T10:00:00%2B05:00" : ""}`,
    headers: [["Authorization", `Bearer ${token}`], ...(idempotent ? [["Idempotency-Key", "k-1"] as const] : [])],
    body: method === "POST" ? (BODIES[path] ?? {}) : null,
  }));
  const own = [["Origin", `http://127.0.0.1:${port}`] as const, ["X-Qabyl-Page", page] as const];
  return [
    ...api,
    { method: "POST", path: "/call", headers: own, body: { name: "payments.get", input: { id: ID } } },
    { method: "POST", path: "/call", headers: own, body: { name: "desk.lock", input: { session: "x" } } },
    { method: "POST", path: "/session", headers: own, body: { key: "x".repeat(43) } },
    { method: "GET", path: "/watch?view=cashier", headers: own, body: null },
    { method: "GET", path: "/index.html", headers: [], body: null },
  ];
}

const FRAMES = [
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: identity, chunked",
  "Content-Length: 1",
  "Content-Length: -1",
  "Content-Length: 99999999",
  "Expect: 100-continue",
  "Connection: upgrade\r\nUpgrade: h2c",
  "Host: example.com",
  "Origin: https://example.com",
  "Sec-Fetch-Site: cross-site",
  "Content-Encoding: gzip",
  "Content-Type: text/plain",
  "X-Forwarded-For: 10.0.0.1",
  " folded: x",
  "Range: bytes=0-",
];

export function httpTarget(world: World): Target {
  const requests = wholeRequests(world);
  return {
    name: "http",
    weight: 25,
    async one(mutator) {
      const whole = mutator.pick(requests);
      const { sent, plain } = written(mutator, whole, world.port);
      const answer = await exchange(world.port, sent);
      const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
      // Understood as a request with its right, for a route that is there.
      const past =
        plain && /\r\ncontent-type: (application|text\/event)/i.test(answer) && ![401, 403, 405, 429].includes(status);
      if (status === 500) return { past, wrong: `500 to ${JSON.stringify(sent.toString("latin1").slice(0, 400))}` };
      return { past };
    },
    state: world.state,
  };
}

function written(
  mutator: Mutator,
  { method, path, headers, body }: Whole,
  port: number,
): { sent: Buffer; plain: boolean } {
  const where = mutator.chance(0.75) ? "body" : mutator.pick(["head", "frame", "all"]);
  const changed = where === "body" && body !== null ? mutator.value(body) : body;
  const json = changed === null ? "" : (JSON.stringify(changed) ?? "");
  const content = where === "body" && mutator.chance(0.1) ? mutator.text(json) : json;
  const query =
    where === "body" && body === null && path.includes("?") ? mutator.text(path.slice(path.indexOf("?"))) : null;
  const target =
    query === null ? path : `${path.slice(0, path.indexOf("?"))}?${query.replaceAll(/[\s\u0080-\uffff]/g, "+")}`;
  let head = [
    `${method} ${target} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body === null ? [] : ["Content-Type: application/json", `Content-Length: ${Buffer.byteLength(content)}`]),
    "Connection: close",
    ...(where === "frame" ? [mutator.pick(FRAMES)] : []),
  ].join("\r\n");
  if (where === "head") head = mutator.text(head);
  const sent = Buffer.from(`${head}\r\n\r\n${content}`);
  return where === "all" ? { sent: Buffer.from(mutator.bytes(sent)), plain: false } : { sent, plain: where !== "head" };
}

/** What comes back until the end, or until it is known that it goes on. */
function exchange(port: number, sent: Buffer): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1", () => socket.end(sent));
    const done = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(done, PATIENCE);
    socket.on("data", (part) => {
      answer += part.toString("latin1");
      if (/\r\ncontent-type: (text\/event-stream|application\/x-ndjson)/i.test(answer)) done();
    });
    socket.on("error", done).on("close", done);
  });
}
