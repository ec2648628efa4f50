import type * as Electron from "electron";
import { emitEvent, makeEvent } from "../strict.ts";
import { record } from "../record.ts";
import { currentBrowser } from "./browser.ts";
import { asFrame, frameInternals, type WebFrameMain } from "./frames.ts";
import { sessionInternals, type Session } from "./session.ts";

/** Electron's name of a permission to the debugging protocol's names. */
const CHROMIUM: Record<string, readonly string[]> = {
  geolocation: ["geolocation"],
  notifications: ["notifications"],
  media: ["camera", "microphone"],
  midi: ["midi"],
  midiSysex: ["midi-sysex"],
  "clipboard-read": ["clipboard-read"],
  "clipboard-sanitized-write": ["clipboard-write"],
  "storage-access": ["storage-access"],
  "window-management": ["window-management"],
};

export interface Question {
  readonly session: Session;
  readonly webContents: Electron.WebContents;
  readonly frame: WebFrameMain;
  readonly name: string;
  readonly details: object;
}

type Answer = "granted" | "denied" | "unsupported";

async function settle({ session, frame, name }: Question, granted: boolean): Promise<Answer> {
  const setting = granted ? "granted" : "denied";
  const browserContextId = await sessionInternals.contextOf(session);
  const origin = new URL(frameInternals.pageUrlOf(frame)).origin;
  for (const permission of CHROMIUM[name] ?? []) {
    await currentBrowser()
      .root.send("Browser.setPermission", {
        permission: { name: permission, ...(permission === "midi-sysex" ? { name: "midi", sysex: true } : {}) },
        setting,
        ...(origin === "null" ? {} : { origin }),
        ...(browserContextId === undefined ? {} : { browserContextId }),
      })
      .catch((error: unknown) => record("harness.setPermission", name, String(error)));
  }
  return setting;
}

function whereOf(frame: WebFrameMain): { requestingUrl: string; isMainFrame: boolean } {
  return { requestingUrl: frame.url, isMainFrame: frame.parent === null };
}

/** A page asks for a permission. No handler: granted, as in Electron. */
export async function requestPermission(question: Question): Promise<Answer> {
  const handler = sessionInternals.permissionRequest(question.session);
  const { webContents, frame, name, details } = question;
  record("harness.permissionRequest", name, frame.url, handler !== null);
  if (handler === null) return settle(question, true);
  const granted = await new Promise<boolean>((resolve) => {
    handler(webContents, name as never, resolve, { ...whereOf(frame), ...details });
  });
  return settle(question, granted);
}

/** A page asks what it may (`navigator.permissions.query`). No handler: granted, as in Electron. */
export async function checkPermission(question: Question): Promise<Answer> {
  const handler = sessionInternals.permissionCheck(question.session);
  const { webContents, frame, name, details } = question;
  const electronName = name === "camera" || name === "microphone" ? "media" : name;
  const origin = frame.origin;
  const granted =
    handler === null || handler(webContents, electronName as never, origin, { ...whereOf(frame), ...details });
  return settle({ ...question, name: electronName }, granted);
}

export async function requestDisplayMedia(question: Question): Promise<Answer> {
  if ((await requestPermission(question)) === "denied") return "denied";
  const handler = sessionInternals.displayMedia(question.session);
  if (handler === null) return "unsupported";
  const { frame } = question;
  const request = {
    frame: asFrame(frame),
    securityOrigin: frame.origin,
    videoRequested: true,
    audioRequested: false,
    userGesture: false,
  };
  const streams = await new Promise<Electron.Streams | null>((resolve) => handler(request, resolve));
  if (streams !== null && Object.keys(streams).length > 0) {
    throw new Error("harness: handing out a display stream is not implemented");
  }
  return "denied";
}

const PICKERS: Record<string, string> = {
  serial: "select-serial-port",
  hid: "select-hid-device",
  usb: "select-usb-device",
};

/** A page opens a device picker. There are no devices here: whatever the app answers, the page gets nothing. */
export async function requestDevice({ session, webContents, frame, name }: Question): Promise<Answer> {
  const check = sessionInternals.permissionCheck(session);
  record("harness.deviceRequest", name, frame.url);
  if (check !== null && !check(webContents, name as never, frame.origin, whereOf(frame))) return "denied";
  const callback = (): void => undefined;
  if (name === "serial") session.emit("select-serial-port", makeEvent({}), [], webContents, callback);
  else if (name === "bluetooth") emitEvent(webContents, "select-bluetooth-device", {}, [], callback);
  else emitEvent(session, PICKERS[name] ?? "", {}, { deviceList: [], frame: asFrame(frame) }, callback);
  return "denied";
}
