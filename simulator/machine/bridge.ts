/** The words of the line over the till API, for a controller that speaks HTTP: the same conversation, one request each. */
import { lineOf, read } from "./wire.ts";

interface Payment {
  readonly id: string;
  readonly state: string;
  readonly settled: boolean;
  readonly actor: string;
  readonly items: readonly { readonly id: string; readonly quantity: number }[];
  readonly fulfilment: { readonly state: string } | null;
}

interface Answer {
  readonly status: number;
  readonly body: Payment & { readonly items?: readonly Payment[]; readonly error?: { readonly code: string } };
}

export interface BridgeOptions {
  /** As the till prints it: `http://127.0.0.1:PORT/api/v1`. */
  readonly url: string;
  readonly token: string;
  readonly id: string;
  readonly provider: string;
  readonly heard: (line: string) => void;
}

const LOOK_EVERY = 1_000;

/** Begins at once. `send` takes what the machine says. */
export function openBridge({ url, token, id, provider, heard }: BridgeOptions): {
  send(text: string): void;
  stop(): void;
} {
  const say = (word: string, fields: Record<string, string> = {}): void => heard(lineOf(word, fields).trimEnd());

  async function ask(method: string, path: string, body?: object, key?: string): Promise<Answer> {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { "content-type": "application/json" }),
        ...(key !== undefined && { "idempotency-key": key }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: answer.status, body: (await answer.json()) as Answer["body"] };
  }

  async function idOf(order: string): Promise<string | null> {
    const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(order);
    if (parts) return parts.slice(1).join("-");
    const found = await ask("GET", `/payments?externalId=${encodeURIComponent(`${id}:${order}`)}`);
    return found.body.items?.[0]?.id ?? null;
  }

  function stands(order: string, { state, settled, fulfilment }: Payment): void {
    const goods = fulfilment?.state ?? "ended";
    const words: Record<string, string> = { waiting: "paid", dispensing: "go" };
    if (state === "paid") say("STATE", { order, state: words[goods] ?? goods });
    else say("STATE", { order, state: settled ? "ended" : state.startsWith("awaiting") ? "wait" : "doubt" });
  }

  async function carry(word: string, order: string, fields: Readonly<Record<string, string>>): Promise<void> {
    if (word === "VEND") {
      const body = { amount: fields["amount"], provider, externalId: `${id}:${order}` };
      const { status, body: made } = await ask("POST", "/payments", body, `machine:${id}:${order}`);
      if (status < 300) stands(order, made);
      else say("STATE", { order, state: "refused", why: made.error?.code ?? String(status) });
      return;
    }
    const payment = await idOf(order);
    if (payment === null) return say(word === "BEGIN" ? "STOP" : "DONE", { order, why: "unknown" });
    if (word === "LOST") return say("DONE", { order, state: "unknown" });
    const path = word === "BEGIN" ? "dispense" : word === "CANCEL" ? "cancel" : "fulfil";
    const outcome = word === "GIVEN" ? { ok: true } : { ok: false, reason: fields["reason"] ?? "failed" };
    const { status, body } = await ask("POST", `/payments/${payment}/${path}`, path === "fulfil" ? outcome : {});
    const why = body.error?.code ?? String(status);
    if (path === "cancel") stands(order, body);
    else if (status < 300) say(word === "BEGIN" ? "GO" : "DONE", { order, state: body.fulfilment?.state ?? "none" });
    else if (why !== "goods_decided" && why !== "not_supported") say("NAK", { order, why });
    else say(word === "BEGIN" ? "STOP" : "DONE", { order, why });
  }

  /** What was bought at the till's own screen, and waits to be handed out. */
  async function look(): Promise<void> {
    const { body } = await ask("GET", "/payments?state=paid");
    for (const { id: payment, items, fulfilment, actor } of body.items ?? [])
      if (fulfilment?.state === "waiting" && items.length > 0 && !actor.startsWith("api:")) {
        const pieces = items.flatMap((item) => Array.from({ length: item.quantity }, () => item.id));
        say("SELECT", { order: payment.replaceAll("-", ""), item: pieces.join(",") });
      }
  }

  const timer = setInterval(() => void look().catch(() => undefined), LOOK_EVERY);
  return {
    send(text) {
      const said = read(text.trimEnd());
      if (said?.word === "HELLO") return void setImmediate(() => say("HELLO", { v: "1", id: "till", run: "api" }));
      if (said?.word === "PING") return void setImmediate(() => say("PONG"));
      const order = said?.fields["order"];
      // What fails is said again by the machine itself.
      if (said && order !== undefined) void carry(said.word, order, said.fields).catch(() => undefined);
    },
    stop: () => clearInterval(timer),
  };
}
