/** A core of one shelf: what the driver asks of it, and the journal's events; the real one is in tests/prove/vending. */
import { randomUUID } from "node:crypto";
import { appError, type ErrorCode, type Result } from "../../contract/errors.ts";
import type { Payment } from "../../contract/payment.ts";
import type { Core } from "../../main/core/index.ts";

type Sale = Pick<Payment, "id" | "state" | "settled" | "externalId" | "amount" | "actor"> & {
  readonly items: readonly { readonly id: string; readonly quantity: number }[];
  readonly fulfilment: { readonly state: NonNullable<Payment["fulfilment"]>["state"] } | null;
};

export interface FakeCore extends Pick<Core, "call" | "onJournal"> {
  readonly sales: Map<string, Sale>;
  /** The names of the commands, in order, without the driver's own reading. */
  readonly commands: string[];
  /** Every command is answered so, until it is null. */
  broken: ErrorCode | null;
  /** The bank, the screen or time does something to a sale. */
  change(id: string, to: Partial<Sale>): void;
  /** Somebody buys at the screen. */
  buy(items: Sale["items"]): string;
}

const READING: ReadonlySet<string> = new Set(["health", "events.after", "payments.list", "payments.get"]);

export function fakeCore(): FakeCore {
  const listeners = new Set<(head: number) => void>();
  const events: { readonly seq: number; readonly kind: string; readonly body: string }[] = [];
  const commands: string[] = [];
  const sales = new Map<string, Sale>();
  const ok = <T>(value: T): Result<T> => ({ ok: true, value });
  const no = (code: ErrorCode): Result<never> => ({ ok: false, error: appError(code) });

  function put(sale: Sale): Sale {
    sales.set(sale.id, sale);
    const head = events.push({ seq: events.length + 1, kind: "payment", body: JSON.stringify(sale) });
    for (const listener of listeners) listener(head);
    return sale;
  }
  const goods = (sale: Sale, state: NonNullable<Sale["fulfilment"]>["state"]): Result<Sale> =>
    ok(put({ ...sale, fulfilment: { state } }));

  function fresh(more: Partial<Sale>): Sale {
    const base = {
      id: randomUUID(),
      state: "awaiting_scan",
      settled: false,
      externalId: null,
      amount: "450.00",
    } as const;
    return put({ ...base, actor: "api:machine:line", items: [], fulfilment: { state: "waiting" }, ...more });
  }

  function does(name: string, input: any): Result<unknown> {
    const sale = sales.get(input.id);
    switch (name) {
      case "health":
        return ok({ providers: { kaspi: { ready: true } }, journal: { seq: events.length } });
      case "events.after":
        return ok({ reset: false, head: events.length, events: events.slice(input.seq), open: [], openRefunds: [] });
      case "payments.list":
        return ok({
          items: [...sales.values()].filter(
            ({ externalId, state }) => externalId === input.externalId || state === input.state,
          ),
        });
      case "payments.create": {
        const { amount, externalId, items } = input.request;
        if (items?.[0]?.id === "99") return no("not_in_catalogue");
        return ok({ created: true, payment: fresh({ amount, externalId, items: items ?? [] }) });
      }
      default:
    }
    if (!sale) return no("not_found");
    const state = sale.fulfilment?.state;
    if (name === "payments.get") return ok(sale);
    if (name === "payments.cancel") return ok(put({ ...sale, state: "cancelled", settled: true }));
    if (sale.state !== "paid") return no("not_paid");
    if (name === "payments.dispense")
      return state === "waiting" || state === "dispensing" ? goods(sale, "dispensing") : no("goods_decided");
    const wanted = input.ok === true ? "given" : "not_given";
    return state === "given" || state === "not_given"
      ? state === wanted
        ? ok(sale)
        : no("goods_decided")
      : goods(sale, wanted);
  }

  const core: FakeCore = {
    sales,
    commands,
    broken: null,
    change: (id, to) => void put({ ...(sales.get(id) as Sale), ...to }),
    buy: (items) => fresh({ actor: "person:screen", items }).id,
    call: async (_, name, input) => {
      if (!READING.has(name)) commands.push(name);
      return core.broken === null ? does(name, input) : no(core.broken);
    },
    onJournal(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
  return core;
}
