/**
 * What every bank without a code must do at this till: the whole core with real stores, before the bank's simulator over
 * real TLS, in time that runs faster. No answer to a post is a result; it is sent once, whatever becomes of it, and the
 * status decides. Each case ends with the till's books against the bank's, and with a search for what may stand nowhere.
 */
import { randomUUID } from "node:crypto";
import { describe, expect, it, vi } from "vitest";
import type { PaymentRow } from "../../main/core/payment.ts";
import { openRealDesk, type RealDesk } from "../support/real-desk.ts";
import { scaledClock } from "../support/scaled-clock.ts";
import type { BooksOptions } from "./books.ts";
import type { Means, PostedFate, PostedHarness, PostedSide } from "./harness.ts";
import { comparePosted } from "./posted-books.ts";
import { AT_ONCE, inTurn, REAL_LIMIT, SCALE, SECOND } from "./scene.ts";

interface Scene {
  readonly desk: RealDesk;
  readonly bank: PostedSide;
}

/** A post may hang for a minute; on a busy machine, where its time limit is given more, for some. */
const SILENCE = 300 * SECOND;

/** Fates of a post and of a confirmation, and whether the bank carries it out under them. */
const BROKEN: readonly (readonly [fate: PostedFate, acts: boolean])[] = [
  [{ kind: "dropped" }, false],
  [{ kind: "eaten" }, true],
  [{ kind: "truncated" }, true],
  [{ kind: "garbage" }, true],
  [{ kind: "html" }, false],
  [{ kind: "html-acted" }, true],
  [{ kind: "empty" }, true],
  [{ kind: "no-sign" }, true],
  [{ kind: "hung" }, false],
  [{ kind: "hung-acted" }, true],
  [{ kind: "http", status: 503 }, false],
  [{ kind: "http", status: 401 }, false],
];

