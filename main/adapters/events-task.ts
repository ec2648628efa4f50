/** What the two sides of the event stream's thread say to each other. */
import type { EventSettings } from "./event-settings.ts";

export type EventsTask =
  | { readonly kind: "listen"; readonly settings: EventSettings; readonly waitMs: number }
  /** Connect, look for topic and group, hang up. */
  | { readonly kind: "probe"; readonly settings: EventSettings };

export type EventsSaid =
  /** The brokers have answered. `whole`: every partition of the topic is this till's. */
  | { readonly kind: "beat"; readonly whole: boolean }
  | { readonly kind: "message"; readonly text: string }
  /** The probe has found everything. */
  | { readonly kind: "found" }
  /** It is over with this thread. */
  | { readonly kind: "failed"; readonly why: string };

/** The one thing the thread is told: leave the group and end. */
export const LEAVE = "leave";
