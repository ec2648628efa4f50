import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import type { Bank, BankCall, Challenged, ConfirmAnswer, Proof } from "../../main/core/bank.ts";
import { createBankPages } from "../../main/core/bank-page.ts";
import { HttpFailure, type BankPage, type BankPages, type CallRow } from "../../main/core/ports.ts";
import type { Providers } from "../../main/core/providers.ts";
import { reduce, type PaymentEvent } from "../../main/core/reduce.ts";
import type { Also, Live } from "../../main/core/runner.ts";
import { createSchedule } from "../../main/core/schedule.ts";
import { PROFILE } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const CHALLENGE: Challenged = {
  kind: "challenged",
  bankId: "100000000000001",
  windows: { pollMs: 5_000, scanMs: 0, confirmMs: 600_000 },
  operationId: "op-1",
  page: { action: "https://acs.test/pareq", fields: { PaReq: "eJxV+kt/", MD: "271710719-A1" } },
  mark: "271710719-A1",
};
const BACK = { PaRes: "eJzVWNmS+", MD: "271710719-A1" };
const POSTED: ConfirmAnswer = {
  kind: "posted",
  bankId: "100000000000001",
  windows: CHALLENGE.windows,
  operationId: "op-1",
};

interface Offer {
  readonly page: BankPage;
  readonly on: Parameters<BankPages["offer"]>[1];
  opens: number;
  ended: number;
}

/** One payment whose bank wants the payer on its page; `answer` is what the confirmation meets. */
function tillWith(answer: () => ConfirmAnswer | HttpFailure = () => POSTED, path: string | null = "/bank/ticket") {
  const clock = simulatedClock();
  const offers: Offer[] = [];
  const events: PaymentEvent[] = [];
  const lines: CallRow[] = [];
  const proofs: Proof[] = [];
  const logged: string[] = [];
  const note = (event: string, fields: object = {}): void => void logged.push(`${event} ${JSON.stringify(fields)}`);
  let sent = 0;
  let changes = 0;
  let stopped = false;
  const disk = { refuses: false };
  const row = newRow(
    { method: "card", provider: "epay", state: "creating", profileId: PROFILE.id },
    { invoiceId: CHALLENGE.bankId },
  );
  const live = { row: reduce(row, { kind: "challenged", answer: CHALLENGE }, clock.now()) } as Live;
  const bank = {
    name: "epay",
    confirm(_: unknown, __: unknown, proof: Proof): BankCall<ConfirmAnswer> | null {
      proofs.push(proof);
      if (proof.fields["MD"] !== proof.mark || proof.fields["PaRes"] === undefined) return null;
      return {
        name: "confirm",
        danger: "dangerous",
        method: "POST",
        url: "https://bank.test/confirm",
        headers: {},
        body: JSON.stringify(proof.fields),
        timeoutMs: 60_000,
        canonical: "confirm 100000000000001",
        read: () => POSTED,
      };
    },
  } as unknown as Bank;

  async function apply(_: Live, event: PaymentEvent, more: Also = {}): Promise<boolean> {
    if (disk.refuses) throw new Error("the disk is full");
    const before = live.row;
    events.push(event);
    live.row = reduce(before, event, clock.now());
    const isNew = live.row !== before;
    if (isNew || event.kind !== "confirming") lines.push(...(more.calls ?? []));
    return isNew;
  }

  const pages = createBankPages({
    ports: {
      clock,
      crypto: { mac: (_, text) => text, seal: () => "" },
      pages: {
        offer(page, on) {
          const offer: Offer = { page, on, opens: 0, ended: 0 };
          offers.push(offer);
          return { path, open: () => void (offer.opens += 1), end: () => void (offer.ended += 1) };
        },
      },
      log: { info: note, warn: note, error: note },
    },
    schedule: createSchedule(clock),
    providers: {
      bank: () => bank,
      context: async () => ({ profile: PROFILE, secrets: {}, requestId: "0123456789abcdef" }),
      async send() {
        sent += 1;
        const told = answer();
        if (told instanceof HttpFailure) throw told;
        return told as never;
      },
    } satisfies Pick<Providers, "bank" | "context" | "send">,
    apply: async (...args) => void (await apply(...args)),
    applyIfNew: apply,
    isStopped: () => stopped,
    changed: () => void (changes += 1),
  });
  pages.offer(live, CHALLENGE);
  return {
    clock,
    pages,
    live,
    offers,
    events,
    lines,
    proofs,
    logged,
    disk,
    sent: () => sent,
    changes: () => changes,
    kinds: () => events.map(({ kind }) => kind),
    last: (): Offer => {
      const offer = offers.at(-1);
      if (!offer) throw new Error("nothing was offered");
      return offer;
    },
    async back(fields: Readonly<Record<string, string>> = BACK) {
      this.last().on.back(fields);
      await clock.advance(0);
    },
    stop: () => void (stopped = true),
  };
}

