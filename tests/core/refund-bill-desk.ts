import { createHmac, randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CommandInput, CommandName, CommandOutput } from "../../contract/commands.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { minor } from "../../contract/money.ts";
import type { Refund } from "../../contract/refund.ts";
import type { Snapshot } from "../../contract/snapshot.ts";
import { openJournal, type JournalFile } from "../../main/adapters/journal.ts";
import type {
  Bank,
  BankCall,
  DetailsAnswer,
  RefundAnswer,
  RefundStatusAnswer,
  RefundWord,
} from "../../main/core/bank.ts";
import { createCore } from "../../main/core/core.ts";
import type { Core, People } from "../../main/core/index.ts";
import type { PaymentDetail, PaymentRow } from "../../main/core/payment.ts";
import {
  HttpFailure,
  NO_FINDINGS,
  NO_MACHINE,
  NO_BANK_PAGES,
  NO_EVENTS,
  type Http,
  type HttpProblem,
  type LogFields,
  type Ports,
  type Profile,
  type Reach,
} from "../../main/core/ports.ts";
import { secretsName } from "../../main/core/settings.ts";
import { memoryVault, testPeople, testSettings } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock, type SimulatedClock } from "../support/simulated-clock.ts";

export const SECOND = 1_000;
export const MINUTE = 60_000;
export const TOTAL = 500_000;

const PROFILE: Profile = {
  id: "bill-1",
  provider: "halykQr",
  environment: "test",
  scheme: null,
  url: "https://bank.test",
  bin: null,
  tradePoint: null,
  device: "92059431",
  options: {},
};

/** How one request fares. With `acts` the bank does its work all the same; `answer` is what the bank's reader makes of it. */
export type Fate =
  | {
      readonly answer: RefundAnswer | RefundStatusAnswer | DetailsAnswer;
      readonly after?: number;
      readonly acts?: true;
    }
  | { readonly fail: HttpProblem; readonly reach: Reach; readonly acts?: true }
  | "hang";

interface Bill {
  readonly of: string;
  readonly minor: number;
  word: RefundWord["word"];
  message: string | null;
}

/** A bank that gives money back in its own time and has no figure of what is left: no document's, only what the core sees. */
interface BillBank {
  readonly http: Http;
  readonly requests: { readonly at: number; readonly path: string }[];
  /** By number. */
  readonly bills: Map<string, Bill>;
  next(path: string, ...fates: Fate[]): void;
  always(path: string, fate: Fate | null): void;
  /** A purchase the bank knows: its sum in tiyn, and whether it is paid. */
  purchase(id: string, total: number, paid?: boolean): void;
  /** When a path's beginning was asked for. */
  asked(path: string): number[];
  /** The last bill made. */
  last(): string;
  say(word: RefundWord["word"], message?: string): void;
}

/** The requests carry their meaning, and the answers are the core's own events as JSON. */
const call = <T>(
  name: string,
  path: string,
  danger: "safe" | "dangerous",
  body: object | null = null,
): BankCall<T> => ({
  name,
  danger,
  method: body === null ? "GET" : "POST",
  url: `${PROFILE.url}${path}`,
  headers: {},
  body: body === null ? null : JSON.stringify(body),
  timeoutMs: 20_000,
  canonical: `${path} ${JSON.stringify(body)}`,
  read: (answer) => JSON.parse(answer.text) as T,
});

const BANK: Bank = {
  name: "halykQr",
  methods: () => ["qr"],
  refunds: () => "till",
  create: () => call("create", "/create", "safe"),
  status: () => call("status", "/status", "safe"),
  ping: () => call("ping", "/ping", "safe"),
  details: (_, id) => call("details", `/purchase/${id}`, "safe"),
  refund: (_, { minor: amount, detail: { purchaseId, rrn } }) =>
    call("refund", "/refund", "dangerous", { of: purchaseId ?? rrn, minor: amount }),
  refundStatus: (_, { bankId }) => call("bill", `/bill/${bankId}`, "safe"),
};

