/** Whether each bank can be used now: its settings, its device, the way to it. Money never moves here. */
import { appError, type AppError, type ErrorCode, type Result } from "../../contract/errors.ts";
import type { ProviderHealth } from "../../contract/commands.ts";
import type { ProviderView } from "../../contract/snapshot.ts";
import type { Provider } from "../../contract/states.ts";
import type { Bank, BankCall, BankContext, Secrets } from "./bank.ts";
import { createBankKeys } from "./bank-key.ts";
import { createStops } from "./device.ts";
import { asFailure, failureError, isNetworkProblem } from "./failure.ts";
import { createGrants, isUnauthorized } from "./grants.ts";
import { withoutSecrets } from "./own-secrets.ts";
import { HttpFailure, type HttpAnswer, type Ports, type Profile } from "./ports.ts";
import type { Schedule } from "./schedule.ts";
import { secretsName, type ProviderSettings, type Settings } from "./settings.ts";
import { isoTime } from "./time.ts";

/** With no way to the bank it is looked for this often. */
const LOOK_AGAIN = 5_000;
/** A till that stands idle notices a lost network within this time. */
const LOOK_IDLE = 60_000;
/** A connection that carried an answer this recently counts as warm: less than the adapter keeps an idle one. */
const WARM = 8_000;
/** Warm enough for what must not be sent twice. */
const WARM_FOR_MONEY = 5_000;
const REGISTER_AGAIN = [2_000, 5_000, 15_000, 30_000] as const;
/** A door that is shut says nothing of the device: once it is open, the device is registered without a restart. */
const SHUT: ReadonlySet<ErrorCode> = new Set([
  "address_not_allowed",
  "certificate_missing",
  "certificate_refused",
  "key_refused",
]);

export interface Providers {
  /** Reads what the journal remembers of the devices. Nothing is sent. */
  recover(): Promise<void>;
  start(): void;
  find(name: Provider): { readonly settings: ProviderSettings; readonly bank: Bank } | null;
  /** A bank by name, also one that is no longer in the settings: its old payments are still asked about. */
  bank(name: Provider): Bank | null;
  /** The reason why no payment can be started now; null when one can. */
  reason(name: Provider): AppError | null;
  /** Secrets of the profile a payment was made with, from the vault. */
  context(profileId: string): Promise<BankContext>;
  /**
   * Sends one call; every exchange with a bank goes through here. Rejects with HttpFailure. An answer that says that the
   * bank does not know the device (Kaspi -1501) or has switched it off (-1502) stops payments of that profile. Where a
   * call needs a right of its own first, which takes its time, `isWanted` is asked right before the call leaves.
   */
  send<Event>(context: BankContext, call: BankCall<Event>, isWanted?: () => boolean): Promise<Event>;
  /**
   * Makes a call of what is encrypted with the bank's key for cards: `make` gets the context with `seal`. Refuses with
   * `key_unreadable`, or with the bank's no to the question for its key; rejects with HttpFailure `connect` where that was
   * not to be had. Not one byte of the call itself has left then.
   */
  sealed<T>(context: BankContext, make: (context: BankContext) => T): Promise<Result<T>>;
  /** The bank's key for cards is fetched anew for the next call: what was encrypted with it was not understood. */
  dropKey(profileId: string): void;
  /** Whether money that is held with this profile can be taken and given back here; false for one nobody has met yet. */
  operates(profileId: string): boolean;
  /**
   * Tries the way ahead of what must not be sent twice: null when the bank has answered well on it in the last 5 s or
   * answers a ping now, else what it said instead. Rejects with HttpFailure.
   */
  warm(context: BankContext): Promise<AppError | null>;
  /** Opens the connection ahead of a charge. */
  prepare(name: Provider): void;
  lookNow(): void;
  /**
   * Registers the device in use once more with the same arguments (Kaspi x.2.3: the same result); a person asked for it.
   * The bank's yes lifts a stop. `not_configured`, `not_supported`, `not_registered` where device or trade point are not
   * set, `device_elsewhere` and the bank's other words.
   */
  registerAgain(name: Provider): Promise<Result<null>>;
  /** Takes the device off the trade point (Kaspi x.2.4); its token is forgotten after 0 or -1501 only. */
  forgetDevice(name: Provider): Promise<Result<null>>;
  /** Another core may use the same vault from now on: a registration that is answered late is not kept. */
  stop(): void;
  offlineSince(): number | null;
  /** The last attempt to reach this profile's bank could not even connect. */
  isOffline(profileId: string): boolean;
  views(): ProviderView[];
  health(): Record<string, ProviderHealth>;
}

interface State {
  readonly settings: ProviderSettings;
  readonly bank: Bank;
  /** Known beforehand; a certificate's end is not, it comes while the till runs. */
  readonly blocked: AppError | null;
  /** What is missing on our side: settings, or a device the bank does not know. Only its own cure takes it away. */
  device: AppError | null;
  /** What the bank's last ping complained of; the next good one takes it away. */
  way: AppError | null;
  offlineSince: number | null;
  lastAnswer: number | null;
  /** The last answer that was no refusal. */
  lastGood: number | null;
  pinging: boolean;
  /** Whether the certificate's end has been told to the screen. */
  expired: boolean;
}

