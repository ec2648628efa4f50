import type { Sale } from "../books.ts";

/** A till program as the people before it see it; ours and the others'. Money in whole tiyn. */
export interface Till {
  /** The cashier takes the sale's sum, for the first time or once more. The program may refuse. */
  charge(sale: string, minor: number): void;
  /** The code on the screen. */
  code(): string | null;
  says(sale: string): Promise<Sale["says"]>;
  /** The cashier presses "another code, please": the customer says that this one does not work. */
  again(): void;
  /** The cashier presses "done": the customer shows his telephone. */
  done(): void;
  /** The cashier goes on to the next customer. */
  leave(): void;
  /** What was asked back of a sale, in part or whole; the program may refuse. */
  refund(sale: string, minor: number): void;
  /** Refunds that are neither decided nor before a person. */
  openRefunds(sale: string): Promise<number>;
  /** The page on the screen is reloaded. */
  reload(): void;
  /** By which name the bank knows the sale's payments (ExternalId). */
  saleOf(externalId: string): Promise<string | null>;
  close(): Promise<void>;
}
