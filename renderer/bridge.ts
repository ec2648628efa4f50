import type { Bridge } from "../contract/snapshot.ts";
import { browserBridge } from "./browser-bridge.ts";

/** `down`: nothing is heard of the till program. `locked`: it does not let this page in any more. */
export type Link = "up" | "down" | "locked";

/** A bridge over a network can break and says so; that of the preload script lives and dies with the page. */
export interface LinkedBridge extends Bridge {
  link?(listener: (link: Link) => void): void;
}

/** The preload script's bridge, else the one over HTTP. */
export function openBridge(): LinkedBridge {
  return window.qabyl ?? browserBridge();
}