/** Puts a bank without a code through its suite. To be called once in a test file of its own. */
export function describePostedBank(harness: PostedHarness): void {
  const { pageMs, sessionMs, lagMs } = harness;
  vi.setConfig({ maxConcurrency: AT_ONCE });

  function scene(
    sentence: string,
    run: (scene: Scene) => Promise<BooksOptions | void>,
    side: { readonly undecided?: boolean } = {},
  ): void {
    it.concurrent(
      sentence,
      async () => {
        const opened = await inTurn(async () => {
          const clock = scaledClock(SCALE);
          const bank = await harness.start({ clock, ...side });
          return { bank, desk: await openRealDesk({ clock, bank, min: 1 }) };
        });
        const { desk, bank } = opened;
        try {
          await comparePosted(desk, bank, (await run(opened)) ?? {});
        } finally {
          desk.clock.stop();
          await Promise.all([desk.close(), bank.stop()]);
        }
      },
      REAL_LIMIT,
    );
  }

  /** Begins a payment, and comes back when it is known to the journal. */
  async function begin({ desk, bank }: Scene, means: Means = bank.means("taken")): Promise<PaymentRow> {
    const { amount, ...more } = means;
    return desk.row((await desk.charge(amount, more)).id);
  }

  /** One that the bank has taken and not decided. */
  async function undecided(s: Scene, means?: Means): Promise<{ id: string; invoice: string }> {
    s.bank.strike("status", { kind: "word", raw: harness.words.pending }, { count: "all" });
    const { id } = await begin(s, means);
    await s.desk.reaches(id, "awaiting_confirmation", false);
    const invoice = s.desk.row(id).detail.invoiceId ?? "";
    s.bank.calm();
    return { id, invoice };
  }

  /** One whose payer stands before the bank's page. */
  async function challenged(s: Scene, means = s.bank.means("page")): Promise<{ id: string; invoice: string }> {
    const { id } = await begin(s, means);
    const row = await s.desk.reaches(id, "awaiting_3ds", false);
    await s.desk.until("the page", () => s.bank.shown.length === 1);
    return { id, invoice: row.detail.invoiceId ?? "" };
  }

  async function asked({ desk, bank }: Scene, invoice: string, count: number): Promise<void> {
    const wanted = bank.questions(invoice).length + count;
    await desk.until(`${count} questions`, () => bank.questions(invoice).length >= wanted, count * 25 * SECOND);
    const last = bank.questions(invoice)[wanted - 1];
    await desk.until(
      "the last of them is over",
      () => desk.sent.some((one) => one.requestId === last?.requestId && one.endedAt !== null),
      SILENCE,
    );
  }

  async function quiet({ desk, bank }: Scene, invoice: string): Promise<void> {
    const before = bank.questions(invoice).length;
    await desk.clock.sleep(15 * SECOND);
    expect(bank.questions(invoice), "asked after the end").toHaveLength(before);
  }

  const posted = ({ bank }: Scene): number => bank.posts().filter(({ name }) => name === "create").length;
  const confirmed = ({ bank }: Scene): number => bank.posts().filter(({ name }) => name === "confirm").length;

  describe.concurrent(harness.name, () => {
    describe("a post", () => {
      for (const method of ["googlePay", "card", "cardVerification"] as const) {
        const end = method === "cardVerification" ? "verified" : "paid";
        scene(`by ${method}: sent once, shown without a code, asked about by our own number, ${end}`, async (s) => {
          const { id } = await begin(s, s.bank.means("taken", method));
          const row = await s.desk.reaches(id, end, true);
          const [operation] = s.bank.operations();
          expect(row).toMatchObject({ late: false, error: null, bankId: row.detail.invoiceId });
          expect(row.detail.operationId).toBe(operation?.id);
          expect(operation).toMatchObject({ invoice: row.detail.invoiceId, minor: row.minor, word: end });
          expect(posted(s)).toBe(1);
          expect(s.desk.shown.size).toBe(0);
          expect(await s.desk.journal.calls(id)).toMatchObject([{ outcome: "answered", danger: "dangerous" }]);
          await quiet(s, operation?.invoice ?? "");
        });
      }

      for (const { spelling, code } of harness.refusals) {
        scene(`refused with ${spelling}: declined as ${code}, with the bank’s words, and not repeated`, async (s) => {
          const { id } = await begin(s, s.bank.means({ code: spelling }));
          expect(await s.desk.reaches(id, "declined", true)).toMatchObject({ error: { code, bankCode: spelling } });
          expect(posted(s)).toBe(1);
        });
      }

      for (const code of harness.undecided) {
        scene(`refused with ${code}, which decides nothing: the status says no`, async (s) => {
          const { id } = await begin(s, s.bank.means({ code }));
          await s.desk.reaches(id, "declined", true);
          expect(s.desk.row(id).detail.history.map(({ state }) => state)).toContain("in_doubt");
          expect(posted(s)).toBe(1);
        });
        scene(`refused with ${code}, and the money is taken: paid`, async (s) => {
          const { id } = await begin(s, s.bank.means({ code, yet: "charged" }));
          expect(await s.desk.reaches(id, "paid", true)).toMatchObject({ late: false });
          expect(posted(s)).toBe(1);
        });
      }

      scene("with the bank down: failed, nothing at the bank, not repeated when it is back", async (s) => {
        await s.bank.down();
        const { id } = await begin(s);
        expect(await s.desk.reaches(id, "failed", true)).toMatchObject({ error: { code: "bank_unreachable" } });
        await s.bank.up();
        await s.desk.until("the till is ready again", () => s.desk.snapshot().providers[0]?.ready === true);
        await s.desk.clock.sleep(10 * SECOND);
        expect(s.bank.posts()).toEqual([]);
      });

      for (const fate of [
        { kind: "dropped" },
        { kind: "html" },
        { kind: "garbage" },
        { kind: "hung" },
        { kind: "http", status: 401 },
      ] as const) {
        scene(`whose token is ${told(fate)}: failed, and not one byte of it has left`, async (s) => {
          s.bank.strike("token", fate, { count: "all" });
          const { id } = await begin(s);
          await s.desk.reaches(id, "failed", true, 40 * SECOND);
          expect(s.bank.posts()).toEqual([]);
          s.bank.calm();
          await s.desk.clock.sleep(10 * SECOND);
          expect(s.bank.posts()).toEqual([]);
        });
      }

      for (const [fate, acts] of BROKEN) {
        scene(
          `whose answer is ${told(fate)}: ${acts ? "paid as the status says" : "in doubt"}, sent once`,
          async (s) => {
            s.bank.strike("create", fate);
            const { id } = await begin(s);
            if (acts) {
              expect(await s.desk.reaches(id, "paid", true, SILENCE)).toMatchObject({ late: false });
              expect(posted(s)).toBe(1);
              return {};
            }
            const row = await s.desk.reaches(id, "in_doubt", false, SILENCE);
            expect(row).toMatchObject({ detail: { posted: "lost" }, error: { remedy: "checkBank" } });
            await asked(s, row.detail.invoiceId ?? "", 4);
            expect(s.desk.row(id).state).toBe("in_doubt");
            expect(posted(s)).toBe(1);
            expect(s.bank.operations()).toEqual([]);
            return { unsettled: 1 };
          },
        );
      }

      scene(
        "that never came: nothing ends it for an hour, then it has failed, and is free to be made again",
        async (s) => {
          s.bank.strike("create", { kind: "dropped" });
          const { id } = await begin(s);
          await s.desk.reaches(id, "in_doubt", false);
          s.desk.clock.hurry(20);
          await s.desk.reaches(id, "needs_review", false, sessionMs + 120 * SECOND);
          const row = await s.desk.reaches(id, "failed", true, lagMs + 1_800 * SECOND);
          s.desk.clock.hurry(1);
          expect(row.error).toMatchObject({ code: "never_reached" });
          expect(row.updatedAt - row.createdAt).toBeGreaterThanOrEqual(lagMs);
          expect(posted(s)).toBe(1);
          await s.desk.call("payments.dismiss", { id });
          await s.desk.reaches((await begin(s)).id, "paid", true);
        },
      );

      scene("carried out long after the connection died: paid as the status says", async (s) => {
        s.bank.strike("create", { kind: "late", ms: 12 * SECOND });
        const { id } = await begin(s);
        await s.desk.reaches(id, "in_doubt", false);
        expect(await s.desk.reaches(id, "paid", true)).toMatchObject({ late: false });
        expect(posted(s)).toBe(1);
      });

      scene("whose answer dribbles in within the time limit is answered", async (s) => {
        s.bank.strike("create", { kind: "slow", ms: 8 * SECOND });
        const { id } = await begin(s);
        const row = await s.desk.reaches(id, "paid", true);
        expect(row.detail).toMatchObject({ posted: "answered" });
      });

      scene("under one key is one, however often it is sent", async (s) => {
        const key = randomUUID();
        const request = { provider: s.bank.profile.provider, ...s.bank.means("taken") };
        const all = await Promise.all(
          Array.from({ length: 10 }, () => s.desk.call("payments.create", { key, request })),
        );
        expect(new Set(all.map((result) => (result.ok ? result.value.payment.id : result.error.code))).size).toBe(1);
        await s.desk.reaches(s.desk.rows()[0]?.id ?? "", "paid", true);
        expect(posted(s)).toBe(1);
      });

      scene("is one at a time: the next waits until the first is decided or put down", async (s) => {
        const first = await undecided(s);
        s.bank.strike("status", { kind: "hung" }, { count: "all" });
        const request = { provider: s.bank.profile.provider, ...s.bank.means("taken") };
        const second = await s.desk.call("payments.create", { key: randomUUID(), request });
        expect(second).toMatchObject({ ok: false, error: { code: "till_busy" } });
        expect(await s.desk.call("payments.cancel", { id: first.id })).toMatchObject({ ok: false });
        s.bank.calm();
        await s.desk.reaches(first.id, "paid", true);
        expect(posted(s)).toBe(1);
      });

      scene("leaves with its amount as exact decimal text", async (s) => {
        for (const [amount, text] of [
          ["200.00", "200"],
          ["19.99", "19.99"],
          ["4.35", "4.35"],
          ["0.30", "0.3"],
          ["1000000.00", "1000000"],
        ] as const) {
          const { id } = await begin(s, { ...s.bank.means("taken"), amount });
          const row = await s.desk.reaches(id, "paid", true);
          expect(s.bank.posts().at(-1)?.body).toMatch(new RegExp(`"amount":${text.replace(".", "\\.")}[,}]`));
          expect(s.bank.operations().at(-1)?.minor).toBe(row.minor);
          await s.desk.call("payments.dismiss", { id });
        }
      });
    });

    describe("the bank’s word", () => {
      const temporary: readonly PostedFate[] = [
        ...BROKEN.map(([fate]) => fate),
        { kind: "busy" },
        { kind: "unknown-payment" },
        ...[302, 403, 404, 429, 500].map((status) => ({ kind: "http", status }) as const),
        ...(["number", "terminal", "currency"] as const).map((member) => ({ kind: "foreign", member }) as const),
      ];
      for (const fate of temporary) {
        // A client without a right to the terminal: nothing to wait for but new settings.
        if (fate.kind === "http" && fate.status === 401) continue;
        scene(`that is ${told(fate)} ends nothing, and then it is paid`, async (s) => {
          const { id, invoice } = await undecided(s);
          s.bank.strike("status", fate, { count: "all" });
          await asked(s, invoice, 3);
          expect(s.desk.row(id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
          s.bank.calm();
          expect(await s.desk.reaches(id, "paid", true)).toMatchObject({ late: false });
        });
      }

      scene(
        "refused for the client’s right: it is not asked on by itself, and goes on when a person asks",
        async (s) => {
          const { id, invoice } = await undecided(s);
          s.bank.strike("status", { kind: "http", status: 401 }, { count: "all" });
          await s.desk.until("it is known", () => s.desk.row(id).detail.paused);
          await s.desk.clock.sleep(5 * SECOND);
          await quiet(s, invoice);
          expect(s.desk.row(id)).toMatchObject({ settled: false, error: { remedy: "fixSettings" } });
          s.bank.calm();
          await s.desk.call("payments.refresh", { id });
          await s.desk.reaches(id, "paid", true);
        },
      );

      scene("nothing but the exact word is success, and unknown words end nothing", async (s) => {
        const { id, invoice } = await undecided(s);
        const words = [...harness.nearlyPaid, ...harness.unknownWords];
        for (const [index, raw] of words.entries()) s.bank.strike("status", { kind: "word", raw }, { nth: index + 1 });
        await asked(s, invoice, words.length);
        expect(s.desk.row(id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
        s.bank.calm();
        await s.desk.reaches(id, "paid", true);
      });

      scene(
        "of another amount is never a success: it is for a person, and asked again at the next start",
        async (s) => {
          s.bank.strike("status", { kind: "names-amount", amount: "5000.01" }, { count: "all" });
          const { id } = await begin(s);
          const row = await s.desk.reaches(id, "needs_review", false);
          expect(row).toMatchObject({ watching: false, error: { code: "amount_mismatch" } });
          await s.desk.restart();
          await asked(s, row.detail.invoiceId ?? "", 1);
          expect(s.desk.row(id)).toMatchObject({ state: "needs_review", settled: false });
          return { unsettled: 1 };
        },
      );

      scene(
        "the bank’s no after it was taken",
        async (s) => {
          const { id, invoice } = await undecided(s);
          await asked(s, invoice, 2);
          s.bank.says(invoice, "declined");
          const { error } = await s.desk.reaches(id, "declined", true);
          expect(error).not.toBeNull();
          await quiet(s, invoice);
        },
        { undecided: true },
      );

      scene(
        "undecided to the end of the bank’s session: a person’s, still asked about, and late when it is paid",
        async (s) => {
          s.bank.strike("status", { kind: "word", raw: harness.words.pending }, { count: "all" });
          const { id } = await begin(s);
          await s.desk.reaches(id, "awaiting_confirmation", false);
          s.desk.clock.hurry(20);
          const row = await s.desk.reaches(id, "needs_review", false, sessionMs + 60 * SECOND);
          s.desk.clock.hurry(1);
          expect(row).toMatchObject({ watching: true, error: { code: "bank_undecided" } });
          expect(row.updatedAt - row.createdAt).toBeGreaterThanOrEqual(sessionMs);
          s.bank.calm();
          expect(await s.desk.reaches(id, "paid", true, 400 * SECOND)).toMatchObject({ late: true });
        },
      );

      scene("a bank that is down for a while is asked again, and the payment goes on", async (s) => {
        const { id } = await undecided(s);
        await s.bank.down();
        await s.desk.until("the till sees that it is offline", () => s.desk.snapshot().offlineSince !== null);
        expect(s.desk.row(id)).toMatchObject({ state: "awaiting_confirmation", settled: false });
        await s.bank.up();
        await s.desk.reaches(id, "paid", true);
      });
    });

    describe("the bank’s page", () => {
      for (const method of ["googlePay", "card", "cardVerification"] as const) {
        scene(`proved there (${method}): confirmed once, and the status decides`, async (s) => {
          const { id } = await challenged(s, s.bank.means("page", method));
          expect(s.desk.snapshot().current).toMatchObject({ state: "awaiting_3ds", bankPage: { page: "open" } });
          s.bank.shown[0]?.press("confirm");
          await s.desk.reaches(id, method === "cardVerification" ? "verified" : "paid", true);
          expect([posted(s), confirmed(s)]).toEqual([1, 1]);
          expect(s.bank.shown[0]?.ended).toBe(true);
          expect(s.desk.snapshot().current?.bankPage).toBeNull();
        });
      }

      scene("declined there by the payer", async (s) => {
        const { id } = await challenged(s);
        s.bank.shown[0]?.press("decline");
        await s.desk.reaches(id, "declined", true);
      });

      scene("proved there, and the bank says no afterwards", async (s) => {
        const { id } = await challenged(s, s.bank.means({ code: "484", after: "page" }));
        s.bank.shown[0]?.press("confirm");
        expect(await s.desk.reaches(id, "declined", true)).toMatchObject({ error: { bankCode: "484" } });
      });

      for (const how of ["another-mark", "no-proof"] as const) {
        scene(`comes back with ${how.replace("-", " ")}: nothing is confirmed, and it is no payment`, async (s) => {
          const { id } = await challenged(s);
          s.bank.shown[0]?.press(how);
          expect(await s.desk.reaches(id, "declined")).toMatchObject({ error: { code: "bank_page_failed" } });
          expect(confirmed(s)).toBe(0);
          return { unsettled: s.desk.row(id).settled ? 0 : 1 };
        });
      }

      scene("closed by the payer, then given up: cancelled, and settled by the bank’s no", async (s) => {
        const { id, invoice } = await challenged(s);
        s.bank.shown[0]?.close();
        expect(s.desk.snapshot().current).toMatchObject({ bankPage: { page: "closed" } });
        await quiet(s, invoice);
        await s.desk.call("payments.cancel", { id });
        expect(await s.desk.reaches(id, "cancelled", false)).toMatchObject({ watching: true });
        expect(s.bank.shown[0]?.ended).toBe(true);
        s.bank.says(invoice, "declined");
        await s.desk.reaches(id, "cancelled", true, 400 * SECOND);
        expect(confirmed(s)).toBe(0);
      });

      scene("given up, and paid all the same: paid, late", async (s) => {
        const { id, invoice } = await challenged(s);
        await s.desk.call("payments.cancel", { id });
        await s.desk.reaches(id, "cancelled", false);
        s.bank.says(invoice, "paid");
        expect(await s.desk.reaches(id, "paid", true, 400 * SECOND)).toMatchObject({ late: true });
      });

      scene(
        "left alone until its time is over: expired, watched, nothing confirmed, and settled after an hour",
        async (s) => {
          const { id } = await challenged(s);
          s.desk.clock.hurry(20);
          const row = await s.desk.reaches(id, "expired", false, pageMs + 60 * SECOND);
          expect(row).toMatchObject({ watching: true, error: { code: "threeds_unfinished" } });
          expect(row.updatedAt - row.createdAt).toBeGreaterThanOrEqual(pageMs);
          s.bank.shown[0]?.press("confirm");
          await s.desk.reaches(id, "expired", true, lagMs + 600 * SECOND);
          s.desk.clock.hurry(1);
          expect(confirmed(s)).toBe(0);
        },
      );

      for (const [fate, acts] of BROKEN) {
        scene(
          `whose confirmation is ${told(fate)}: ${acts ? "paid as the status says" : "in doubt"}, sent once`,
          async (s) => {
            const { id, invoice } = await challenged(s);
            s.bank.strike("confirm", fate);
            s.bank.shown[0]?.press("confirm");
            if (acts) await s.desk.reaches(id, "paid", true, SILENCE);
            else {
              await s.desk.reaches(id, "in_doubt", false, SILENCE);
              await asked(s, invoice, 3);
              expect(s.desk.row(id)).toMatchObject({ state: "in_doubt", settled: false });
            }
            expect([posted(s), confirmed(s)]).toEqual([1, 1]);
            return { unsettled: acts ? 0 : 1 };
          },
        );
      }
    });

    describe("the process dies and comes back", () => {
      scene("before the post was sent, which nobody can know: asked about, and never posted", async (s) => {
        const gate = s.desk.gate(s.bank.profile.options["oauthUrl"] ?? "");
        const request = { provider: s.bank.profile.provider, ...s.bank.means("taken") };
        void s.desk.core.call({ kind: "person", name: "c" }, "payments.create", { key: "k", request });
        await gate.reached;
        const [row] = s.desk.rows();
        await s.desk.restart();
        gate.open();
        const { detail } = await s.desk.reaches(row?.id ?? "", "in_doubt", false);
        await asked(s, detail.invoiceId ?? "", 3);
        expect(s.bank.posts()).toEqual([]);
        return { unsettled: 1 };
      });

      for (const kind of ["hung", "hung-acted", "eaten"] as const) {
        scene(`after it was sent (${told({ kind })}): not sent again, decided by the status`, async (s) => {
          s.bank.strike("create", { kind });
          const { id } = await begin(s);
          await s.desk.restart();
          const row = await s.desk.reaches(id, kind === "hung" ? "in_doubt" : "paid");
          await asked(s, row.detail.invoiceId ?? "", kind === "hung" ? 3 : 0);
          await s.desk.clock.sleep(10 * SECOND);
          expect(posted(s)).toBe(1);
          return { unsettled: kind === "hung" ? 1 : 0 };
        });
      }

      scene("while the bank decides: asked at once, paid once", async (s) => {
        s.bank.strike("status", { kind: "word", raw: harness.words.pending }, { count: "all" });
        const { id } = await begin(s);
        const { detail } = await s.desk.reaches(id, "awaiting_confirmation", false);
        const before = s.bank.questions(detail.invoiceId ?? "").length;
        const died = s.desk.now();
        await s.desk.restart();
        await s.desk.until("asked again", () => s.bank.questions(detail.invoiceId ?? "").length > before, 5 * SECOND);
        expect(s.desk.now() - died).toBeLessThan(5 * SECOND);
        s.bank.calm();
        expect(await s.desk.reaches(id, "paid", true)).toMatchObject({ late: false });
      });

      scene(
        "with the bank’s page before the payer: the page is gone, nothing is confirmed, the status decides",
        async (s) => {
          const { id, invoice } = await challenged(s);
          await s.desk.restart();
          expect(await s.desk.reaches(id, "expired", false)).toMatchObject({ watching: true });
          s.bank.shown[0]?.press("confirm");
          await s.desk.clock.sleep(5 * SECOND);
          expect(confirmed(s)).toBe(0);
          expect(s.desk.snapshot().current?.bankPage ?? null).toBeNull();
          s.bank.says(invoice, "declined");
          await s.desk.reaches(id, "expired", true, 400 * SECOND);
        },
      );

      for (const kind of ["hung", "hung-acted"] as const) {
        scene(`while it is confirmed (${told({ kind })}): not confirmed again, decided by the status`, async (s) => {
          const { id, invoice } = await challenged(s);
          s.bank.strike("confirm", { kind });
          s.bank.shown[0]?.press("confirm");
          await s.desk.until("the confirmation is there", () => confirmed(s) === 1);
          await s.desk.restart();
          if (kind === "hung-acted") await s.desk.reaches(id, "paid", true);
          else await asked(s, invoice, 3);
          await s.desk.clock.sleep(10 * SECOND);
          expect([posted(s), confirmed(s)]).toEqual([1, 1]);
          return { unsettled: kind === "hung" ? 1 : 0 };
        });
      }

      scene("with a paid one on the screen: it is still there, and the bank is not asked", async (s) => {
        const { id } = await begin(s);
        const { detail } = await s.desk.reaches(id, "paid", true);
        await s.desk.restart();
        expect(s.desk.snapshot().current).toMatchObject({ id, state: "paid" });
        await quiet(s, detail.invoiceId ?? "");
      });

      scene("again and again: every payment is finished, and no number comes twice", async (s) => {
        const numbers = new Set<string | null>();
        for (let n = 1; n <= 4; n += 1) {
          const { id, invoice } = await undecided(s);
          numbers.add(invoice);
          await s.desk.restart();
          await s.desk.reaches(id, "paid", true);
          await s.desk.call("payments.dismiss", { id });
          await s.desk.restart();
        }
        expect(numbers.size).toBe(4);
      });
    });
  });
}

function told(fate: PostedFate): string {
  switch (fate.kind) {
    case "http":
      return `HTTP ${fate.status}`;
    case "foreign":
      return `of another ${fate.member}`;
    default:
      return fate.kind.replaceAll("-", " ");
  }
}
