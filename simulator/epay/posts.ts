/** Orders as they come: cryptopay, its confirmation, and cards/auth. */
import type { Body } from "../answer.ts";
import type { EpayBank } from "./bank.ts";
import { challengedBody, declined, takenBody, transferBody } from "./bodies.ts";
import { maskOf, outcomeOf, passesLuhn, readOutcome, typeOf } from "./cards.ts";
import { codes } from "./codes.ts";
import { Fields, wrong } from "./fields.ts";
import type { Order } from "./orders.ts";
import type { Outcome, Purpose, SavedCard, Token, Transaction } from "./records.ts";
import { codeRefusal, Refusal, tokenRefusal, type Refused } from "./refusal.ts";
import type { MethodRequest } from "./request.ts";
import { isObject, parseJson, type Json } from "../json.ts";

/** The bank's own library begins this one with a Cyrillic letter. */
const CYRILLIC_CRYPTOGRAM = "\u0441ryptogram";

const cryptopayMembers = [
  "amount", "currency", "name", "cryptogram", CYRILLIC_CRYPTOGRAM, "terminalId", "invoiceId", "invoiceIdAlt",
  "description", "accountId", "email", "phone", "backLink", "failureBackLink", "postLink", "failurePostLink",
  "cardSave", "useBonus", "paymentType", "data", "googlePay", "cardId", "language",
]; // prettier-ignore
const orderMembers = [
  "amount", "currency", "description", "id", "accountID", "senderEmail", "terminalId", "backLink", "failureBackLink",
  "postLink", "failurePostLink",
]; // prettier-ignore
const senderMembers = ["save", "transferType", "cvc", "expire", "name", "cardCred"];

type Means = Pick<Order, "means" | "cardMask" | "cardType" | "cardId" | "outcome">;

/** "POST payment/cryptopay": Google Pay, a card, or the check of one. */
export function cryptopay(bank: EpayBank, request: MethodRequest): Body {
  const { token, bound } = bank.tokens.bound(request);
  const body = new Fields(request.body, cryptopayMembers, request.note);
  const type = body.text("paymentType");
  const kind = type === "cardVerification" ? "verification" : "payment";
  const order = paymentOrder(request, body, kind, token);
  checkBinding(bank, request, { token, bound }, order, "payment");
  if (kind === "verification" && (order.amountMinor !== 0n || order.currency !== "USD")) {
    throw codeRefusal(400, codes.wrongAmount, "a card is verified with amount 0 and currency USD", order);
  }
  if (kind === "payment" && order.amountMinor <= 0n) throw codeRefusal(400, codes.wrongAmount, "amount", order);
  const means = type === "googlePay" ? googlePay(bank, body, request.note) : encryptedCard(bank, body, token);
  return posted(bank, bank.orders.take(request, token, { ...order, ...means }));
}

/** "POST payments/cards/auth": a transfer, or a payment with a saved card. */
export function cardsAuth(bank: EpayBank, request: MethodRequest): Body {
  const { token, bound } = bank.tokens.bound(request);
  if (isObject(request.body) && "cardId" in request.body) {
    const body = new Fields(request.body, cryptopayMembers, request.note);
    const order = paymentOrder(request, body, "payment", token);
    checkBinding(bank, request, { token, bound }, order, "payment");
    const means = savedMeans(bank, body.object("cardId", ["id"], request.note).mandatory("id"));
    return posted(bank, bank.orders.take(request, token, { ...order, ...means }));
  }
  const order = transferOrder(bank, request, token);
  checkBinding(bank, request, { token, bound }, order, "transfer");
  return posted(bank, bank.orders.take(request, token, order));
}

/** "POST payments/confirm?Access=". Throws 401 for a token that ordered nothing or has confirmed already. */
export function confirm(bank: EpayBank, request: MethodRequest): Transaction {
  const token = bank.tokens.find(request.bearer);
  const transaction = confirmed(bank, request);
  if (!transaction?.challenge) throw tokenRefusal("nothing is to be confirmed with the token");
  if (token.confirmed) {
    request.complain("token-reused", `the token of ${token.usedFor} confirmed again`);
    throw tokenRefusal("the token has confirmed");
  }
  const body = new Fields(request.body, ["ID", "PaRes", "MD"], request.note);
  const [id, paRes, md] = ["ID", "PaRes", "MD"].map((key) => body.mandatory(key));
  token.confirmed = true;
  const { challenge } = transaction;
  if (id !== transaction.id || md !== challenge.md) {
    request.note(id === transaction.id ? "MD is not the one given" : "ID is not the one given");
    throw codeRefusal(400, codes.invalid, "ID or MD is wrong", transaction);
  }
  if (!challenge.open) throw declined(bank.config, transaction, codes.unproven);
  if (!Object.values(challenge.paRes).includes(paRes ?? "")) request.note("PaRes is not what the page gave");
  const code = bank.orders.prove(transaction, challenge, paRes ?? "");
  if (code !== 0) throw declined(bank.config, transaction, code);
  return transaction;
}

