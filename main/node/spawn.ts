import { fork } from "node:child_process";
import type { Child } from "../app.ts";

const READY_WITHIN = 20_000;

/** Starts a script in a process of its own and waits for its first message. It ends when this process does. */
export function spawnChild(module: string, args: readonly string[]): Promise<Child> {
  return new Promise((resolve, reject) => {
    // Its talk goes to our stderr: stdout holds the ready line alone.
    const child = fork(module, [...args], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
    const kill = (): void => {
      if (child.connected) child.disconnect();
      child.kill();
    };
    const timer = setTimeout(() => {
      kill();
      reject(new Error("the child process did not get ready in time"));
    }, READY_WITHIN);
    child.once("message", (ready) => {
      clearTimeout(timer);
      resolve({ ready, kill });
    });
    child.once("error", reject);
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`the child process ended with ${code ?? "a signal"} before it was ready`));
    });
  });
}
