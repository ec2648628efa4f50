import type { CustomerBridge, CustomerSnapshot } from "../../contract/customer.ts";
import { openPage } from "../page-link.ts";
import type { PageState } from "../page-link.ts";

declare global {
  interface Window {
    /** Given by the preload script of the customer's window; absent in a plain browser. */
    readonly qabylDisplay?: CustomerBridge;
  }
}

/** Follows the customer's view: over the preload script's bridge, else over HTTP. `told` of how the page stands to the till. */
export function followTill(heard: (snapshot: CustomerSnapshot) => void, told: (state: PageState) => void): void {
  if (window.qabylDisplay) return void window.qabylDisplay.watch(heard);
  const page = openPage("customer", "qabyl.customer");
  page.state(told);
  page.watch(heard);
}
