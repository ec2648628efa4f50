import { createHmac, randomUUID } from "node:crypto";
import type { Language, Scope } from "../../contract/states.ts";
import { createTillApi } from "../../main/till/api.ts";
import { loopbackPlace, type Place } from "../../main/till/guard.ts";
import { listen } from "../../main/server.ts";
import { createSlowDown } from "../../main/till/slow-down.ts";
import { createTokens } from "../../main/till/tokens.ts";
import { openDesk, type Desk, type DeskOptions } from "./desk.ts";
import { ask, openStream, type Answered, type Stream } from "./http-client.ts";
import { keepTicking } from "./ticking.ts";

export const TOKENS = {
  all: { token: "token-of-the-till-1", may: ["pay", "refund", "read", "cards", "support"] },
  pay: { token: "token-that-only-pays", may: ["pay"] },
  read: { token: "token-that-only-reads", may: ["read"] },
} as const satisfies Record<string, { token: string; may: readonly Scope[] }>;

export interface TillDesk {
  readonly desk: Desk;
  readonly port: number;
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answered>;
  pay(body: unknown, key?: string, headers?: Record<string, string>): Promise<Answered>;
  events(headers?: Record<string, string>): Promise<Stream>;
  close(): Promise<void>;
}

/** The till API on a real socket, before the real core, journal and bank code; the bank is scripted, its time simulated. */
export async function openTill(options: DeskOptions = {}, language: Language = "ru"): Promise<TillDesk> {
  const desk = await openDesk(options);
  const hash = (token: string): string => createHmac("sha256", "test").update(token).digest("hex");
  const tokens = Object.entries(TOKENS).map(([name, { token, may }]) => ({ name, may, hash: hash(token) }));
  const api = createTillApi({
    core: desk.core,
    tokens: createTokens(tokens, hash),
    slowDown: createSlowDown(() => performance.now()),
    version: "0.0.0-test",
    language,
  });
  let place: Place | null = null;
  const server = await listen((request, response) => void (place && api.handle(request, response, place)), {
    address: "127.0.0.1",
    port: 0,
  });
  place = loopbackPlace(server.port);
  const stopTicking = keepTicking(desk.clock);

  const authorization = `Bearer ${TOKENS.all.token}`;
  const call: TillDesk["call"] = (method, path, body, headers = {}) => {
    const text = body === undefined ? undefined : typeof body === "string" ? body : JSON.stringify(body);
    const type: Record<string, string> =
      text === undefined
        ? {}
        : { "content-type": "application/json", "content-length": String(Buffer.byteLength(text)) };
    return ask(server.port, {
      method,
      path: `/api/v1${path}`,
      headers: { authorization, ...type, ...headers },
      ...(text === undefined ? {} : { body: text }),
    });
  };
  return {
    desk,
    port: server.port,
    call,
    pay: (body, key = randomUUID(), headers = {}) =>
      call("POST", "/payments", body, { "idempotency-key": key, ...headers }),
    events: (headers = {}) => openStream(server.port, "/api/v1/events", { authorization, ...headers }),
    async close() {
      stopTicking();
      api.close();
      await server.close();
      await desk.close();
    },
  };
}

/** The events of a stream: kind, id and parsed data. */
export function eventsOf(text: string): { kind: string; id: string | null; data: any }[] {
  return text.split("\n\n").flatMap((block) => {
    const field = (name: string): string | null => new RegExp(`^${name}: (.*)$`, "m").exec(block)?.[1] ?? null;
    const kind = field("event");
    return kind === null || !block.includes("data: ")
      ? []
      : [{ kind, id: field("id"), data: JSON.parse(field("data") ?? "null") }];
  });
}
