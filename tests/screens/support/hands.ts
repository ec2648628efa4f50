/** Hands that work in the page itself. A state takes up to twenty strokes, and each one sent from outside costs more than all of them here. */
import type { Locator, Page } from "playwright/test";
import type { Snapshot } from "../../../contract/snapshot.ts";
import type { Till } from "./till.ts";

/** What happens to the page, in this order. */
interface Way {
  /** Snapshots that put away what was open; null: nothing was. */
  readonly leave: readonly Snapshot[] | null;
  /** What every command answers, where leaving takes the answers of the state before away. */
  readonly usual: Readonly<Record<string, unknown>>;
  readonly answers: Readonly<Record<string, unknown>>;
  readonly shown: Snapshot | null;
  readonly strokes: readonly Stroke[];
  /** The screen at the end; empty: none is asked for. */
  readonly screen: string;
}

type Stroke =
  | { readonly type: string }
  | { readonly press: string }
  | { readonly see: string }
  | { readonly fill: string; readonly text: string };

const NOTHING: Way = { leave: null, usual: {}, answers: {}, shown: null, strokes: [], screen: "" };

/** Goes that way. What never comes, or takes no press within five seconds, is an error. */
export function go(page: Page, way: Partial<Way>): Promise<void> {
  return page.evaluate(walk, { ...NOTHING, ...way });
}

/** The same till under quick hands: what it is told to click and to fill is not touched with a finger. */
export function quick(till: Till): Till {
  const id = (testid: string): Locator =>
    Object.assign(till.id(testid), {
      click: () => go(till.page, { strokes: [{ press: testid }] }),
      fill: (text: string) => go(till.page, { strokes: [{ fill: testid, text }] }),
    });
  return Object.assign(Object.create(till) as Till, { id });
}

/** Runs in the page, and so leans on nothing outside itself. */
async function walk({ leave, usual, answers, shown, strokes, screen }: Way): Promise<void> {
  const { fakeTill } = window;
  const { port1, port2 } = new MessageChannel();
  // A timer would let a frame be drawn between any two strokes, for nobody.
  const turn = (): Promise<void> =>
    new Promise((resolve) => {
      port1.addEventListener("message", () => resolve(), { once: true });
      port2.postMessage(null);
    });
  port1.start();
  const find = (testid: string, more = ""): HTMLElement | null =>
    document.querySelector<HTMLElement>(`[data-testid="${testid}"]${more}`);
  const until = async <T>(what: string, look: () => T | null): Promise<T> => {
    for (const end = Date.now() + 5_000; Date.now() < end; await new Promise((resolve) => setTimeout(resolve))) {
      const found = look();
      if (found !== null) return found;
    }
    throw new Error(`${what}; on the screen: ${document.body.innerText.slice(0, 400)}`);
  };
  const push = async (next: Snapshot): Promise<void> => {
    fakeTill.push(next);
    await turn();
  };
  const strike = async (key: string): Promise<void> => {
    const on = document.activeElement ?? document.body;
    if (on.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }))) {
      const field = on instanceof HTMLInputElement || on instanceof HTMLTextAreaElement;
      if (field && key.length === 1) document.execCommand("insertText", false, key);
      if (key === "Enter" && on instanceof HTMLInputElement) on.form?.requestSubmit();
      if (key === "Enter" && on instanceof HTMLButtonElement) on.click();
    }
    await turn();
  };

  if (leave) {
    Object.assign(fakeTill, { answers: { ...usual } });
    for (const next of leave) await push(next);
    if (document.querySelector("[data-screen=invoice], [data-screen=card], [data-screen=transfer]"))
      find("back")?.click();
    await turn();
    window.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
  }
  Object.assign(fakeTill.answers, answers);
  if (shown) await push(shown);
  for (const stroke of strokes) {
    if ("type" in stroke) for (const key of stroke.type) await strike({ "\n": "Enter", "\b": "Escape" }[key] ?? key);
    else if ("see" in stroke) await until(`${stroke.see} never came`, () => find(stroke.see));
    else if ("fill" in stroke) {
      const field = await until(`no field ${stroke.fill}`, () => {
        const found = find(stroke.fill);
        return found instanceof HTMLInputElement || found instanceof HTMLTextAreaElement ? found : null;
      });
      field.focus();
      field.select();
      document.execCommand(stroke.text === "" ? "delete" : "insertText", false, stroke.text);
    } else {
      const found = await until(`${stroke.press} takes no press`, () =>
        find(stroke.press, ":not([aria-disabled=true])"),
      );
      // A click that no finger made does not go from a box's label to the box.
      (found.querySelector<HTMLElement>("input[type=checkbox]") ?? found).click();
    }
    await turn();
  }
  if (screen !== "")
    await until(`the screen ${screen} never came`, () =>
      document.querySelector(`[data-testid="screen"][data-screen="${screen}"]`),
    );
}