/** `changed` is called when what a person sees of the banks may have changed; `events` tells of the event streams. */
export function createProviders(
  ports: Ports,
  schedule: Schedule,
  settings: Settings,
  banks: readonly Bank[],
  changed: () => void,
  events: (name: Provider) => ProviderHealth["events"],
): Providers {
  const { clock, log } = ports;
  const secrets = new Map<string, Secrets>();
  const states: State[] = [];
  for (const provider of settings.providers) {
    const bank = banks.find((candidate) => candidate.name === provider.name);
    if (!bank) continue;
    const ended = provider.blocked?.code === "certificate_expired" && provider.certificateExpires !== null;
    const blocked = ended ? null : provider.blocked;
    states.push({
      settings: provider,
      bank,
      blocked,
      device: blocked ?? (bank.register ? appError("not_registered") : null),
      way: null,
      offlineSince: null,
      lastAnswer: null,
      lastGood: null,
      pinging: false,
      expired: false,
    });
  }
  const stops = createStops(ports);
  const grants = createGrants(clock, once);
  const keys = createBankKeys(ports, (ctx, call) => exchange(ctx, call));
  /** Those that payments in hand were made with and the settings have no more; a profile never changes. */
  const former = new Map<string, Profile>();
  let stopped = false;
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
    const profile = current?.settings.profile ?? former.get(profileId) ?? (await ports.journal.profile(profileId));
    if (!profile) throw new Error(`profile ${profileId} is not in the journal`);
    if (!current) former.set(profileId, profile);
    return { profile, secrets: await secretsOf(profileId), requestId: ports.ids.requestId() };
  }

  async function send<Event>(ctx: BankContext, call: BankCall<Event>, isWanted = () => true): Promise<Event> {
    const event = await exchange(ctx, call, isWanted);
    const error = errorOf(event);
    if (error?.code === "device_not_found" || error?.code === "device_inactive") {
      if (await stops.set(ctx.profile.id, ctx.secrets["deviceToken"] ?? null, error)) changed();
    }
    return event;
  }

  async function exchange<Event>(ctx: BankContext, call: BankCall<Event>, isWanted = () => true): Promise<Event> {
    if (!call.grant) return (await once(ctx, call)).event;
    // A right that was refused reads as a refusal of the call, which every answer that can be one has.
    return (await grants.send(ctx, call, call.grant, isWanted)) as Event;
  }

  async function once<Event>(
    ctx: BankContext,
    call: BankCall<Event>,
  ): Promise<{ readonly event: Event; readonly unauthorized: boolean }> {
    const state = states.find((candidate) => candidate.settings.profile.id === ctx.profile.id);
    let answer: HttpAnswer;
    try {
      const { method, url, headers, body, timeoutMs } = call;
      answer = await ports.http.send({ identity: ctx.profile.id, method, url, headers, body, timeoutMs });
    } catch (error) {
      const failure = asFailure(error);
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
    const event = withoutSecrets(call.read(answer), ctx, call);
    if (state && errorOf(event) === null) state.lastGood = clock.mono();
    return { event, unauthorized: isUnauthorized(answer) };
  }

  const errorOf = (event: unknown): AppError | null => (event as { readonly error?: AppError }).error ?? null;

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
    if (state.pinging || state.blocked) return;
    if (state.expired !== isExpired(state)) {
      state.expired = !state.expired;
      changed();
    }
    if (state.expired) return lookLater(state, LOOK_IDLE);
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

  function isExpired(state: State): boolean {
    const { certificateExpires } = state.settings;
    return certificateExpires !== null && certificateExpires <= clock.now();
  }

  function reasonOf(state: State): AppError | null {
    const stopped = state.blocked ?? stops.get(state.settings.profile.id);
    if (stopped) return stopped;
    if (isExpired(state)) return appError("certificate_expired");
    if (state.device ?? state.way) return state.device ?? state.way;
    if (state.offlineSince === null) return null;
    // The network is only blamed where no bank can be reached.
    return appError(states.every(({ offlineSince }) => offlineSince !== null) ? "offline" : "bank_unreachable");
  }

  const no = (error: AppError): Result<null> => ({ ok: false, error });

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
      if (!call) return settle(state, "device", state.blocked);
      const answer = await exchange(ctx, call);
      if (stopped || stops.get(profile.id)) return;
      const later = ({ code, remedy }: AppError): boolean => remedy === "retry" || SHUT.has(code);
      if (answer.kind === "unclear" || (answer.kind === "refused" && later(answer.error))) return again(answer.error);
      if (answer.kind === "refused") return settle(state, "device", answer.error);
      await keepToken(state, ctx.secrets, answer.deviceToken);
    } catch (error) {
      again(error instanceof HttpFailure ? failureError(error) : appError("internal"));
    }
  }

  async function keepToken(state: State, known: Secrets, deviceToken: string): Promise<void> {
    const { profile, name } = state.settings;
    const kept = { ...known, deviceToken };
    await ports.vault.put({ [secretsName(profile.id)]: JSON.stringify(kept) });
    secrets.set(profile.id, kept);
    log.info("device.registered", { provider: name, device: profile.device, tradePoint: profile.tradePoint });
    settle(state, "device", state.blocked);
  }

  async function withoutToken(state: State): Promise<BankContext> {
    const ctx = await context(state.settings.profile.id);
    const { deviceToken: _, ...rest } = ctx.secrets;
    return { ...ctx, secrets: rest };
  }

  async function registerAgain(name: Provider): Promise<Result<null>> {
    const state = stateOf(name);
    if (!state) return no(appError("not_configured", { params: { provider: name } }));
    if (!state.bank.register) return no(appError("not_supported"));
    const { id } = state.settings.profile;
    const ctx = await withoutToken(state);
    const call = state.bank.register(ctx);
    if (!call) return no(appError("not_registered"));
    schedule.cancel(`register:${id}`);
    try {
      const answer = await exchange(ctx, call);
      if (answer.kind !== "registered") return no(answer.error);
      await keepToken(state, ctx.secrets, answer.deviceToken);
    } catch (error) {
      if (error instanceof HttpFailure) return no(failureError(error));
      throw error;
    }
    await stops.lift(id);
    changed();
    return { ok: true, value: null };
  }

  async function forgetDevice(name: Provider): Promise<Result<null>> {
    const state = stateOf(name);
    if (!state) return no(appError("not_configured", { params: { provider: name } }));
    if (!state.bank.unregister) return no(appError("not_supported"));
    const { id } = state.settings.profile;
    const ctx = await context(id);
    schedule.cancel(`register:${id}`);
    try {
      const answer = await exchange(ctx, state.bank.unregister(ctx));
      if (answer.kind !== "alive" && answer.error.code !== "device_not_found") return no(answer.error);
    } catch (error) {
      if (error instanceof HttpFailure) return no(failureError(error));
      throw error;
    }
    // First the stop: a start between the two must not register what a person has just taken off.
    await stops.set(id, null, appError("not_registered"));
    const { secrets: kept } = await withoutToken(state);
    await ports.vault.put({ [secretsName(id)]: JSON.stringify(kept) });
    secrets.set(id, kept);
    log.info("device.deleted", { provider: name, device: state.settings.profile.device });
    changed();
    return { ok: true, value: null };
  }

  return {
    async recover() {
      for (const {
        settings: { profile },
      } of states)
        await stops.read(profile.id, (await secretsOf(profile.id))["deviceToken"] ?? null);
    },
    start() {
      for (const state of states) {
        if (state.blocked) continue;
        const ready = stops.get(state.settings.profile.id) ? Promise.resolve() : register(state, 0);
        void ready.then(() => look(state));
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
    async sealed(ctx, make) {
      const bank = banks.find(({ name }) => name === ctx.profile.provider);
      if (!bank)
        return { ok: false, error: appError("not_configured", { params: { provider: ctx.profile.provider } }) };
      return keys.sealed(ctx, bank, make);
    },
    dropKey: keys.drop,
    operates(profileId) {
      const current = states.find(({ settings }) => settings.profile.id === profileId);
      const profile = current?.settings.profile ?? former.get(profileId);
      const bank = banks.find(({ name }) => name === profile?.provider);
      return (profile && bank?.operations?.(profile)) ?? false;
    },
    async warm(ctx) {
      const state = states.find((candidate) => candidate.settings.profile.id === ctx.profile.id);
      const last = state?.lastGood ?? null;
      if (last !== null && clock.mono() - last <= WARM_FOR_MONEY) return null;
      const bank = banks.find((candidate) => candidate.name === ctx.profile.provider);
      if (!bank) return appError("not_configured", { params: { provider: ctx.profile.provider } });
      const own = { ...ctx, requestId: ports.ids.requestId() };
      return errorOf(await exchange(own, bank.ping(own)));
    },
    registerAgain,
    forgetDevice,
    prepare(name) {
      const state = stateOf(name);
      if (state && (state.lastAnswer === null || clock.mono() - state.lastAnswer > WARM)) void look(state);
    },
    lookNow() {
      for (const state of states) void look(state);
    },
    stop: () => void (stopped = true),
    offlineSince() {
      const since = states.map((state) => state.offlineSince).filter((at) => at !== null);
      return since.length > 0 && since.length === states.length ? Math.min(...since) : null;
    },
    isOffline: (profileId) =>
      states.some(({ settings: { profile }, offlineSince }) => profile.id === profileId && offlineSince !== null),
    views: () =>
      states.map((state) => {
        const reason = reasonOf(state);
        const { name, profile, min, max, organization } = state.settings;
        return {
          name,
          environment: profile.environment,
          ready: reason === null,
          reason,
          minMinor: min,
          maxMinor: max,
          methods: state.bank.methods(profile),
          refunds: state.bank.refunds(profile),
          organization,
        };
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
            events: events(state.settings.name),
          },
        ]),
      ),
  };
}
