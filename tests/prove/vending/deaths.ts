/**
 * The same for real: the Node host and the machine as processes that are killed by SIGKILL at named points of one sale after the
 * other, over TCP between them and TLS to Kaspi's simulator (scheme 3), some times faster than real time.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Payment } from "../../../contract/payment.ts";
import { root } from "../../../scripts/lib/paths.mjs";
import { openCaFiles, startSimulator, type Simulator } from "../../../simulator/index.ts";
import type { Point } from "../../../simulator/machine/machine.ts";
import { buildKillableHost } from "../kill/bundle.ts";
import { TOKEN } from "../kill/shop.ts";
import { createTill, type Life, type Till } from "../kill/till.ts";
import { chanceOf } from "../model/shop.ts";
import { NO_LOSSES, type Losses } from "../part.ts";
import type { TillPoint } from "./till.ts";

const SCALE = 20;
const PATIENCE = 60_000;
const MOST_REFUSALS = 3;
const PRICE = { text: "450.00", minor: 45_000 };
const MACHINE = "VM-1";

export interface Round {
  readonly machine: Point | null;
  readonly till: TillPoint | null;
  readonly outcome: "falls" | "jams";
}

/** Each named point but the last once, two to a sale; of the sending that gives money back all three in a longer run. */
export const ROUNDS: readonly Round[] = [
  { machine: "before BEGIN", till: "before the write of paid", outcome: "falls" },
  { machine: "between GO and motor", till: "after the write of dispensing", outcome: "falls" },
  { machine: "motor turning", till: "before the write of dispensed", outcome: "falls" },
  { machine: "goods fallen", till: "after the write of dispensed", outcome: "falls" },
  { machine: "outcome written", till: "before the refund is sent", outcome: "jams" },
  { machine: "reported", till: "after the refund is sent", outcome: "jams" },
  { machine: null, till: "after the write of paid", outcome: "falls" },
  { machine: null, till: "before the write of dispensing", outcome: "jams" },
  { machine: null, till: "after the refund's answer", outcome: "jams" },
];

export interface Died {
  readonly deaths: readonly string[];
  readonly losses: Losses;
  readonly failures: readonly string[];
  readonly sales: number;
  /** In how many of them a person had to give the money back. */
  readonly people: number;
}

/** So many sales; the first ones are `ROUNDS`, the others are drawn. */
export async function killForReal(seed: number, sales: number): Promise<Died> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-vending-"));
  const bundle = await buildKillableHost();
  const anchor = Date.now();
  await openCaFiles(dir);
  const bank = await startSimulator({
    dir,
    scheme: 3,
    timeScale: SCALE,
    startAt: anchor,
    pollSeconds: 2,
    scanSeconds: 60,
    confirmSeconds: 40,
  });
  const machine = await openMachine(join(dir, "machine"));
  const till = await createTill({ bundle: bundle.path("node.cjs"), dir, token: TOKEN, scale: SCALE, anchor });
  const stage: Stage = { bank, machine, till, life: null, deaths: [], failures: [], people: 0 };
  try {
    const setUp = await till.begin(0, ["--provision", await writeShop(dir, bank, machine.port)]);
    // It leaves the compiled code for the next start to find.
    await setUp?.stop();
    stage.life = await till.begin(0);
    const chance = chanceOf(seed);
    const done: Sold[] = [];
    for (let n = 0; n < sales; n += 1) {
      const drawn = { ...chance.pick(ROUNDS), machine: chance.pick(ROUNDS).machine };
      done.push(await sell(stage, ROUNDS[n] ?? drawn));
    }
    return { ...(await judge(stage, done)), deaths: stage.deaths, sales: done.length, people: stage.people };
  } finally {
    await stage.life?.stop();
    machine.end();
    await bank.stop();
    await bundle.remove();
    await rm(dir, { recursive: true, force: true, maxRetries: 3 });
  }
}

interface Stage {
  readonly bank: Simulator;
  readonly machine: MachineProcess;
  readonly till: Till;
  life: Life | null;
  readonly deaths: string[];
  readonly failures: string[];
  people: number;
}

