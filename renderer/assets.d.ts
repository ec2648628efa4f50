import type { Bridge } from "../contract/snapshot.ts";

declare global {
  interface Window {
    /** Given by the preload script; absent in a plain browser. */
    readonly qabyl?: Bridge;
  }
}