function billBank(clock: SimulatedClock): BillBank {
  const queues = new Map<string, Fate[]>();
  const standing = new Map<string, Fate>();
  const purchases = new Map<string, { total: number; paid: boolean }>();
  const bills = new Map<string, Bill>();
  const requests: BillBank["requests"] = [];
  let number = 9_007_199_254_740_992n;

  function usual(path: string, body: string | null): object {
    if (path.startsWith("/purchase/")) {
      const id = path.slice("/purchase/".length);
      const purchase = purchases.get(id);
      if (!purchase?.paid) return { kind: "refused", error: appError("wrong_purchase_status") };
      return { kind: "details", purchaseId: id, total: purchase.total, available: null, at: null };
    }
    if (path === "/refund") {
      const asked = JSON.parse(body ?? "") as { of: string; minor: number };
      number += 1n;
      bills.set(String(number), { ...asked, word: "pending", message: null });
      return { kind: "pending", bankId: String(number) };
    }
    if (path.startsWith("/bill/")) {
      const bill = bills.get(path.slice("/bill/".length));
      if (!bill) return { kind: "notFound", error: appError("purchase_not_found") };
      return { kind: "word", word: bill.word, raw: bill.word, minor: bill.minor, message: bill.message };
    }
    return { kind: "alive" };
  }

  function fateOf(path: string): Fate | null {
    for (const [start, queue] of queues) if (path.startsWith(start) && queue.length > 0) return queue.shift() as Fate;
    for (const [start, fate] of standing) if (path.startsWith(start)) return fate;
    return null;
  }

  const bank: BillBank = {
    requests,
    bills,
    http: {
      send({ url, body, timeoutMs }) {
        const path = url.slice(PROFILE.url.length);
        requests.push({ at: clock.mono(), path });
        const fate = fateOf(path);
        const text = (event: object): { status: number; headers: object; text: string } => ({
          status: 200,
          headers: {},
          text: JSON.stringify(event),
        });
        if (fate === null) return Promise.resolve(text(usual(path, body)) as never);
        if (fate !== "hang" && fate.acts) usual(path, body);
        return new Promise((resolve, reject) => {
          if (fate === "hang")
            return void clock.setTimeout(() => reject(new HttpFailure("sent", "timeout", "no answer")), timeoutMs);
          if ("fail" in fate) return reject(new HttpFailure(fate.reach, fate.fail, "scripted"));
          clock.setTimeout(() => resolve(text(fate.answer) as never), fate.after ?? 0);
        });
      },
    },
    next(path, ...fates) {
      queues.set(path, [...(queues.get(path) ?? []), ...fates]);
    },
    always(path, fate) {
      if (fate === null) standing.delete(path);
      else standing.set(path, fate);
    },
    purchase(id, total, paid = true) {
      purchases.set(id, { total, paid });
    },
    asked: (path) => requests.filter((request) => request.path.startsWith(path)).map(({ at }) => at),
    last: () => [...bills.keys()].at(-1) ?? "",
    say(word, message) {
      const bill = bills.get(bank.last());
      if (!bill) throw new Error("no bill was made");
      bill.word = word;
      bill.message = message ?? null;
    },
  };
  return bank;
}

type Request = CommandInput<"refunds.create">["request"];
type Created = Result<CommandOutput["refunds.create"]>;

