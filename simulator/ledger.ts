import type { Json } from "./json.ts";

export interface CallAnswer {
  status: number;
  bodyText: string;
  at: number;
  /** What left for the client; it may still not have arrived. */
  sent: "whole" | "part" | "nothing";
}

/** One request as it was received and what became of it. Times are the bank's virtual milliseconds. */
export interface CallRecord {
  seq: number;
  at: number;
  connection: number;
  client: { commonName: string; serial: string } | null;
  httpMethod: string;
  path: string;
  /** The method's name, such as "qr/create"; null for a path the bank does not know. */
  name: string | null;
  paymentId: string | null;
  headers: Record<string, string>;
  bodyText: string;
  body: Json | undefined;
  /** Departures from the document the bank lets pass, such as a missing X-Request-ID. */
  problems: string[];
  faults: string[];
  acted: boolean;
  actedAt: number | null;
  /** The StatusCode the bank itself decided on, before any fault changed the answer. */
  statusCode: string | null;
  answer: CallAnswer | null;
}

export interface ConnectionRecord {
  at: number;
  event: "opened" | "reset" | "tls-refused";
  connection: number | null;
  protocol: string | null;
  reason: string | null;
}

export type PaymentState = "QrTokenCreated" | "Wait" | "Processed" | "Error";

export interface PaymentRecord {
  bank: "kaspi";
  /** Decimal digits: ids reach 2^63 - 1. */
  id: string;
  kind: "qr" | "link";
  /** What the customer scans or opens, exactly as it was answered. */
  token: string;
  amountMinor: bigint;
  externalId: string | null;
  deviceToken: string;
  deviceId: string;
  tradePointId: string;
  state: PaymentState;
  /** The customer's money was taken. */
  captured: boolean;
  refundedMinor: bigint;
  createdAt: number;
  scanDeadline: number;
  confirmDeadline: number | null;
  history: { at: number; state: PaymentState; cause: string }[];
}

export interface Totals {
  payments: number;
  processed: number;
  processedMinor: bigint;
  refundedMinor: bigint;
  byExternalId: Record<string, { processed: number; processedMinor: bigint }>;
}

/** Everything that happened at the bank, in order. Nothing is taken out but the oldest calls beyond the limit. */
export class Ledger {
  readonly calls: CallRecord[] = [];
  readonly connections: ConnectionRecord[] = [];
  readonly payments = new Map<string, PaymentRecord>();
  droppedCalls = 0;
  #seq = 0;
  #limit: number;
  #requestIds = new Set<string>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  addCall(call: Omit<CallRecord, "seq">): CallRecord {
    const record = { seq: ++this.#seq, ...call };
    this.calls.push(record);
    if (this.calls.length > this.#limit) {
      this.calls.shift();
      this.droppedCalls++;
    }
    return record;
  }

  addConnection(record: ConnectionRecord): void {
    this.connections.push(record);
    if (this.connections.length > this.#limit) this.connections.shift();
  }

  /** True when this X-Request-ID was seen before. */
  isRepeated(requestId: string): boolean {
    if (this.#requestIds.has(requestId)) return true;
    this.#requestIds.add(requestId);
    return false;
  }

  callsNamed(name: string): CallRecord[] {
    return this.calls.filter((call) => call.name === name);
  }

  callsFor(paymentId: string | bigint): CallRecord[] {
    return this.calls.filter((call) => call.paymentId === String(paymentId));
  }

  payment(id: string | bigint): PaymentRecord | undefined {
    return this.payments.get(String(id));
  }

  paymentByToken(token: string): PaymentRecord | undefined {
    return [...this.payments.values()].find((payment) => payment.token === token);
  }

  totals(): Totals {
    const totals: Totals = {
      payments: this.payments.size,
      processed: 0,
      processedMinor: 0n,
      refundedMinor: 0n,
      byExternalId: {},
    };
    for (const payment of this.payments.values()) {
      totals.refundedMinor += payment.refundedMinor;
      if (!payment.captured) continue;
      totals.processed++;
      totals.processedMinor += payment.amountMinor;
      const key = payment.externalId ?? "";
      const own = (totals.byExternalId[key] ??= { processed: 0, processedMinor: 0n });
      own.processed++;
      own.processedMinor += payment.amountMinor;
    }
    return totals;
  }
}
