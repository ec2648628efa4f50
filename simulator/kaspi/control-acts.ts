import { done, listReply, notFound, type Order, type Reply } from "../control.ts";
import { isObject } from "../json.ts";
import type { TradePoint } from "./config.ts";
import type { Simulator } from "./index.ts";
import { Refusal } from "./refusal.ts";

type Input = Record<string, unknown>;
type Act = (bank: Simulator, id: string, input: Input) => unknown;

function customerOf({ customer }: Input): string | undefined {
  if (customer !== undefined && typeof customer !== "string") throw new Error("customer is a text");
  return customer;
}

function minorOf({ minor }: Input): number {
  if (typeof minor !== "number" || !Number.isSafeInteger(minor) || minor < 1) throw new Error("minor counts tiyn");
  return minor;
}

function pointOf({ name, enabled, acceptsQr, ...rest }: Input): Partial<Omit<TradePoint, "id">> {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw new Error(`unknown key ${unknown}`);
  return {
    ...(typeof name === "string" ? { name } : {}),
    ...(typeof enabled === "boolean" ? { enabled } : {}),
    ...(typeof acceptsQr === "boolean" ? { acceptsQr } : {}),
  };
}

const payments: Record<string, Act> = {
  scan: (bank, id, input) => bank.scan(id, customerOf(input)),
  confirm: (bank, id) => bank.confirm(id),
  scanerror: (bank, id) => bank.scanError(id),
  confirmerror: (bank, id) => bank.confirmError(id),
  pay: (bank, id, input) => bank.pay(id, customerOf(input)),
  reject: (bank, id) => bank.rejectInvoice(id),
  refund: (bank, id, input) => bank.refundElsewhere(id, minorOf(input)),
};

const returns: Record<string, Act> = {
  scan: (bank, id, input) => bank.scanReturn(id, customerOf(input)),
  scanerror: (bank, id) => bank.scanReturnError(id),
};

const devices: Record<string, Act> = {
  disable: (bank, token) => bank.disableDevice(token),
  forget: (bank, token) => bank.forgetDevice(token),
};

interface Kind {
  knows: (bank: Simulator, id: string) => boolean;
  acts: Record<string, Act>;
}

const kinds: Record<string, Kind> = {
  payments: { knows: (bank, id) => bank.payment(id) !== undefined, acts: payments },
  returns: { knows: (bank, id) => bank.return(id) !== undefined, acts: returns },
  devices: { knows: (bank, id) => bank.devices().some(({ token }) => token === id), acts: devices },
};

/** What the control interface does at Kaspi. */
export function kaspiReply(bank: Simulator, { method, steps, query, input }: Order): Reply | null {
  const [first, second, third] = steps;
  switch (`${method} /${first}`) {
    case "GET /ledger":
      return done(ledgerOf(bank, Number(query.get("since") ?? 0)));
    case "GET /payments":
      return listReply(second, bank.payments(), ({ id }) => id);
    case "GET /returns":
      return listReply(second, bank.returns(), ({ id }) => id);
    case "GET /refunds":
      return listReply(second, bank.refunds(), ({ id }) => id);
    case "GET /devices":
      return done(bank.devices());
    case "POST /payments":
    case "POST /returns":
    case "POST /devices":
      return actReply(bank, first, second ?? "", third ?? "", input);
    case "POST /tradepoints":
      return pointReply(bank, second ?? "", input);
    default:
      return null;
  }
}

/** Everything; of the calls only those after `since`, a call's seq. */
function ledgerOf(bank: Simulator, since: number): unknown {
  const { ledger } = bank;
  bank.clock.settle();
  return {
    now: bank.clock.now(),
    calls: ledger.calls.filter((call) => call.seq > since),
    droppedCalls: ledger.droppedCalls,
    connections: ledger.connections,
    payments: [...ledger.payments.values()],
    returns: [...ledger.returns.values()],
    refunds: ledger.refunds,
    complaints: ledger.complaints,
    totals: ledger.totals(),
  };
}

/** `POST /<kind>/<id>/<act>`: 404 for what is not there, 409 for what the bank refuses. */
function actReply(bank: Simulator, kind: string, id: string, name: string, input: unknown): Reply {
  const known = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
  const act = known && Object.hasOwn(known.acts, name) ? known.acts[name] : undefined;
  if (!act || !known?.knows(bank, id)) return notFound();
  return refusable(() => act(bank, id, isObject(input) ? input : {}) ?? {});
}

/** `POST /tradepoints/<id>` with `{enabled?, acceptsQr?, name?}`. */
function pointReply(bank: Simulator, id: string, input: unknown): Reply {
  return refusable(() => bank.changeTradePoint(id, pointOf(isObject(input) ? input : {})));
}

function refusable(run: () => unknown): Reply {
  try {
    return done(run());
  } catch (error) {
    if (error instanceof Refusal) return { status: 409, body: { error: error.message, code: error.code } };
    throw error;
  }
}
