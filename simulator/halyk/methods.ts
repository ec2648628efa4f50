import type { Body } from "../answer.ts";
import type { Json } from "../json.ts";
import type { HalykBank } from "./bank.ts";
import { amount, detailsOf, digits, int64, mandatory, members, text, type MethodRequest } from "./fields.ts";
import { statuses, type Bill } from "./records.ts";
import { Refusal } from "./refusal.ts";
import { statusBody } from "./status-body.ts";

const LONGEST_STORE = 25;
/** What the sample's answer says where its request names none. */
const CHANNEL = "EPAY";

export interface MethodAnswer {
  body: Body;
  billNumber: string;
}

export interface BankMethod {
  /** What faults and the ledger call it. */
  name: string;
  httpMethod: "GET" | "POST";
  /** Below the base; its groups are the request's parameters. */
  path: RegExp;
  /** The bill the request is about, before anything is carried out. */
  bill(bank: HalykBank, request: MethodRequest): string | null;
  run(bank: HalykBank, request: MethodRequest): MethodAnswer;
}

/** A creation's answer has "-" for links, a change's has null. */
function codeAnswer({ qrcode, status }: Bill, billNumber: string, link: string | null): MethodAnswer {
  const body = { billNumber: BigInt(billNumber), qrcode, homebankLink: link, onlinebankLink: link, status };
  return { billNumber, body };
}

function knownBill(bank: HalykBank, billNumber: string): Bill {
  const bill = bank.ledger.bills.get(billNumber);
  if (!bill) throw new Refusal(404, "QR is not found");
  return bill;
}

function channelOf(request: MethodRequest): string {
  return request.query.get("channel") ?? CHANNEL;
}

const generateCode: BankMethod = {
  name: "generate/code",
  httpMethod: "POST",
  path: /^\/generate\/code$/,
  bill: () => null,
  run(bank, request) {
    const known = ["amount", "terminal", "mpan", "pointOfSale", "invoiceId", "isSkipFin"];
    const body = members(request, known);
    const terminal = mandatory(request, body, "terminal");
    if (!bank.config.terminals.includes(terminal)) throw new Refusal(400, "terminal is unknown");
    const mpan = text(request, body, "mpan");
    if (mpan !== null && !/^\d{16}$/.test(mpan)) throw new Refusal(400, "mpan is wrong");
    const pointOfSale = mandatory(request, body, "pointOfSale");
    if (pointOfSale.length > LONGEST_STORE || !/^[ -~]+$/.test(pointOfSale)) {
      throw new Refusal(400, "pointOfSale must be Latin and of at most 25 characters");
    }
    const isSkipFin = text(request, body, "isSkipFin") ?? "N";
    if (isSkipFin !== "Y" && isSkipFin !== "N") throw new Refusal(400, "isSkipFin is wrong");
    const bill = bank.bills.create({
      call: request.call,
      terminal,
      invoiceId: mandatory(request, body, "invoiceId"),
      pointOfSale,
      channel: channelOf(request),
      isSkipFin,
      amountMinor: amount(body),
    });
    return codeAnswer(bill, bill.billNumber, "-");
  },
};

const statusByNumber: BankMethod = {
  name: "status",
  httpMethod: "GET",
  path: /^\/status\/([^/]+)$/,
  bill: (_bank, { parameters }) => digits(parameters[0] ?? ""),
  run(bank, { parameters }) {
    const billNumber = digits(parameters[0] ?? "");
    if (billNumber === null) throw new Refusal(400, "billNumber is wrong");
    return { body: statusBody(knownBill(bank, billNumber), bank.config), billNumber };
  },
};

const statusByInvoice: BankMethod = {
  name: "status/invoice",
  httpMethod: "GET",
  path: /^\/status\/([^/]+)\/([^/]+)$/,
  bill: (bank, { parameters: [terminal = "", invoiceId = ""] }) =>
    bank.bills.byInvoice(terminal, invoiceId)?.billNumber ?? null,
  run(bank, { parameters: [terminal = "", invoiceId = ""] }) {
    const bill = bank.bills.byInvoice(terminal, invoiceId);
    if (!bill) throw new Refusal(404, "QR is not found");
    return { body: statusBody(bill, bank.config), billNumber: bill.billNumber };
  },
};

/** The members the table of "Changing QR status" has. */
const changeMembers = [
  "billId", "status", "reference", "cardId", "cardType", "openwayId", "issuer", "issuerBankCountry", "fee", "amount",
  "bonusAmount", "currency", "retCode", "maskedCardNumber", "retMsg", "details",
]; // prettier-ignore

const changeStatus: BankMethod = {
  name: "status/change",
  httpMethod: "POST",
  path: /^\/status\/([^/]+)$/,
  bill: (_bank, { parameters }) => digits(parameters[0] ?? ""),
  run(bank, request) {
    const body = members(request, changeMembers);
    const billNumber = digits(request.parameters[0] ?? "");
    if (billNumber === null || mandatory(request, body, "billId") !== billNumber) {
      throw new Refusal(400, "billId is not the one of the address");
    }
    const word = mandatory(request, body, "status");
    if (word !== "REJECTED") request.complain(`status ${word} was posted`);
    if (knownBill(bank, billNumber).kind === "refund") {
      request.complain("the status of a refund was posted");
      throw new Refusal(400, "the status of a refund cannot be changed");
    }
    const status = statuses.find((one) => one === word);
    if (status === undefined) throw new Refusal(400, "status is unknown");
    return codeAnswer(bank.bills.post(billNumber, status, detailsOf(body)), billNumber, null);
  },
};

/** The payment of `billId` or `rrn`; the document does not say that rrn is the status's reference, here it is. */
function purchaseOf(bank: HalykBank, body: Record<string, Json>): Bill | undefined {
  const billNumber = int64(body.billId);
  const rrn = typeof body.rrn === "string" ? body.rrn : null;
  return bank.ledger
    .payments()
    .find((bill) => bill.billNumber === billNumber || (rrn !== null && bill.card?.reference === rrn));
}

const generateRefund: BankMethod = {
  name: "generate/refund",
  httpMethod: "POST",
  path: /^\/generate\/refund$/,
  bill: (bank, request) => purchaseOf(bank, members(request, ["amount", "billId", "rrn"]))?.billNumber ?? null,
  run(bank, request) {
    const body = members(request, ["amount", "billId", "rrn"]);
    const rrn = text(request, body, "rrn");
    if ((rrn === null) === ((body.billId ?? null) === null)) throw new Refusal(400, "either billId or rrn is expected");
    const minor = amount(body);
    const purchase = purchaseOf(bank, body);
    if (!purchase) throw new Refusal(404, "the payment is not found");
    const refund = bank.refunds.byTill(purchase, minor, channelOf(request), request.call);
    const told = bank.config.refundNumber === "own" ? refund.billNumber : purchase.billNumber;
    return { ...codeAnswer(refund, told, "-"), billNumber: purchase.billNumber };
  },
};

const methods = [generateCode, statusByNumber, statusByInvoice, changeStatus, generateRefund];

export interface Found {
  method: BankMethod;
  parameters: string[];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** The method of a path below the base; one of another HTTP method where there is none of this. */
export function findMethod(httpMethod: string, path: string): Found | null {
  const found = methods.flatMap((method) => {
    const match = method.path.exec(path);
    return match ? [{ method, parameters: match.slice(1).map(decoded) }] : [];
  });
  return found.find(({ method }) => method.httpMethod === httpMethod) ?? found[0] ?? null;
}
