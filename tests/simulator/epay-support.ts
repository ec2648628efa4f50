import { constants, createPublicKey, publicEncrypt, type KeyObject } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { startEpay, testCard, type EpayOptions, type EpaySimulator } from "../../simulator/index.ts";
import type { Purpose, Status } from "../../simulator/epay/records.ts";
import { send, type Answer } from "./support.ts";

const PAYMENT_SCOPE = "webapi usermanagement email_send verification statement statistics payment";

/** What the tests read of any answer. */
export interface EpayBody {
  access_token: string;
  expires_in: unknown;
  error: string;
  id: string;
  status: Status;
  code: number;
  message: string;
  cardID: string;
  senderCardID: string;
  secure3D: { paReq: string; md: string; action: string };
  resultCode: string;
  transaction: { id: string; statusName: Status; amount: number; orgAmount: number; payoutAmount: number };
}

export interface Ordered {
  answer: Answer;
  body: EpayBody;
  invoice: string;
  token: string;
}

interface Wish {
  /** Members over those the order would have. */
  body?: Record<string, unknown>;
  /** Major units. */
  amount?: number;
  token?: string;
  invoice?: string;
}

export const bodyOf = (answer: Answer) => JSON.parse(answer.text) as EpayBody;

/** A shop's side of a bank made for one test. */
export class Shop {
  readonly bank: EpaySimulator;
  readonly agent = new Agent({ keepAlive: true, maxSockets: 4 });
  readonly #ca: string[];
  #invoice = 100_000;
  #key: KeyObject | null = null;

  constructor(bank: EpaySimulator) {
    this.bank = bank;
    this.#ca = bank.paths.ca.map((path) => readFileSync(path, "utf8"));
  }

