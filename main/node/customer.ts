/** The customer's display in the Node host: its address in DIR/customer.json, and its window, while the settings have one. */
import type { Core } from "../core/index.ts";
import type { Opened, Window } from "./browser.ts";
import type { Keys } from "./keys.ts";
import { keepCustomerFile } from "./launch.ts";

export interface CustomerParts {
  /** The data folder in use. */
  readonly dir: string;
  /** The screen's address. */
  readonly origin: string;
  readonly keys: Keys;
  readonly core: Pick<Core, "watch">;
  /** The settings have a display for the customer; they change with a snapshot. */
  readonly wanted: () => boolean;
  /** Opens a browser window on it; null: somebody else does. */
  readonly open: (() => Promise<Window>) | null;
  /** Told of each window that was to open. */
  readonly told: (result: Opened) => void;
}

export interface Customer {
  /** Closes the window and takes the file away. */
  close(): Promise<void>;
}

/** Follows the settings until it is closed. A folder that cannot be written to costs the file alone. */
export async function keepCustomer(parts: CustomerParts): Promise<Customer> {
  const { dir, origin, keys, core, wanted, open, told } = parts;
  const file = await keepCustomerFile(dir, origin, keys, wanted).catch(() => null);
  let window: Window | null = null;
  let over = false;
  /** One after the other: a window that is still opening when it is not wanted any more is closed when it stands. */
  let turn: Promise<void> = Promise.resolve();
  let followed = false;

  async function follow(isWanted: boolean): Promise<void> {
    if (open === null) return;
    if (isWanted && !over && window === null) {
      window = await open();
      told(window.result);
    } else if (!isWanted || over) {
      window?.close();
      window = null;
    }
  }

  function look(): void {
    const now = wanted() && !over;
    if (now === followed) return;
    followed = now;
    turn = turn.then(() => follow(now)).catch(() => undefined); // its folder could not be written to
  }

  const stop = core.watch("cashier", look);
  return {
    async close() {
      over = true;
      stop();
      look();
      window?.close();
      await file?.close().catch(() => undefined);
    },
  };
}
