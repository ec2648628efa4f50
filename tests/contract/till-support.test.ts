/** GET /api/v1/support: the black box for a program with the scope for it, on a real socket. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { supportFile } from "../../contract/support.ts";
import { openTill, TOKENS, type TillDesk } from "../support/till.ts";

let till: TillDesk;
beforeAll(async () => {
  till = await openTill();
});
afterAll(() => till.close());

describe("the black box", () => {
  it("is 200 in its strict shape, with what has just happened, and not to be kept by anybody on the way", async () => {
    const sale = (await till.pay({ amount: "5000.00", provider: "kaspi" })).json();
    const answer = await till.call("GET", "/support");
    expect([answer.status, answer.headers["cache-control"]]).toEqual([200, "no-store"]);
    const box = supportFile.parse(answer.json());
    expect(box.transitions.at(-1)).toMatchObject({ id: sale.id, state: "awaiting_scan", amount: "5000.00" });
    expect(box.calls).toMatchObject([{ ref: sale.id, outcome: "answered" }]);
    expect(sale.qr.payload).toMatch(/^\d{20,}$/);
    expect(answer.text).not.toContain(sale.qr.payload);
  });
  it.each(["pay", "read"] as const)("is nothing for a token that may only %s", async (name) => {
    const answer = await till.call("GET", "/support", undefined, { authorization: `Bearer ${TOKENS[name].token}` });
    expect([answer.status, answer.json().error.code]).toEqual([403, "forbidden"]);
    expect(answer.text).not.toContain("transitions");
  });
  it("is nothing without a token, and is only read", async () => {
    expect((await till.call("GET", "/support", undefined, { authorization: "" })).status).toBe(401);
    expect((await till.call("POST", "/support", {})).status).toBe(405);
  });
});