/** A whole core with a real journal in simulated time before such a bank, with one paid sale of 5 000 in it. */
export interface BillDesk {
  readonly clock: SimulatedClock;
  readonly bank: BillBank;
  readonly journal: JournalFile;
  readonly notes: { readonly event: string; readonly fields: LogFields }[];
  core: Core;
  snapshot(): Snapshot;
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<CommandOutput[N]>>;
  ask(request: Request, key?: string): Promise<Created>;
  askAsProgram(request: Request): Promise<Created>;
  /** A refund of the sale that was accepted. */
  begin(amount: string, request?: Request): Promise<Refund>;
  get(id: string): Promise<Refund>;
  /** Another paid sale, or one in another state. */
  sell(change: Partial<PaymentRow>, detail?: Partial<PaymentDetail>): Promise<void>;
  sendings(): number;
  /** While it refuses, no commit is taken. */
  disk(refuses: boolean): void;
  /** The process dies, and a new one opens the same journal. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

export async function openBillDesk(people: People = testPeople()): Promise<BillDesk> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-bill-"));
  const clock = simulatedClock();
  const bank = billBank(clock);
  const file = await openJournal({
    file: join(dir, "journal.db"),
    tillId: "A1",
    mac: (text) => createHmac("sha256", "chain").update(text).digest("hex"),
    now: clock.now,
  });
  let refuses = false;
  const journal: JournalFile = {
    ...file,
    commit: (batch) => (refuses ? Promise.reject(new Error("the disk is full")) : file.commit(batch)),
  };
  const notes: BillDesk["notes"] = [];
  let sales = 0;
  let alive = { it: true };
  let latest: Snapshot | null = null;

  async function boot(): Promise<Core> {
    const mine = (alive = { it: true });
    const note = (event: string, fields: LogFields = {}): void => void notes.push({ event, fields });
    const ports: Ports = {
      machine: NO_MACHINE,
      findings: NO_FINDINGS,
      pages: NO_BANK_PAGES,
      events: NO_EVENTS,
      clock: { ...clock, setTimeout: (run, ms) => clock.setTimeout(() => mine.it && run(), ms) },
      ids: { uuid: randomUUID, requestId: () => randomUUID().replaceAll("-", "") },
      crypto: { mac: (purpose, text) => createHmac("sha256", purpose).update(text).digest("hex"), seal: () => "" },
      // A dead process hears no answer any more.
      http: {
        send: (request) =>
          bank.http.send(request).then((answer) => (mine.it ? answer : new Promise<never>(() => undefined))),
      },
      journal,
      vault: memoryVault({ [secretsName(PROFILE.id)]: "{}" }),
      log: { info: () => undefined, warn: note, error: note },
    };
    const [provider] = testSettings(PROFILE).providers;
    if (!provider) throw new Error("no provider");
    const settings = testSettings(PROFILE, { providers: [{ ...provider, name: "halykQr" }] });
    const core = createCore({
      version: "0.0.0-test",
      ports,
      banks: [BANK],
      settings,
      training: null,
      people,
    });
    core.watch("cashier", (snapshot) => (latest = snapshot));
    await core.start();
    await clock.advance(0);
    return core;
  }

  const desk: BillDesk = {
    clock,
    bank,
    journal,
    notes,
    core: await boot(),
    snapshot() {
      if (!latest) throw new Error("no snapshot yet");
      return latest;
    },
    async call(name, input) {
      const result = desk.core.call({ kind: "person", name: "cashier" }, name, input);
      await clock.advance(0);
      return (await result) as never;
    },
    ask: (request, key = randomUUID()) => desk.call("refunds.create", { key, request }),
    async askAsProgram(request) {
      const actor = { kind: "api", name: "1c", scopes: ["refund", "read"] } as const;
      const result = desk.core.call(actor, "refunds.create", { key: randomUUID(), request });
      await clock.advance(0);
      return (await result) as Created;
    },
    async begin(amount, request) {
      const made = await desk.ask(request ?? { paymentId: "p1", amount });
      if (!made.ok) throw new Error(`refused: ${made.error.code}`);
      return made.value.refund;
    },
    async get(id) {
      const found = await desk.call("refunds.get", { id });
      if (!found.ok) throw new Error(found.error.code);
      return found.value;
    },
    async sell(change, detail) {
      sales += 1;
      const row = newRow(
        {
          seq: 0,
          id: `p${sales}`,
          number: `A1-${String(sales).padStart(6, "0")}`,
          idemKey: `sale-${sales}`,
          profileId: PROFILE.id,
          provider: "halykQr",
          minor: minor(TOTAL),
          state: "paid",
          settled: true,
          ...change,
        },
        { dismissed: true, ...detail },
      );
      await file.commit({ at: clock.now(), profiles: [PROFILE], payments: [row] });
    },
    sendings: () => bank.asked("/refund").length,
    disk(no) {
      refuses = no;
    },
    async restart() {
      alive.it = false;
      desk.core = await boot();
    },
    async close() {
      alive.it = false;
      await file.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
  await desk.sell({ bankId: "77" });
  bank.purchase("77", TOTAL);
  return desk;
}
