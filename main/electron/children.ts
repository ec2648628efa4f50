import { utilityProcess } from "electron";
import type { Child, Spawn } from "../app.ts";

const READY_WITHIN = 20_000;

/** Starts a module in a utility process (the fuses forbid Electron to run as plain Node) and waits for its first message. */
export const spawnUtility: Spawn = (module, args) =>
  new Promise<Child>((resolve, reject) => {
    const child = utilityProcess.fork(module, [...args], { serviceName: "qabyl-training-bank", stdio: "ignore" });
    const timer = setTimeout(() => {
      child.kill();
      reject(new Error(`${module} did not answer`));
    }, READY_WITHIN);
    child.once("message", (ready: unknown) => {
      clearTimeout(timer);
      resolve({ ready, kill: () => void child.kill() });
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new Error(`${module} ended with ${code}`));
    });
  });
