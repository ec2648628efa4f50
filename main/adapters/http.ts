/** Http on undici: one lane of connections per TLS identity; sends once, follows nothing, repeats nothing. */
import { HttpFailure } from "../core/ports.ts";
import type { Http, HttpProblem, Log, Reach } from "../core/ports.ts";
import { diagnose } from "./http-diagnose.ts";
import { Broken, exchange, ExchangeFailure } from "./http-exchange.ts";
import { openLane } from "./http-lane.ts";
import type { Lane, Witness } from "./http-lane.ts";
import { codeOf, problemOf } from "./http-problems.ts";
import type { TlsIdentity } from "./tls-identity.ts";

export { diagnose };
export type { Diagnosis, DiagnosisStep } from "./http-diagnose.ts";
export type { TlsIdentity };

export interface HttpOptions {
  /** Looks up an identity by name, usually in the vault. Asked once, and again after `forget`. */
  readonly identity: (name: string) => Promise<TlsIdentity>;
  readonly log: Log;
}

export interface HttpAdapter extends Http {
  /** The identity has changed: the next request reads it anew, those under way end with the old one. */
  forget(name: string): void;
  close(): Promise<void>;
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
/** How long `close` waits for requests under way. */
const CLOSE_MS = 2000;
/** Bound on finding out why a server hung up; it comes on top of the exchange. */
const DIAGNOSE_MS = 2500;

export function createHttp({ identity, log }: HttpOptions): HttpAdapter {
  const lanes = new Map<string, Promise<Lane>>();
  const retiring = new Set<Promise<void>>();
  let closed = false;

  const lane = async (name: string): Promise<Lane> => {
    for (;;) {
      if (closed) throw new Error("closed");
      let made = lanes.get(name);
      if (made === undefined) {
        made = identity(name).then(openLane);
        lanes.set(name, made);
        made.catch(() => lanes.get(name) === made && lanes.delete(name));
      }
      const found = await made;
      if (!found.retired) return found;
    }
  };

  const forget = (name: string): void => {
    const old = lanes.get(name);
    lanes.delete(name);
    if (old === undefined) return;
    const end = old.then((found) => found.retire()).catch(() => undefined);
    retiring.add(end);
    void end.then(() => retiring.delete(end));
  };

  return {
    async send(request) {
      const begun = performance.now();
      const host = hostOf(request.url);
      const failure = (reach: Reach, problem: HttpProblem, code: string): HttpFailure => {
        const ms = Math.round(performance.now() - begun);
        log.warn("http.failed", { host, method: request.method, reach, problem, code, ms });
        return new HttpFailure(reach, problem, `${host}: ${code}`);
      };
      const target = addressOf(request.url);
      if (target === null) throw failure("connect", "other", "address not allowed");

      let found: Lane;
      try {
        do found = await lane(request.identity);
        while (found.retired); // forgotten between its last look and this turn
      } catch (error) {
        throw failure(
          "connect",
          /ERR_OSSL|ERR_SSL|ERR_CRYPTO/.test(codeOf(error)) ? "tls" : "other",
          `identity: ${codeOf(error)}`,
        );
      }
      let witness: Witness | null = null;
      try {
        const answer = await exchange(found.agent, {
          origin: target.origin,
          path: target.pathname + target.search,
          method: request.method,
          headers: { "accept-encoding": "identity", ...request.headers },
          body: request.body,
          timeoutMs: request.timeoutMs,
          onStart: () => (witness = found.mark()),
        });
        found.answered();
        return answer;
      } catch (error) {
        const { reach, problem, code } = await account(found, target, error, witness);
        throw failure(reach, problem, code);
      }
    },
    forget,
    async close() {
      closed = true;
      const open = [...lanes.values()];
      for (const name of lanes.keys()) forget(name);
      await Promise.race([
        Promise.allSettled(retiring),
        new Promise((resolve) => setTimeout(resolve, CLOSE_MS).unref()),
      ]);
      await Promise.allSettled(open.map(async (made) => (await made).agent.destroy()));
    },
  };
}

// --- helpers ---

interface Account {
  readonly reach: Reach;
  readonly problem: HttpProblem;
  readonly code: string;
}

/** What a failed exchange was, and how far it can have got. */
async function account(lane: Lane, target: URL, error: unknown, witness: Witness | null): Promise<Account> {
  if (!(error instanceof ExchangeFailure)) return { reach: "sent", problem: "other", code: codeOf(error) };
  const { reach, cause } = error;
  if (cause instanceof Broken) {
    const problem = cause.why === "timeout" || cause.why === "too_large" ? cause.why : "other";
    return { reach, problem, code: cause.why };
  }
  const hasCertificate = lane.identity.cert !== null;
  const seen: Account = { reach, problem: problemOf(cause, hasCertificate), code: codeOf(cause) };
  if (seen.problem !== "closed" || reach === "body" || target.protocol !== "https:") return seen;

  // Refused in the handshake of this very connection: what we wrote has left, yet nobody was there to read it.
  const refusal = witness?.refusal() ?? null;
  if (refusal !== null) return { reach: "connect", problem: problemOf(refusal, hasCertificate), code: codeOf(refusal) };
  if (witness?.fresh === false) return seen;
  // Hung up on without a word: another handshake may name the cause. It proves nothing about the request, which may have
  // met another server behind the same address.
  const found = await diagnose({ url: target.href, identity: lane.identity, timeoutMs: DIAGNOSE_MS });
  return found.layer === "certificate" && found.problem !== null ? { ...seen, problem: found.problem } : seen;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : "?";
}

/** https anywhere, plain http to this machine alone (contract section 2). */
function addressOf(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol === "https:") return url;
  return url.protocol === "http:" && LOOPBACK.test(url.hostname) ? url : null;
}
