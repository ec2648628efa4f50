/** The driver before a core, over a real TCP socket and a real terminal device, with the simulator's machine at the other end. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, describe, expect, it } from "vitest";
import type { MachineLine } from "../../contract/kiosk.ts";
import { root } from "../../scripts/lib/paths.mjs";
import { systemClock } from "../../main/adapters/clock.ts";
import type { LogFields } from "../../main/core/ports.ts";
import { createMachine, type MachineService } from "../../main/machine/index.ts";
import { lineOf } from "../../main/machine/protocol.ts";
import { serialLine } from "../../main/machine/serial.ts";
import { Machine, type Outcome, type Point } from "../../simulator/machine/machine.ts";
import { plainMemory } from "../../simulator/machine/memory.ts";
import { fakeCore, type FakeCore } from "./fake-core.ts";

/** Times of docs/machine.md, so many times faster. */
const SPEED = 40;
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function until(holds: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 800; tries += 1) {
    if (holds()) return;
    await new Promise((again) => setTimeout(again, 5));
  }
  throw new Error(`it never came to ${what}`);
}

interface Till {
  readonly core: FakeCore;
  readonly service: MachineService;
  readonly notes: string[];
  state(): string;
}

function openTill(line: MachineLine): Till {
  const core = fakeCore();
  const clock = systemClock();
  const notes: string[] = [];
  const note = (event: string, fields: LogFields = {}): void => void notes.push(`${event} ${fields["why"] ?? ""}`);
  const service = createMachine({
    clock: {
      ...clock,
      mono: () => clock.mono() * SPEED,
      setTimeout: (run, ms) => clock.setTimeout(run, ms / SPEED),
    },
    ids: { requestId: () => "0123456789abcdef" },
    log: { info: note, warn: note, error: note },
  });
  ends.push(() => service.stop());
  service.use(line, "T1");
  service.begin(core);
  return { core, service, notes, state: () => service.port.state() };
}

interface OtherEnd {
  readonly machine: Machine;
  readonly tray: string[];
  readonly points: Point[];
}

function makeMachine(outcome: Outcome = "falls", version = 1): OtherEnd {
  const tray: string[] = [];
  const points: Point[] = [];
  const machine = new Machine({
    id: "VM-1",
    memory: plainMemory(),
    version,
    hardware: {
      outcome: () => outcome,
      drop: (order, item) => void tray.push(`${order} ${item}`),
      look: () => null,
      has: (item) => item !== "none",
    },
    timers: {
      after(ms, run) {
        const timer = setTimeout(run, ms / SPEED);
        return { cancel: () => clearTimeout(timer) };
      },
    },
    at: (point) => void points.push(point),
  });
  ends.push(() => machine.kill());
  return { machine, tray, points };
}

const cutter = (on: (line: string) => void): ((text: string) => void) => {
  let rest = "";
  return (text) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) on(line);
  };
};

