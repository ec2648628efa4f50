/** What the storms have found, each with the way in which it came about. */
import { randomUUID } from "node:crypto";
import { describe, expect } from "vitest";
import { epayScene as scene } from "./epay-scene.ts";
import { request } from "./epay-side.ts";
import { SECOND } from "./scene.ts";

describe("what the storms have found", () => {
  scene(
    "an answer to the confirmation that comes when its payment has been put away and given back is no second version of it",
    async (s) => {
      s.side.simulator.faults.add({ method: "confirm", kind: "hang", acts: true });
      const { id, detail } = await s.reaches(request("card", "3ds", s.side), "awaiting_3ds");
      (await s.page(detail.invoiceId)).press("confirm");
      await s.desk.reaches(id, "paid", true);
      await s.desk.call("payments.dismiss", { id });
      await s.desk.call("refunds.create", { key: randomUUID(), request: { paymentId: id, amount: "10.00" } });
      await s.desk.until(
        "the confirmation is given up",
        () => s.desk.logged.some((line) => line.startsWith("bank.page.confirm.lost")),
        600 * SECOND,
      );
      await s.desk.clock.sleep(5 * SECOND);
      expect(s.desk.row(id)).toMatchObject({ state: "paid", detail: { refundedMinor: 1_000 } });
    },
  );

  scene(
    "nor is one to a capture",
    async (s) => {
      s.side.simulator.faults.add({ method: "charge", kind: "hang", acts: true });
      const { id } = await s.reaches(request("googlePay", "ok", s.side), "authorized");
      const captured = s.desk.core.call({ kind: "person", name: "cashier" }, "payments.capture", { id });
      await s.desk.until(
        "it is sent",
        () => s.desk.sent.some(({ request: { url } }) => url.includes("/charge")),
        60 * SECOND,
      );
      await s.desk.clock.sleep(6 * SECOND);
      await s.desk.call("payments.refresh", { id });
      await s.desk.reaches(id, "paid", true);
      await s.desk.call("payments.dismiss", { id });
      await s.desk.call("refunds.create", { key: randomUUID(), request: { paymentId: id, amount: "10.00" } });
      expect(await captured).toMatchObject({ ok: true, value: { state: "paid" } });
      expect(s.desk.row(id)).toMatchObject({ state: "paid", detail: { refundedMinor: 1_000 } });
    },
    { simulator: { scheme: "dms" } },
  );
});