  nextInvoice(): string {
    return String(++this.#invoice);
  }

  send(method: string, url: string, headers: Record<string, string>, body?: string): Promise<Answer> {
    return send(url, { ca: this.#ca }, { agent: this.agent, method, body, headers });
  }

  form(url: string, members: Record<string, string>): Promise<Answer> {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    return this.send("POST", url, headers, new URLSearchParams(members).toString());
  }

  /** Asks for a token as the documents do; members over the right ones. */
  askToken(purpose: Purpose, members: Record<string, string> = {}): Promise<Answer> {
    const { clientId, clientSecret, terminalId } = this.bank.terminals[purpose];
    return this.form(this.bank.urls.oauth, {
      grant_type: "client_credentials",
      scope: purpose === "transfer" ? "transfer" : PAYMENT_SCOPE,
      client_id: clientId,
      client_secret: clientSecret,
      terminal: terminalId,
      ...members,
    });
  }

  async token(purpose: Purpose, members: Record<string, string> = {}): Promise<string> {
    return bodyOf(await this.askToken(purpose, members)).access_token;
  }

  serviceToken(purpose: Purpose = "payment"): Promise<string> {
    return this.token(purpose);
  }

  call(method: string, path: string, token: string, body?: unknown): Promise<Answer> {
    const text = body === undefined || typeof body === "string" ? body : JSON.stringify(body);
    return this.send(method, this.bank.urls.api + path, { Authorization: `Bearer ${token}` }, text);
  }

  async key(): Promise<KeyObject> {
    if (this.#key) return this.#key;
    const { text } = await this.send("GET", this.bank.urls.key, {});
    const der = Buffer.from(text.replaceAll(/-----[^-]+-----|\s/g, ""), "base64");
    this.#key = createPublicKey({ key: der, format: "der", type: "spki" });
    return this.#key;
  }

  /** The key is taken from the bank. `terminalId` is in the encrypted text, too. */
  async cryptogram(number: string, purpose: Purpose = "verification", expDate = "1239"): Promise<string> {
    const { terminalId } = this.bank.terminals[purpose];
    const text = JSON.stringify({ hpan: number, expDate, cvc: "123", terminalId });
    const padded = { key: await this.key(), padding: constants.RSA_PKCS1_PADDING };
    return publicEncrypt(padded, Buffer.from(text)).toString("base64");
  }

  async googlePay({ body = {}, amount = 100, ...wish }: Wish = {}): Promise<Ordered> {
    const invoice = wish.invoice ?? this.nextInvoice();
    const bound = { invoiceID: invoice, amount: String(amount), currency: "KZT" };
    const token = wish.token ?? (await this.token("payment", bound));
    return this.#order(
      "/payment/cryptopay",
      { invoice, token },
      {
        amount,
        currency: "KZT",
        name: "ARMAN ALI",
        terminalId: this.bank.terminals.payment.terminalId,
        invoiceId: invoice,
        description: "order",
        cardSave: false,
        paymentType: "googlePay",
        googlePay: googlePayObject,
        ...body,
      },
    );
  }

  /** Checks the card with this outcome, or this number. */
  async verify(card: string, { body = {}, ...wish }: Wish = {}): Promise<Ordered> {
    const invoice = wish.invoice ?? this.nextInvoice();
    const bound = { invoiceID: invoice, amount: "0", currency: "USD" };
    const token = wish.token ?? (await this.token("verification", bound));
    return this.#order(
      "/payment/cryptopay",
      { invoice, token },
      {
        amount: 0,
        currency: "USD",
        name: "ARMAN ALI",
        cryptogram: await this.cryptogram(numberOf(card)),
        invoiceId: invoice,
        description: "check",
        accountId: "uuid000001",
        cardSave: true,
        paymentType: "cardVerification",
        ...body,
      },
    );
  }

  async transfer(sender: object, receiver: object, { body = {}, amount = 100, ...wish }: Wish = {}): Promise<Ordered> {
    const invoice = wish.invoice ?? this.nextInvoice();
    const bound = { invoiceID: invoice, amount: String(amount), currency: "KZT" };
    const token = wish.token ?? (await this.token("transfer", bound));
    const { terminalId } = this.bank.terminals.transfer;
    const order = { amount, currency: "KZT", description: "Test p2p payment", id: invoice, terminalId, ...body };
    return this.#order("/payments/cards/auth", { invoice, token }, { order, card: { sender, receiver } });
  }

  confirm(ordered: Ordered, { paRes, md }: { paRes: string; md?: string }): Promise<Answer> {
    const body = { ID: ordered.body.id, PaRes: paRes, MD: md ?? ordered.body.secure3D.md };
    const path = `${this.bank.config.confirmPath}?Access=${encodeURIComponent(ordered.token)}`;
    return this.send("POST", this.bank.urls.api + path, {}, JSON.stringify(body));
  }

  /** The payer's browser: posts the form to the bank's page. */
  async openPage({ body }: Ordered, members: Record<string, string> = {}): Promise<Answer> {
    const { action, paReq, md } = body.secure3D;
    return await this.form(action, { PaReq: paReq, MD: md, TermUrl: "https://till.invalid/3ds?a=1&b=2", ...members });
  }

  async status(invoice: string, purpose: Purpose = "payment", token?: string): Promise<EpayBody> {
    const kind = purpose === "transfer" ? "p2p" : "payment";
    const path = `/check-status/${kind}/transaction/${invoice}`;
    return bodyOf(await this.call("GET", path, token ?? (await this.serviceToken(purpose))));
  }

  async operate(name: string, invoice: string, query = ""): Promise<Answer> {
    const id = this.bank.transaction(invoice)?.id ?? "none";
    return await this.call("POST", `/operation/${id}/${name}${query}`, await this.serviceToken());
  }

  async #order(path: string, { invoice, token }: { invoice: string; token: string }, body: object): Promise<Ordered> {
    const answer = await this.call("POST", path, token, body);
    return { answer, body: answer.text === "" ? ({} as EpayBody) : bodyOf(answer), invoice, token };
  }
}

const numberOf = (card: string) => (/^\d{15,}$/.test(card) ? card : testCard(card));

/** What Google gives, made up: nothing of it is signed. */
export const googlePayToken = JSON.stringify({
  signature: "MEQ=",
  intermediateSigningKey: { signedKey: '{"keyValue":"MFk="}', signatures: ["MEU="] },
  protocolVersion: "ECv2",
  signedMessage: '{"encryptedMessage":"5Xr="}',
}).replaceAll("=", "\\u003d");

const googlePayObject = {
  apiVersionMinor: 0,
  apiVersion: 2,
  paymentMethodData: {
    description: "Visa •••• 1111",
    tokenizationData: { type: "PAYMENT_GATEWAY", token: googlePayToken },
    type: "CARD",
    info: { cardNetwork: "VISA", cardDetails: "1111" },
  },
};

export const typedSender = (card: string, save = false) => ({
  save,
  transferType: "TYPEPAN",
  cvc: "815",
  expire: { month: "12", year: "39" },
  name: "ARMAN ALI",
  cardCred: numberOf(card),
});

/** What a button of the bank's page would post. */
export function buttonOf(html: string, id: "confirm" | "decline"): { termUrl: string; paRes: string; md: string } {
  const form = html.split("<form").find((part) => part.includes(`id="${id}"`)) ?? "";
  const unescaped = (text = "") => text.replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  const value = (name: string) => unescaped(new RegExp(`name="${name}" value="([^"]*)"`).exec(form)?.[1]);
  return { termUrl: unescaped(/action="([^"]*)"/.exec(form)?.[1]), paRes: value("PaRes"), md: value("MD") };
}

const running: Shop[] = [];

// One authority and one key of cards for a test file: making them costs more than most tests do.
const authorityDir = mkdtempSync(join(tmpdir(), "authority-"));
afterAll(() => rmSync(authorityDir, { recursive: true, force: true }));

/** A bank that stands still in time. Stopped by closeAll. */
export async function openEpay(options: EpayOptions = {}): Promise<Shop> {
  const shop = new Shop(await startEpay({ dir: authorityDir, timeScale: 0, rsaBits: 2048, ...options }));
  running.push(shop);
  return shop;
}

export async function closeAll(): Promise<void> {
  for (const shop of running.splice(0)) {
    shop.agent.destroy();
    await shop.bank.stop();
  }
}
