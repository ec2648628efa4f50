import { HttpFailure, type HttpAnswer, type HttpProblem, type HttpRequest, type Reach } from "../../main/core/ports.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/**
 * How one request fares: `answer` is what the bank's reader makes of it; with `acts` the bank does its work all the same,
 * at once or so many milliseconds later. `status` is HTTP's.
 */
export type Fate =
  | { readonly answer: object; readonly status?: number; readonly after?: number; readonly acts?: true | number }
  | { readonly fail: HttpProblem; readonly reach: Reach; readonly after?: number; readonly acts?: true | number }
  | { readonly slow: number }
  | "hang";

/** What a scripted bank has met, and what it is to meet. */
export interface Fates {
  readonly requests: {
    readonly at: number;
    readonly path: string;
    /** It came as far as the bank. */
    readonly left: boolean;
  }[];
  next(path: string, ...fates: Fate[]): void;
  always(path: string, fate: Fate | null): void;
  /** Forgets what was scripted for a path. */
  clear(path: string): void;
  /** When a path's beginning was asked for. */
  asked(path: string): number[];
}

/** `send` carries a request to its scripted fate; `act` is what the bank does with it otherwise, and answers. */
export function createFates(
  clock: SimulatedClock,
): Fates & { send(request: HttpRequest, act: () => object): Promise<HttpAnswer> } {
  const queues = new Map<string, Fate[]>();
  const standing = new Map<string, Fate>();
  const requests: Fates["requests"] = [];

  function fateOf(path: string): Fate | null {
    for (const [start, queue] of queues) if (path.startsWith(start) && queue.length > 0) return queue.shift() as Fate;
    for (const [start, fate] of standing) if (path.startsWith(start)) return fate;
    return null;
  }

  return {
    requests,
    next: (path, ...fates) => void queues.set(path, [...(queues.get(path) ?? []), ...fates]),
    always(path, fate) {
      if (fate === null) standing.delete(path);
      else standing.set(path, fate);
    },
    clear: (path) => void queues.delete(path),
    asked: (path) => requests.filter((request) => request.path.startsWith(path)).map(({ at }) => at),
    send({ url, timeoutMs }, act) {
      const path = new URL(url).pathname;
      const fate: Fate = fateOf(path) ?? { answer: act() };
      const left = fate === "hang" || !("reach" in fate) || fate.reach !== "connect";
      requests.push({ at: clock.mono(), path, left });
      if (fate !== "hang" && "acts" in fate) {
        if (fate.acts === true) act();
        else if (fate.acts !== undefined) clock.setTimeout(act, fate.acts);
      }
      return new Promise<HttpAnswer>((resolve, reject) => {
        const tell = (answer: object, status = 200): void =>
          resolve({ status, headers: {}, text: JSON.stringify(answer) });
        if (fate === "hang")
          return void clock.setTimeout(() => reject(new HttpFailure("sent", "timeout", "no answer")), timeoutMs);
        // Answered late with what was true when it was asked.
        if ("slow" in fate) {
          const answer = act();
          return void clock.setTimeout(() => tell(answer), fate.slow);
        }
        const end = (): void =>
          "answer" in fate
            ? tell(fate.answer, fate.status)
            : reject(new HttpFailure(fate.reach, fate.fail, "scripted"));
        if (fate.after === undefined) end();
        else clock.setTimeout(end, fate.after);
      });
    },
  };
}
