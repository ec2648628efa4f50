import { afterEach, describe, expect, it } from "vitest";
import { codes } from "../../simulator/epay/codes.ts";
import { bodyOf, buttonOf, closeAll, openEpay } from "./epay-support.ts";

afterEach(closeAll);

const problemsOf = (shop: Awaited<ReturnType<typeof openEpay>>) =>
  shop.bank.ledger.calls.flatMap((call) => call.problems);

describe("the bank’s page", () => {
  it("says what it is in three languages, and its buttons go back to TermUrl with what must be encoded (Q-81)", async () => {
    const shop = await openEpay();
    const asked = await shop.verify("3ds", { body: { description: '<b>"1 & 2"</b>' } });
    expect(asked.body.secure3D.paReq).toMatch(/[+/]/);
    const { status, text, headers } = await shop.openPage(asked);
    expect(status).toBe(200);
    expect(headers["content-type"]).toBe("text/html; charset=utf-8");
    for (const language of ["ru", "kk", "en"]) expect(text).toContain(`lang="${language}"`);
    expect(text).toContain("&lt;b&gt;&quot;1 &amp; 2&quot;&lt;/b&gt;");
    expect(text).not.toContain("<script");
    const [yes, no] = [buttonOf(text, "confirm"), buttonOf(text, "decline")];
    expect(yes).toMatchObject({ termUrl: "https://till.invalid/3ds?a=1&b=2", md: asked.body.secure3D.md });
    expect(yes.paRes).not.toBe(no.paRes);
    expect(yes.paRes).toMatch(/[+/]/);
    expect((await shop.status(asked.invoice, "verification")).transaction.statusName).toBe("3D");
  });

  it("confirms once with the order’s own token", async () => {
    const shop = await openEpay();
    const asked = await shop.googlePay({ token: "" });
    expect(asked.answer.status).toBe(401);
    await shop.bank.configure({ nextOutcome: "3ds" });
    const order = await shop.googlePay({ amount: 12.5 });
    expect(shop.bank.ledger.totals().charged).toBe(0);
    const page = buttonOf((await shop.openPage(order)).text, "confirm");
    expect((await shop.confirm({ ...order, token: await shop.serviceToken() }, page)).status).toBe(401);
    expect(bodyOf(await shop.confirm(order, page))).toMatchObject({
      status: "CHARGE",
      amount: 12.5,
      secureDetails: "F",
    });
    expect((await shop.confirm(order, page)).status).toBe(401);
    expect(shop.bank.ledger.complaints).toMatchObject([{ rule: "token-reused" }]);
    expect(shop.bank.ledger.posts(order.invoice)).toMatchObject([
      { name: "cryptopay", token: order.token, acted: true },
      { name: "confirm", token: order.token, acted: true, decided: "200" },
      { name: "confirm", token: order.token, decided: "401" },
    ]);
    expect(shop.bank.ledger.totals()).toMatchObject({ charged: 1, chargedMinor: 1250n });
  });

  it.each([
    ["the other button", "decline", (paRes: string) => paRes, "declined on the page"],
    ["a proof whose + became a space", "confirm", (paRes: string) => paRes.replaceAll("+", " "), "no proof"],
  ] as const)("%s: FAILED with a code", async (_what, button, change, cause) => {
    const shop = await openEpay();
    const order = await shop.verify("3ds");
    const { paRes } = buttonOf((await shop.openPage(order)).text, button);
    const answer = await shop.confirm(order, { paRes: change(paRes) });
    expect(answer.status).toBe(400);
    expect(bodyOf(answer)).toMatchObject({ code: codes.unproven, invoiceId: order.invoice });
    expect(shop.bank.transaction(order.invoice)?.history.at(-1)).toMatchObject({ status: "FAILED", cause });
    expect(problemsOf(shop)).toEqual(cause === "no proof" ? ["PaRes is not what the page gave"] : []);
  });

  it("another MD confirms nothing, and the time for it runs out (Q-79)", async () => {
    const shop = await openEpay({ challengeStatus: "FINGERPRINT", challengeSeconds: 600 });
    const order = await shop.verify("3ds");
    const { paRes } = buttonOf((await shop.openPage(order)).text, "confirm");
    expect((await shop.confirm(order, { paRes, md: "270469967-9CA5EC5779A3358E" })).status).toBe(400);
    expect(shop.bank.transaction(order.invoice)?.status).toBe("FINGERPRINT");
    shop.bank.advance(599_999);
    expect((await shop.openPage(order)).status).toBe(200);
    shop.bank.advance(1);
    expect(shop.bank.transaction(order.invoice)).toMatchObject({ status: "FAILED", code: codes.unproven });
    expect((await shop.openPage(order)).status).toBe(400);
  });

  it("misbehaves as it is told", async () => {
    const shop = await openEpay();
    const order = await shop.verify("3ds");
    const open = async (acsWay: typeof shop.bank.config.acsWay) => {
      await shop.bank.configure({ acsWay });
      return await shop.openPage(order);
    };
    const wrong = buttonOf((await open("wrong-md")).text, "confirm");
    expect(wrong.md).not.toBe(order.body.secure3D.md);
    expect(buttonOf((await open("empty-pares")).text, "confirm")).toMatchObject({
      paRes: "",
      md: order.body.secure3D.md,
    });
    expect((await open("never")).text).not.toContain("<form");
    expect((await open("broken")).status).toBe(500);
    const { text } = await open("hostile");
    for (const word of ["window.open(", "download", "foreign-app://", "Notification", "geolocation"]) {
      expect(text).toContain(word);
    }
    expect(buttonOf(text, "confirm").md).toBe(order.body.secure3D.md);
    await shop.form(new URL("/acs/granted?what=popup", shop.bank.urls.acs).href, {});
    expect(shop.bank.ledger.callsNamed("acs/granted")).toMatchObject([{ path: "/acs/granted?what=popup" }]);
    const download = await shop.send("GET", new URL("/acs/download", shop.bank.urls.acs).href, {});
    expect(download.headers["content-disposition"]).toContain("attachment");
  });

  it("looks at what it is given", async () => {
    const shop = await openEpay();
    const order = await shop.verify("3ds");
    expect((await shop.openPage(order, { PaReq: order.body.secure3D.paReq.replaceAll("+", " ") })).status).toBe(400);
    expect((await shop.openPage(order, { MD: "1" })).status).toBe(400);
    expect((await shop.openPage(order, { TermUrl: "nowhere" })).status).toBe(400);
    expect((await shop.send("GET", order.body.secure3D.action, {})).status).toBe(400);
    expect((await shop.send("GET", `${shop.bank.urls.acs}?id=1`, {})).status).toBe(404);
    expect(problemsOf(shop)).toContain("PaReq is not the one given");
    shop.bank.faults.add({ kind: "html", status: 503, method: "acs" });
    expect((await shop.openPage(order)).status).toBe(503);
  });

  it("stands on a port of its own without TLS, where nothing else is", async () => {
    const shop = await openEpay({ acs: "http" });
    const order = await shop.verify("3ds");
    const { action, paReq, md } = order.body.secure3D;
    expect(action).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/acs\/pa\?id=/);
    const post = {
      method: "POST",
      body: new URLSearchParams({ PaReq: paReq, MD: md, TermUrl: "http://127.0.0.1:1/3ds" }),
    };
    const response = await fetch(action, post);
    expect(response.status).toBe(200);
    const page = buttonOf(await response.text(), "confirm");
    expect(bodyOf(await shop.confirm(order, page)).status).toBe("VERIFIED");
    expect((await fetch(new URL("/api/public.rsa", action))).status).toBe(404);
    await shop.bank.down();
    await expect(fetch(action, post)).rejects.toThrow();
    await shop.bank.up();
    expect(new URL(shop.bank.urls.acs).port).toBe(new URL(action).port);
    await shop.bank.configure({ acsAction: "" });
    expect((await shop.verify("3ds")).body.secure3D.action).toBe("");
  });

  it("a confirmation may be answered with a redirect, and stand elsewhere (Q-80)", async () => {
    const shop = await openEpay({ confirmAnswer: "redirect", confirmPath: "/payment/confirm" });
    for (const [button, key] of [
      ["confirm", "reference"],
      ["decline", "errorCode"],
    ] as const) {
      const order = await shop.verify("3ds");
      const answer = await shop.confirm(order, buttonOf((await shop.openPage(order)).text, button));
      expect(answer.status).toBe(302);
      expect([...new URL(String(answer.headers["location"])).searchParams.keys()]).toEqual([key]);
    }
    expect(shop.bank.transactions().map(({ status }) => status)).toEqual(["VERIFIED", "FAILED"]);
  });
});
