import { fstatSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import {
  startEpay,
  startHalyk,
  startSimulator,
  type EpaySimulator,
  type HalykSimulator,
  type Simulator,
} from "./index.ts";
import { readConfig, type Settings } from "./kaspi/config.ts";
import { schemes } from "./kaspi/records.ts";

interface ParentPort {
  postMessage(message: unknown): void;
  on(event: "message" | "close", listener: (event: unknown) => void): void;
}

const USAGE = `bank simulator: Kaspi QR, and Halyk's QR service and ePay beside it
  --dir DIR         where their certificates are kept (required)
  --scheme N        Kaspi's 1, 2 (default) or 3: whose address is "url" and whose port is --port
  --port N          0: any (default); the other schemes take any
  --halyk-port N    0: any (default)
  --epay-port N     ePay's, 0: any (default)
  --epay-acs-port N of its page for the payer, 0: any (default)
  --config FILE     Kaspi's settings as JSON
  --state FILE      keeps payments, refunds, devices and the Api-Key over a restart; Halyk's bills, user name and
                    password are kept in FILE.halyk, ePay's operations and terminals in FILE.epay
  --stay            stays when standard input ends`;

function readArguments() {
  const { values } = parseArgs({
    options: {
      dir: { type: "string" },
      scheme: { type: "string", default: "2" },
      port: { type: "string", default: "0" },
      "halyk-port": { type: "string", default: "0" },
      "epay-port": { type: "string", default: "0" },
      "epay-acs-port": { type: "string", default: "0" },
      config: { type: "string" },
      state: { type: "string" },
      stay: { type: "boolean", default: false },
    },
  });
  const scheme = schemes.find((one) => String(one) === values.scheme);
  if (values.dir === undefined) throw new Error("--dir is missing");
  if (scheme === undefined) throw new Error("--scheme: 1, 2 or 3");
  const ports = {
    port: readPort("--port", values.port),
    halykPort: readPort("--halyk-port", values["halyk-port"]),
    epayPort: readPort("--epay-port", values["epay-port"]),
    epayAcsPort: readPort("--epay-acs-port", values["epay-acs-port"]),
  };
  return { ...values, dir: values.dir, ...ports, scheme };
}

function readPort(option: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`${option}: 0 to 65535`);
  return port;
}

function readConfigFile(path: string | undefined): Settings {
  return path === undefined ? {} : readConfig(JSON.parse(readFileSync(path, "utf8")));
}

interface Banks {
  simulator: Simulator;
  halyk: HalykSimulator;
  epay: EpaySimulator;
}

async function startBanks(options: ReturnType<typeof readArguments>): Promise<Banks> {
  const { dir, state } = options;
  const simulator = await startSimulator({
    ...readConfigFile(options.config),
    dir,
    scheme: options.scheme,
    schemes,
    port: options.port,
    control: true,
    stateFile: state,
  });
  // After Kaspi, whose start makes the authority all of them show.
  const stateFile = (name: string) => (state === undefined ? undefined : `${state}.${name}`);
  const halyk = await startHalyk({ dir, port: options.halykPort, control: true, stateFile: stateFile("halyk") });
  const epay = await startEpay({
    dir,
    port: options.epayPort,
    acsPort: options.epayAcsPort,
    acs: "http",
    control: true,
    stateFile: stateFile("epay"),
  });
  return { simulator, halyk, epay };
}

async function stopBanks(banks: Banks): Promise<void> {
  await Promise.all(Object.values(banks).map((bank: Banks[keyof Banks]) => bank.stop()));
}

/** The one line a starting program waits for. */
function readyEvent({ simulator, halyk, epay }: Banks) {
  const { ca, certificate, privateKey, pfx, passphraseFile } = simulator.paths;
  return {
    event: "ready",
    url: simulator.url,
    urls: simulator.urls,
    apiKey: simulator.apiKey,
    ca,
    certificate,
    privateKey,
    pfx,
    passphraseFile,
    control: simulator.control?.url,
    controlToken: simulator.control?.token,
    halyk: {
      url: halyk.url,
      username: halyk.username,
      password: halyk.password,
      terminal: halyk.terminal,
      ca: halyk.paths.ca,
      control: halyk.control?.url,
      controlToken: halyk.control?.token,
    },
    epay: {
      oauthUrl: epay.urls.oauth,
      apiUrl: epay.urls.api,
      acs: epay.urls.acs,
      terminals: epay.terminals,
      ca: epay.paths.ca,
      control: epay.control?.url,
      controlToken: epay.control?.token,
    },
  };
}

/** Only a pipe tells that a parent went; a terminal, a file or /dev/null ends without meaning it. */
function stdinIsPipe(): boolean {
  try {
    const stat = fstatSync(0);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

function stopWithParent(stop: () => void, stay: boolean): void {
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  const parentPort = electronParent();
  if (parentPort) parentPort.on("close", stop);
  else if (process.send) process.on("disconnect", stop);
  else if (!stay && stdinIsPipe()) {
    process.stdin.on("end", stop);
    process.stdin.on("error", stop);
    process.stdin.resume();
  }
}

/** In Electron's utilityProcess. */
function electronParent(): ParentPort | undefined {
  return (process as unknown as { parentPort?: ParentPort }).parentPort;
}

function announce(ready: unknown): void {
  // A parent that went before it read the line must not end this process with EPIPE before it cleaned up.
  process.stdout.on("error", () => {});
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  const parentPort = electronParent();
  if (parentPort) parentPort.postMessage(ready);
  else if (process.connected) process.send?.(ready);
}

async function main(): Promise<void> {
  const options = readArguments();
  const starting = startBanks(options);
  // Before the certificates are made: the parent may go meanwhile.
  let stopping = false;
  stopWithParent(() => {
    if (stopping) return;
    stopping = true;
    void starting.then(stopBanks).finally(() => process.exit(0));
  }, options.stay);
  announce(readyEvent(await starting));
}

main().catch((error: unknown) => {
  process.stderr.write(`${(error as Error).message}\n${USAGE}\n`);
  process.exit(2);
});
