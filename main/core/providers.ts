/** Whether each bank can be used now: its settings, its device, the way to it. Money never moves here. */
import { appError, type AppError } from "../../contract/errors.ts";
import type { ProviderHealth } from "../../contract/commands.ts";
import type { ProviderView } from "../../contract/snapshot.ts";
import type { Provider } from "../../contract/states.ts";
import type { Bank, BankCall, BankContext, Secrets } from "./bank.ts";
import { failureError, isNetworkProblem } from "./failure.ts";
import { HttpFailure, type HttpAnswer, type Ports } from "./ports.ts";
import type { Schedule } from "./schedule.ts";
import { secretsName, type ProviderSettings, type Settings } from "./settings.ts";
import { isoTime } from "./time.ts";

/** With no way to the bank it is looked for this often. */
const LOOK_AGAIN = 5_000;
/** A till that stands idle notices a lost network within this time. */
const LOOK_IDLE = 60_000;
/** A connection that carried an answer this recently counts as warm: less than the adapter keeps an idle one. */
const WARM = 8_000;
const REGISTER_AGAIN = [2_000, 5_000, 15_000, 30_000] as const;

export interface Providers {
  start(): void;
  find(name: Provider): { readonly settings: ProviderSettings; readonly bank: Bank } | null;
  /** A bank by name, also one that is no longer in the settings: its old payments are still asked about. */
  bank(name: Provider): Bank | null;
  /** The reason why no payment can be started now; null when one can. */
  reason(name: Provider): AppError | null;
  /** Secrets of the profile a payment was made with, from the vault. */
  context(profileId: string): Promise<BankContext>;
  /** Sends one call; every exchange with a bank goes through here. Rejects with HttpFailure. */
  send<Event>(context: BankContext, call: BankCall<Event>): Promise<Event>;
  /** Opens the connection ahead of a charge. */
  prepare(name: Provider): void;
  lookNow(): void;
  offlineSince(): number | null;
  views(): ProviderView[];
  health(): Record<string, ProviderHealth>;
}

interface State {
  readonly settings: ProviderSettings;
  readonly bank: Bank;
  /** What is missing on our side: settings, or a device the bank does not know. Only its own cure takes it away. */
  device: AppError | null;
  /** What the bank's last ping complained of; the next good one takes it away. */
  way: AppError | null;
  offlineSince: number | null;
  lastAnswer: number | null;
  pinging: boolean;
}