describe("the bank's page", () => {
  it("is offered as the bank gave it, and the screens see where it stands", () => {
    const till = tillWith();
    expect(till.last().page).toEqual(CHALLENGE.page);
    expect(till.pages.view(till.live)).toEqual({ path: "/bank/ticket", page: "waiting" });
    till.last().on.opened();
    expect(till.pages.view(till.live)).toEqual({ path: "/bank/ticket", page: "open" });
    till.last().on.closed();
    expect(till.pages.view(till.live)).toEqual({ path: "/bank/ticket", page: "closed" });
    expect(till.changes()).toBe(3);
  });

  it("the screen opens its own window and says so; a closed one loses nothing and opens again", () => {
    const till = tillWith();
    for (const did of ["open", "closed", "open"] as const) {
      expect(till.pages.did(till.live, did)).toBe(true);
      expect(till.pages.view(till.live)?.page).toBe(did === "open" ? "open" : "closed");
    }
    expect(till.live.row.state).toBe("awaiting_3ds");
    expect(till.kinds()).toEqual([]);
  });

  it("a host with windows of its own is asked to open one, and tells itself whether it stands", () => {
    const till = tillWith(undefined, null);
    expect(till.last().opens).toBe(1);
    till.pages.did(till.live, "open");
    expect(till.last().opens).toBe(2);
    expect(till.pages.view(till.live)).toEqual({ path: null, page: "waiting" });
    till.last().on.opened();
    expect(till.pages.view(till.live)?.page).toBe("open");
    till.last().on.failed("net::ERR_CONNECTION_RESET");
    expect(till.pages.view(till.live)?.page).toBe("closed");
    expect(till.logged.join()).toContain("ERR_CONNECTION_RESET");
  });

  it("over, nothing is told any more, and the screen's word comes too late", async () => {
    const till = tillWith();
    till.pages.end(till.live);
    till.pages.end(till.live);
    expect(till.last().ended).toBe(1);
    expect(till.pages.view(till.live)).toBeNull();
    expect(till.pages.did(till.live, "open")).toBe(false);
    till.last().on.opened();
    await till.back();
    expect([till.sent(), till.kinds()]).toEqual([0, []]);
  });

  it("a second page takes the place of the first", () => {
    const till = tillWith();
    till.pages.offer(till.live, CHALLENGE);
    expect(till.offers.map(({ ended }) => ended)).toEqual([1, 0]);
    till.offers[0]?.on.opened();
    expect(till.pages.view(till.live)?.page).toBe("waiting");
  });

  it("stopped, every page is closed", () => {
    const till = tillWith();
    till.pages.stop();
    expect(till.last().ended).toBe(1);
    expect(till.pages.view(till.live)).toBeNull();
  });
});

