/**
 * What systemd is told (Type=notify, WatchdogSec): that we serve, and that we are still alive. Its socket takes datagrams, which Node
 * cannot send to a path; the system's own `systemd-notify` does it, and is there wherever the socket is. It is another
 * process than ours, so the unit needs NotifyAccess=all.
 */
import { spawn } from "node:child_process";

export interface Service {
  /** `status` is shown by `systemctl status`. From now on the watchdog is fed while `alive` answers. */
  ready(status: string, alive: () => Promise<unknown>): void;
  stopping(): void;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Tells nobody where no service manager has asked. */
export function createService(env: Env): Service {
  const { NOTIFY_SOCKET: socket, WATCHDOG_USEC: usec, PATH: path } = env;
  if (!socket) return { ready: () => undefined, stopping: () => undefined };
  let busy = false;

  function tell(...lines: string[]): void {
    if (busy) return;
    busy = true;
    const child = spawn("systemd-notify", lines, {
      stdio: "ignore",
      env: { NOTIFY_SOCKET: socket, ...(path === undefined ? {} : { PATH: path }) },
    });
    child.once("error", () => (busy = false));
    child.once("exit", () => (busy = false));
  }

  return {
    ready(status, alive) {
      tell("READY=1", `STATUS=${status}`);
      // WATCHDOG_PID is not compared: a kiosk's unit starts a compositor, and we run below it.
      const every = Number(usec) / 1_000 / 3;
      if (!(every >= 100)) return;
      let asking = false;
      setInterval(() => {
        if (asking) return; // it hangs, and the watchdog must see that
        asking = true;
        alive().then(
          () => {
            asking = false;
            tell("WATCHDOG=1");
          },
          () => (asking = false),
        );
      }, every).unref();
    },
    stopping: () => tell("STOPPING=1"),
  };
}
