import type { CallRecord, Complaint, ConnectionRecord } from "./records.ts";

/** Everything that came to a bank, in order. Nothing is taken out but the oldest calls beyond the limit. */
export class CallLedger {
  readonly calls: CallRecord[] = [];
  readonly connections: ConnectionRecord[] = [];
  readonly complaints: Complaint[] = [];
  droppedCalls = 0;
  #seq = 0;
  #limit: number;

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

  callsNamed(name: string): CallRecord[] {
    return this.calls.filter((call) => call.name === name);
  }

  callsFor(paymentId: string | bigint): CallRecord[] {
    return this.calls.filter((call) => call.paymentId === String(paymentId));
  }
}
