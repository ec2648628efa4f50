/** The machine at a serial device of this computer (POSIX), without a library of native code (docs/adr/0054). */
import { execFile } from "node:child_process";
import { close, constants, fstatSync, open, write } from "node:fs";
import { ReadStream } from "node:tty";
import { promisify } from "node:util";
import { guarded, WAITING_CAP, type LinePort } from "./line.ts";

const SETTING_MS = 5_000;
// Not waiting for a carrier, and never this process's own terminal.
const FLAGS = constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK;

/**
 * Eight bits, no parity, one stop bit, no flow control. On Windows it is never opened: `closed` says in words that a bridge to
 * TCP is needed.
 */
export function serialLine(device: string, baud: number, platform: NodeJS.Platform = process.platform): LinePort {
  return {
    name: device,
    open(listener) {
      const on = guarded(listener);
      let stream: ReadStream | null = null;
      let pen: Pen | null = null;
      const release = (): void => {
        stream?.destroy();
        pen?.close();
      };
      const end = (why: string): void => {
        release();
        on.closed(why);
      };
      async function begin(): Promise<void> {
        if (platform === "win32") throw new Error("serial lines are not served on Windows: use a bridge to TCP");
        const fd = await promisify(open)(device, FLAGS);
        pen = penOf(fd, end);
        if (!fstatSync(fd).isCharacterDevice()) throw new Error("it is no device");
        // While it is open: some drivers forget the setting when the last one closes.
        const where = platform === "linux" ? "-F" : "-f";
        const plain = ["raw", "cs8", "-parenb", "-cstopb", "-crtscts", "-echo", "clocal", "-hupcl"];
        await promisify(execFile)("stty", [where, device, String(baud), ...plain], { timeout: SETTING_MS });
        const reading = await promisify(open)(device, FLAGS);
        // It polls: a stream of fs would keep one of the four threads waiting in its read for good.
        stream = new ReadStream(reading);
        if (on.over()) return release();
        stream.on("data", on.data);
        stream.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
        stream.on("end", () => end("hung up"));
        stream.on("close", () => end("closed"));
        on.opened();
      }
      begin().catch((error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      return {
        write: (text) => void (on.over() || pen?.write(text)),
        close() {
          on.end();
          release();
        },
      };
    },
  };
}

interface Pen {
  write(text: string): void;
  close(): void;
}

/**
 * Writes to a descriptor of its own, one text after the other. Not through a tty stream, whose writes block the whole program
 * while a full device takes nothing; and it is closed only when no write is under way: its number would be another file's.
 */
function penOf(fd: number, failed: (why: string) => void): Pen {
  let rest = "";
  let writing = false;
  let closing = false;
  const closeNow = (): void => close(fd, () => undefined);
  function next(): void {
    if (rest === "" || writing) return;
    const text = rest;
    rest = "";
    writing = true;
    write(fd, text, (error, written) => {
      writing = false;
      if (closing) closeNow();
      else if (error !== null || written < text.length) failed(error?.code ?? "nobody reads");
      else next();
    });
  }
  return {
    write(text) {
      if (closing) return;
      rest += text;
      if (rest.length > WAITING_CAP) failed("nobody reads");
      else next();
    },
    close() {
      if (closing) return;
      closing = true;
      if (!writing) closeNow();
    },
  };
}