/** What was ordered with the confirmation's token. */
export function confirmed(bank: EpayBank, request: MethodRequest): Transaction | undefined {
  return [...bank.ledger.transactions.values()].find(({ token }) => token === request.bearer);
}

/** The answer to an order; a refused one throws. */
function posted(bank: EpayBank, transaction: Transaction): Body {
  const { challenge, outcome, kind } = transaction;
  if (challenge?.open === true) {
    return challengedBody(transaction, bank.config.acsAction ?? `${bank.pageUrl}?id=${challenge.id}`);
  }
  if (outcome.code !== 0) throw declined(bank.config, transaction, outcome.code);
  return kind === "transfer" ? transferBody(transaction) : takenBody(transaction);
}

function paymentOrder(
  request: MethodRequest,
  body: Fields,
  kind: Exclude<Purpose, "transfer">,
  token: Token,
): Omit<Order, keyof Means> {
  const terminalId = body.text("terminalId");
  const name = body.text("name");
  if (name === "") request.note("name is empty");
  return {
    kind,
    invoice: body.mandatory("invoiceId"),
    terminalId: terminalId === "" ? (token.terminalId ?? "") : terminalId,
    call: request.call,
    amountMinor: body.amount("amount"),
    currency: body.mandatory("currency"),
    accountId: body.text("accountId"),
    description: body.mandatory("description"),
    email: body.text("email"),
    phone: body.text("phone"),
    name,
    data: body.text("data"),
    cardSave: body.get("cardSave") === undefined ? false : body.boolean("cardSave"),
    receiver: null,
    senderTransferType: "",
  };
}

/** The order must be the one the token was asked for, at a terminal that may do it. Throws. */
function checkBinding(
  bank: EpayBank,
  request: MethodRequest,
  { token, bound }: { token: Token; bound: NonNullable<Token["bound"]> },
  order: Pick<Order, "invoice" | "amountMinor" | "currency" | "terminalId" | "kind"> & Refused,
  scope: "payment" | "transfer",
): void {
  if (!token.scope.split(" ").includes(scope)) throw tokenRefusal(`the token's scope has no ${scope}`);
  const differs = [
    order.invoice !== bound.invoice && "invoice",
    order.amountMinor !== bound.amountMinor && "amount",
    order.currency !== bound.currency && "currency",
    order.terminalId !== token.terminalId && "terminal",
  ].filter((word) => word !== false);
  if (differs.length > 0) {
    request.complain("token-binding", `the token was asked for another ${differs.join(", ")}`);
    throw codeRefusal(400, codes.invalid, `the token is bound to another ${differs.join(", ")}`, order);
  }
  if (!bank.tokens.purposes(order.terminalId).includes(order.kind)) {
    throw codeRefusal(400, codes.notPermitted, "Not permitted to merchant", order);
  }
}

/** The token is passed on as it is: what Google encrypted chooses nothing here. */
function googlePay(bank: EpayBank, body: Fields, note: MethodRequest["note"]): Means {
  const method = body
    .object("googlePay", ["apiVersionMinor", "apiVersion", "paymentMethodData"], note)
    .object("paymentMethodData", ["description", "tokenizationData", "type", "info"], note);
  const tokenization = method.object("tokenizationData", ["type", "token"], note);
  if (tokenization.mandatory("type") !== "PAYMENT_GATEWAY") throw wrong("type of tokenizationData");
  if (!isSignedMessage(tokenization.mandatory("token"))) throw wrong("token of tokenizationData");
  const info = method.object("info", ["cardNetwork", "cardDetails"], note);
  return {
    means: "googlePay",
    cardMask: `440000...${info.text("cardDetails")}`,
    cardType: info.text("cardNetwork"),
    cardId: "",
    outcome: readOutcome(bank.config.nextOutcome) as Outcome,
  };
}

function isSignedMessage(text: string): boolean {
  try {
    const token = parseJson(text);
    return isObject(token) && ["signature", "protocolVersion", "signedMessage"].every((key) => key in token);
  } catch {
    return false;
  }
}

/** Under either of its names. */
export function hasCryptogram(body: Json | undefined): boolean {
  return isObject(body) && ("cryptogram" in body || CYRILLIC_CRYPTOGRAM in body);
}