interface Sold {
  readonly order: string;
  readonly round: Round;
  readonly payment: Payment;
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One sale to its end, over as many lives as it takes. */
async function sell(stage: Stage, round: Round): Promise<Sold> {
  const { machine, bank, till } = stage;
  await alive(stage);
  machine.say(round.outcome);
  if (round.machine !== null) machine.say(`die ${round.machine}`);
  if (round.till !== null) await stage.life?.arm(0, round.till);
  let order = await machine.sell();
  let refusals = 0;
  const until = performance.now() + PATIENCE;
  let told: Payment | null = null;
  while (performance.now() < until) {
    await alive(stage);
    for (const { id, state, token } of bank.payments())
      if (state === "QrTokenCreated" && till.shown.has(token)) bank.scan(id);
      else if (state === "Wait") bank.confirm(id);
    try {
      if (stage.life === null) continue;
      const answer = await stage.life.api("GET", `/payments?externalId=${MACHINE}:${order}`);
      const { items } = answer.json() as { items: Payment[] };
      told = items[0] ?? null;
      if (items.length > 1) stage.failures.push(`${items.length} payments for order ${order}`);
    } catch (error) {
      if (stage.life?.isDead() === false) await pause(300);
      if (stage.life?.isDead() === false) throw error;
    }
    // On a busy machine the bank's answer to a creation may come too late: no code was shown, and the customer presses again.
    if (told?.state === "failed" && refusals < MOST_REFUSALS) {
      refusals += 1;
      told = null;
      order = await machine.sell();
      continue;
    }
    const goods = told?.fulfilment;
    const isOver =
      goods?.state === "given" ||
      (goods?.state === "not_given" && (goods.moneyBack === "returned" || goods.moneyBack === "support"));
    const isHeard = isOver && (await machine.open()) === 0;
    if (told !== null && isHeard) {
      // What did not happen in this sale must not strike in the next.
      machine.say("die never");
      await stage.life?.arm(0).catch(() => undefined);
      if (goods?.moneyBack === "support") {
        // He is owed it, and the till does not know whether its sending left: a person gives it back past the till.
        stage.people += 1;
        const own = bank.payments().find(({ externalId }) => externalId === told?.number);
        if (own && own.refundedMinor === 0n) bank.refundElsewhere(own.id, own.amountMinor);
      }
      return { order, round, payment: told };
    }
    await pause(20);
  }
  throw new Error(`order ${order} did not come to its end: ${JSON.stringify([round, told?.state, told?.fulfilment])}`);
}

/** Whoever is dead is started again. */
async function alive(stage: Stage): Promise<void> {
  const { machine, till } = stage;
  if (machine.isDead()) {
    if (!machine.wasKilled()) stage.failures.push("the machine ended by itself");
    stage.deaths.push(`machine: ${await machine.diedAt()}`);
    await machine.start();
  }
  if (stage.life?.isDead() === true) {
    const fell = stage.life.fell();
    if (fell !== null) stage.failures.push(`the till fell by itself: ${fell}`);
    stage.deaths.push("till");
    stage.life = await till.begin(0);
  }
}

async function judge(
  { bank, machine, failures }: Stage,
  sold: readonly Sold[],
): Promise<Pick<Died, "losses" | "failures">> {
  const losses: Record<keyof Losses, number> = { ...NO_LOSSES };
  const wrong = [...failures];
  const count = (kind: keyof Losses, { order, round, payment }: Sold, words: string): void => {
    losses[kind] += 1;
    wrong.push(`${kind}: order ${order} (${JSON.stringify(round)}): ${words}: ${JSON.stringify(payment.fulfilment)}`);
  };
  const tray = await machine.tray();
  const paid = bank.payments().filter(({ captured }) => captured);
  for (const one of sold) {
    const { order, payment } = one;
    const goods = tray.filter((name) => name === order).length;
    const own = paid.filter(({ externalId }) => externalId === payment.number);
    const back = Number(own[0]?.refundedMinor ?? 0n);
    if (own.length > 1 || goods > 1) count("doubled", one, `${own.length} payments, ${goods} goods`);
    if (own.length === 0) count("falsePaid", one, "nothing was paid");
    if (goods === 0 && back === 0) count("lost", one, "neither goods nor money");
    if (goods > 0 && back > 0) count("doubleRefund", one, "goods and money");
    if (back !== 0 && back !== PRICE.minor) count("wrongAmount", one, `${back} went back`);
    if ((payment.fulfilment?.state === "given") !== goods > 0) wrong.push(`order ${order}: the books say otherwise`);
  }
  if (paid.length !== sold.length) wrong.push(`${paid.length} payments at the bank, ${sold.length} sales`);
  return { losses, failures: wrong };
}

interface MachineProcess {
  readonly port: number;
  start(): Promise<void>;
  say(line: string): void;
  /** Asks the till for a payment; the order's number. */
  sell(): Promise<string>;
  isDead(): boolean;
  wasKilled(): boolean;
  diedAt(): Promise<string>;
  /** How many orders its memory holds. */
  open(): Promise<number>;
  /** The orders whose goods really fell. */
  tray(): Promise<string[]>;
  end(): void;
}

async function openMachine(dir: string): Promise<MachineProcess> {
  await mkdir(dir, { recursive: true });
  const read = (name: string): Promise<string> => readFile(join(dir, name), "utf8").catch(() => "");
  const linesOf = (text: string): string[] => text.split("\n").filter((line) => line !== "");
  let port = 0;
  let child: ChildProcess | null = null;
  let heard: (line: string) => void = () => undefined;
  const kill = (): void => void child?.kill("SIGKILL");

  async function start(): Promise<void> {
    const script = join(root, "simulator", "machine", "main.ts");
    const args = [script, "--dir", dir, "--listen", String(port), "--id", MACHINE, "--speed", String(SCALE), "--look"];
    const own = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
    child = own;
    own.stdin.on("error", () => undefined); // it died while it was spoken to
    const ready = Promise.withResolvers<void>();
    createInterface({ input: own.stdout }).on("line", (line) => {
      if (line.startsWith("power cut")) return void own.kill("SIGKILL");
      if (!line.startsWith("{")) return heard(line);
      port = (JSON.parse(line) as { port: number }).port;
      ready.resolve();
    });
    own.once("close", () => ready.reject(new Error("the machine did not start")));
    await ready.promise;
  }

  process.once("exit", kill); // a proof that fails leaves no machine behind
  await start();
  const machine: MachineProcess = {
    port,
    start,
    say: (line) => void child?.stdin?.write(`${line}\n`),
    sell() {
      const order = new Promise<string>((resolve) => {
        heard = (line) => {
          const [, name] = /^order (\S+)$/.exec(line) ?? [];
          if (name !== undefined) resolve(name);
        };
      });
      machine.say(`sell 12`);
      return order;
    },
    isDead: () => child !== null && (child.exitCode !== null || child.signalCode !== null),
    wasKilled: () => child?.signalCode === "SIGKILL",
    diedAt: async () =>
      linesOf(await read("deaths.log"))
        .at(-1)
        ?.replace(/ \S+$/, "") ?? "by itself",
    open: async () =>
      (JSON.parse((await read("memory.json")) || '{"orders":[]}') as { orders: unknown[] }).orders.length,
    tray: async () => linesOf(await read("tray.log")).map((line) => line.split(" ")[0] ?? ""),
    end() {
      kill();
      process.off("exit", kill);
    },
  };
  return machine;
}

async function writeShop(dir: string, bank: Simulator, port: number): Promise<string> {
  const { ca, certificate, privateKey } = bank.paths;
  const document = {
    version: 1,
    language: "ru",
    mode: "vending",
    adminPin: "471108",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791" },
    till: { id: "V3", tokens: [{ name: "clerk", token: TOKEN, may: ["pay", "refund", "read"] }] },
    screen: { autoReturnSeconds: 60, idleSeconds: 600 },
    kiosk: { machine: { tcp: `127.0.0.1:${port}` }, restartAt: null, fulfilSeconds: 600, dispenseSeconds: 600 },
    providers: {
      kaspi: {
        environment: "test",
        scheme: 3,
        url: bank.urlOf(3),
        certificate,
        privateKey,
        passphrase: bank.files.passphrase,
        ca,
        deviceId: "VENDING-3",
        tradePointId: "12",
        limits: { min: "1.00", max: "1000000.00" },
        organizationBin: "180340021791",
      },
    },
  };
  const file = join(dir, "provision.json");
  await writeFile(file, JSON.stringify(document), { mode: 0o600 });
  return file;
}
