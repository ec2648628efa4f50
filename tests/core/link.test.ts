import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDesk, profileOf, testSettings, type Desk } from "../support/desk.ts";
import { envelope } from "../support/scripted-bank.ts";

const SECOND = 1_000;
const LINK = "https://pay.kaspi.kz/pay/51236903777280167836178166503744993984459";

let desk: Desk;
beforeEach(async () => {
  desk = await openDesk();
});
afterEach(() => desk.close());

const link = () => desk.charge("200.00", { method: "link" });

describe("a payment by link", () => {
  it("shows the link while it can be opened, in the link's own names and times (Q-12)", async () => {
    desk.bank.next("/qr/create-link", {
      answer: envelope(
        `{"PaymentLink":"${LINK}","ExpireDate":"2020-01-16T10:30:00+06","PaymentId":15,"PaymentMethods":["Gold"],"PaymentBehaviorOptions":{"StatusPollingInterval":7,"LinkActivationWaitTimeout":120,"PaymentConfirmationTimeout":50}}`,
      ),
    });
    const payment = await link();
    expect(payment).toMatchObject({ state: "awaiting_scan", method: "link", link: LINK, qr: null, bankId: "15" });
    expect(desk.snapshot().current).toMatchObject({
      link: LINK,
      qr: null,
      countdown: { kind: "scan", remainingMs: 120_000, totalMs: 120_000 },
    });
    await desk.clock.advance(21 * SECOND);
    expect(desk.bank.calls("/payment/status/15")).toBe(3);
    desk.bank.status("Wait");
    await desk.clock.advance(7 * SECOND);
    expect(desk.snapshot().current).toMatchObject({
      state: "awaiting_confirmation",
      link: null,
      countdown: { kind: "confirm", totalMs: 50_000 },
    });
    desk.bank.status("Processed");
    await desk.clock.advance(7 * SECOND);
    expect(await desk.get(payment.id)).toMatchObject({ state: "paid", late: false, link: null });
  });

  it("not opened in time: expired, watched, and settled as a dead token", async () => {
    const { id } = await link();
    await desk.clock.advance(181 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: false, watching: true, link: null });
    await desk.clock.advance(95 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "expired", settled: true });
  });

  it("a status that an invoice has and a link may show is not final (Q-34)", async () => {
    const { id } = await link();
    desk.bank.status("RemotePaymentCreated");
    await desk.clock.advance(60 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "awaiting_scan", link: LINK });
  });

  it("a lost answer is made once more, silently (Q-30)", async () => {
    desk.bank.next("/qr/create-link", { fail: "closed", reach: "sent" });
    expect(await link()).toMatchObject({ state: "awaiting_scan", link: LINK });
    expect(desk.bank.calls("/qr/create-link")).toBe(2);
  });

  it("is made anew with its method, the old one watched", async () => {
    const first = await link();
    const renewed = await desk.call("payments.renew", { id: first.id, key: "renew" });
    expect(renewed).toMatchObject({ ok: true, value: { payment: { method: "link", replaces: first.id } } });
    expect(await desk.get(first.id)).toMatchObject({ state: "cancelled", watching: true });
  });

  it("is on the screen again after a restart", async () => {
    const { id } = await link();
    await desk.clock.advance(7 * SECOND);
    await desk.restart();
    expect(desk.snapshot().current).toMatchObject({ id, link: LINK, countdown: { remainingMs: 173_000 } });
  });
});

describe("the three schemes", () => {
  it.each([
    ["1", ["qr", "link"], "elsewhere", false],
    ["2", ["qr", "link"], "customer", false],
    ["3", ["qr", "link", "invoice"], "till", true],
  ] as const)("scheme %s: %j, refunds %s", async (scheme, methods, refunds, named) => {
    await desk.restart(testSettings(profileOf(scheme)));
    expect(desk.snapshot().providers[0]).toMatchObject({ ready: true, methods, refunds });
    expect(await link()).toMatchObject({ state: "awaiting_scan", link: LINK });
    const body = desk.bank.requests.findLast(({ path }) => path === "/qr/create-link")?.body ?? "";
    expect(body.includes('"OrganizationBin":"180340021791"')).toBe(named);
  });

  it("a payment is asked about through the profile it was made with, when another one is in use", async () => {
    const { id } = await link();
    await desk.restart(testSettings(profileOf("3")));
    desk.bank.status("Processed");
    await desk.clock.advance(6 * SECOND);
    expect(await desk.get(id)).toMatchObject({ state: "paid" });
    const last = desk.bank.requests.findLastIndex(({ path }) => path.startsWith("/payment/status"));
    expect(desk.identities[last]).toBe("profile-1");
  });
});
