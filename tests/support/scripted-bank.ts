import { formatAmount, minor, parseAmount, type Minor } from "../../contract/money.ts";
import {
  HttpFailure,
  type Http,
  type HttpAnswer,
  type HttpProblem,
  type HttpRequest,
  type Reach,
} from "../../main/core/ports.ts";
import type { SimulatedClock } from "./simulated-clock.ts";

/**
 * How one request fares: an answer, a failure after some time, or nothing at all until its own time-out. With `acts` the
 * bank does its work all the same: at once, or so many milliseconds later.
 */
export type Fate =
  | {
      readonly answer: string;
      readonly status?: number;
      readonly after?: number;
      readonly acts?: true | number;
    }
  | { readonly fail: HttpProblem; readonly reach: Reach; readonly after?: number; readonly acts?: true | number }
  | "hang";

export interface ScriptedPurchase {
  readonly id: string;
  readonly minor: Minor;
  readonly at: string;
}

export interface ScriptedBank extends Http {
  readonly requests: {
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly query: string;
    readonly body: string | null;
    readonly headers: Readonly<Record<string, string>>;
  }[];
  /** What the next request of a path's beginning meets; once each, in order. Without one the usual answer is given. */
  next(path: string, ...fates: Fate[]): void;
  /** What every request of a path's beginning meets from now on; null ends it. */
  always(path: string, fate: Fate | null): void;
  /** Whatever was scripted and has not been met is met no more. */
  forget(): void;
  status(word: string): void;
  /** The word about every refund code that waits for its scan. */
  returnStatus(word: string): void;
  calls(path: string): number;
  /** What can still go back of a purchase, in tiyn; one that the bank did not know is known from now on. */
  available(purchaseId: string, left: number): void;
  /** What can still go back of it; null for a purchase the bank does not know. */
  left(purchaseId: string): number | null;
  /** The purchases of the customer who scans; null: the ones made here, newest first. */
  operations(purchases: readonly ScriptedPurchase[] | null): void;
}

export const envelope = (data: string): string => `{"StatusCode":0,"Message":"OK","Data":${data}}`;
export const refusal = (code: string, message = "bank words"): string =>
  `{"StatusCode":${code},"Message":"${message}"}`;
const OK = '{"StatusCode":0,"Message":"OK"}';
const TOKEN = "51236903777280167836178166503744993984459";
const EXPIRES = '"ExpireDate":"2020-01-16T10:30:00+06"';
const AT = "2026-11-22T11:35:48.1566667";

