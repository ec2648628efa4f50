/** `GET /events`: the journal as a stream that can be taken up again without a gap. */
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { payment as paymentSchema } from "../../contract/payment.ts";
import { eventsOf, openTill, TOKENS, type TillDesk } from "../support/till.ts";

let till: TillDesk;
beforeEach(async () => {
  till = await openTill();
});
afterEach(() => till.close());

const SALE = { amount: "5000", provider: "kaspi" };
const states = (text: string): string[] =>
  eventsOf(text)
    .filter(({ kind }) => kind === "payment")
    .map(({ data }) => data.state);

async function sell(): Promise<string> {
  const { id } = (await till.pay(SALE)).json();
  till.desk.bank.status("Processed");
  await till.desk.clock.advance(5_000);
  await till.call("POST", `/payments/${id}/dismiss`);
  return id;
}

describe("the event stream", () => {
  it("tells each state with the whole object, in the journal's order", async () => {
    const stream = await till.events();
    expect([stream.status, stream.headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
    const id = await sell();
    const text = await stream.until((all) => states(all).includes("paid"));
    expect(states(text)).toEqual(expect.arrayContaining(["creating", "awaiting_scan", "paid"]));
    const events = eventsOf(text).filter(({ kind }) => kind === "payment");
    for (const { data } of events) expect(paymentSchema.parse(data).id).toBe(id);
    const ids = events.map((event) => Number(event.id));
    expect(ids).toEqual(ids.toSorted((a, b) => a - b));
    expect(new Set(ids).size).toBe(ids.length);
    stream.close();
  });

  it("begins now without Last-Event-ID", async () => {
    await sell();
    const stream = await till.events();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(eventsOf(stream.text())).toEqual([]);
    stream.close();
  });

  it("is taken up after any event without a gap or a double", async () => {
    const whole = await till.events({ "last-event-id": "0" });
    await sell();
    const all = eventsOf(await whole.until((text) => states(text).includes("paid"))).filter(
      ({ kind }) => kind === "payment",
    );
    whole.close();
    await sell();
    for (const { id } of all) {
      const stream = await till.events({ "last-event-id": id ?? "" });
      const rest = eventsOf(
        await stream.until(
          (text) =>
            states(text).includes("paid") &&
            eventsOf(text).some(({ data }) => data.number === "A1-000002" && data.state === "paid"),
        ),
      );
      const seqs = rest.filter(({ kind }) => kind === "payment").map((event) => Number(event.id));
      expect(seqs[0]).toBeGreaterThan(Number(id));
      const before = all.filter((event) => Number(event.id) <= Number(id)).length;
      const again = rest.filter(({ data }) => data.number === "A1-000001").length;
      expect(before + again).toBeGreaterThanOrEqual(all.length);
      stream.close();
    }
  });

  it("sends nothing twice when many events come during the catching up", async () => {
    for (let i = 0; i < 3; i += 1) await sell();
    const stream = await till.events({ "last-event-id": "0" });
    await sell();
    const text = await stream.until((all) =>
      eventsOf(all).some(({ data }) => data.number === "A1-000004" && data.state === "paid"),
    );
    const ids = eventsOf(text)
      .filter(({ kind }) => kind === "payment")
      .map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
    stream.close();
  });

  it.each(["999999", "none-of-ours", "-1", "1e3"])(
    "with the unknown Last-Event-ID %j starts anew: reset, then what is open",
    async (lastId) => {
      const { id } = (await till.pay(SALE)).json();
      const stream = await till.events({ "last-event-id": lastId });
      const [reset, open] = eventsOf(await stream.until((text) => eventsOf(text).length >= 2));
      expect(reset?.kind).toBe("reset");
      expect(Number(reset?.id)).toBeGreaterThan(0);
      expect(open).toMatchObject({ kind: "payment", id: null, data: { id, state: "awaiting_scan" } });
      till.desk.bank.status("Processed");
      await till.desk.clock.advance(5_000);
      expect(states(await stream.until((text) => states(text).includes("paid")))).toContain("paid");
      stream.close();
    },
  );

  it("tells a change of health, without an id", async () => {
    const stream = await till.events();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await till.desk.call("language.set", { language: "kk" }); // any snapshot: the first look is the one to compare with
    await new Promise((resolve) => setTimeout(resolve, 300));
    till.desk.bank.always("/", { fail: "refused", reach: "connect" });
    await till.desk.clock.advance(61_000);
    const text = await stream.until((all) => eventsOf(all).some(({ kind }) => kind === "health"));
    expect(eventsOf(text).find(({ kind }) => kind === "health")).toMatchObject({
      id: null,
      data: { status: "degraded" },
    });
    stream.close();
  });

  it("keeps readers apart: one that goes takes nothing from another", async () => {
    const [first, second] = [await till.events(), await till.events()];
    first.close();
    await sell();
    expect(states(await second.until((all) => states(all).includes("paid")))).toContain("paid");
    second.close();
  });

  it("has a bound on readers", async () => {
    const streams = [];
    for (let i = 0; i < 33; i += 1) streams.push(await till.events());
    expect(streams.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(32);
    for (const stream of streams) stream.close();
  });

  it("waits for a reader that does not read, without a heap of its own", async () => {
    const socket = connect(till.port, "127.0.0.1");
    socket.pause();
    socket.write(
      `GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1:${till.port}\r\nAuthorization: Bearer ${TOKENS.read.token}\r\nLast-Event-ID: 0\r\n\r\n`,
    );
    await sell();
    expect((await till.call("GET", "/health")).status).toBe(200);
    socket.destroy();
  });
});
