/** Stands in the place of the HTTP adapter: the real one, with a boundary before, after the sending and after the answer. */
import { subscribe } from "node:diagnostics_channel";
import { createHttp as create, type HttpAdapter, type HttpOptions } from "../../../main/adapters/http.ts";
import { boundary } from "./boundaries.ts";

export * from "../../../main/adapters/http.ts";

// Told just before the bytes are handed to the socket: a turn later the system has them, and the bank will read them
// although we are dead.
subscribe("undici:client:sendHeaders", (message) => {
  const { path } = (message as { readonly request: { readonly path: string } }).request;
  setImmediate(() => boundary("after the send", givesBack(path) ? ["after the refund is sent"] : []));
});

/** The one request of Kaspi's scheme 3 that moves money to the customer. */
const givesBack = (url: string): boolean => url.includes("/payment/return");

export function createHttp(options: HttpOptions): HttpAdapter {
  const http = create(options);
  return {
    ...http,
    async send(request) {
      const back = givesBack(request.url);
      boundary("before the send", back ? ["before the refund is sent"] : []);
      try {
        return await http.send(request);
      } finally {
        boundary("after the answer", back ? ["after the refund's answer"] : []);
      }
    },
  };
}
