import type * as Electron from "electron";
import { pack, unpack } from "../clone.ts";
import { apiName, makeEvent, StrictEmitter, type Conforms } from "../strict.ts";
import { asFrame, deliver, type WebFrameMain } from "./frames.ts";

type Handler = (event: Electron.IpcMainInvokeEvent, ...args: never[]) => unknown;

let handlerOf: (ipc: IpcMain, channel: string) => Handler | undefined;

/** Electron, lib/browser/ipc-main-impl.ts */
export class IpcMain extends StrictEmitter {
  readonly #handlers = new Map<string, Handler>();

  override get [apiName](): string {
    return "ipcMain";
  }

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    if (typeof handler !== "function") {
      throw new Error(`Expected handler to be a function, but found type '${typeof handler}'`);
    }
    this.#handlers.set(channel, handler);
  }

  handleOnce(channel: string, handler: Handler): void {
    this.handle(channel, (event, ...args) => {
      this.removeHandler(channel);
      return handler(event, ...args);
    });
  }

  removeHandler(channel: string): void {
    this.#handlers.delete(channel);
  }

  static {
    handlerOf = (ipc, channel) => ipc.#handlers.get(channel);
  }
}

export type IpcMainConforms = Conforms<Electron.IpcMain, IpcMain>;

export const ipcMain = new IpcMain();

export interface IpcMessage {
  readonly kind: "invoke" | "send";
  readonly id: number;
  readonly channel: string;
  readonly data: string;
}

/** Hands a renderer's message to the app; Electron, lib/browser/ipc-dispatch.ts */
export async function dispatchIpc(
  sender: Electron.WebContents,
  frame: WebFrameMain,
  message: IpcMessage,
): Promise<void> {
  const { channel } = message;
  const args = unpack(message.data) as never[];
  const base = {
    type: "frame" as const,
    frameId: frame.routingId,
    processId: frame.processId,
    sender,
    // Read at the time of access: null once the frame has navigated or is gone.
    get senderFrame() {
      return asFrame(frame);
    },
  };
  if (message.kind === "send") {
    const reply = (replyChannel: string, ...values: unknown[]): void => frame.send(replyChannel, ...values);
    const event = Object.assign(makeEvent(base), { ports: [], reply });
    sender.emit("ipc-message", event, channel, ...args);
    ipcMain.emit(channel, event, ...args);
    return;
  }
  const answer = (reply: object): void => deliver(frame, { id: message.id, reply });
  try {
    const handler = handlerOf(ipcMain, channel);
    if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
    answer({ result: pack(await handler(makeEvent(base), ...args)) });
  } catch (error) {
    console.error(`Error occurred in handler for '${channel}':`, error);
    answer({ error: String(error) });
  }
}
