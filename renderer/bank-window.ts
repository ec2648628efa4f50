import { useEffect, useRef, useState } from "react";
import type { PaymentView } from "../contract/snapshot.ts";
import { tellPage } from "./actions.ts";
import { useStore } from "./store.ts";

const NAME = "qabyl-bank-page";
const LOOK_EVERY_MS = 500;
/** So long a window may take to close, or to come back from the bank to our own page. */
const GRACE_MS = 1500;
const WIDTH = 560;
const HEIGHT = 720;

/** A window above the middle of the till, no larger than the screen it stands on. */
function features(): string {
  const width = Math.min(WIDTH, screen.availWidth);
  const height = Math.min(HEIGHT, screen.availHeight);
  const left = Math.round((screen.availWidth - width) / 2);
  return `popup,width=${String(width)},height=${String(height)},left=${String(left)},top=0`;
}

/** Windows whose payment has gone on, with the time since when. The bank's own page is not ours to close, and may stay. */
const left = new Map<Window, number>();
let looking: ReturnType<typeof setInterval> | undefined;

function leave(page: Window): void {
  page.close();
  left.set(page, performance.now());
  looking ??= setInterval(look, LOOK_EVERY_MS);
}

/** Closes what can be closed by now; what stays, a person is asked to close. */
function look(): void {
  for (const page of left.keys()) {
    page.close();
    if (page.closed) left.delete(page);
  }
  const now = performance.now();
  useStore.setState({ windowLeft: [...left.values()].some((since) => now - since > GRACE_MS) });
  if (left.size > 0) return;
  clearInterval(looking);
  looking = undefined;
}

interface BankWindow {
  /** The browser did not let the till open a window. */
  readonly blocked: boolean;
  readonly open: () => void;
}

/**
 * The bank's page in a window of its own, opened by a tap. The handle is good for two things: to see that the window is
 * closed, and to close it when the payment has gone on. Without "noopener", which would give no handle: our own page at
 * this address takes the opener away from the bank's before it posts.
 */
export function useBankWindow({ id, bankPage }: PaymentView): BankWindow {
  const handle = useRef<Window | null>(null);
  const [blocked, setBlocked] = useState(false);
  useEffect(() => {
    const timer = setInterval(() => {
      if (!handle.current?.closed) return;
      handle.current = null;
      tellPage(id, "closed");
    }, LOOK_EVERY_MS);
    return () => {
      clearInterval(timer);
      if (handle.current) leave(handle.current);
      handle.current = null;
    };
  }, [id]);
  return {
    blocked,
    open: () => {
      const path = bankPage?.path;
      if (path) {
        const before = handle.current;
        handle.current = open(path, NAME, features());
        setBlocked(handle.current === null);
        // The name does not find a window that is at the bank by now, so a second one comes: the first has done its part.
        if (before && before !== handle.current) leave(before);
        if (handle.current === null) return;
        left.delete(handle.current);
        handle.current.focus();
      }
      tellPage(id, "open");
    },
  };
}
