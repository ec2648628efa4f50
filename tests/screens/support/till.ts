import { test as base, expect } from "playwright/test";
import type { ConsoleMessage, Locator, Page } from "playwright/test";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { go } from "./hands.ts";
import { serve } from "./server.ts";
import { HISTORY, LOOK, payment, snapshot } from "./snapshots.ts";
import type { STATES } from "./snapshots.ts";

export interface Call {
  readonly name: string;
  readonly input: Record<string, unknown>;
}

interface FakeTill {
  calls: Call[];
  push(snapshot: Snapshot): void;
  answers: Record<string, unknown>;
}

declare global {
  interface Window {
    fakeTill: FakeTill;
    cues: { at: number; frequency: number }[];
    clips: { at: number; from: number; seconds: number; cut: boolean }[];
  }
}

/** Runs in the page before its own script: what the preload script would give, in the test's hands. */
function fakeBridge({ first, answers }: { first: Snapshot | null; answers: Record<string, unknown> }): void {
  const listeners: ((snapshot: Snapshot) => void)[] = [];
  let last = first;
  const till: FakeTill = {
    calls: [],
    answers,
    push(next) {
      last = next;
      for (const listener of listeners) listener(next);
    },
  };
  window.fakeTill = till;
  Object.assign(window, {
    qabyl: {
      call(name: string, input: Record<string, unknown>): Promise<unknown> {
        till.calls.push({ name, input });
        const answer = till.answers[name];
        if (answer === "never") return new Promise(() => undefined);
        if (answer === "lost") return Promise.reject(new Error("lost"));
        return Promise.resolve(answer ?? { ok: true, value: null });
      },
      watch(_view: string, listener: (snapshot: Snapshot) => void): () => void {
        listeners.push(listener);
        if (last) queueMicrotask(() => last && listener(last));
        return () => undefined;
      },
    },
  });

  // Which notes were asked for, and when; nothing is heard.
  window.cues = [];
  window.clips = [];
  class Parameter {
    value = 0;
    setValueAtTime(): void {}
    linearRampToValueAtTime(): void {}
    exponentialRampToValueAtTime(): void {}
  }
  class FakeAudio {
    state = "running";
    currentTime = 0;
    destination = {};
    resume(): Promise<void> {
      return Promise.resolve();
    }
    createGain(): unknown {
      const gain = { gain: new Parameter(), connect: (to: unknown) => to };
      return gain;
    }
    createBufferSource(): unknown {
      const clip = { at: 0, from: 0, seconds: 0, cut: false };
      const source: { buffer: AudioBuffer | null } & Record<string, unknown> = {
        buffer: null,
        connect: (to: unknown) => to,
        stop() {
          clip.cut = true;
        },
        start(from: number) {
          window.clips.push(
            Object.assign(clip, { at: performance.now(), from, seconds: source.buffer?.duration ?? 0 }),
          );
        },
      };
      return source;
    }
    createOscillator(): unknown {
      const frequency = new Parameter();
      return {
        frequency,
        connect: (to: unknown) => to,
        stop() {},
        start: () => window.cues.push({ at: performance.now(), frequency: frequency.value }),
      };
    }
  }
  Object.assign(window, { AudioContext: FakeAudio });
}

/** What the lists and figures answer where a test says nothing else. */
const ANSWERS: Record<string, unknown> = {
  "history.list": { ok: true, value: { items: HISTORY, nextCursor: null } },
  "refunds.look": { ok: true, value: LOOK },
  "cards.list": { ok: true, value: { items: [] } },
};

const leaving = (): Snapshot[] => [
  snapshot(),
  snapshot({ current: payment({ id: "p-leave", state: "creating" }) }),
  snapshot(),
];

export class Till {
  readonly page: Page;
  #touched = false;
  constructor(page: Page) {
    this.page = page;
  }

  /** Pushes a snapshot and waits until it is painted. */
  async show(more: Partial<Snapshot> | Snapshot): Promise<void> {
    const next = "boot" in more && "version" in more ? (more as Snapshot) : snapshot(more);
    await this.page.evaluate(async (value) => {
      window.fakeTill.push(value);
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    }, next);
  }

