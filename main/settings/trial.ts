/** Calls to a bank through settings that are not in use: under a TLS identity of their own, which goes afterwards. */
import { appError, type AppError } from "../../contract/errors.ts";
import type { TlsIdentity } from "../adapters/tls-identity.ts";
import type { BankCall, BankContext, GrantNeed, Secrets } from "../core/bank.ts";
import { failureError } from "../core/failure.ts";
import { withoutSecrets } from "../core/own-secrets.ts";
import { HttpFailure, type Http, type HttpAnswer, type Ids, type Profile } from "../core/ports.ts";

/** A whole way to a bank: who we are to it, and under which facts. */
export interface Way {
  readonly profile: Profile;
  readonly secrets: Secrets;
  readonly identity: TlsIdentity;
}

export type Tried<Event> =
  | { readonly ok: true; readonly answer: Event; readonly ms: number }
  | { readonly ok: false; readonly error: AppError; readonly ms: number };

export interface Trials {
  /** The identity of a call under way; null for a name that is not of here. */
  identity(name: string): TlsIdentity | null;
  /** Sends one call; a failure on the way is an answer too. `not_registered` where the bank needs more to be asked at all. */
  ask<Event>(way: Way, call: (context: BankContext) => BankCall<Event> | null): Promise<Tried<Event>>;
}

export interface TrialParts {
  /** Asked late: the HTTP port takes its identities from here. */
  readonly http: () => Http & { forget(name: string): void };
  readonly ids: Ids;
}

export function createTrials({ http, ids }: TrialParts): Trials {
  const identities = new Map<string, TlsIdentity>();

  const send = (
    identity: string,
    {
      method,
      url,
      headers,
      body,
      timeoutMs,
    }: Pick<BankCall<unknown>, "method" | "url" | "headers" | "body" | "timeoutMs">,
  ): Promise<HttpAnswer> => http().send({ identity, method, url, headers, body, timeoutMs });

  /** A token of the bank for this one call; none is kept. */
  async function granted(
    identity: string,
    way: Way,
    { ask }: GrantNeed,
  ): Promise<{ token: string } | { error: AppError }> {
    if (ask === null) return { error: appError("not_registered") };
    const answer = withoutSecrets(ask.read(await send(identity, ask)), way, ask);
    return answer.kind === "grant" ? answer : { error: answer.error };
  }

  return {
    identity: (name) => identities.get(name) ?? null,
    async ask(way, call) {
      const name = `trial/${ids.uuid()}`;
      identities.set(name, way.identity);
      const begun = performance.now();
      const ms = (): number => Math.round(performance.now() - begun);
      try {
        const request = call({ ...way, requestId: ids.requestId() });
        if (request === null) return { ok: false, error: appError("not_registered"), ms: 0 };
        const right = request.grant ? await granted(name, way, request.grant) : null;
        if (right && "error" in right) return { ok: false, error: right.error, ms: ms() };
        const sent = right && request.grant ? { ...request, ...request.grant.with(right.token) } : request;
        return { ok: true, answer: withoutSecrets(request.read(await send(name, sent)), way, sent), ms: ms() };
      } catch (error) {
        if (!(error instanceof HttpFailure)) throw error;
        return { ok: false, error: failureError(error), ms: ms() };
      } finally {
        http().forget(name);
        identities.delete(name);
      }
    },
  };
}
