import type { VirtualClock } from "../clock.ts";
import type { Config } from "./config.ts";
import type { CardKey } from "./keys.ts";
import type { Ledger } from "./ledger.ts";
import { Operations } from "./operations.ts";
import { Orders } from "./orders.ts";
import { Tokens } from "./tokens.ts";

/** Where the bank's page is, by plain http and by https. */
export interface PageAddress {
  http(): string;
  https(): string;
}

/** Halyk ePay: operations, and the money that goes by them to a shop, to a card and back. */
export class EpayBank {
  readonly config: Config;
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly key: CardKey;
  readonly tokens: Tokens;
  readonly orders: Orders;
  readonly operations: Operations;
  /** Something worth keeping happened. */
  readonly changed: () => void;
  readonly #page: PageAddress;

  constructor(
    parts: { config: Config; clock: VirtualClock; ledger: Ledger; key: CardKey; page: PageAddress },
    changed: () => void,
  ) {
    this.config = parts.config;
    this.clock = parts.clock;
    this.ledger = parts.ledger;
    this.key = parts.key;
    this.#page = parts.page;
    this.changed = changed;
    this.tokens = new Tokens(this);
    this.orders = new Orders(this);
    this.operations = new Operations(this);
  }

  /** Address of the bank's page, to which a challenge's id is added. */
  get pageUrl(): string {
    return `${this.#page[this.config.acs]()}/acs/pa`;
  }
}
