/**
 * The bank's own page, on which the payer proves himself (ePay 3-D Secure). Its form is in memory alone: a dead process
 * has no page. What the payer brings back is sent on once, and the status decides what came of it.
 */
import { appError } from "../../contract/errors.ts";
import type { PaymentView } from "../../contract/snapshot.ts";
import type { Challenged, ConfirmAnswer, Proof } from "./bank.ts";
import { answered, bankOf, lineOf, unanswered } from "./calls.ts";
import { asFailure } from "./failure.ts";
import { JOURNAL_AGAIN } from "./pace.ts";
import type { OfferedPage, Ports } from "./ports.ts";
import type { Providers } from "./providers.ts";
import type { PaymentEvent } from "./reduce.ts";
import type { Live, Runner } from "./runner.ts";
import type { Schedule } from "./schedule.ts";

export interface PaymentPages {
  /** Offers the page that the bank asks for; an earlier one of the payment is over. */
  offer(live: Live, answer: Challenged): void;
  /** What the screen did; false where no page stands. */
  did(live: Live, did: "open" | "closed"): boolean;
  /** What the screens see; null where no page stands. */
  view(live: Live): PaymentView["bankPage"];
  /** The page is over: the way back is closed. Idempotent. */
  end(live: Live): void;
  stop(): void;
}

/** What the pages of one till need of its runner. */
export interface PageParts extends Pick<Runner, "apply" | "applyIfNew"> {
  readonly ports: Pick<Ports, "clock" | "crypto" | "pages" | "log">;
  readonly schedule: Schedule;
  readonly providers: Pick<Providers, "bank" | "context" | "send">;
  isStopped(): boolean;
  /** What a person sees of it has changed. */
  changed(): void;
}

/** A payer who has proved himself may have paid: whatever broke, only the status says. */
const LOST: ConfirmAnswer = { kind: "unclear", error: appError("bank_undecided") };

interface Standing {
  readonly answer: Challenged;
  readonly offered: OfferedPage;
  page: "waiting" | "open" | "closed";
}

/** Makes the bank's pages of one till. */
export function createBankPages(parts: PageParts): PaymentPages {
  const { ports, schedule, providers, apply, applyIfNew, isStopped, changed } = parts;
  const { clock, log } = ports;
  const pages = new Map<string, Standing>();

  function offer(live: Live, answer: Challenged): void {
    end(live);
    const { id } = live.row;
    const turn = (page: Standing["page"]): void => {
      if (pages.get(id) !== standing || standing.page === page) return;
      standing.page = page;
      changed();
    };
    const offered = ports.pages.offer(answer.page, {
      back(fields) {
        if (pages.get(id) !== standing || isStopped()) return;
        end(live);
        void back(live, { operationId: answer.operationId, mark: answer.mark, fields });
      },
      opened: () => turn("open"),
      closed: () => turn("closed"),
      failed(detail) {
        log.warn("bank.page.failed", { id, detail });
        turn("closed");
      },
    });
    const standing: Standing = { answer, offered, page: "waiting" };
    pages.set(id, standing);
    // A host with windows of its own needs nobody's tap.
    if (offered.path === null) offered.open();
    changed();
  }

  function end({ row: { id } }: Live): void {
    const standing = pages.get(id);
    if (!standing) return;
    pages.delete(id);
    standing.offered.end();
  }

  /** Not before it is on disk: what must be sent once waits for that, and gives way when the page's time is over. */
  async function back(live: Live, proof: Proof): Promise<void> {
    live.out += 1;
    try {
      await confirm(live, proof);
    } catch (error) {
      if (isStopped()) return;
      log.error("bank.page.back.failed", { id: live.row.id, detail: String(error) });
      schedule.set(`proof:${live.row.id}`, clock.mono() + JOURNAL_AGAIN, () => void back(live, proof));
    } finally {
      live.out -= 1;
    }
  }

  async function confirm(live: Live, proof: Proof): Promise<void> {
    const { row } = live;
    if (row.state !== "awaiting_3ds" || row.detail.pageEnd !== null) return;
    const ctx = await providers.context(row.profileId);
    const call = bankOf(providers, row).confirm?.(ctx, row, proof) ?? null;
    if (call === null) {
      log.warn("bank.page.mismatch", { id: row.id });
      return apply(live, { kind: "pageOver", end: "mismatch", error: appError("bank_page_failed") });
    }
    const line = lineOf(ports, ctx, call, { paymentId: row.id, refundId: null });
    if (!(await applyIfNew(live, { kind: "confirming" }, { calls: [line] })) || isStopped()) return;
    const { event, done } = await providers.send(ctx, call).then(
      (answer) => ({
        event: eventOf(answer, line.requestId),
        done: answered(line, clock.now(), answer.kind === "posted" ? "0" : answer.error.bankCode),
      }),
      (error: unknown) => {
        const failure = asFailure(error);
        log.warn("bank.page.confirm.lost", { id: row.id, reach: failure.reach });
        return { event: eventOf(LOST, line.requestId), done: unanswered(line, clock.now(), failure) };
      },
    );
    if (isStopped()) return;
    // The answer only hurries what the status says: where the disk refuses it, the next question brings it.
    await apply(live, event, { calls: [done] }).catch(() => undefined);
  }

  return {
    offer,
    did({ row: { id } }, what) {
      const standing = pages.get(id);
      if (!standing) return false;
      if (what === "open") standing.offered.open();
      // Where the host opens the window, it says by itself whether it stands.
      if (standing.offered.path !== null && standing.page !== what) {
        standing.page = what;
        changed();
      }
      return true;
    },
    view({ row: { id } }) {
      const standing = pages.get(id);
      return standing ? { path: standing.offered.path, page: standing.page } : null;
    },
    end,
    stop() {
      for (const { offered } of pages.values()) offered.end();
      pages.clear();
    },
  };
}

function eventOf(answer: ConfirmAnswer, requestId: string): PaymentEvent {
  if (answer.kind === "posted") return { kind: "posted", answer };
  const error = { ...answer.error, incident: requestId.slice(0, 8) };
  if (answer.kind === "declined") return { kind: "declined", error };
  const { bankCode, bankMessage, incident } = error;
  return { kind: "confirmLost", error: appError("bank_undecided", { bankCode, bankMessage, incident }) };
}
