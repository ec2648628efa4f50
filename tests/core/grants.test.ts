import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import type {
  Bank,
  BankCall,
  BankContext,
  GrantAnswer,
  GrantNeed,
  KeyAnswer,
  PingAnswer,
} from "../../main/core/bank.ts";
import {
  NO_FINDINGS,
  NO_MACHINE,
  HttpFailure,
  type Danger,
  type HttpAnswer,
  type HttpRequest,
  type Ports,
} from "../../main/core/ports.ts";
import { createProviders } from "../../main/core/providers.ts";
import { createSchedule } from "../../main/core/schedule.ts";
import { secretsName } from "../../main/core/settings.ts";
import { memoryVault, PROFILE, testSettings } from "../support/desk.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const HOUR = 3_600_000;
const SECRET = "secret#$&%+";

type Fate = { readonly status?: number; readonly answer: object } | HttpFailure;
interface Heard {
  readonly kind: string;
}

/** A till before a bank whose answers are the core's own events as JSON. */
function tillBefore(fates: (path: string, request: HttpRequest) => Fate | Promise<Fate>) {
  const clock = simulatedClock();
  const sent: { readonly path: string; readonly authorization: string | undefined; readonly url: string }[] = [];
  const logged: string[] = [];
  const note = (event: string, fields: object = {}): void => void logged.push(`${event} ${JSON.stringify(fields)}`);
  let ids = 0;
  const call = <E>(name: string, danger: Danger, grant?: GrantNeed): BankCall<E> => ({
    name,
    danger,
    method: "POST",
    url: `https://bank.test/${name}`,
    headers: { "content-type": "application/json" },
    body: name === "token" ? `client_secret=${encodeURIComponent(SECRET)}` : "{}",
    timeoutMs: 10_000,
    canonical: name,
    ...(grant ? { grant } : {}),
    read: ({ status, text }) =>
      status === 401 ? ({ kind: "misconfigured", error: appError("terminal_refused") } as E) : (JSON.parse(text) as E),
  });
  const need = (keep: string | null, ask = true): GrantNeed => ({
    keep,
    ask: ask ? call<GrantAnswer>("token", "safe") : null,
    with: (token) => ({ url: `https://bank.test/with?Access=${token}`, headers: { authorization: `Bearer ${token}` } }),
  });
  const bank: Bank = {
    name: "kaspi",
    methods: () => ["card"],
    refunds: () => "elsewhere",
    create: () => call("create", "dangerous"),
    status: () => call("status", "safe"),
    ping: () => call<PingAnswer>("ping", "safe", need("service")),
    key: () => call<KeyAnswer>("key", "safe"),
  };
  const sealed: string[] = [];
  const ports: Ports = {
    machine: NO_MACHINE,
    clock,
    ids: { uuid: () => "id", requestId: () => `request-${++ids}` },
    crypto: {
      mac: () => "",
      seal(key, text) {
        sealed.push(key);
        if (!key.startsWith("good")) throw new Error(`no key: ${text}`);
        return `${key}<${text}>`;
      },
    },
    http: {
      async send(request) {
        const path = request.headers["authorization"] === undefined ? new URL(request.url).pathname.slice(1) : "with";
        sent.push({ path, authorization: request.headers["authorization"], url: request.url });
        const fate = await fates(path, request);
        if (fate instanceof HttpFailure) throw fate;
        const answer: HttpAnswer = { status: fate.status ?? 200, headers: {}, text: JSON.stringify(fate.answer) };
        return answer;
      },
    },
    journal: null as never,
    findings: NO_FINDINGS,
    pages: null as never,
    vault: memoryVault({ [secretsName(PROFILE.id)]: "{}" }),
    events: null as never,
    log: { info: note, warn: note, error: note },
  };
  const providers = createProviders(
    ports,
    createSchedule(clock),
    testSettings(),
    [bank],
    () => undefined,
    () => "off",
  );
  return {
    clock,
    providers,
    sealed,
    logged,
    sent,
    paths: () => sent.map(({ path }) => path),
    context: (): Promise<BankContext> => providers.context(PROFILE.id),
    send: async (name: string, danger: Danger, grant: GrantNeed, isWanted?: () => boolean): Promise<Heard> =>
      providers.send(await providers.context(PROFILE.id), call<Heard>(name, danger, grant), isWanted),
    need,
  };
}

let made = 0;
const token = (lifeMs = 2 * HOUR): Fate => {
  made += 1;
  return { answer: { kind: "grant", token: `token-${made}`, lifeMs } };
};
const yes: Fate = { answer: { kind: "heard" } };
const unauthorized: Fate = { status: 401, answer: {} };
const offline = new HttpFailure("sent", "timeout", "bank.test: no answer");