/** Kaspi in the clock's own time, for tests of the core alone; banks themselves are tested against the simulator. */
export function scriptedBank(clock: SimulatedClock): ScriptedBank {
  const queues = new Map<string, Fate[]>();
  const standing = new Map<string, Fate>();
  const requests: ScriptedBank["requests"] = [];
  const purchases = new Map<string, { total: Minor; left: Minor }>();
  let listed: readonly ScriptedPurchase[] | null = null;
  let made = 0;
  let returns = 0;
  let refunds = 700_000_000_000_000n;
  let word = "QrTokenCreated";
  let returnWord = "QrTokenCreated";

  /** The first two ids are those that a JSON number cannot hold. */
  function newPurchase(body: string): string {
    made += 1;
    const id = made === 1 ? "9223372036854775807" : String(9_007_199_254_740_993n + BigInt(made - 2) * 2n);
    const total = parseAmount(/"Amount":\s*"?([\d.]+)/.exec(body)?.[1] ?? "") ?? minor(0);
    purchases.set(id, { total, left: total });
    word = "QrTokenCreated";
    return id;
  }

  function created(id: string, names: { token: string; id: string; options: string; scan: string }): string {
    return envelope(
      `{${names.token},${EXPIRES},"${names.id}":${id},"PaymentMethods":["Gold"],"${names.options}":{"StatusPollingInterval":5,"${names.scan}":180,"PaymentConfirmationTimeout":65}}`,
    );
  }

  function payBack(body: string): string {
    const id = /"QrPaymentId":\s*"?(\d+)/.exec(body)?.[1] ?? "";
    const amount = parseAmount(/"Amount":\s*"?([\d.]+)/.exec(body)?.[1] ?? "");
    const purchase = purchases.get(id);
    if (!purchase || amount === null) return refusal("-990000001");
    if (amount > purchase.left) return refusal("-990000005");
    purchase.left = minor(purchase.left - amount);
    refunds += 1n;
    return envelope(`{"ReturnOperationId":${refunds}}`);
  }

  function details(query: URLSearchParams): string {
    const id = [...query].find(([name]) => name.toLowerCase() === "qrpaymentid")?.[1] ?? "";
    const purchase = purchases.get(id);
    if (!purchase) return refusal("-1601");
    return envelope(
      `{"QrPaymentId":${id},"TotalAmount":${formatAmount(purchase.total)},"AvailableReturnAmount":${formatAmount(purchase.left)},"TransactionDate":"${AT}"}`,
    );
  }

  function operations(): string {
    const own = [...purchases].map(([id, { total }]) => ({ id, minor: total, at: AT })).toReversed();
    const lines = (listed ?? own.slice(0, 10)).map(
      (one) => `{"QrPaymentId":${one.id},"TransactionDate":"${one.at}","Amount":${formatAmount(one.minor)}}`,
    );
    return envelope(`[${lines.join(",")}]`);
  }

  /** What the bank does with a request when nothing is scripted. */
  function usual(path: string, query: URLSearchParams, body: string): string {
    if (path.startsWith("/qr/create-link"))
      return created(newPurchase(body), {
        token: `"PaymentLink":"https://pay.kaspi.kz/pay/${TOKEN}"`,
        id: "PaymentId",
        options: "PaymentBehaviorOptions",
        scan: "LinkActivationWaitTimeout",
      });
    if (path.startsWith("/qr/create"))
      return created(newPurchase(body), {
        token: `"QrToken":"${TOKEN}"`,
        id: "QrPaymentId",
        options: "QrPaymentBehaviorOptions",
        scan: "QrCodeScanWaitTimeout",
      });
    if (path.startsWith("/payment/status")) return envelope(`{"Status":"${word}"}`);
    if (path.startsWith("/payment/details")) return details(query);
    if (path.startsWith("/payment/return")) return payBack(body);
    if (path.startsWith("/remote/client-info")) return envelope('{"ClientName":"Айгуль Сериковна Ким"}');
    if (path.startsWith("/remote/create")) return envelope(`{"QrPaymentId":${newPurchase(body)}}`);
    if (path.startsWith("/remote/cancel")) {
      word = "RemotePaymentCanceled";
      return envelope('{"Status":"RemotePaymentCanceled"}');
    }
    if (path.startsWith("/return/create")) {
      returns += 1;
      returnWord = "QrTokenCreated";
      return envelope(
        `{"QrToken":"${TOKEN}",${EXPIRES},"QrReturnId":${900_000 + returns},"QrReturnBehaviorOptions":{"QrCodeScanEventPollingInterval":5,"QrCodeScanWaitTimeout":180}}`,
      );
    }
    if (path.startsWith("/return/status")) return envelope(`{"Status":"${returnWord}"}`);
    if (path.startsWith("/return/operations")) return operations();
    if (path.startsWith("/partner/tradepoints"))
      return envelope('[{"TradePointId":12,"TradePointName":"Магазин 1 (Ауэзова, 65)"}]');
    if (path.startsWith("/device/register")) return envelope('{"DeviceToken":"9f2c1d64-0000-4000-8000-aaaaaaaaaaaa"}');
    return OK;
  }

  function fateOf(path: string): Fate | null {
    for (const [start, queue] of queues) if (path.startsWith(start) && queue.length > 0) return queue.shift() as Fate;
    for (const [start, fate] of standing) if (path.startsWith(start)) return fate;
    return null;
  }

  function send({ method, url, body, headers, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
    const { pathname, search, searchParams } = new URL(url);
    const path = pathname.replace(/^\/r[123]\/v01/, "");
    requests.push({ at: clock.mono(), method, path, query: search, body, headers });
    const act = (): string => usual(path, searchParams, body ?? "");
    const scripted = fateOf(path);
    const fate: Fate = scripted ?? { answer: act() };
    if (fate !== "hang" && fate.acts !== undefined) {
      if (fate.acts === true) act();
      else clock.setTimeout(act, fate.acts);
    }
    return new Promise((resolve, reject) => {
      if (fate === "hang")
        return void clock.setTimeout(() => reject(new HttpFailure("sent", "timeout", "no answer")), timeoutMs);
      const end = (): void => {
        if ("answer" in fate) resolve({ status: fate.status ?? 200, headers: {}, text: fate.answer });
        else reject(new HttpFailure(fate.reach, fate.fail, "scripted"));
      };
      if (fate.after === undefined) end();
      else clock.setTimeout(end, fate.after);
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
    forget() {
      queues.clear();
      standing.clear();
    },
    status(next) {
      word = next;
    },
    returnStatus(next) {
      returnWord = next;
    },
    calls: (path) => requests.filter((request) => request.path.startsWith(path)).length,
    available(purchaseId, left) {
      const total = purchases.get(purchaseId)?.total ?? minor(left);
      purchases.set(purchaseId, { total, left: minor(left) });
    },
    left: (purchaseId) => purchases.get(purchaseId)?.left ?? null,
    operations(next) {
      listed = next;
    },
  };
}
