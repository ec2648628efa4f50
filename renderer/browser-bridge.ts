import type { LinkedBridge } from "./bridge.ts";
import { openPage } from "./page-link.ts";

/** The bridge of the till's page in an ordinary browser. */
export function browserBridge(): LinkedBridge {
  const page = openPage("cashier", "qabyl.page");
  return {
    async call(name, input) {
      const response = await page.request("call", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ name, input }),
      });
      // Anything but 200 is a refusal of the host itself, and its body is no Result.
      if (!response.ok) throw new Error(`the till program answered ${String(response.status)}`);
      return await response.json();
    },
    watch: (_view, listener) => page.watch(listener),
    link: (listener) => page.state((state) => listener(state === "off" ? "down" : state)),
  };
}
