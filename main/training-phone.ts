/** The training bank's control interface: faults, and the customer who pays when nobody expects it any more. */

export type Fault = "none" | "silent" | "offline" | "late";

export interface Phone {
  fault(fault: Fault): Promise<void>;
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

/** `scanMs` is the scan window the bank tells the till. */
export function startPhone(url: string, token: string, scanMs: number): Phone {
  let timer: NodeJS.Timeout | null = null;

  async function ask(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(5_000),
    });
    if (!response.ok) throw new Error(`training bank: ${path} answered ${response.status}`);
    return response.json();
  }

  /** Unscanned tokens whose time on the till is over are paid now. */
  async function payLate(): Promise<void> {
    const payments = (await ask("GET", "/payments")) as readonly BankPayment[];
    for (const { id, state, createdAt } of payments)
      if (state === "QrTokenCreated" && Date.now() > createdAt + scanMs + LATE_BY)
        await ask("POST", `/payments/${id}/pay`);
  }

  function stop(): void {
    if (timer) clearInterval(timer);
    timer = null;
  }

  return {
    async fault(fault) {
      stop();
      await ask("DELETE", "/faults");
      await ask("POST", fault === "offline" ? "/down" : "/up");
      await ask("POST", "/config", { realScanSeconds: fault === "late" ? LATE_WINDOW : null });
      if (fault === "silent") await ask("POST", "/faults", { kind: "hang", method: "payment/status", count: "all" });
      if (fault !== "late") return;
      timer = setInterval(() => void payLate().catch(() => undefined), LOOK); // a token already expired at the bank stays unpaid
      timer.unref();
    },
    async scanReturn(id) {
      await ask("POST", `/returns/${id}/scan`, {});
    },
    close: stop,
  };
}