describe("what the payer brings back", () => {
  it("is journaled before it is sent on, once, and its answer decides nothing", async () => {
    const till = tillWith();
    await till.back();
    expect(till.proofs).toEqual([{ operationId: "op-1", mark: "271710719-A1", fields: BACK }]);
    expect(till.kinds()).toEqual(["confirming", "posted"]);
    expect(till.lines.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["confirm", null],
      ["confirm", "answered"],
    ]);
    expect(till.live.row).toMatchObject({
      state: "awaiting_confirmation",
      settled: false,
      detail: { confirmed: true },
    });
    expect([till.sent(), till.last().ended]).toEqual([1, 1]);
  });

  it("the second time it is not heard", async () => {
    const till = tillWith();
    await till.back();
    await till.back();
    expect(till.sent()).toBe(1);
  });

  it("the bank's no is its no", async () => {
    const till = tillWith(() => ({ kind: "declined", error: appError("threeds_failed", { bankCode: "455" }) }));
    await till.back();
    expect(till.live.row).toMatchObject({
      state: "declined",
      settled: true,
      error: { code: "threeds_failed", bankCode: "455", incident: "01234567" },
    });
    expect(till.lines.at(-1)).toMatchObject({ outcome: "answered", bankCode: "455" });
  });

  it.each([
    ["unreadable", () => ({ kind: "unclear", error: appError("malformed_answer") }) as const, "answered"],
    ["lost", () => new HttpFailure("sent", "timeout", "no answer"), "sent"],
    ["never sent", () => new HttpFailure("connect", "refused", "no way"), "connect"],
  ])("an answer that is %s leaves it in doubt: the payer may have paid", async (_, answer, outcome) => {
    const till = tillWith(answer);
    await till.back();
    expect(till.kinds()).toEqual(["confirming", "confirmLost"]);
    expect(till.live.row).toMatchObject({ state: "in_doubt", settled: false, error: { code: "bank_undecided" } });
    expect(till.lines.at(-1)?.outcome).toBe(outcome);
    expect(till.sent()).toBe(1);
  });

  it.each([
    ["Q-79: another MD", { ...BACK, MD: "270469967-SCHEME" }],
    ["no PaRes", { MD: BACK.MD }],
    ["nothing", {}],
  ])("%s: nothing is sent on", async (_, fields) => {
    const till = tillWith();
    await till.back(fields);
    expect(till.sent()).toBe(0);
    expect(till.events).toEqual([{ kind: "pageOver", end: "mismatch", error: appError("bank_page_failed") }]);
    expect(till.live.row).toMatchObject({ state: "awaiting_3ds", detail: { pageEnd: "mismatch", overdue: true } });
  });

  it("given up in the same moment, nothing is sent on", async () => {
    const till = tillWith();
    till.last().on.back(BACK);
    till.live.row = reduce(till.live.row, { kind: "cancel" }, till.clock.now());
    await till.clock.advance(0);
    expect([till.sent(), till.lines]).toEqual([0, []]);
  });

  it("waits for a disk that refuses, and gives way when the page's time is over meanwhile", async () => {
    const till = tillWith();
    till.disk.refuses = true;
    await till.back();
    await till.clock.advance(3_000);
    expect(till.sent()).toBe(0);
    till.disk.refuses = false;
    await till.clock.advance(1_000);
    expect([till.sent(), till.live.row.state]).toEqual([1, "awaiting_confirmation"]);

    const late = tillWith();
    late.disk.refuses = true;
    await late.back();
    late.live.row = reduce(late.live.row, { kind: "deadline" }, late.clock.now());
    late.disk.refuses = false;
    await late.clock.advance(10_000);
    expect(late.sent()).toBe(0);
  });

  it("to a till that was stopped it is nothing any more", async () => {
    const till = tillWith();
    till.stop();
    await till.back();
    expect(till.kinds()).toEqual([]);
  });

  it("none of it is in the journal's line or the log", async () => {
    const till = tillWith(() => new HttpFailure("sent", "timeout", "no answer"));
    await till.back({ ...BACK, MD: "another" });
    const lost = tillWith(() => new HttpFailure("sent", "timeout", "no answer"));
    await lost.back();
    const words = JSON.stringify([till.lines, lost.lines, till.logged, lost.logged, lost.live.row, till.live.row]);
    expect(words).not.toMatch(/eJ|271710719|another/);
  });
});
