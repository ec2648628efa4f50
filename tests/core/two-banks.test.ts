/** A till with two banks: what concerns one says nothing of the other. */
import { afterEach, describe, expect, it } from "vitest";
import type { Training } from "../../main/core/index.ts";
import { openCodeDesk, type CodeDesk, type CodeDeskOptions } from "../support/code-desk.ts";

const SECOND = 1_000;
const NO_WAY = { fail: "refused", reach: "connect" } as const;

let desk: CodeDesk;
const open = async (options: CodeDeskOptions = {}): Promise<void> => void (desk = await openCodeDesk(options));
afterEach(() => desk.close());

describe("two banks", () => {
  it("both are offered, each with its own facts; the last one used is remembered through a restart", async () => {
    await open();
    expect(
      desk.snapshot().providers.map(({ name, ready, methods, refunds }) => [name, ready, methods, refunds]),
    ).toEqual([
      ["kaspi", true, ["qr", "link"], "customer"],
      ["halykQr", true, ["qr"], "till"],
    ]);
    const { id } = await desk.sell();
    await desk.call("payments.cancel", { id });
    await desk.restart();
    expect(desk.snapshot().lastProvider).toBe("halykQr");
  });
  it("one that cannot be reached stops nobody at the other, and no banner says that all is offline", async () => {
    await open();
    desk.codes.always("/", NO_WAY);
    const failed = await desk.sell();
    expect(failed).toMatchObject({ state: "failed" });
    expect(desk.snapshot()).toMatchObject({
      offlineSince: null,
      providers: [
        { name: "kaspi", ready: true },
        { name: "halykQr", ready: false, reason: { code: "bank_unreachable" } },
      ],
    });
    expect(await desk.call("health", {})).toMatchObject({
      value: { status: "degraded", providers: { kaspi: { reachable: true }, halykQr: { reachable: false } } },
    });
    expect(await desk.charge()).toMatchObject({ state: "awaiting_scan" });
    desk.bank.always("/", NO_WAY);
    await desk.clock.advance(5 * SECOND);
    expect(desk.snapshot().offlineSince).not.toBeNull();
  });
  it("one payment at a time is a rule of the till: the other bank does not open a second one", async () => {
    await open();
    const { id } = await desk.charge();
    const request = { amount: "1.00", provider: "halykQr" } as const;
    expect(await desk.call("payments.create", { key: "k", request })).toMatchObject({
      ok: false,
      error: { code: "till_busy" },
      payment: { id },
    });
  });
  it("an attempt at one bank may replace one at the other, and two that were paid raise an alert", async () => {
    await open();
    const first = await desk.charge();
    await desk.call("payments.cancel", { id: first.id });
    const second = await desk.sell({ replaces: first.id });
    expect(second).toMatchObject({ saleId: first.saleId, provider: "halykQr" });
    desk.codes.bill("paid");
    desk.bank.status("Processed");
    await desk.clock.advance(6 * SECOND);
    expect(desk.snapshot().banners.map(({ kind }) => kind)).toContain("double-paid");
  });
  it("the certificate of each is announced on its own", async () => {
    await open();
    const settings = {
      ...desk.settings,
      providers: desk.settings.providers.map((provider) => ({
        ...provider,
        certificateExpires: desk.clock.now() + 86_400_000,
      })),
    };
    await desk.restart(settings);
    const told = desk.snapshot().banners.filter(({ kind }) => kind === "certificate");
    expect(told.map(({ params }) => params["provider"])).toEqual(["kaspi", "halykQr"]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
  });
});

describe("the customer's telephone in training", () => {
  const did: string[] = [];
  const training: Training = {
    fault: () => Promise.resolve(),
    scanReturn: () => Promise.resolve(),
    async customer(provider, bankId, action) {
      if (action === "decline") throw new Error("no such bill");
      did.push(`${provider} ${bankId} ${action}`);
    },
  };

  it("is the training bank's own where the bank has no emulation of it", async () => {
    await open({ training });
    const { id, bankId } = await desk.sell();
    expect(await desk.call("training.phone", { id, action: "scan" })).toEqual({ ok: true, value: null });
    expect(did).toEqual([`halykQr ${bankId} scan`]);
    expect(await desk.call("training.phone", { id, action: "decline" })).toMatchObject({
      ok: false,
      error: { code: "bank_unreachable" },
    });
  });
  it("is the bank's emulation where there is one", async () => {
    await open({ training });
    const { id } = await desk.charge();
    expect(await desk.call("training.phone", { id, action: "scan" })).toMatchObject({ ok: true });
    expect(did).toHaveLength(1);
    expect(desk.bank.requests.at(-1)?.path).toContain("/test/");
  });
  it("has nothing to scan before there is a code", async () => {
    await open({ training });
    desk.codes.next("/create", "hang");
    const id = await desk.begin();
    expect(await desk.call("training.phone", { id, action: "scan" })).toMatchObject({
      ok: false,
      error: { code: "not_supported" },
    });
  });
  it("outside training there is none, whatever the environment", async () => {
    await open();
    const { id } = await desk.sell();
    expect(await desk.call("training.phone", { id, action: "scan" })).toMatchObject({
      error: { code: "not_supported" },
    });
  });
});
