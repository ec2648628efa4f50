import {
  HttpFailure,
  type Http,
  type HttpAnswer,
  type HttpProblem,
  type HttpRequest,
  type Reach,
} from "../../main/core/ports.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/** How one request fares: an answer, a failure after some time, or nothing at all until its own time-out. */
export type Fate =
  | { readonly answer: string; readonly status?: number; readonly after?: number }
  | { readonly fail: HttpProblem; readonly reach: Reach; readonly after?: number }
  | "hang";

export interface ScriptedBank extends Http {
  readonly requests: {
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly body: string | null;
    readonly headers: Readonly<Record<string, string>>;
  }[];
  /** What the next request of a path's beginning meets; once each, in order. Without one the usual answer is given. */
  next(path: string, ...fates: Fate[]): void;
  /** What every request of a path's beginning meets from now on; null ends it. */
  always(path: string, fate: Fate | null): void;
  status(word: string): void;
  calls(path: string): number;
}

export const envelope = (data: string): string => `{"StatusCode":0,"Message":"OK","Data":${data}}`;
export const refusal = (code: string, message = "bank words"): string =>
  `{"StatusCode":${code},"Message":"${message}"}`;
const TOKEN = "51236903777280167836178166503744993984459";

/** Kaspi in the clock's own time, for tests of the core alone; banks themselves are tested against the simulator. */
export function scriptedBank(clock: SimulatedClock): ScriptedBank {
  const queues = new Map<string, Fate[]>();
  const standing = new Map<string, Fate>();
  const requests: ScriptedBank["requests"] = [];
  let id = 9_223_372_036_854_775_806n;
  let word = "QrTokenCreated";

  function usual(path: string): Fate {
    if (path.startsWith("/qr/create")) {
      id = id === 9_223_372_036_854_775_806n ? 9_223_372_036_854_775_807n : 9_007_199_254_740_993n;
      word = "QrTokenCreated";
      return {
        answer: envelope(
          `{"QrToken":"${TOKEN}","ExpireDate":"2020-01-16T10:30:00+06","QrPaymentId":${id},"PaymentMethods":["Gold"],"QrPaymentBehaviorOptions":{"StatusPollingInterval":5,"QrCodeScanWaitTimeout":180,"PaymentConfirmationTimeout":65}}`,
        ),
      };
    }
    if (path.startsWith("/payment/status")) return { answer: envelope(`{"Status":"${word}"}`) };
    if (path.startsWith("/device/register"))
      return { answer: envelope('{"DeviceToken":"9f2c1d64-0000-4000-8000-aaaaaaaaaaaa"}') };
    return { answer: '{"StatusCode":0,"Message":"OK"}' };
  }

  function fateOf(path: string): Fate {
    for (const [start, queue] of queues) if (path.startsWith(start) && queue.length > 0) return queue.shift() as Fate;
    for (const [start, fate] of standing) if (path.startsWith(start)) return fate;
    return usual(path);
  }

  function send({ method, url, body, headers, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
    const path = new URL(url).pathname.replace("/r2/v01", "");
    requests.push({ at: clock.mono(), method, path, body, headers });
    const fate = fateOf(path);
    return new Promise((resolve, reject) => {
      if (fate === "hang")
        return void clock.setTimeout(() => reject(new HttpFailure("sent", "timeout", "no answer")), timeoutMs);
      const act = (): void => {
        if ("answer" in fate) resolve({ status: fate.status ?? 200, headers: {}, text: fate.answer });
        else reject(new HttpFailure(fate.reach, fate.fail, "scripted"));
      };
      if (fate.after === undefined) act();
      else clock.setTimeout(act, fate.after);
    });
  }

  return {
    send,
    requests,
    next(path, ...fates) {
      queues.set(path, [...(queues.get(path) ?? []), ...fates]);
    },
    always(path, fate) {
      if (fate === null) standing.delete(path);
      else standing.set(path, fate);
    },
    status(next) {
      word = next;
    },
    calls: (path) => requests.filter((request) => request.path.startsWith(path)).length,
  };
}
