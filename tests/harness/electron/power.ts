import type * as Electron from "electron";
import { record } from "../record.ts";
import { apiName, strict, StrictEmitter, type Conforms } from "../strict.ts";

export class PowerMonitor extends StrictEmitter {
  onBatteryPower = false;

  override get [apiName](): string {
    return "powerMonitor";
  }
  isOnBatteryPower(): boolean {
    return this.onBatteryPower;
  }
  getSystemIdleTime(): number {
    return 0;
  }
}

export type PowerMonitorConforms = Conforms<Electron.PowerMonitor, PowerMonitor>;

export const powerMonitor = new PowerMonitor();

const blockers = new Set<number>();
let lastBlocker = 0;

export const powerSaveBlocker = strict("powerSaveBlocker", {
  start(type: "prevent-app-suspension" | "prevent-display-sleep"): number {
    const id = ++lastBlocker;
    blockers.add(id);
    record("powerSaveBlocker.start", type, id);
    return id;
  },
  stop(id: number): boolean {
    record("powerSaveBlocker.stop", id);
    return blockers.delete(id);
  },
  isStarted: (id: number) => blockers.has(id),
});

powerSaveBlocker satisfies Pick<Electron.PowerSaveBlocker, keyof typeof powerSaveBlocker>;
