/** Fresh ids from the system's randomness. */
import { randomBytes } from "node:crypto";
import type { Ids } from "../core/ports.ts";

/** `now` is the wall clock; when it steps back, ids keep rising. */
export function createIds(now: () => number = Date.now): Ids {
  let last = 0;
  let count = 0;
  return {
    uuid() {
      const time = now();
      if (time > last) {
        last = time;
        count = randomBytes(2).readUInt16BE() & 0x7ff; // starts in the lower half, so that a busy millisecond can count up
      } else if (++count > 0xfff) {
        last++;
        count = 0;
      }
      return version7(last, count);
    },
    requestId: () => randomBytes(16).toString("hex"),
  };
}

// --- helpers ---

/** RFC 9562: 48 bits of time, 12 of a counter, 62 at random. */
function version7(time: number, count: number): string {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(time, 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
