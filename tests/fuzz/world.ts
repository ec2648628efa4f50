/** A whole till as a host starts it, set up and in nobody's use: what is sent to it must leave it as it is. */
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Snapshot } from "../../contract/snapshot.ts";
import { startApp } from "../../main/app.ts";
import type { Actor, Core } from "../../main/core/index.ts";
import { createBrowserPages } from "../../main/node/bank-page.ts";
import { createKeys } from "../../main/node/keys.ts";
import { createScreen } from "../../main/node/screen.ts";
import { goodProvision, SECRETS } from "../support/provision.ts";
import { openShop } from "../support/shop.ts";

export const WORKER = fileURLToPath(new URL("../../main/adapters/certificate-worker.ts", import.meta.url));
export const PERSON: Actor = { kind: "person", name: "cashier" };

export interface World {
  readonly core: Core;
  readonly port: number;
  /** Of a program that may do everything, and of the screen. */
  readonly token: string;
  readonly page: string;
  /** What must not change: the journal's head (nothing that moves money is sent before it), what is in it, and the screen. */
  state(): Promise<string>;
  close(): Promise<void>;
}

export async function openWorld(): Promise<World> {
  const shop = await openShop();
  const dir = await mkdtemp(join(tmpdir(), "qabyl-fuzz-"));
  const bank = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => bank.listen(0, "127.0.0.1", resolve));
  const { port: bankPort } = bank.address() as AddressInfo;
  const raw = goodProvision({ url: `https://127.0.0.1:${bankPort}/r2/v01`, deviceToken: SECRETS.deviceToken });
  const may = ["pay", "refund", "read", "cards", "support"];
  await shop.write({ ...raw, till: { id: "A1", tokens: [{ name: "1c", token: SECRETS.token, may }] } });

  const keys = createKeys(() => performance.now());
  const pages = createBrowserPages();
  const app = await startApp({
    version: "0.0.0-test",
    dataDir: dir,
    training: false,
    provision: { path: shop.file, insecure: false },
    keySource: () => ({ kind: "key-file", name: "test", warning: null, key: async () => Buffer.alloc(32, 7) }),
    certificateWorker: WORKER,
    simulator: "",
    pages,
    leave: () => undefined,
    spawn: () => Promise.reject(new Error("no training here")),
    listen: { port: 0, screen: (core) => createScreen(core, keys, dir, pages), outside: null },
    say: () => undefined,
  });
  let latest: Snapshot | null = null;
  const stop = app.core.watch("cashier", (snapshot) => (latest = snapshot));
  const ask = (name: string): Promise<unknown> => app.core.call(PERSON, name, {});
  return {
    core: app.core,
    port: Number(new URL(app.origin ?? "").port),
    token: SECRETS.token,
    page: keys.exchange(keys.issue()) ?? "",
    async state() {
      const { value } = (await ask("health")) as { value: { journal: unknown } };
      const lists = await Promise.all(["payments.list", "refunds.list", "cards.list"].map(ask));
      const { current = null, banners = [], app: about = null } = (latest ?? {}) as Partial<Snapshot>;
      return JSON.stringify([value.journal, lists, current, banners.map(({ id }) => id).toSorted(), about]);
    },
    async close() {
      stop();
      await app.stop();
      bank.close();
      await shop.remove();
      await rm(dir, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}