  /** Brings a named state onto the screen, from nothing, and returns its snapshot. */
  async reach(state: (typeof STATES)[string], more: Partial<Snapshot> = {}): Promise<Snapshot> {
    const leave = this.#touched ? leaving() : null;
    this.#touched = state.typed !== undefined || state.click !== undefined;
    const shown = snapshot({ ...state.snapshot(), ...more });
    const strokes = [
      { type: state.typed ?? "" },
      // Pressed without a finger: whether it can be touched is looked at where the state is.
      ...(state.click ?? []).map((target) => {
        const [id = "", seen] = target.split(":");
        return seen ? { see: id } : { press: id };
      }),
      { type: state.after ?? "" },
    ];
    await go(this.page, {
      leave,
      usual: ANSWERS,
      answers: state.answers ?? {},
      shown,
      strokes,
      screen: state.screen,
    });
    return shown;
  }

  /** Whatever was typed, opened or answered before goes; a payment from the till API leaves the places a person has opened. */
  async leave(): Promise<void> {
    await go(this.page, { leave: leaving(), usual: ANSWERS });
  }

  id(testid: string): Locator {
    return this.page.getByTestId(testid);
  }

  async calls(name?: string): Promise<Call[]> {
    const calls = await this.page.evaluate(() => window.fakeTill.calls);
    return name === undefined ? calls : calls.filter((call) => call.name === name);
  }

  /** What a command answers from now on: a Result, "never" or "lost". */
  async answer(name: string, answer: unknown): Promise<void> {
    await this.page.evaluate(([key, value]) => Object.assign(window.fakeTill.answers, { [key]: value }), [
      name,
      answer,
    ] as const);
  }

  async cues(): Promise<readonly number[]> {
    return this.page.evaluate(() => window.cues.map((cue) => cue.frequency));
  }

  screen(): Promise<string | null> {
    return this.id("screen").getAttribute("data-screen");
  }
}

const SIZE = { width: 1024, height: 768 };

/** A page with the built renderer and a bridge in the test's hands, on the idle screen. */
export async function openTill(page: Page, url: string, first: Snapshot | null = snapshot()): Promise<Till> {
  await page.addInitScript(fakeBridge, { first, answers: ANSWERS });
  return begin(page, url, first !== null);
}

async function begin(page: Page, url: string, shows: boolean): Promise<Till> {
  await page.goto(url);
  if (shows) await page.getByTestId("screen").waitFor();
  await page.evaluate(() => document.fonts.ready);
  return new Till(page);
}

interface PerWorker {
  readonly url: string;
  readonly kept: Page;
}

/** For tests that leave something in the browser: an installed clock, a script of their own. Each has a page of its own. */
export const freshTest = base.extend<{ till: Till }, Pick<PerWorker, "url">>({
  url: [
    async ({}, use) => {
      const server = await serve();
      await use(server.url);
      await server.close();
    },
    { scope: "worker" },
  ],
  till: async ({ page, url }, use) => {
    await page.setViewportSize(SIZE);
    await watched(page, async () => use(await openTill(page, url)));
  },
});

/**
 * The usual test. Its page is loaded anew, but in the tab that the worker's other tests use too: a tab of its own costs more
 * than most of the tests do. Media, size and listeners are as in a fresh one; the page of a till keeps nothing in the browser.
 */
export const test = freshTest.extend<object, Pick<PerWorker, "kept">>({
  kept: [
    async ({ browser }, use) => {
      const page = await browser.newPage();
      await page.addInitScript(fakeBridge, { first: snapshot(), answers: ANSWERS });
      await use(page);
      await page.close();
    },
    { scope: "worker" },
  ],
  page: async ({ kept }, use) => {
    await kept.emulateMedia({ colorScheme: null, contrast: null, reducedMotion: null, forcedColors: null });
    await kept.setViewportSize(SIZE);
    await use(kept);
  },
  till: async ({ page, url }, use) => {
    await watched(page, async () => {
      await page.mouse.move(0, 0);
      await use(await begin(page, url, true));
    });
  },
});

/** Nothing is thrown on the page, and the policy refuses nothing, while the test runs. */
async function watched(page: Page, run: () => Promise<void>): Promise<void> {
  const broken: string[] = [];
  const thrown = (error: Error): unknown => broken.push(error.message);
  const said = (message: ConsoleMessage): void => {
    if (message.type() === "error") broken.push(message.text());
  };
  page.on("pageerror", thrown);
  page.on("console", said);
  await run();
  page.off("pageerror", thrown);
  page.off("console", said);
  expect(broken, "nothing is thrown and the policy refuses nothing").toEqual([]);
}

export { expect };