/** A port at which `on` gets each connection. */
async function listen(
  on: (socket: Socket, nth: number) => void,
): Promise<{ line: MachineLine; server: Server; cut(): void }> {
  const sockets = new Set<Socket>();
  let nth = 0;
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.setEncoding("latin1");
    on(socket, (nth += 1));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  ends.push(() => {
    cut();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return { line: { tcp: `127.0.0.1:${address.port}` }, server, cut };
}

function serve({ machine }: OtherEnd): (socket: Socket) => void {
  return (socket) => {
    socket.on("data", cutter((line) => machine.heard(line)) as (data: unknown) => void);
    socket.on("close", () => machine.gone());
    machine.connected((text) => socket.write(text));
  };
}

const stateOf = ({ core }: Till, id: string): string | undefined => core.sales.get(id)?.fulfilment?.state;
const onlySale = ({ core }: Till): string => [...core.sales.keys()][0] ?? "";

describe("over TCP", () => {
  it("a sale of the machine's own goes from the choice to the goods, once", async () => {
    const end = makeMachine();
    const { line } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    const order = end.machine.sell("12", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    // It asks again and again until it is paid: nothing more is made of it.
    await new Promise((wait) => setTimeout(wait, 150));
    expect(till.core.commands).toEqual(["payments.create"]);
    expect(end.points).toEqual([]);
    till.core.change(onlySale(till), { state: "paid" });
    await until(() => end.machine.open.length === 0, "its end");
    expect(end.tray).toEqual([`${order} 12`]);
    expect(stateOf(till, onlySale(till))).toBe("given");
    expect(end.points).toEqual([
      "before BEGIN",
      "between GO and motor",
      "motor turning",
      "goods fallen",
      "outcome written",
      "reported",
    ]);
  });

  it("a sale of the screen's is told to the machine when it is paid, and its failure comes back", async () => {
    const end = makeMachine("jams");
    const { line } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    const id = till.core.buy([{ id: "07", quantity: 2 }]);
    till.core.change(id, { state: "paid" });
    await until(() => stateOf(till, id) === "not_given", "not given");
    expect(end.tray).toEqual([]);
    expect(till.core.commands).toEqual(["payments.dispense", "payments.fulfil"]);
  });

  it("more pieces than a line holds are never begun, and given back", async () => {
    const end = makeMachine();
    const { line } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    const id = till.core.buy([{ id: "07", quantity: 9 }]);
    till.core.change(id, { state: "paid" });
    await until(() => stateOf(till, id) === "not_given", "not given");
    expect(till.core.commands).toEqual(["payments.fulfil"]);
  });

  it("a shelf that the settings do not know is sold without its name", async () => {
    const end = makeMachine();
    const { line } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    end.machine.sell("99", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    expect(till.core.commands).toEqual(["payments.create", "payments.create"]);
  });

  it("is taken up again after each break, and what waited is said again", async () => {
    const end = makeMachine();
    const { line, cut } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    const changes: string[] = [];
    till.service.port.watch(() => changes.push(till.state()));
    cut();
    await until(() => till.state() === "down", "down");
    const id = till.core.buy([{ id: "07", quantity: 1 }]);
    till.core.change(id, { state: "paid" });
    await until(() => stateOf(till, id) === "given", "given");
    expect(changes.slice(0, 2)).toEqual(["down", "up"]);
    expect(end.tray).toHaveLength(1);
  });

  it("while the journal cannot be written the machine is told to wait, and turns nothing", async () => {
    const end = makeMachine();
    const { line } = await listen(serve(end));
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    const order = end.machine.sell("12", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    till.core.change(onlySale(till), { state: "paid" });
    till.core.broken = "journal_unavailable";
    await until(() => till.notes.length > 0 || end.points.includes("before BEGIN"), "its BEGIN");
    await new Promise((wait) => setTimeout(wait, 200));
    expect(end.points).not.toContain("between GO and motor");
    till.core.broken = null;
    await until(() => end.tray.length === 1, "the goods");
    expect(end.tray).toEqual([`${order} 12`]);
  });

  it("a machine of another version stays down and is told why", async () => {
    const end = makeMachine("falls", 2);
    const said: string[] = [];
    const { line } = await listen((socket) => {
      serve(end)(socket);
      socket.on("data", (text: unknown) => said.push(String(text)));
    });
    const till = openTill(line);
    await until(() => said.join("").includes("NAK why=version v=1"), "the NAK");
    expect(till.state()).toBe("down");
    expect(till.notes.filter((note) => note.startsWith("machine.version"))).toEqual(["machine.version 2"]);
  });

  it("what it says before its HELLO is not done", async () => {
    const { line } = await listen((socket) => void socket.write(lineOf("VEND", { order: "1", amount: "4.50" })));
    const till = openTill(line);
    await new Promise((wait) => setTimeout(wait, 150));
    expect(till.core.commands).toEqual([]);
    expect(till.state()).toBe("down");
  });

  it("noise between its lines changes nothing", async () => {
    const end = makeMachine();
    const { line } = await listen((socket) => {
      serve(end)(socket);
      const noise = setInterval(() => socket.write(Buffer.from([0, 255, 10, 13, 42, 10, 200])), 120);
      socket.on("close", () => clearInterval(noise));
    });
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    end.machine.sell("12", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    till.core.change(onlySale(till), { state: "paid" });
    await until(() => end.tray.length === 1, "the goods");
  });

  it("a machine that runs wild is left alone for a while", async () => {
    const { line } = await listen((socket) => {
      const flood = setInterval(() => socket.write(lineOf("PING").repeat(200)), 5);
      socket.on("close", () => clearInterval(flood));
    });
    const till = openTill(line);
    await until(() => till.notes.includes("machine.down it says more than anybody can"), "the cut");
    expect(till.state()).toBe("down");
  });

  it("one that says nothing any more is down, and called again", async () => {
    let connections = 0;
    const { line } = await listen((socket, nth) => {
      connections = nth;
      socket.write(lineOf("HELLO", { v: 1, id: "VM-1", boot: 1 }));
    });
    const till = openTill(line);
    await until(() => till.state() === "up", "up");
    await until(() => till.notes.includes("machine.down it says nothing"), "down");
    await until(() => connections > 1, "another connection");
  });

  it("is off without a line, and another line takes the place of the first", async () => {
    const [one, two] = [makeMachine(), makeMachine()];
    const [first, second] = [await listen(serve(one)), await listen(serve(two))];
    const till = openTill(first.line);
    await until(() => till.state() === "up", "up");
    till.service.use({ ...first.line }, "T1");
    expect(till.state()).toBe("up");
    till.service.use(second.line, "T1");
    expect(till.state()).toBe("down");
    await until(() => till.state() === "up", "up again");
    two.machine.sell("12", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    till.service.use(null, "T1");
    expect(till.state()).toBe("off");
  });
});

describe("the machine as a process", () => {
  it("speaks with one till; a second one stays down and disturbs nobody", async () => {
    const dir = mkdtempSync(join(tmpdir(), "qabyl-machine-"));
    ends.push(() => rmSync(dir, { recursive: true, force: true, maxRetries: 3 }));
    const script = join(root, "simulator", "machine", "main.ts");
    const child = spawn(process.execPath, [script, "--dir", dir, "--speed", String(SPEED)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    ends.push(() => child.kill("SIGKILL"));
    const [ready] = (await once(createInterface({ input: child.stdout }), "line")) as [string];
    const line: MachineLine = { tcp: `127.0.0.1:${(JSON.parse(ready) as { port: number }).port}` };
    const first = openTill(line);
    await until(() => first.state() === "up", "up");
    const changes: string[] = [];
    first.service.port.watch(() => changes.push(first.state()));
    const second = openTill(line);
    await until(() => second.notes.some((note) => note.startsWith("machine.down")), "the refusal");
    child.stdin.write("sell 12\n");
    await until(() => first.core.sales.size === 1, "a payment");
    first.core.change(onlySale(first), { state: "paid" });
    await until(() => stateOf(first, onlySale(first)) === "given", "given");
    expect(readFileSync(join(dir, "tray.log"), "utf8")).toBe("1-1 12\n");
    expect([second.state(), second.core.sales.size, changes]).toEqual(["down", 0, []]);
  });
});

/** A terminal device of the system whose other end is a pipe of ours: `script` of util-linux holds it open. */
async function openTerminal(): Promise<{ device: string; far: ChildProcess }> {
  const far = spawn("script", ["-q", "-f", "-c", "stty raw -echo; tty; exec sleep 60", "/dev/null"], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  ends.push(() => far.kill("SIGKILL"));
  const lines = createInterface({ input: far.stdout });
  const [device] = (await once(lines, "line")) as [string];
  lines.close();
  return { device: device.trim(), far };
}

describe("at a serial device", () => {
  it("a whole sale goes over a real terminal, and its end is noticed", async () => {
    const { device, far } = await openTerminal();
    expect(device).toMatch(/^\/dev\/pts\/\d+$/);
    const end = makeMachine();
    far.stdout?.setEncoding("latin1").on(
      "data",
      cutter((line) => end.machine.heard(line.replace("\r", ""))),
    );
    far.stdout?.resume();
    const till = openTill({ serial: device, baud: 9600 });
    end.machine.connected((text) => far.stdin?.write(text));
    await until(() => till.state() === "up", "up");
    const order = end.machine.sell("12", "450.00");
    await until(() => till.core.sales.size === 1, "a payment");
    till.core.change(onlySale(till), { state: "paid" });
    await until(() => end.tray.length === 1, "the goods");
    await until(() => stateOf(till, onlySale(till)) === "given", "given");
    expect(end.tray).toEqual([`${order} 12`]);
    far.kill("SIGKILL");
    await until(() => till.state() === "down", "down");
  });

  it("one that is not there, or is no device, is told in the log and tried again", async () => {
    const none = openTill({ serial: "/dev/ttyNONE99", baud: 9600 });
    await until(() => none.notes.includes("machine.down ENOENT"), "the note");
    const disk = openTill({ serial: "/dev/../etc/hostname", baud: 9600 });
    await until(() => disk.notes.some((note) => note.startsWith("machine.down ")), "the note");
    expect([none.state(), disk.state()]).toEqual(["down", "down"]);
  });

  it("is refused in words on Windows", async () => {
    const why = await new Promise((closed) =>
      serialLine("COM3", 9600, "win32").open({ opened: () => closed("opened"), data: () => undefined, closed }),
    );
    expect(why).toBe("serial lines are not served on Windows: use a bridge to TCP");
  });
});
