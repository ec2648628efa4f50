import type * as Electron from "electron";
import { settings } from "../settings.ts";
import { apiName, emitEvent, StrictEmitter, type Conforms } from "../strict.ts";
import { isReady, requireReady } from "./lifecycle.ts";

type Display = Pick<
  Electron.Display,
  | "id"
  | "label"
  | "bounds"
  | "workArea"
  | "size"
  | "workAreaSize"
  | "scaleFactor"
  | "rotation"
  | "internal"
  | "touchSupport"
>;

/** What a test says of a display; the rest follows. */
export interface DisplaySpec {
  readonly id: number;
  readonly label?: string;
  readonly bounds: Electron.Rectangle;
  readonly scaleFactor?: number;
  readonly rotation?: number;
  readonly internal?: boolean;
}

function makeDisplay(spec: DisplaySpec): Display {
  const { bounds } = spec;
  const size = { width: bounds.width, height: bounds.height };
  return {
    id: spec.id,
    label: spec.label ?? `Display ${spec.id}`,
    bounds: { ...bounds },
    workArea: { ...bounds },
    size,
    workAreaSize: { ...size },
    scaleFactor: spec.scaleFactor ?? 1,
    rotation: spec.rotation ?? 0,
    internal: spec.internal ?? false,
    touchSupport: "unknown",
  };
}

const { width, height } = settings.viewport ?? { width: 1280, height: 800 };
let displays: Display[] = [makeDisplay({ id: 1, bounds: { x: 0, y: 0, width, height } })];

const asDisplay = (display: Display): Electron.Display => display as Electron.Display;

export function primaryDisplay(): Display {
  return displays[0] as Display;
}

/** The display that holds the upper left corner of a rectangle, else the primary one. */
export function displayAt({ x, y }: { x: number; y: number }): Display {
  return (
    displays.find(({ bounds }) => {
      return x >= bounds.x && x < bounds.x + bounds.width && y >= bounds.y && y < bounds.y + bounds.height;
    }) ?? primaryDisplay()
  );
}

export class Screen extends StrictEmitter {
  override get [apiName](): string {
    return "screen";
  }
  getPrimaryDisplay(): Electron.Display {
    return asDisplay(primaryDisplay());
  }
  getAllDisplays(): Electron.Display[] {
    return displays.map(asDisplay);
  }
  getDisplayNearestPoint(point: Electron.Point): Electron.Display {
    return asDisplay(displayAt(point));
  }
  getDisplayMatching(rect: Electron.Rectangle): Electron.Display {
    return asDisplay(displayAt(rect));
  }
  getCursorScreenPoint(): Electron.Point {
    return { x: 0, y: 0 };
  }
}

export type ScreenConforms = Conforms<Electron.Screen, Screen>;

const screenObject = new Screen();

/** Electron, lib/browser/api/screen.ts: every access before 'ready' throws. */
export const screen: Electron.Screen = new Proxy(screenObject as unknown as Electron.Screen, {
  get(target, key) {
    if (!isReady() && typeof key === "string" && key !== "then" && key !== "__esModule") {
      requireReady("The 'screen' module can't be used before the app 'ready' event");
    }
    const value = Reflect.get(target, key, target) as unknown;
    return typeof value === "function" ? (value.bind(target) as unknown) : value;
  },
});

/** A display is plugged in. */
export function addDisplay(spec: DisplaySpec): void {
  const display = makeDisplay(spec);
  displays = [...displays, display];
  emitEvent(screenObject, "display-added", {}, display);
}

/** A display is unplugged. */
export function removeDisplay(id: number): void {
  const display = displays.find((one) => one.id === id);
  if (display === undefined || displays.length === 1) throw new Error(`harness: cannot remove display ${id}`);
  displays = displays.filter((one) => one !== display);
  emitEvent(screenObject, "display-removed", {}, display);
}

/** A display changes its size, scale or rotation. */
export function changeDisplay(id: number, change: Partial<DisplaySpec>): void {
  const old = displays.find((one) => one.id === id);
  if (old === undefined) throw new Error(`harness: no display ${id}`);
  const display = makeDisplay({ ...old, ...change, id });
  displays = displays.map((one) => (one === old ? display : one));
  const changed = [
    ...(change.bounds === undefined ? [] : ["bounds", "workArea"]),
    ...(change.scaleFactor === undefined ? [] : ["scaleFactor"]),
    ...(change.rotation === undefined ? [] : ["rotation"]),
  ];
  emitEvent(screenObject, "display-metrics-changed", {}, display, changed);
}
