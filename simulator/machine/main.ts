/** The machine as a process of its own: at a TCP port, a serial device, or the till API. See docs/machine.md. */
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  openSync,
  fsyncSync,
  closeSync,
  readFileSync,
  writeSync,
} from "node:fs";
import { createServer, type Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { openBridge } from "./bridge.ts";
import { Machine, POINTS, type Hardware, type Outcome, type Point } from "./machine.ts";
import { fileMemory } from "./memory.ts";

const USAGE = `vending machine: plays the machine of docs/machine.md
  --dir DIR        its memory (memory.json) and its tray (tray.log): what really fell (required)
  --listen PORT    waits for the till at 127.0.0.1:PORT; 0: any, printed (default)
  --serial DEVICE  speaks at a serial device instead (set up before: stty -F DEVICE 9600 raw -echo)
  --till URL       speaks HTTP to the till API instead (http://127.0.0.1:PORT/api/v1), with --token-file FILE
  --token-file F   holds a token with the scopes pay and read
  --bank NAME      kaspi (default) or halykQr, for --till
  --id ID          its name (default VM-1)
  --price AMOUNT   what "sell" asks for (default 450.00)
  --look           after a power cut it can look whether the goods fell
  --speed N        lives N times faster
on standard input: sell [ITEM], cancel ORDER, falls, jams, "falls unseen", "jams unseen", die POINT, quit
  POINT: ${POINTS.join(", ")}`;

const OUTCOMES: readonly string[] = ["falls", "jams", "falls unseen", "jams unseen"] satisfies Outcome[];

/** Milliseconds in which a test can end it itself. */
const POWER_CUT = 5_000;

const { values } = parseArgs({
  options: {
    dir: { type: "string" },
    listen: { type: "string", default: "0" },
    serial: { type: "string" },
    till: { type: "string" },
    "token-file": { type: "string" },
    bank: { type: "string", default: "kaspi" },
    id: { type: "string", default: "VM-1" },
    price: { type: "string", default: "450.00" },
    look: { type: "boolean", default: false },
    speed: { type: "string", default: "1" },
    help: { type: "boolean", default: false },
  },
});
const { dir } = values;
if (dir === undefined || values.help) {
  process.stderr.write(`${USAGE}\n`);
  process.exit(values.help ? 0 : 2);
}
mkdirSync(dir, { recursive: true });
const tray = join(dir, "tray.log");
const speed = Number(values.speed);
let outcome: Outcome = "falls";
let deadly: string | null = null;

const print = (words: string): void => void process.stdout.write(`${words}\n`);
let last = "";

const hardware: Hardware = {
  outcome: () => outcome,
  drop(order, item) {
    // Goods do not come back out of the tray: it is on the disk before anything else happens.
    const file = openSync(tray, "a", 0o600);
    writeSync(file, `${order} ${item}\n`);
    fsyncSync(file);
    closeSync(file);
    print(`*clunk* ${item}`);
  },
  look(order) {
    if (!values.look) return null;
    const text = existsSync(tray) ? readFileSync(tray, "utf8") : "";
    return text.split("\n").some((line) => line.startsWith(`${order} `));
  },
  has: () => true,
};

/** Its power goes: it stands still in the middle of everything, and ends, unless somebody ends it before. */
function at(point: Point, order: string): void {
  if (deadly !== point) return;
  appendFileSync(join(dir ?? "", "deaths.log"), `${point} ${order}\n`);
  writeSync(1, `power cut: ${point}\n`);
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, POWER_CUT);
  process.exit(137);
}

const machine = new Machine({
  id: values.id,
  memory: fileMemory(join(dir, "memory.json")),
  hardware,
  timers: {
    after(ms, run) {
      const timer = setTimeout(run, ms / speed);
      return { cancel: () => clearTimeout(timer) };
    },
  },
  at,
  tell(words) {
    if (words !== last) print(words);
    last = words;
  },
});

function lines(on: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const pieces = (rest + text).split("\n");
    rest = (pieces.pop() ?? "").slice(-1_000);
    for (const piece of pieces) on(piece);
  };
}

function listen(port: number): void {
  let till: Socket | null = null;
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("error", () => socket.destroy());
    // One till at a time: a second one would be told of sales that are not its own.
    if (till !== null) return void socket.destroy();
    till = socket;
    socket.setEncoding("latin1").on(
      "data",
      lines((line) => machine.heard(line)),
    );
    socket.on("close", () => {
      till = null;
      machine.gone();
    });
    machine.connected((text) => socket.write(text));
  });
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    print(JSON.stringify({ event: "ready", port: typeof address === "object" ? address?.port : port }));
  });
}

async function serial(device: string): Promise<void> {
  const { createReadStream, createWriteStream } = await import("node:fs");
  const out = createWriteStream(device, { flags: "r+" });
  createReadStream(device, { encoding: "latin1" }).on("data", lines((line) => machine.heard(line)) as () => void);
  machine.connected((text) => out.write(text));
  print(JSON.stringify({ event: "ready", serial: device }));
}

function overApi(url: string): void {
  const token = readFileSync(values["token-file"] ?? "", "utf8").trim();
  const { id, bank } = values;
  const bridge = openBridge({ url, token, id, provider: bank, heard: (line) => machine.heard(line) });
  machine.connected((text) => bridge.send(text));
  print(JSON.stringify({ event: "ready", till: url }));
}

const input = createInterface({ input: process.stdin });
input.on("line", (line) => {
  const [word = "", ...rest] = line.trim().split(" ");
  const more = rest.join(" ");
  if (word === "sell") print(`order ${machine.sell(more || "12", values.price)}`);
  else if (word === "cancel") machine.cancel(more);
  else if (word === "die") deadly = more;
  else if (OUTCOMES.includes(line.trim())) outcome = line.trim() as Outcome;
  else if (word === "quit") process.exit(0);
  else print(USAGE);
});
// A machine whose operator is gone stays no longer than he does.
input.on("close", () => process.exit(0));

if (values.till !== undefined) overApi(values.till);
else if (values.serial !== undefined) void serial(values.serial);
else listen(Number(values.listen));
