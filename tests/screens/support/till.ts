import { test as base, expect } from "playwright/test";
import type { Locator, Page } from "playwright/test";
import type { Snapshot } from "../../../contract/snapshot.ts";
import { serve } from "./server.ts";
import { snapshot } from "./snapshots.ts";
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
  }
}

/** Runs in the page before its own script: what the preload script would give, in the test's hands. */
function fakeBridge(first: Snapshot | null): void {
  const listeners: ((snapshot: Snapshot) => void)[] = [];
  let last = first;
  const till: FakeTill = {
    calls: [],
    answers: {},
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

export class Till {
  readonly page: Page;
  #typed = false;
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

  /** Brings a named state onto the screen, from nothing. */
  async reach(state: (typeof STATES)[string], more: Partial<Snapshot> = {}): Promise<void> {
    if (this.#typed) {
      // Whatever was typed before goes; it takes the idle screen to do it.
      await this.show(snapshot());
      await this.page.keyboard.press("Escape");
    }
    this.#typed = state.typed !== undefined;
    const wanted = state.snapshot();
    await this.show(
      snapshot({
        ...wanted,
        ...more,
        app: { ...(wanted.app ?? snapshot().app), ...(more.app ? { language: more.app.language } : {}) },
      }),
    );
    for (const key of state.typed ?? "") await this.page.keyboard.press(key);
    if (state.click !== undefined) await this.id(state.click).click();
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

/** A page with the built renderer and a bridge in the test's hands, on the idle screen. */
export async function openTill(page: Page, url: string, first: Snapshot | null = snapshot()): Promise<Till> {
  await page.addInitScript(fakeBridge, first);
  await page.goto(url);
  if (first) await page.getByTestId("screen").waitFor();
  await page.evaluate(() => document.fonts.ready);
  return new Till(page);
}

export const test = base.extend<{ till: Till }, { url: string }>({
  url: [
    async ({}, use) => {
      const server = await serve();
      await use(server.url);
      await server.close();
    },
    { scope: "worker" },
  ],
  till: async ({ page, url }, use) => {
    await page.setViewportSize({ width: 1024, height: 768 });
    const broken: string[] = [];
    page.on("pageerror", (error) => broken.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") broken.push(message.text());
    });
    await use(await openTill(page, url));
    expect(broken, "nothing is thrown and the policy refuses nothing").toEqual([]);
  },
});

export { expect };