/** The card of a cryptogram: `{hpan, expDate, cvc, terminalId}`. */
function encryptedCard(bank: EpayBank, body: Fields, token: Token): Means {
  const latin = body.text("cryptogram");
  const text = bank.key.open(latin === "" ? body.mandatory(CYRILLIC_CRYPTOGRAM) : latin);
  if (text === null) throw wrong("the cryptogram cannot be decrypted");
  let json: Json;
  try {
    json = parseJson(text);
  } catch {
    throw wrong("the cryptogram holds no JSON");
  }
  if (!isObject(json)) throw wrong("the cryptogram holds no object");
  const { hpan, expDate, cvc, terminalId, ...others } = json;
  if (Object.keys(others).length > 0) throw wrong("the cryptogram holds more than a card");
  if (terminalId !== token.terminalId) throw wrong("the cryptogram is another terminal's");
  if (typeof expDate !== "string" || !/^(0[1-9]|1[0-2])\d\d$/.test(expDate)) throw wrong("expDate is MMYY");
  return typedMeans(bank, hpan, cvc, expDate.slice(0, 2), expDate.slice(2));
}

function typedMeans(bank: EpayBank, number: unknown, cvc: unknown, month: string, year: string): Means {
  if (typeof number !== "string" || !/^\d{15,19}$/.test(number) || !passesLuhn(number)) throw wrong("card number");
  if (typeof cvc !== "string" || !/^\d{3,4}$/.test(cvc)) throw wrong("cvc");
  const gone = bank.clock.now() >= Date.UTC(2000 + Number(year), Number(month));
  const outcome: Outcome = gone ? { threeDs: false, code: codes.expired, ends: "declined" } : outcomeOf(number);
  return { means: "card", cardMask: maskOf(number), cardType: typeOf(number), cardId: "", outcome };
}

function savedCard(bank: EpayBank, id: string): SavedCard {
  const card = bank.ledger.savedCards.get(id);
  if (!card) throw wrong("the saved card is unknown");
  return card;
}

function savedMeans(bank: EpayBank, id: string): Means {
  const { mask, type, outcome } = savedCard(bank, id);
  return { means: "savedCard", cardMask: mask, cardType: type, cardId: id, outcome };
}

/** TYPEPAN is a number with its code and date, TYPECARDID the bank's own id with neither, as in the sample. */
function transferOrder(bank: EpayBank, request: MethodRequest, token: Token): Order {
  const { note } = request;
  const body = new Fields(request.body, ["order", "card"], note);
  const order = body.object("order", orderMembers, note);
  const card = body.object("card", ["sender", "receiver"], note);
  const sender = card.object("sender", senderMembers, note);
  const receiver = card.object("receiver", ["cardCred", "transferType"], note);
  const senderTransferType = sender.mandatory("transferType");
  return {
    kind: "transfer",
    ...senderMeans(bank, sender, senderTransferType, note),
    invoice: order.mandatory("id"),
    terminalId: order.text("terminalId") || (token.terminalId ?? ""),
    call: request.call,
    amountMinor: order.amount("amount"),
    currency: order.mandatory("currency"),
    accountId: order.text("accountID"),
    description: order.text("description"),
    email: order.text("senderEmail"),
    phone: "",
    name: sender.text("name"),
    data: "",
    cardSave: sender.get("save") === undefined ? false : sender.boolean("save"),
    receiver: receiverOf(bank, receiver),
    senderTransferType,
  };
}

function senderMeans(bank: EpayBank, sender: Fields, type: string, note: MethodRequest["note"]): Means {
  const cred = sender.mandatory("cardCred");
  if (type === "TYPECARDID") {
    if (sender.text("cvc") !== "") throw wrong("a saved card has no cvc");
    return savedMeans(bank, cred);
  }
  if (type !== "TYPEPAN") throw wrong("transferType of the sender");
  const expire = sender.object("expire", ["month", "year"], note);
  const [month, year] = [expire.mandatory("month"), expire.mandatory("year")];
  if (!/^(0[1-9]|1[0-2])$/.test(month) || !/^\d\d$/.test(year)) throw wrong("expire");
  return typedMeans(bank, cred, sender.text("cvc"), month, year);
}

function receiverOf(bank: EpayBank, receiver: Fields): NonNullable<Order["receiver"]> {
  const transferType = receiver.mandatory("transferType");
  const cred = receiver.mandatory("cardCred");
  if (transferType === "TYPECARDID") {
    const { mask, type } = savedCard(bank, cred);
    return { mask, type, cardId: cred, transferType };
  }
  if (transferType !== "TYPEPAN" || !passesLuhn(cred)) throw wrong("the receiver's card");
  return { mask: maskOf(cred), type: typeOf(cred), cardId: "", transferType };
}

/** Where a redirected confirmation ends, as the bank's own library reads it. */
export function redirected(bank: EpayBank, run: () => Transaction): string {
  const end = new URL("done", bank.pageUrl);
  try {
    end.searchParams.set("reference", run().reference);
  } catch (error) {
    if (!(error instanceof Refusal) || error.httpStatus === 401) throw error;
    end.searchParams.set("errorCode", String(error.body["code"]));
  }
  return end.href;
}
