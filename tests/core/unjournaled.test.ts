/** Nothing that may move money leaves before its line is on disk, whichever commit the disk refuses (reliability, rule 2). */
import { expect, it } from "vitest";
import type { CommandName } from "../../contract/commands.ts";
import type { JournalFile } from "../../main/adapters/journal.ts";
import { openCodeDesk } from "../support/code-desk.ts";
import { openDesk, profileOf, testPeople, testSettings, type Desk, type DeskOptions } from "../support/desk.ts";
import { openPostedDesk, TOKEN } from "../support/posted-desk.ts";
import { MINUTE, SECOND } from "./refund-helpers.ts";

const PEOPLE = testPeople({ "2222": { id: "s", name: "Болат", role: "senior" } });

/** A disk that takes so many commits and then none, until it is mended. */
function disk(takes: number): {
  wrap: (file: JournalFile) => JournalFile;
  lines: Set<string>;
  mend(): void;
  begin(): void;
  used(): number;
} {
  const lines = new Set<string>();
  let used = 0;
  let left = Number.POSITIVE_INFINITY;
  return {
    lines,
    wrap: (file) => ({
      ...file,
      async commit(batch) {
        if (left <= 0) throw new Error("the disk is full");
        const written = await file.commit(batch);
        left -= 1;
        used += 1;
        for (const { requestId, danger } of batch.calls ?? []) if (danger !== "safe") lines.add(requestId);
        return written;
      },
    }),
    begin() {
      left = takes;
      used = 0;
    },
    mend: () => void (left = Number.POSITIVE_INFINITY),
    used: () => used,
  };
}

interface Story {
  readonly open: (options: Pick<DeskOptions, "wrap" | "people">) => Promise<Desk>;
  /** Before the disk fails: what the story is about; its id is handed on. */
  readonly before?: (desk: Desk) => Promise<string>;
  readonly act: (desk: Desk, id: string, call: (name: CommandName, input: object) => Promise<unknown>) => Promise<void>;
  /** How often the bank was asked for what may move money. */
  readonly moved: (desk: Desk) => number;
}

const scheme3 = (options: Pick<DeskOptions, "wrap" | "people">): Promise<Desk> =>
  openDesk({ ...options, settings: testSettings(profileOf("3")) });
const sent =
  (...paths: string[]) =>
  (desk: Desk) =>
    paths.reduce((sum, path) => sum + desk.bank.calls(path), 0);
const other =
  (...paths: string[]) =>
  (desk: Desk): number => {
    const bank = ("codes" in desk ? desk.codes : "posts" in desk ? desk.posts : null) as {
      asked(path: string): number[];
    } | null;
    return paths.reduce((sum, path) => sum + (bank?.asked(path).length ?? 0), 0);
  };
async function paid(desk: Desk): Promise<string> {
  const { id } = await desk.charge();
  desk.bank.status("Processed");
  await desk.clock.advance(6 * SECOND);
  await desk.call("payments.dismiss", { id });
  return id;
}
const create =
  (request: object): Story["act"] =>
  async (desk, _, call) => {
    await call("payments.create", { key: "key", request: { amount: "5000.00", provider: "kaspi", ...request } });
    await desk.clock.advance(4 * MINUTE);
  };

const STORIES: Readonly<Record<string, Story>> = {
  "a code": { open: openDesk, act: create({}), moved: sent("/qr/create") },
  "a code under our number": { open: openCodeDesk, act: create({ provider: "halykQr" }), moved: other("/create") },
  "an invoice": {
    open: scheme3,
    act: create({ method: "invoice", phone: "+7 707 123-45-67" }),
    moved: sent("/remote/create"),
  },
  "an invoice taken back": {
    open: scheme3,
    before: async (desk) => (await desk.charge("10.00", { method: "invoice", phone: "+7 707 123-45-67" })).id,
    act: async (_, id, call) => void (await call("payments.cancel", { id })),
    moved: sent("/remote/cancel"),
  },
  "a posted payment": {
    open: openPostedDesk,
    act: create({ provider: "epay", method: "googlePay", token: TOKEN }),
    moved: other("/post"),
  },
  "held money taken": {
    open: openPostedDesk,
    before: held,
    act: async (_, id, call) => void (await call("payments.capture", { id })),
    moved: other("/capture"),
  },
  "held money given back": {
    open: openPostedDesk,
    before: held,
    act: async (_, id, call) => void (await call("payments.void", { id })),
    moved: other("/release"),
  },
  "a refund": {
    open: scheme3,
    before: paid,
    act: async (desk, id, call) => {
      await call("refunds.create", { key: "refund", request: { paymentId: id, amount: "10.00" } });
      await desk.clock.advance(4 * MINUTE);
    },
    moved: sent("/payment/return"),
  },
};

async function held(desk: Desk): Promise<string> {
  if ("posts" in desk) (desk.posts as { word: string }).word = "authorized";
  const request = { amount: "5000.00", provider: "epay", method: "googlePay", token: TOKEN } as const;
  const made = await desk.call("payments.create", { key: "hold", request });
  await desk.clock.advance(5 * SECOND);
  if (!made.ok) throw new Error(made.error.code);
  return made.value.payment.id;
}

/** Plays a story on a disk that takes so many commits of it; answers how many it needed. */
async function play({ open, before, act, moved }: Story, takes: number): Promise<{ used: number; moved: number }> {
  const { wrap, lines, mend, begin, used } = disk(takes);
  const desk = await open({ wrap, people: PEOPLE });
  try {
    const id = (await before?.(desk)) ?? "";
    const was = { moved: moved(desk), lines: lines.size };
    begin();
    const call = (name: CommandName, input: object): Promise<unknown> =>
      Promise.race([desk.call(name, input as never), desk.clock.advance(MINUTE)]);
    await act(desk, id, call);
    const needed = used();
    expect(moved(desk) - was.moved, `on disk after ${takes}`).toBeLessThanOrEqual(lines.size - was.lines);
    const full = Number.isFinite(takes) && desk.snapshot().banners.some(({ kind }) => kind === "journal");
    mend();
    await desk.clock.advance(5 * MINUTE);
    expect(moved(desk) - was.moved, `once the disk is mended, ${takes}`).toBeLessThanOrEqual(1);
    expect(moved(desk) - was.moved).toBeLessThanOrEqual(lines.size - was.lines);
    if (takes === 0) expect(full).toBe(true);
    return { used: needed, moved: moved(desk) - was.moved };
  } finally {
    await desk.close();
  }
}

it.each(Object.entries(STORIES))(
  "%s: refused at each commit in turn, nothing leaves that is not on disk",
  async (_, story) => {
    const whole = await play(story, Number.POSITIVE_INFINITY);
    expect(whole.moved).toBe(1);
    expect(whole.used).toBeGreaterThan(1);
    for (let takes = 0; takes < Math.min(whole.used, 6); takes += 1) {
      const { moved } = await play(story, takes);
      if (takes === 0) expect(moved).toBe(0);
    }
  },
  60_000,
);