describe("the right to a call", () => {
  it("Q-69: one for an operation is asked for right before it and never used for another", async () => {
    const till = tillBefore((path) => (path === "token" ? token() : yes));
    await till.send("post", "dangerous", till.need(null));
    await till.send("post", "dangerous", till.need(null));
    expect(till.paths()).toEqual(["token", "with", "token", "with"]);
    const [, first, , second] = till.sent;
    expect(first?.authorization).toMatch(/^Bearer token-\d+$/);
    expect(second?.authorization).not.toBe(first?.authorization);
    expect(first?.url).toBe(`https://bank.test/with?Access=${first?.authorization?.slice("Bearer ".length)}`);
  });

  it("Q-69: a service token is kept until a minute before it ends, on the monotonic clock", async () => {
    const till = tillBefore((path) => (path === "token" ? token(20 * 60_000) : yes));
    await till.send("status", "safe", till.need("service"));
    await till.clock.advance(19 * 60_000 - 1);
    till.clock.jump(10 * HOUR);
    await till.send("status", "safe", till.need("service"));
    expect(till.paths()).toEqual(["token", "with", "with"]);
    await till.clock.advance(1);
    await till.send("status", "safe", till.need("service"));
    expect(till.paths()).toEqual(["token", "with", "with", "token", "with"]);
  });

  it("is asked for by one at a time: the others wait for its answer", async () => {
    let answer: (fate: Fate) => void = () => undefined;
    const held = new Promise<Fate>((resolve) => (answer = resolve));
    const till = tillBefore((path) => (path === "token" ? held : yes));
    const all = [1, 2, 3].map(() => till.send("status", "safe", till.need("service")));
    await till.clock.advance(0);
    expect(till.paths()).toEqual(["token"]);
    answer(token());
    expect(await Promise.all(all)).toEqual([{ kind: "heard" }, { kind: "heard" }, { kind: "heard" }]);
    expect(till.paths()).toEqual(["token", "with", "with", "with"]);
  });

  it("what follows an operation goes with that operation's own, once; without it nothing is sent", async () => {
    const till = tillBefore((path) => (path === "token" ? token() : yes));
    await till.send("post", "dangerous", till.need("op:1"));
    expect(await till.send("confirm", "dangerous", till.need("op:1", false))).toEqual({ kind: "heard" });
    expect(till.sent.at(-1)?.authorization).toBe(till.sent.at(-2)?.authorization);
    const again = till.send("confirm", "dangerous", till.need("op:1", false));
    await expect(again).rejects.toMatchObject({ name: "HttpFailure", reach: "connect" });
    await expect(till.send("confirm", "dangerous", till.need("op:2", false))).rejects.toThrow(HttpFailure);
    expect(till.paths()).toEqual(["token", "with", "with"]);
  });

  it("Q-70: a 401 to a question drops the kept one, asks for another and puts the question once more", async () => {
    let answers = 0;
    const till = tillBefore((path) => (path === "token" ? token() : ++answers === 1 ? unauthorized : yes));
    expect(await till.send("status", "safe", till.need("service"))).toEqual({ kind: "heard" });
    expect(till.paths()).toEqual(["token", "with", "token", "with"]);
    await till.send("status", "safe", till.need("service"));
    expect(till.paths()).toHaveLength(5);
  });

  it("a second 401 is the bank's word, and the next question asks for a new one", async () => {
    const till = tillBefore((path) => (path === "token" ? token() : unauthorized));
    expect(await till.send("status", "safe", till.need("service"))).toMatchObject({ kind: "misconfigured" });
    expect(till.paths()).toEqual(["token", "with", "token", "with"]);
    await till.send("status", "safe", till.need("service"));
    expect(till.paths()).toHaveLength(8);
  });

  it("Q-70: what moves money is not sent again after a 401", async () => {
    const till = tillBefore((path) => (path === "token" ? token() : unauthorized));
    expect(await till.send("post", "dangerous", till.need("op:1"))).toMatchObject({ kind: "misconfigured" });
    expect(till.paths()).toEqual(["token", "with"]);
  });

  it.each([
    ["refused", "safe", "refused"],
    ["unclear", "safe", "unclear"],
    ["refused", "dangerous", "refused"],
    ["unclear", "dangerous", "refused"],
  ] as const)(
    "an answer %s to the question for it makes a %s call %s; nothing of it is sent",
    async (kind, danger, is) => {
      const till = tillBefore(() => ({ answer: { kind, error: appError("login_refused") } }));
      expect(await till.send("call", danger, till.need("x"))).toEqual({ kind: is, error: appError("login_refused") });
      expect(till.paths()).toEqual(["token"]);
    },
  );

  it("given up while it was asked for, the call does not leave", async () => {
    let wanted = true;
    const till = tillBefore((path) => {
      wanted = false;
      return path === "token" ? token() : yes;
    });
    await expect(till.send("post", "dangerous", till.need("op:1"), () => wanted)).rejects.toMatchObject({
      reach: "connect",
      problem: "closed",
    });
    expect(till.paths()).toEqual(["token"]);
  });

  it("not reached, the call has not left; nothing secret is logged of any of it", async () => {
    const till = tillBefore((path) => (path === "token" ? offline : yes));
    await expect(till.send("post", "dangerous", till.need(null))).rejects.toMatchObject({
      reach: "connect",
      problem: "timeout",
    });
    const lost = tillBefore((path) => (path === "token" ? token() : offline));
    await expect(lost.send("confirm", "dangerous", lost.need(null))).rejects.toMatchObject({ reach: "sent" });
    const words = [...till.logged, ...lost.logged].join("\n");
    expect(words).toContain("bank.call.failed");
    expect(words).not.toMatch(/token-\d|Access|secret/i);
  });

  it("a ping that needs one gets it, also ahead of what must not be sent twice", async () => {
    const till = tillBefore((path) => (path === "token" ? token() : { answer: { kind: "alive" } }));
    expect(await till.providers.warm(await till.context())).toBeNull();
    expect(till.paths()).toEqual(["token", "with"]);
  });
});

