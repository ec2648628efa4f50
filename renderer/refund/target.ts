import type { Payment } from "../../contract/payment.ts";
import type { Provider } from "../../contract/states.ts";
import type { RefundView } from "../../contract/snapshot.ts";

/** What is to go back. Sums are tiyn. */
export type Target =
  /** A sale of this till; `record`: it has gone back elsewhere, and is only written down. */
  | {
      readonly kind: "payment" | "record";
      readonly payment: Payment;
      /** The customer has to scan before it is sent. */
      readonly scan: boolean;
      readonly paid: number;
      readonly back: number;
    }
  /** One of the purchases that the customer's scan has shown. */
  | { readonly kind: "operation"; readonly refund: RefundView; readonly operation: RefundView["operations"][number] }
  /** A purchase of another till, by its number at the bank. */
  | { readonly kind: "number"; readonly provider: Provider; readonly bankId: string }
  /** The same, by the number of its transaction on the customer's slip (Halyk rrn). */
  | { readonly kind: "rrn"; readonly provider: Provider; readonly rrn: string };
