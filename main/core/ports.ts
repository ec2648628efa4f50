/**
 * What the core needs of the world. Hosts and adapters implement these; tests give simulated ones. Nothing else in
 * core or banks touches time, chance, disk or network.
 */
import type { Environment, Provider } from "../../contract/states.ts";
import type { PaymentRow } from "./payment.ts";
import type { RefundRow } from "./refund.ts";

export interface Clock {
  /** Wall clock, milliseconds since the epoch. Decides nothing but what is written and shown. */
  now(): number;
  /** Monotonic milliseconds; every deadline and poll runs on it. */
  mono(): number;
  setTimeout(run: () => void, ms: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface Ids {
  /** A fresh UUID (version 7: sortable by time). */
  uuid(): string;
  /** A fresh X-Request-ID: 32 hex digits without dashes, as the Kaspi document's sample. */
  requestId(): string;
}

export interface Crypto {
  /** Keyed fingerprint (HMAC-SHA-256, hex) with the vault's key for `purpose`. */
  mac(purpose: "chain" | "request", text: string): string;
  /**
   * Encrypts a text for a bank with its public key, as the bank served it: RSA, PKCS#1 v1.5, base64 (outside-facts 4.1).
   * Throws on a key that cannot be read.
   */
  seal(publicKey: string, text: string): string;
}

export type LogFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface Log {
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

export interface HttpRequest {
  /** Name of a TLS identity given to the adapter before (client certificate, trusted roots). */
  readonly identity: string;
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** Bound on the whole exchange, connect to last byte. */
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/**
 * How far a failed request got. `connect`: not one byte of the request left, so nothing can have happened at the bank.
 * `sent`: it may have been acted on. `body`: an answer began and broke off.
 */
export type Reach = "connect" | "sent" | "body";

export type HttpProblem =
  | "name_unknown"
  | "refused"
  | "timeout"
  | "server_untrusted"
  | "server_name_mismatch"
  | "client_certificate_refused"
  | "client_certificate_missing"
  | "tls"
  | "closed"
  | "too_large"
  | "other";

export class HttpFailure extends Error {
  readonly reach: Reach;
  readonly problem: HttpProblem;
  constructor(reach: Reach, problem: HttpProblem, detail: string) {
    super(detail);
    this.name = "HttpFailure";
    this.reach = reach;
    this.problem = problem;
  }
}

export interface Http {
  /** Sends once, follows no redirect, repeats nothing. Rejects with HttpFailure only. */
  send(request: HttpRequest): Promise<HttpAnswer>;
}

export interface Vault {
  get(name: string): Promise<string | null>;
  /** Writes all entries durably, or none; null deletes. */
  put(entries: Readonly<Record<string, string | null>>): Promise<void>;
}

// ---- journal ----

/** The facts a payment was made with; kept for ever, so that it is asked about the same way after settings change. */
export interface Profile {
  readonly id: string;
  readonly provider: Provider;
  readonly environment: Environment;
  readonly scheme: string | null;
  readonly url: string;
  readonly bin: string | null;
  readonly tradePoint: string | null;
  readonly device: string | null;
  /** What else its requests are made of, by the bank's own names; part of the profile, so it never changes either. */
  readonly options: Readonly<Record<string, string>>;
}

export interface CallRow {
  readonly requestId: string;
  readonly paymentId: string | null;
  readonly refundId: string | null;
  readonly name: string;
  readonly danger: Danger;
  /** HMAC over the canonical request without secrets. */
  readonly mac: string;
  readonly sentAt: number;
  readonly answeredAt: number | null;
  /** null while on the way; then answered, or how far a failure got. */
  readonly outcome: "answered" | Reach | null;
  readonly bankCode: string | null;
}

/** safe: ask again · harmless: nobody saw the result, create again · resolvable: ask by our own id · dangerous: never repeat. */
export type Danger = "safe" | "harmless" | "resolvable" | "dangerous";

export interface NewEvent {
  readonly kind: string;
  readonly ref: string;
  readonly version: number;
  /** JSON text; for `payment` the whole object as the till API shows it. A `seq` of 0 inside gets the number it is given. */
  readonly body: string;
}

export interface StoredEvent extends NewEvent {
  readonly seq: number;
  readonly at: number;
}

export interface NoticeRow {
  readonly id: string;
  readonly kind: string;
  readonly paymentId: string;
  readonly at: number;
  readonly acknowledgedAt: number | null;
  readonly acknowledgedBy: string | null;
}

export interface OutboxItem {
  readonly topic: string;
  readonly ref: string;
  readonly body: string;
  readonly nextAt: number;
}

/** One transaction: all of it is on disk when `commit` resolves, or none of it ever. */
export interface Batch {
  readonly at: number;
  /** Whole rows. A new one has seq 0 and version 1, a changed one the stored version + 1. */
  readonly payments?: readonly PaymentRow[];
  readonly refunds?: readonly RefundRow[];
  readonly calls?: readonly CallRow[];
  readonly events?: readonly NewEvent[];
  readonly notices?: readonly NoticeRow[];
  readonly outbox?: readonly OutboxItem[];
  readonly profiles?: readonly Profile[];
  readonly counters?: readonly { readonly name: string; readonly next: bigint }[];
  readonly meta?: Readonly<Record<string, string | null>>;
}

export interface PaymentFilter {
  readonly state?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly externalId?: string;
  readonly saleId?: string;
  readonly bankId?: string;
  /** Our own number at the bank, and the bank's number of the transaction. */
  readonly invoiceId?: string;
  readonly reference?: string;
  readonly limit: number;
  /** Only rows with a smaller seq: paging goes from the newest back. */
  readonly beforeSeq?: number;
}

export interface RefundFilter {
  readonly state?: string;
  readonly paymentId?: string;
  readonly purchaseKey?: string;
  readonly fromMs?: number;
  readonly toMs?: number;
  readonly limit: number;
  readonly beforeSeq?: number;
}

/** The shop's own search: every given part must fit. */
export interface HistoryFilter {
  /** A receipt number or its last digits, our id, a bank's id or the caller's: any of them. */
  readonly text?: string;
  /** Whole tiyn; together with `text`: either of them. */
  readonly minor?: number;
  readonly fromDay?: string;
  readonly toDay?: string;
  readonly show?: "all" | "paid" | "open" | "refunded";
  readonly limit: number;
  readonly beforeSeq?: number;
}

export interface JournalInfo {
  readonly schema: number;
  readonly epoch: string;
  /** Number of the last event, and its link in the chain. */
  readonly head: number;
  readonly mac: string;
}

export interface Journal {
  /** Rejects when the disk refuses; then nothing may be sent. */
  commit(batch: Batch): Promise<{ readonly head: number; readonly seqs: Readonly<Record<string, number>> }>;
  info(): Promise<JournalInfo>;
  payment(id: string): Promise<PaymentRow | null>;
  paymentByKey(idemKey: string): Promise<PaymentRow | null>;
  payments(filter: PaymentFilter): Promise<readonly PaymentRow[]>;
  /** All that recovery must look at: not settled, still watched, to be asked once more, not yet put away, or goods or money owed. */
  unfinished(): Promise<readonly PaymentRow[]>;
  /** All of them, acknowledged ones too. */
  notices(): Promise<readonly NoticeRow[]>;
  events(afterSeq: number, limit: number): Promise<readonly StoredEvent[]>;
  /** Smallest seq still there (0 when empty). */
  firstEvent(): Promise<number>;
  calls(paymentId: string): Promise<readonly CallRow[]>;
  refund(id: string): Promise<RefundRow | null>;
  refundByKey(idemKey: string): Promise<RefundRow | null>;
  /** Newest first. */
  refunds(filter: RefundFilter): Promise<readonly RefundRow[]>;
  /** Not settled, or settled lately and not yet put away from the screen. */
  unfinishedRefunds(): Promise<readonly RefundRow[]>;
  refundCalls(refundId: string): Promise<readonly CallRow[]>;
  /** Newest first. */
  history(filter: HistoryFilter): Promise<readonly PaymentRow[]>;
  profile(id: string): Promise<Profile | null>;
  profiles(): Promise<readonly Profile[]>;
  counter(name: string): Promise<bigint | null>;
  meta(name: string): Promise<string | null>;
  close(): Promise<void>;
}

// ---- events ----

export interface EventSource {
  /** Nothing is told afterwards. */
  close(): Promise<void>;
}

/** A bank's message stream: a hint that something may have happened, never a result. */
export interface Events {
  /**
   * Listens for a profile until closed, and goes on trying by itself. `message` gets each body as it came, `health` each
   * change; it is down until the first `true`. Never throws.
   */
  listen(
    profileId: string,
    on: { readonly message: (text: string) => void; readonly health: (up: boolean) => void },
  ): EventSource;
}

/** For a till whose banks have none. */
export const NO_EVENTS: Events = { listen: () => ({ close: () => Promise.resolve() }) };

// ---- the bank's own page ----

/** A form that the payer's browser posts to the bank's page; the host adds `TermUrl`, its own address for the way back. */
export interface BankPage {
  readonly action: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface OfferedPage {
  /** Where the screen opens it, at our own address; null where the host opens a window of its own. */
  readonly path: string | null;
  /** Opens the host's window, again if need be, with the same form. */
  open(): void;
  /** The way back is closed, and the host's window with it. Idempotent. */
  end(): void;
}

/**
 * Shows a bank's page to whoever pays, apart from everything of ours (electron-checklist G). What comes back is evidence,
 * never a result. `back` is told at most once; nothing is told after `end`.
 */
export interface BankPages {
  offer(
    page: BankPage,
    on: {
      readonly back: (fields: Readonly<Record<string, string>>) => void;
      readonly opened: () => void;
      readonly closed: () => void;
      /** The page could not be loaded. `detail` holds nothing of the form. */
      readonly failed: (detail: string) => void;
    },
  ): OfferedPage;
}

/** For a host without any: the page is never open, and its time runs out. */
export const NO_BANK_PAGES: BankPages = {
  offer: () => ({ path: null, open: () => undefined, end: () => undefined }),
};

// ---- the till's own stores ----

/** What the till has found out about its own stores, and the screen must tell. `since`: epoch milliseconds. */
export interface Finding {
  readonly id: string;
  readonly kind: "chain" | "restored" | "backup" | "vault";
  readonly since: number;
  readonly params: Readonly<Record<string, string>>;
  /** A person may take it away; it stays away after a restart. */
  readonly dismissible: boolean;
}

export interface Findings {
  all(): readonly Finding[];
  /** False when there is none of that id to be taken away. Rejects when the disk refuses. */
  acknowledge(id: string, by: string): Promise<boolean>;
  /** Told after each change. Returns the end of it. */
  watch(listener: () => void): () => void;
}

export const NO_FINDINGS: Findings = {
  all: () => [],
  acknowledge: () => Promise.resolve(false),
  watch: () => () => undefined,
};

// ---- the machine ----

/** The line to the machine that hands goods out. What it says comes as commands; this is only how the line stands. */
export interface Machine {
  state(): "off" | "up" | "down";
  /** Epoch milliseconds since it stands so. */
  since(): number;
  /** Told after each change. Returns the end of it. */
  watch(listener: () => void): () => void;
}

export const NO_MACHINE: Machine = { state: () => "off", since: () => 0, watch: () => () => undefined };

export interface Ports {
  readonly machine: Machine;
  readonly findings: Findings;
  readonly pages: BankPages;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly crypto: Crypto;
  readonly http: Http;
  readonly journal: Journal;
  readonly vault: Vault;
  readonly events: Events;
  readonly log: Log;
}
