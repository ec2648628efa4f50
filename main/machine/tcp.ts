/** The machine behind a TCP port of this machine. */
import { connect } from "node:net";
import { guarded, WAITING_CAP, type LinePort } from "./line.ts";

const CONNECT_MS = 5_000;

/**
 * A line to 127.0.0.1 alone, whatever the name was: nothing on it proves who speaks, so it must not lead through a network
 * (docs/adr/0053).
 */
export function tcpLine(port: number): LinePort {
  return {
    name: `127.0.0.1:${port}`,
    open(listener) {
      const on = guarded(listener);
      const socket = connect({ host: "127.0.0.1", port, noDelay: true });
      const end = (why: string): void => {
        clearTimeout(late);
        socket.destroy();
        on.closed(why);
      };
      const late = setTimeout(() => end("no answer"), CONNECT_MS);
      socket.on("connect", () => {
        clearTimeout(late);
        on.opened();
      });
      socket.on("data", on.data);
      socket.on("error", (error: NodeJS.ErrnoException) => end(error.code ?? error.message));
      socket.on("close", () => end("closed"));
      return {
        write(text) {
          if (on.over()) return;
          if (socket.writableLength > WAITING_CAP) return end("nobody reads");
          socket.write(text);
        },
        close() {
          on.end();
          clearTimeout(late);
          socket.destroy();
        },
      };
    },
  };
}