describe("the bank's key for cards", () => {
  const seal = (ctx: BankContext): string => ctx.seal?.("4400001234567895") ?? "";
  const key = (text: string): Fate => ({ answer: { kind: "key", text } });

  it("is fetched once, by one at a time, and kept for a day", async () => {
    const till = tillBefore(() => key("good"));
    const ctx = await till.context();
    const both = await Promise.all([till.providers.sealed(ctx, seal), till.providers.sealed(ctx, seal)]);
    expect(both).toEqual([1, 2].map(() => ({ ok: true, value: "good<4400001234567895>" })));
    await till.clock.advance(24 * HOUR - 1);
    await till.providers.sealed(ctx, seal);
    expect(till.paths()).toEqual(["key"]);
    await till.clock.advance(1);
    await till.providers.sealed(ctx, seal);
    expect(till.paths()).toEqual(["key", "key"]);
  });

  it("one that cannot be used is fetched once more: the bank may have changed it", async () => {
    let fetched = 0;
    const till = tillBefore(() => key(++fetched === 1 ? "bad" : "good"));
    expect(await till.providers.sealed(await till.context(), seal)).toMatchObject({ ok: true });
    expect(till.sealed).toEqual(["bad", "good"]);
  });

  it("one that is dropped is fetched again", async () => {
    const till = tillBefore(() => key("good"));
    const ctx = await till.context();
    await till.providers.sealed(ctx, seal);
    till.providers.dropKey(PROFILE.id);
    await till.providers.sealed(ctx, seal);
    expect(till.paths()).toEqual(["key", "key"]);
  });

  it("one that still cannot be used says so; what was to be encrypted is in no log and no error", async () => {
    const till = tillBefore(() => key("bad"));
    const told = await till.providers.sealed(await till.context(), seal);
    expect(told).toEqual({ ok: false, error: appError("key_unreadable") });
    expect(till.paths()).toEqual(["key", "key"]);
    expect(till.logged).toHaveLength(2);
    expect(till.logged.join() + JSON.stringify(told)).not.toContain("4400001234567895");
  });

  it("the bank's no is handed on; not reached, nothing has left", async () => {
    const refused = tillBefore(() => ({ answer: { kind: "refused", error: appError("login_refused") } }));
    expect(await refused.providers.sealed(await refused.context(), seal)).toMatchObject({
      ok: false,
      error: { code: "login_refused" },
    });
    const away = tillBefore(() => offline);
    await expect(away.providers.sealed(await away.context(), seal)).rejects.toMatchObject({ reach: "connect" });
  });

  it("an error of the call's own making is no key's fault", async () => {
    const till = tillBefore(() => key("good"));
    const wrong = (): string => {
      throw new Error("no terminal");
    };
    await expect(till.providers.sealed(await till.context(), wrong)).rejects.toThrow("no terminal");
    expect(till.paths()).toEqual(["key"]);
  });
});
