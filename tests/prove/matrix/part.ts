/**
 * Every call of the three banks × every fault: each cell is one story from the sale to its end, with the fault on the first
 * request of that call, in virtual time; the table of what a lost answer means must hold in each, and the books.
 * `npm run prove -- --only matrix`. The same faults over real TLS: tests/banks, tests/adapters/http.test.ts.
 */
import { existsSync } from "node:fs";
import { compareSales, type Taken } from "../books.ts";
import { addLosses, type Losses, type Part } from "../part.ts";
import { refundsWrong } from "../model/refund-books.ts";
import { openShop, type Shop } from "../model/shop.ts";
import { saleOf, takenOf } from "../model/sales.ts";
import { CALLS, TROUBLES, type Call, type Trouble } from "./calls.ts";

interface Cell {
  readonly end: string;
  readonly losses: Losses;
  readonly failures: readonly string[];
}

const SCHEMES = { "Kaspi 1": 1, "Kaspi 2": 2, "Kaspi 3": 3, "Halyk QR": 3, ePay: 3 } as const;

/** Banks without whims: what a cell ends with is the fault's doing alone. */
async function openPlainShop(seed: number, { bank }: Call): Promise<Shop> {
  const shop = await openShop(seed, { scheme: SCHEMES[bank] });
  const { banks } = shop;
  Object.assign(banks.kaspi.config, {
    unscanned: "error",
    realScanSeconds: null,
    realConfirmSeconds: null,
    operationsOrder: "newest",
  });
  Object.assign(banks.halyk.config, { usedInvoice: "refuse", policy: "loose", refundSeconds: 2, malformed: false });
  Object.assign(banks.epay.config, {
    scheme: "sms",
    statusLagMs: 0,
    decideMs: 0,
    undecided: "NEW",
    rejectedAs: "transaction",
  });
  banks.line.delay = () => 20;
  return shop;
}

const faultsOf = ({ banks }: Shop, { bank }: Call) =>
  bank === "Halyk QR" ? banks.halykFaults : bank === "ePay" ? banks.epayFaults : banks.kaspiFaults;

const callsOf = ({ banks }: Shop, { bank, name }: Call): number =>
  (bank === "Halyk QR" ? banks.halyk : bank === "ePay" ? banks.epay : banks.kaspi).ledger.callsNamed(name).length;

async function cellOf(seed: number, call: Call, what: string, trouble: Trouble): Promise<Cell> {
  const shop = await openPlainShop(seed, call);
  const failures: string[] = [];
  const where = `${call.bank}, ${call.name}, ${what}`;
  try {
    let stopped = 0;
    const strike = (): void => {
      for (const fault of trouble.fault) faultsOf(shop, call).add({ ...fault, method: call.name });
      if (trouble.stops === null) return;
      shop.banks.line.stops = ({ url, method }) => {
        const isIt = call.path.test(new URL(url).pathname) && (call.method ?? method) === method;
        if (stopped > 0 || !isIt) return null;
        stopped += 1;
        return trouble.stops;
      };
    };
    const end = await call.story(shop, strike);
    const payments = await shop.payments();
    const refunds = await shop.refunds();
    const struck =
      stopped > 0 ||
      faultsOf(shop, call)
        .list()
        .some(({ hits }) => hits > 0);
    if (!struck) failures.push(`${where}: the fault never struck`);
    const allowed = trouble.mayAct ? [...call.ends.lost, ...call.ends.unsent] : call.ends.unsent;
    if (!allowed.includes(end)) failures.push(`${where}: ended ${end}`);
    if (call.sends !== null && callsOf(shop, call) > call.sends)
      failures.push(`${where}: sent ${callsOf(shop, call)} times`);
    const taken: Taken[] = takenOf(shop, payments);
    const now = shop.desk.clock.now();
    const { losses, notes } = compareSales(
      payments.map((row) => saleOf(row, refunds, now)),
      taken,
    );
    const wrong = refundsWrong(shop, payments, refunds);
    failures.push(...[...notes, ...wrong.lost, ...wrong.made].map((note) => `${where}: ${note}`));
    failures.push(
      ...shop.desk.notes.filter(({ event }) => event === "command.failed").map(() => `${where}: a command failed`),
    );
    const sum = { ...losses, lost: losses.lost + wrong.lost.length, falsePaid: losses.falsePaid + wrong.made.length };
    return { end, losses: sum, failures };
  } finally {
    await shop.desk.close();
  }
}

export const run: Part = async ({ seed, scale, count, report }) => {
  if (scale === "long" && existsSync("/dev/shm")) process.env["TMPDIR"] = "/dev/shm";
  const cells = CALLS.flatMap((call) =>
    Object.entries(TROUBLES)
      .filter(([, { onlyBack }]) => onlyBack === undefined || call.movesBack === true)
      .map(([what, trouble]) => ({ call, what, trouble })),
  );
  // The short one goes through every call and every fault, not through every pair of them.
  const chosen = scale === "short" ? cells.filter((_, n) => (n + seed) % 9 === 0) : cells;
  const ends = new Map<string, Map<string, string>>();
  const failures: string[] = [];
  const losses: Losses[] = [];
  for (const { call, what, trouble } of chosen.slice(0, count ?? chosen.length)) {
    const cell = await cellOf(seed, call, what, trouble);
    losses.push(cell.losses);
    failures.push(...cell.failures);
    const name = `${call.bank}: ${call.name}`;
    ends.set(name, (ends.get(name) ?? new Map<string, string>()).set(what, cell.end));
    if (losses.length % 50 === 0) report(`${losses.length} of ${chosen.length} cells`);
  }
  const faults = Object.keys(TROUBLES);
  const rows = [...ends].map(([call, row]) => [call, ...faults.map((what) => row.get(what) ?? "")]);
  return {
    name: "matrix",
    runs: losses.length,
    unit: "cells",
    figures: { calls: ends.size, faults: faults.length },
    ...(scale === "long" && { cases: [["", ...faults], ...rows] }),
    losses: addLosses(losses),
    failures,
    seeds: [seed],
  };
};