/** `changed` is called when what a person sees of the banks may have changed. */
export function createProviders(
  ports: Ports,
  schedule: Schedule,
  settings: Settings,
  banks: readonly Bank[],
  changed: () => void,
): Providers {
  const { clock, log } = ports;
  const secrets = new Map<string, Secrets>();
  const states: State[] = [];
  for (const provider of settings.providers) {
    const bank = banks.find((candidate) => candidate.name === provider.name);
    if (!bank) continue;
    const device = provider.blocked ?? (bank.register ? appError("not_registered") : null);
    states.push({ settings: provider, bank, device, way: null, offlineSince: null, lastAnswer: null, pinging: false });
  }
  const stateOf = (name: string): State | undefined => states.find((state) => state.settings.name === name);

  async function secretsOf(profileId: string): Promise<Secrets> {
    const known = secrets.get(profileId);
    if (known) return known;
    const read: Secrets = JSON.parse((await ports.vault.get(secretsName(profileId))) ?? "{}");
    secrets.set(profileId, read);
    return read;
  }

  async function context(profileId: string): Promise<BankContext> {
    const current = states.find((state) => state.settings.profile.id === profileId);
    const profile = current?.settings.profile ?? (await ports.journal.profile(profileId));
    if (!profile) throw new Error(`profile ${profileId} is not in the journal`);
    return { profile, secrets: await secretsOf(profileId), requestId: ports.ids.requestId() };
  }

  async function send<Event>(ctx: BankContext, call: BankCall<Event>): Promise<Event> {
    const state = states.find((candidate) => candidate.settings.profile.id === ctx.profile.id);
    let answer: HttpAnswer;
    try {
      const { method, url, headers, body, timeoutMs } = call;
      answer = await ports.http.send({ identity: ctx.profile.id, method, url, headers, body, timeoutMs });
    } catch (error) {
      const failure = error instanceof HttpFailure ? error : new HttpFailure("sent", "other", String(error));
      log.warn("bank.call.failed", {
        call: call.name,
        request: ctx.requestId,
        reach: failure.reach,
        problem: failure.problem,
        detail: failure.message,
      });
      if (state) unreachable(state, failure);
      throw failure;
    }
    if (state) reached(state);
    return call.read(answer);
  }

  function reached(state: State): void {
    state.lastAnswer = clock.mono();
    if (state.offlineSince === null) return;
    state.offlineSince = null;
    log.info("bank.reachable", { provider: state.settings.name });
    changed();
  }

  function unreachable(state: State, failure: HttpFailure): void {
    // One hanging poll is not a lost network; a connection that cannot even be made is.
    if (!isNetworkProblem(failure) || failure.reach !== "connect" || state.offlineSince !== null) return;
    state.offlineSince = clock.now();
    lookLater(state, LOOK_AGAIN);
    changed();
  }

  function lookLater(state: State, wait: number): void {
    schedule.set(`look:${state.settings.name}`, clock.mono() + wait, () => void look(state));
  }

  async function look(state: State): Promise<void> {
    if (state.pinging || state.settings.blocked) return;
    state.pinging = true;
    try {
      const ctx = await context(state.settings.profile.id);
      const answer = await send(ctx, state.bank.ping(ctx));
      // A till that waits for its device keeps that reason; another is taken back by the bank's good word.
      // Only what a technician must mend stops the till; "temporarily unavailable" may be over at the next charge.
      if (answer.kind === "refused" && answer.error.remedy === "fixSettings") settle(state, "way", answer.error);
      else if (answer.kind === "alive") settle(state, "way", null);
    } catch (error) {
      if (error instanceof HttpFailure && !isNetworkProblem(error)) settle(state, "way", failureError(error));
    } finally {
      state.pinging = false;
      lookLater(state, state.offlineSince === null && state.way === null ? LOOK_IDLE : LOOK_AGAIN);
    }
  }

  function settle(state: State, what: "device" | "way", reason: AppError | null): void {
    if (state[what]?.code === reason?.code) return;
    state[what] = reason;
    changed();
  }

  function reasonOf(state: State): AppError | null {
    return state.device ?? state.way ?? (state.offlineSince === null ? null : appError("offline"));
  }

  async function register(state: State, attempt: number): Promise<void> {
    const { profile } = state.settings;
    const again = (reason: AppError): void => {
      settle(state, "device", reason);
      const wait = REGISTER_AGAIN[Math.min(attempt, REGISTER_AGAIN.length - 1)] ?? LOOK_AGAIN;
      schedule.set(`register:${profile.id}`, clock.mono() + wait, () => void register(state, attempt + 1));
    };
    try {
      const ctx = await context(profile.id);
      const call = state.bank.register?.(ctx) ?? null;
      if (!call) return settle(state, "device", state.settings.blocked);
      const answer = await send(ctx, call);
      if (answer.kind === "unclear" || (answer.kind === "refused" && answer.error.remedy === "retry"))
        return again(answer.error);
      if (answer.kind === "refused") return settle(state, "device", answer.error);
      const kept = { ...ctx.secrets, deviceToken: answer.deviceToken };
      await ports.vault.put({ [secretsName(profile.id)]: JSON.stringify(kept) });
      secrets.set(profile.id, kept);
      log.info("device.registered", {
        provider: state.settings.name,
        device: profile.device,
        tradePoint: profile.tradePoint,
      });
      settle(state, "device", null);
    } catch (error) {
      again(error instanceof HttpFailure ? failureError(error) : appError("internal"));
    }
  }

  return {
    start() {
      for (const state of states) {
        if (state.settings.blocked) continue;
        void register(state, 0).then(() => look(state));
      }
    },
    bank: (name) => banks.find((bank) => bank.name === name) ?? null,
    find: (name) => stateOf(name) ?? null,
    reason(name) {
      const state = stateOf(name);
      if (!state) return appError("not_configured", { params: { provider: name } });
      return reasonOf(state);
    },
    context,
    send,
    prepare(name) {
      const state = stateOf(name);
      if (state && (state.lastAnswer === null || clock.mono() - state.lastAnswer > WARM)) void look(state);
    },
    lookNow() {
      for (const state of states) void look(state);
    },
    offlineSince() {
      const since = states.map((state) => state.offlineSince).filter((at) => at !== null);
      return since.length > 0 && since.length === states.length ? Math.min(...since) : null;
    },
    views: () =>
      states.map((state) => {
        const reason = reasonOf(state);
        const { name, profile, min, max } = state.settings;
        return { name, environment: profile.environment, ready: reason === null, reason, minMinor: min, maxMinor: max };
      }),
    health: () =>
      Object.fromEntries(
        states.map((state) => [
          state.settings.name,
          {
            configured: true,
            ready: reasonOf(state) === null,
            reachable: state.offlineSince !== null ? false : state.lastAnswer === null ? null : true,
            certificateExpires:
              state.settings.certificateExpires === null
                ? null
                : isoTime(state.settings.certificateExpires, settings.timezone),
            reason: reasonOf(state),
          },
        ]),
      ),
  };
}
