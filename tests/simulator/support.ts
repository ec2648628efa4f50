import { randomUUID } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, request, type RequestOptions } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startSimulator, type Simulator, type SimulatorOptions } from "../../simulator/index.ts";

/** The envelope with every Data member the tests read. */
export interface BankAnswer {
  StatusCode: number;
  Message?: string;
  message?: string;
  Data: {
    DeviceToken: string;
    QrToken: string;
    PaymentLink: string;
    Status: string;
    ClientName: string;
    TradePointName: string;
    length: number;
    QrPaymentBehaviorOptions: Record<string, number>;
    QrReturnBehaviorOptions: Record<string, number>;
  };
}

type SendOptions = Omit<RequestOptions, "headers"> & { headers?: Record<string, string>; body?: string | undefined };

export interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
  json(): BankAnswer;
}

export interface Credentials {
  cert?: string;
  key?: string;
  pfx?: Buffer;
  passphrase?: string;
  ca?: string[];
}

export function credentialsOf(simulator: Simulator): Credentials {
  const { paths } = simulator;
  return {
    cert: readFileSync(paths.certificate, "utf8"),
    key: readFileSync(paths.privateKey, "utf8"),
    passphrase: readFileSync(paths.passphraseFile, "utf8"),
    ca: paths.ca.map((path) => readFileSync(path, "utf8")),
  };
}

/** One HTTPS request; rejects when the connection fails or the body is cut short. */
export function send(url: string, credentials: Credentials, options: SendOptions = {}): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const outgoing = request(
      url,
      {
        ...credentials,
        ...rest,
        headers: {
          "Content-Type": "application/json",
          "X-Request-ID": randomUUID().replaceAll("-", ""),
          ...rest.headers,
        },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => (text += chunk));
        response.on("error", reject);
        response.on("end", () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text,
            json: () => JSON.parse(text) as BankAnswer,
          }),
        );
      },
    );
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

/** The id a key has in an answer's text: Int64 does not survive JSON.parse. */
export function idOf(answer: Answer, key: string): string {
  return new RegExp(`"${key}":(\\d+)`).exec(answer.text)?.[1] ?? "";
}

/** A till's side of a bank made for one test, with what its scheme wants in every call. */
export class Till {
  readonly bank: Simulator;
  readonly scheme: 1 | 2 | 3;
  readonly bin: string;
  readonly credentials: Credentials;
  readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  deviceToken = "";

  constructor(bank: Simulator, scheme = bank.scheme, bin = "180340021791") {
    this.bank = bank;
    this.scheme = scheme;
    this.bin = bin;
    const all = credentialsOf(bank);
    this.credentials = scheme === 1 ? { ca: all.ca ?? [] } : all;
  }

  get url(): string {
    return this.bank.urlOf(this.scheme);
  }

  get(path: string, options: SendOptions = {}): Promise<Answer> {
    return send(this.url + path, this.credentials, {
      agent: this.agent,
      ...options,
      headers: { ...this.#key(), ...options.headers },
    });
  }

  post(path: string, body: unknown, options: SendOptions = {}): Promise<Answer> {
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return this.get(path, { method: "POST", ...options, body: text });
  }

  /** With the device token, and in scheme 3 the organisation; amounts and ids are given as raw JSON text. */
  call(path: string, members: Record<string, string> = {}, options: SendOptions = {}): Promise<Answer> {
    const all = { DeviceToken: `"${this.deviceToken}"`, ...this.#organization(), ...members };
    const written = Object.entries(all).map(([key, raw]) => `"${key}":${raw}`);
    return this.post(path, `{${written.join(",")}}`, options);
  }

  async register(deviceId = "GFC-456397", tradePointId: number | string = 12): Promise<string> {
    const own = this.scheme === 3 ? { OrganizationBin: this.bin } : {};
    const answer = await this.post("/device/register", { DeviceId: deviceId, TradePointId: tradePointId, ...own });
    this.deviceToken = answer.json().Data.DeviceToken;
    return this.deviceToken;
  }

  create(amount = "200.00", externalId = "15", path = "/qr/create"): Promise<Answer> {
    return this.call(path, { Amount: amount, ExternalId: `"${externalId}"` });
  }

  /** The new payment's id, read from the answer's text. */
  async createId(amount?: string, externalId?: string): Promise<string> {
    return idOf(await this.create(amount, externalId), "QrPaymentId");
  }

  /** A payment the customer made. */
  async paidId(amount?: string, customer?: string): Promise<string> {
    const id = await this.createId(amount);
    this.bank.pay(id, customer);
    return id;
  }

  async status(id: string): Promise<string> {
    return (await this.get(`/payment/status/${id}`)).json().Data.Status;
  }

  details(id: string): Promise<Answer> {
    return this.get(`/payment/details?QrPaymentId=${id}&DeviceToken=${this.deviceToken}`);
  }

  /** A refund QR the customer scanned. */
  async scannedReturn(customer?: string): Promise<string> {
    const id = idOf(await this.call("/return/create"), "QrReturnId");
    this.bank.scanReturn(id, customer);
    return id;
  }

  giveBack(purchaseId: string, amount: string, returnId?: string): Promise<Answer> {
    return this.call("/payment/return", {
      QrPaymentId: purchaseId,
      Amount: amount,
      ...(returnId === undefined ? {} : { QrReturnId: returnId }),
    });
  }

  #organization(): Record<string, string> {
    return this.scheme === 3 ? { OrganizationBin: `"${this.bin}"` } : {};
  }

  #key(): Record<string, string> {
    return this.scheme === 1 ? { "Api-Key": this.bank.apiKey } : {};
  }
}

const running: Till[] = [];

// One authority for a test file: making its keys costs more than most tests do.
const authorityDir = mkdtempSync(join(tmpdir(), "authority-"));
afterAll(() => rmSync(authorityDir, { recursive: true, force: true }));

/** A bank that stands still in time and a registered till. Stopped by stopAll. */
export async function open(options: SimulatorOptions = {}): Promise<Till> {
  const till = new Till(await startSimulator({ dir: authorityDir, timeScale: 0, ...options }));
  running.push(till);
  await till.register();
  return till;
}

/** One more registered till of the same bank. */
export async function another(
  till: Till,
  device: { scheme?: 1 | 2 | 3; bin?: string; id: string; point: string },
): Promise<Till> {
  const other = new Till(till.bank, device.scheme ?? till.scheme, device.bin);
  await other.register(device.id, device.point);
  return other;
}

export async function stopAll(): Promise<void> {
  for (const till of running.splice(0)) {
    till.agent.destroy();
    await till.bank.stop();
  }
}

export const wait = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** Resolves when `ready` holds; fails after two seconds. */
export async function until(ready: () => boolean): Promise<void> {
  for (let tries = 0; !ready(); tries++) {
    if (tries > 200) throw new Error("it did not happen");
    await wait(10);
  }
}
