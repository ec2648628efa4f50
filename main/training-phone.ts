/** The training banks' control interfaces: faults, and the customer who pays when nobody expects it any more. */
import type { PhoneAction } from "./core/bank.ts";

export type Fault = "none" | "silent" | "offline" | "late";

/** Where a training bank takes its orders. */
export interface ControlPlace {
  readonly url: string;
  readonly token: string;
}

export interface Phone {
  /** Of all banks at once. */
  fault(fault: Fault): Promise<void>;
  /** The customer of a Halyk bill; Kaspi's is played by the document's own emulation, ePay's by whoever is at its page. */
  customer(billNumber: string, action: PhoneAction): Promise<void>;
  scanReturn(bankReturnId: string): Promise<void>;
  close(): void;
}

const LOOK = 2_000;
/** `late`: the customer pays so long after the till's own deadline. */
const LATE_BY = 8_000;
/** `late`: the bank's own window while the till still shows the shorter one. */
const LATE_WINDOW = 600;

interface BankPayment {
  readonly id: string;
  readonly state: string;
  readonly createdAt: number;
}

interface Bill {
  readonly billNumber: string;
  readonly kind: "payment" | "refund";
  readonly status: string;
  readonly createdAt: number;
}

interface Transaction {
  readonly invoice: string;
  readonly kind: "payment" | "verification" | "transfer";
  readonly status: string;
  readonly createdAt: number;
}

const ACTS: Readonly<Record<PhoneAction, string>> = { scan: "scan", confirm: "pay", decline: "reject" };

type Ask = (method: "GET" | "POST" | "DELETE", path: string, body?: unknown) => Promise<unknown>;

function asking({ url, token }: ControlPlace): Ask {
  return async (method, path, body) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`training bank: ${path} answered ${response.status}`);
    return response.json();
  };
}

/** `scanMs` is how long the till shows a code, at both banks. */
export function startPhone(banks: {
  readonly kaspi: ControlPlace;
  readonly halykQr: ControlPlace;
  readonly epay: ControlPlace;
  readonly scanMs: number;
}): Phone {
  const [kaspi, halykQr, epay] = [asking(banks.kaspi), asking(banks.halykQr), asking(banks.epay)];
  let timer: NodeJS.Timeout | null = null;

  const isLate = (createdAt: number): boolean => Date.now() > createdAt + banks.scanMs + LATE_BY;

  /** Unscanned codes whose time on the till is over are paid now, and whoever left the bank's page has confirmed there. */
  async function payLate(): Promise<void> {
    for (const { id, state, createdAt } of (await kaspi("GET", "/payments")) as readonly BankPayment[])
      if (state === "QrTokenCreated" && isLate(createdAt)) await kaspi("POST", `/payments/${id}/pay`);
    for (const { billNumber, kind, status, createdAt } of (await halykQr("GET", "/bills")) as readonly Bill[])
      if (kind === "payment" && status === "NEW" && isLate(createdAt))
        await halykQr("POST", `/bills/${billNumber}/pay`);
    for (const { invoice, kind, status, createdAt } of (await epay("GET", "/transactions")) as readonly Transaction[])
      if (status === "3D" && isLate(createdAt))
        await epay("POST", `/transactions/${invoice}/set`, { status: kind === "verification" ? "VERIFIED" : "CHARGE" });
  }

  function stop(): void {
    if (timer) clearInterval(timer);
    timer = null;
  }

  return {
    async fault(fault) {
      stop();
      for (const bank of [kaspi, halykQr, epay]) {
        await bank("DELETE", "/faults");
        await bank("POST", fault === "offline" ? "/down" : "/up");
      }
      await kaspi("POST", "/config", { realScanSeconds: fault === "late" ? LATE_WINDOW : null });
      // The till takes a bill back when its time is over: only one that is not taken back can still be paid.
      await halykQr("POST", "/config", { policy: fault === "late" ? "strict" : "loose" });
      if (fault === "silent") {
        await kaspi("POST", "/faults", { kind: "hang", method: "payment/status", count: "all" });
        await halykQr("POST", "/faults", { kind: "hang", method: "status", count: "all" });
        for (const method of ["check-status", "check-status/p2p"])
          await epay("POST", "/faults", { kind: "hang", method, count: "all" });
      }
      if (fault !== "late") return;
      timer = setInterval(() => void payLate().catch(() => undefined), LOOK); // a token already expired at the bank stays unpaid
      timer.unref();
    },
    async customer(billNumber, action) {
      await halykQr("POST", `/bills/${encodeURIComponent(billNumber)}/${ACTS[action]}`, {});
    },
    async scanReturn(id) {
      await kaspi("POST", `/returns/${id}/scan`, {});
    },
    close: stop,
  };
}
