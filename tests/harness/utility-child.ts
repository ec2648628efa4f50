/** Loaded into a utility process before the app's module: gives it `process.parentPort`. */
import { EventEmitter } from "node:events";
import { hideElectron } from "./hooks.ts";

const send = process.send?.bind(process);
const port = Object.assign(new EventEmitter(), {
  postMessage(message: unknown): void {
    let copy: unknown;
    try {
      copy = structuredClone(message);
    } catch {
      throw new Error("An object could not be cloned.");
    }
    send?.(copy);
  },
  start(): void {
    // Messages flow as soon as there is a listener.
  },
});

// Messages that come before the app's module listens are kept, as a MessagePort keeps them.
const early: unknown[] = [];
port.on("newListener", (name: string) => {
  if (name !== "message") return;
  setImmediate(() => {
    for (const data of early.splice(0)) port.emit("message", { data, ports: [] });
  });
});
process.on("message", (data) => {
  if (port.listenerCount("message") === 0) early.push(data);
  else port.emit("message", { data, ports: [] });
});
// The parent is gone, by whatever death.
process.on("disconnect", () => process.exit(0));

Object.defineProperty(process, "parentPort", { value: port, enumerable: true });
Object.defineProperty(process, "type", { value: "utility", enumerable: true });
process.execArgv = [];
delete process.send;
hideElectron("a utility process");
