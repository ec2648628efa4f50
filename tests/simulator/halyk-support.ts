import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startHalyk, type HalykOptions, type HalykSimulator } from "../../simulator/index.ts";
import { idOf, send, type Answer } from "./support.ts";

/** What the tests read of a status, a creation's answer or an error. */
export interface HalykBody {
  billNumber: number;
  qrcode: string;
  status: string;
  amount: unknown;
  fee: unknown;
  bonusAmount: unknown;
  reference: string | null;
  errDescription: string | null;
  createdDate: string;
  paymentDate: string;
  message: string;
  error: string;
}

export interface CallOptions {
  headers?: Record<string, string>;
}

/** A shop's side of a bank made for one test. */
export class Shop {
  readonly bank: HalykSimulator;
  readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly events: string[] = [];
  readonly #ca: string[];
  #invoice = 1000000;

  constructor(bank: HalykSimulator) {
    this.bank = bank;
    this.#ca = bank.paths.ca.map((path) => readFileSync(path, "utf8"));
    bank.onEvent((text) => this.events.push(text));
  }

  get(path: string, options: CallOptions = {}): Promise<Answer> {
    return this.#send("GET", path, undefined, options);
  }

  post(path: string, body: unknown, options: CallOptions = {}): Promise<Answer> {
    return this.#send("POST", path, typeof body === "string" ? body : JSON.stringify(body), options);
  }

  create(members: Record<string, unknown> = {}): Promise<Answer> {
    const invoiceId = String(++this.#invoice);
    const own = { amount: 250, terminal: "92059431", pointOfSale: "THE KITCHEN", invoiceId, isSkipFin: "N" };
    return this.post("/generate/code?channel=SMART_POS", { ...own, ...members });
  }

  /** The new bill's number, read from the answer's text. */
  async bill(members?: Record<string, unknown>): Promise<string> {
    return idOf(await this.create(members), "billNumber");
  }

  async paid(members?: Record<string, unknown>): Promise<string> {
    const billNumber = await this.bill(members);
    this.bank.pay(billNumber);
    return billNumber;
  }

  async status(path: string): Promise<HalykBody> {
    return bodyOf(await this.get(`/status/${path}`));
  }

  change(billNumber: string, status: string): Promise<Answer> {
    return this.post(`/status/${billNumber}`, { billId: billNumber, status });
  }

  /** `amount` in major units. */
  giveBack(billNumber: string, amount: unknown): Promise<Answer> {
    return this.post("/generate/refund?channel=SMART_POS", `{"amount":${String(amount)},"billId":${billNumber}}`);
  }

  #send(method: string, path: string, body: string | undefined, { headers }: CallOptions): Promise<Answer> {
    const pair = Buffer.from(`${this.bank.username}:${this.bank.password}`).toString("base64");
    return send(
      this.bank.url + path,
      { ca: this.#ca },
      {
        agent: this.agent,
        method,
        body,
        headers: { Authorization: `Basic ${pair}`, Accept: "application/json", ...headers },
      },
    );
  }
}

export const bodyOf = (answer: Answer) => JSON.parse(answer.text) as HalykBody;

const running: Shop[] = [];

// One authority for a test file: making its keys costs more than most tests do.
const authorityDir = mkdtempSync(join(tmpdir(), "authority-"));
afterAll(() => rmSync(authorityDir, { recursive: true, force: true }));

/** A bank that stands still in time. Stopped by closeAll. */
export async function openHalyk(options: HalykOptions = {}): Promise<Shop> {
  const shop = new Shop(await startHalyk({ dir: authorityDir, timeScale: 0, ...options }));
  running.push(shop);
  return shop;
}

export async function closeAll(): Promise<void> {
  for (const shop of running.splice(0)) {
    shop.agent.destroy();
    await shop.bank.stop();
  }
}
