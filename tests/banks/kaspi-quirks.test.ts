/**
 * One test for each quirk of Kaspi's document and service that a scheme 2 QR payment can meet, by its number. What is
 * pure is shown on the readers and builders, the rest on the whole till before the simulator.
 */
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatAmount, minor } from "../../contract/money.ts";
import { NumberText, parseExact } from "../../main/banks/exact.ts";
import { kaspi } from "../../main/banks/kaspi/index.ts";
import { readAlive, readCreated, readRegistered, readStatus } from "../../main/banks/kaspi/read.ts";
import type { BankContext } from "../../main/core/bank.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import { reduce } from "../../main/core/reduce.ts";
import { issueClient } from "../../simulator/index.ts";
import { newRow, says } from "../support/rows.ts";
import { openRealDesk } from "../support/real-desk.ts";
import { scaledClock } from "../support/scaled-clock.ts";
import { compareBooks } from "./books.ts";
import { kaspiDocument, kaspiHarness, makeAuthorities, startKaspi, type KaspiSide } from "./kaspi-harness.ts";
import { REAL_LIMIT, SCALE, scenes, SECOND, type Scene } from "./scene.ts";
import { shapeOf } from "./shape.ts";

await makeAuthorities();

const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const { scene, sell, sellScanned, asked } = scenes(startKaspi, kaspiHarness.windows.pollMs);

const NO_PHONE = { phone: null, paying: null };
const answer = (text: string, status = 200): HttpAnswer => ({ status, headers: {}, text });
const envelope = (data: string): HttpAnswer => answer(`{"StatusCode":0,"Message":"OK","Data":${data}}`);
const status = (word: string): HttpAnswer => envelope(`{"Status":${JSON.stringify(word)}}`);
const created = (fields: Record<string, string> = {}): HttpAnswer => {
  const all = { QrToken: '"51236903777280167836178166503744993984459"', QrPaymentId: "15", ...fields };
  return envelope(
    `{${Object.entries(all)
      .map(([key, raw]) => `"${key}":${raw}`)
      .join(",")}}`,
  );
};
const options = (poll: string, scan = "180", confirm = "65"): Record<string, string> => ({
  QrPaymentBehaviorOptions: `{"StatusPollingInterval":${poll},"QrCodeScanWaitTimeout":${scan},"PaymentConfirmationTimeout":${confirm}}`,
});

const context: BankContext = {
  profile: {
    id: "p",
    provider: "kaspi",
    environment: "test",
    scheme: "2",
    url: "https://bank.test:8544/r2/v01",
    bin: null,
    tradePoint: "12",
    device: "GFC-456397",
    options: {},
  },
  secrets: { deviceToken: "00000000-1111-4222-8333-444444444444" },
  requestId: "da169655f65740d991b1bbfcd9802b28",
};

/** Pays and waits until the till knows. */
async function finish({ desk, bank }: Scene, sale: { readonly id: string; readonly bankId: string }): Promise<void> {
  bank.scan(sale.bankId);
  bank.confirm(sale.bankId);
  await desk.reaches(sale.id, "paid");
}

async function drop({ desk, bank }: Scene, sale: { readonly id: string; readonly bankId: string }): Promise<void> {
  bank.decline(sale.bankId);
  await desk.reaches(sale.id, "declined");
}

describe.concurrent("Kaspi’s quirks", () => {
  describe("the document’s samples", () => {
    const names = readdirSync(new URL("../fixtures/documents/kaspi/", import.meta.url)).map((file) =>
      file.replace(".json", ""),
    );

    it("the answer of qr/create is read whole", () => {
      expect(readCreated(answer(kaspiDocument("qr-create").response.bodyText))).toEqual({
        kind: "created",
        bankId: "15",
        payload: "51236903777280167836178166503744993984459",
        link: null,
        paymentMethods: ["Gold", "Red", "Loan"],
        windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 },
        expiresAt: Date.UTC(2020, 0, 16, 4, 30),
      });
    });
    it("the answers of payment/status, device/register, health/ping and the emulation methods are read", () => {
      expect(readStatus(answer(kaspiDocument("payment-status").response.bodyText))).toMatchObject({
        kind: "word",
        word: "scanned",
        raw: "Wait",
        unsure: false,
        minor: null,
      });
      expect(readRegistered(answer(kaspiDocument("device-register").response.bodyText))).toEqual({
        kind: "registered",
        deviceToken: "00000000-1111-4222-8333-444444444444",
      });
      for (const name of [
        "health-ping",
        "test-payment-scan",
        "test-payment-confirm",
        "test-payment-scanerror",
        "test-payment-confirmerror",
      ]) {
        expect(readAlive(answer(kaspiDocument(name).response.bodyText)), name).toEqual({ kind: "alive" });
      }
    });
    it("each request is built as its sample, key by key and type by type", () => {
      const row = newRow({ minor: minor(20_000), number: "15", bankId: "35134863" });
      const calls = {
        "qr-create": kaspi.create(context, row, NO_PHONE),
        "payment-status": kaspi.status(context, row),
        "health-ping": kaspi.ping(context),
        "device-register": kaspi.register?.({ ...context, secrets: {} }),
        "test-payment-scan": kaspi.emulate?.(context, row, "scan"),
        "test-payment-confirm": kaspi.emulate?.(context, row, "confirm"),
        "test-payment-scanerror": kaspi.emulate?.(context, row, "decline"),
        "test-payment-confirmerror": kaspi.emulate?.(
          context,
          newRow({ bankId: "15" }, { confirmDeadline: 1 }),
          "decline",
        ),
      };
      for (const [name, call] of Object.entries(calls)) {
        const { request } = kaspiDocument(name);
        expect(call, name).toMatchObject({
          method: request.method,
          headers: { "Content-Type": request.headers["Content-Type"], "X-Request-ID": context.requestId },
        });
        expect(call?.url, name).toBe(`https://bank.test:8544${request.path}`);
        expect(call?.body === null ? null : shapeOf(call?.body ?? ""), name).toEqual(
          request.bodyText === null ? null : shapeOf(request.bodyText),
        );
      }
      const sent = parseExact(calls["qr-create"].body ?? "");
      expect(sent).toEqual(parseExact(kaspiDocument("qr-create").request.bodyText ?? ""));
      expect(parseExact(calls["device-register"]?.body ?? "")).toEqual(
        parseExact(kaspiDocument("device-register").request.bodyText ?? ""),
      );
    });
    it("Q-17: the mended samples are valid JSON with straight quotes", () => {
      expect(names.length).toBeGreaterThan(10);
      for (const name of names) {
        const { request, response } = kaspiDocument(name);
        for (const text of [request.bodyText, response.bodyText]) {
          if (text === null) continue;
          expect(() => parseExact(text), name).not.toThrow();
          expect(text, name).not.toMatch(/[“”«»]/);
        }
      }
    });
  });

  describe("codes", () => {
    it.each([
      [["-99000002", "-990000002", '"- 990000002"', '"-99000002"'], "trade_point_not_found"],
      [["990000018", "9900000018", '"990000018"'], "trade_point_disabled"],
      [["990000026", "9900000026"], "trade_point_without_qr"],
      [["990000028", "9900000028"], "wrong_amount"],
      [["990000033", "9900000033", "99000033"], "no_payment_methods"],
      [["-1501", '"- 1501"'], "device_not_found"],
      [["-1502"], "device_inactive"],
      [["-10000"], "certificate_missing"],
      [["-999"], "bank_unavailable"],
    ] as const)("Q-01: %j all mean %s, and the bank’s own spelling is kept", (spellings, code) => {
      for (const spelling of spellings) {
        const read = readCreated(answer(`{"StatusCode":${spelling},"Message":"слова банка"}`));
        expect(read, spelling).toMatchObject({
          kind: "refused",
          error: { code, bankCode: spelling.replaceAll('"', ""), bankMessage: "слова банка" },
        });
      }
    });
    it("Q-02: a code without a meaning is a refusal with the bank’s words, also without any", () => {
      expect(readCreated(answer('{"StatusCode":-1404,"Message":"слова"}'))).toMatchObject({
        kind: "refused",
        error: { code: "bank_refused", bankCode: "-1404", bankMessage: "слова" },
      });
      for (const body of [
        '{"StatusCode":-1404}',
        '{"StatusCode":-1404,"Message":null}',
        '{"StatusCode":-1404,"Message":{}}',
      ]) {
        expect(readCreated(answer(body))).toMatchObject({
          kind: "refused",
          error: { code: "bank_refused", bankMessage: null },
        });
        expect(readStatus(answer(body))).toMatchObject({ kind: "unclear" });
      }
    });
    scene(
      "Q-03: -10000 instead of a refused connection: the till says that its certificate is missing, and recovers",
      async (s) => {
        await s.desk.until("the reason", () => s.desk.snapshot().providers[0]?.reason?.code === "certificate_missing");
        const refused = await s.desk.call("payments.create", {
          key: "k",
          request: { amount: "5.00", provider: "kaspi" },
        });
        expect(refused).toMatchObject({
          ok: false,
          error: { code: "not_ready", params: { reason: "certificate_missing" } },
        });
        expect(s.bank.creations()).toEqual([]);
      },
      {
        side: { simulator: { softClientCert: true } },
        desk: { unready: true },
        identity: () => ({ cert: null, key: null, passphrase: null }),
      },
    );
    it.each([200, 400, 404, 500, 502])("Q-04: an envelope is believed whatever the HTTP status, here %i", (http) => {
      expect(readStatus(answer('{"StatusCode":0,"Data":{"Status":"Processed"}}', http))).toMatchObject({
        kind: "word",
        word: "paid",
      });
      expect(readCreated(answer('{"StatusCode":-1501}', http))).toMatchObject({
        kind: "refused",
        error: { code: "device_not_found" },
      });
    });
    it.each([
      [401, "refused", "certificate_refused"],
      [403, "refused", "certificate_refused"],
      [404, "refused", "wrong_address"],
      [429, "refused", "rate_limited"],
      [500, "unclear", "bank_unavailable"],
      [502, "unclear", "bank_unavailable"],
      [200, "unclear", "malformed_answer"],
      [302, "unclear", "malformed_answer"],
    ] as const)(
      "Q-04: without an envelope HTTP %i is %s as %s, and never ends a status question",
      (http, kind, code) => {
        for (const text of [
          "",
          "<html><body>Bad Gateway</body></html>",
          '{"Message":"no"}',
          "[]",
          "null",
          "0",
          '"OK"',
        ]) {
          expect(readCreated(answer(text, http)), text).toMatchObject({ kind, error: { code } });
          expect(readStatus(answer(text, http)), text).toMatchObject({ kind: "unclear" });
        }
      },
    );
    it.each(["null", "true", '""', '"OK"', "{}", "[]", "0.0", '"0x0"', "1e0", '"zero"'])(
      "Q-05: StatusCode %s is no success",
      (code) => {
        const text = `{"StatusCode":${code},"Data":{"Status":"Processed","QrPaymentId":1,"QrToken":"1","DeviceToken":"x"}}`;
        for (const read of [readStatus, readCreated, readRegistered, readAlive])
          expect(read(answer(text)).kind).toBe("unclear");
      },
    );
  });

  describe("types and shapes", () => {
    scene("Q-06: the device’s token is kept as it came and sent as a text", async (s) => {
      const sale = await sell(s);
      const token = s.bank.simulator.ledger.payment(sale.bankId)?.deviceToken;
      expect(s.bank.creations()[0]?.body).toContain(`"DeviceToken":"${token}"`);
      expect(readRegistered(envelope('{"DeviceToken":321}'))).toEqual({ kind: "registered", deviceToken: "321" });
      expect(kaspi.create({ ...context, secrets: { deviceToken: "321" } }, newRow(), NO_PHONE).body).toContain(
        '"DeviceToken":"321"',
      );
      await drop(s, sale);
    });
    it.each(["12800627774", "9007199254740993", "9223372036854775807"])(
      "Q-07: id %s keeps every digit, read and sent",
      (id) => {
        expect(readCreated(created({ QrPaymentId: id }))).toMatchObject({ bankId: id });
        expect(kaspi.status(context, newRow({ bankId: id })).url).toMatch(new RegExp(`/payment/status/${id}$`));
        expect(kaspi.emulate?.(context, newRow({ bankId: id }), "scan").body).toBe(`{"qrPaymentId":"${id}"}`);
      },
    );
    it("Q-08: an id may come as a text", () => {
      expect(readCreated(created({ QrPaymentId: '"9223372036854775807"' }))).toMatchObject({
        kind: "created",
        bankId: "9223372036854775807",
      });
    });
    it("Q-09: the emulation methods want a lower-case key and a text", () => {
      expect(kaspi.emulate?.(context, newRow({ bankId: "15" }), "confirm").body).toBe('{"qrPaymentId":"15"}');
    });
    it("Q-10: envelope keys in any letter case; what is not needed may be absent", () => {
      expect(readCreated(answer('{"statusCode":-1501,"message":"слова"}'))).toMatchObject({
        kind: "refused",
        error: { bankMessage: "слова" },
      });
      expect(readStatus(answer('{"STATUSCODE":0,"data":{"status":"Wait"}}'))).toMatchObject({
        kind: "word",
        word: "scanned",
      });
      for (const data of ["", ',"Data":null', ',"Data":{}']) {
        expect(readAlive(answer(`{"StatusCode":0${data}}`))).toEqual({ kind: "alive" });
        for (const read of [readCreated, readStatus, readRegistered])
          expect(read(answer(`{"StatusCode":0${data}}`)).kind).toBe("unclear");
      }
    });
    it("Q-11: a list where an object is meant is no answer, and breaks nothing", () => {
      for (const read of [readCreated, readStatus, readRegistered])
        for (const data of ["[]", '[{"Status":"Processed"}]', '"x"', "1", "true"])
          expect(read(envelope(data)).kind).toBe("unclear");
    });
    it("Q-12: a link’s names are read as well, and without any options the usual times hold", () => {
      expect(readCreated(answer(kaspiDocument("qr-create-link").response.bodyText))).toMatchObject({
        kind: "created",
        payload: null,
        windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 },
      });
      const link =
        '{"PaymentId":7,"PaymentLink":"https://pay.kaspi.kz/pay/1","PaymentBehaviorOptions":{"StatusPollingInterval":6,"LinkActivationWaitTimeout":170,"PaymentConfirmationTimeout":60}}';
      expect(readCreated(envelope(link))).toMatchObject({
        bankId: "7",
        link: "https://pay.kaspi.kz/pay/1",
        windows: { pollMs: 6_000, scanMs: 170_000, confirmMs: 60_000 },
      });
      expect(readCreated(created())).toMatchObject({ windows: { pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 } });
    });
    it.each([
      ["0", 5_000],
      ["-1", 5_000],
      ['"5"', 5_000],
      ["null", 5_000],
      ["{}", 5_000],
      ["0.001", 1_000],
      ["3600", 60_000],
      ["7", 7_000],
    ])("Q-14: an interval of %s is %i ms: it is never zero, never NaN, never out of reason", (raw, pollMs) => {
      expect(readCreated(created(options(raw)))).toMatchObject({ windows: { pollMs } });
    });
    it("Q-14: the windows are clamped too", () => {
      expect(readCreated(created(options("5", "1", "1")))).toMatchObject({
        windows: { scanMs: 10_000, confirmMs: 5_000 },
      });
      expect(readCreated(created(options("5", "99999999", "99999999")))).toMatchObject({
        windows: { scanMs: 3_600_000, confirmMs: 600_000 },
      });
    });
    scene("Q-14: an interval of zero does not make the till hammer the bank", async (s) => {
      s.bank.simulator.faults.add({
        method: "qr/create",
        kind: "answer",
        extra: {
          QrPaymentBehaviorOptions: {
            StatusPollingInterval: 0,
            QrCodeScanWaitTimeout: -1,
            PaymentConfirmationTimeout: "65",
          },
        },
      });
      const sale = await sell(s);
      expect(sale.detail.windows).toEqual({ pollMs: 5_000, scanMs: 180_000, confirmMs: 65_000 });
      await s.desk.clock.sleep(21 * SECOND);
      expect(s.bank.questions(sale.bankId)).toHaveLength(4);
      await drop(s, sale);
    });
    it.each([
      "51236903777280167836178166503744993984459",
      "https://qr.kaspi.kz/51236903777280167836178166503744993984459",
      " 00123 ",
      "0",
    ])("Q-15: the token %s is shown exactly as it came", (token) => {
      expect(readCreated(created({ QrToken: JSON.stringify(token) }))).toMatchObject({ payload: token });
    });
    it("Q-15: a token written as a number keeps its 41 digits", () => {
      expect(readCreated(created({ QrToken: "51236903777280167836178166503744993984459" }))).toMatchObject({
        payload: "51236903777280167836178166503744993984459",
      });
    });
    it("Q-16: any amount leaves as a number token with two decimals that is exactly that amount", () => {
      const body = (tiyn: number): string => kaspi.create(context, newRow({ minor: minor(tiyn) }), NO_PHONE).body ?? "";
      for (const [tiyn, text] of [
        [20_000, "200.00"],
        [1, "0.01"],
        [1_999, "19.99"],
        [100_000_000, "1000000.00"],
        [30, "0.30"],
      ] as const)
        expect(body(tiyn)).toContain(`"Amount":${text},`);
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 99_999_999_999_999 }), (tiyn) => {
          const { Amount } = parseExact(body(tiyn)) as { Amount: unknown };
          expect(Amount).toEqual(new NumberText(formatAmount(minor(tiyn))));
          expect((Amount as NumberText).text).toMatch(/^\d+\.\d{2}$/);
          expect(BigInt((Amount as NumberText).text.replace(".", ""))).toBe(BigInt(tiyn));
        }),
      );
    });
    it("Q-16: an amount in an answer is read from its text", () => {
      const named = (raw: string): unknown => readStatus(envelope(`{"Status":"Processed","Amount":${raw}}`));
      for (const raw of ["200.00", "200", '"200.00"', "200.0000"])
        expect(named(raw), raw).toMatchObject({ word: "paid", minor: 20_000 });
      for (const raw of ["200.001", "-200", "2e2", '"200,00"', "{}", "true"])
        expect(named(raw), raw).toMatchObject({ kind: "unclear" });
    });
    it.each([
      ['["Loan","Gold"]', ["Loan", "Gold"]],
      ["[]", []],
      ["null", []],
      ['"Gold"', []],
      ['["Gold",7,null,"Bonus"]', ["Gold", "Bonus"]],
    ])("Q-18: PaymentMethods %s never stop a payment", (raw, paymentMethods) => {
      expect(readCreated(created({ PaymentMethods: raw }))).toMatchObject({ kind: "created", paymentMethods });
    });
    scene("Q-22: a redirect of a creation is not followed", async (s) => {
      s.bank.simulator.faults.add({
        method: "qr/create",
        kind: "http",
        status: 302,
        headers: { Location: `${s.bank.simulator.url}/followed` },
      });
      const sale = await sell(s);
      expect(s.bank.simulator.ledger.calls.filter((call) => call.path.includes("followed"))).toEqual([]);
      expect(s.bank.creations().map((creation) => creation.method)).toEqual(["POST", "POST"]);
      await drop(s, sale);
    });
    it("Q-22: paths are the table’s, whether or not the base ends in a slash", () => {
      for (const url of ["https://bank.test/r2/v01", "https://bank.test/r2/v01/", "https://bank.test/r2/v01//"]) {
        const at = { ...context, profile: { ...context.profile, url } };
        expect(kaspi.create(at, newRow(), NO_PHONE).url).toBe("https://bank.test/r2/v01/qr/create");
        expect(kaspi.status(at, newRow({ bankId: "15" })).url).toBe("https://bank.test/r2/v01/payment/status/15");
      }
    });
  });

  describe("dates and clocks", () => {
    it.each([
      ['"2020-01-16T10:30:00+06"', Date.UTC(2020, 0, 16, 4, 30)],
      ['"2021-11-3T11:55:14.166+06:00"', Date.UTC(2021, 10, 3, 5, 55, 14, 166)],
      ['"2021-12-08T11:35:48.1566667"', Date.UTC(2021, 11, 8, 5, 35, 48, 156)],
      ['"2025-10-22T17:10:50.717+05:00"', Date.UTC(2025, 9, 22, 12, 10, 50, 717)],
      ['"2025-10-22T17:10:50"', Date.UTC(2025, 9, 22, 12, 10, 50)],
      ['"datetime"', null],
      ['""', null],
      ["null", null],
      ["7", null],
    ])("Q-23: ExpireDate %s", (raw, expiresAt) => {
      expect(readCreated(created({ ExpireDate: raw }))).toMatchObject({ kind: "created", expiresAt });
    });
    scene(
      "Q-23, Q-24: however the bank writes ExpireDate, and even in the past, the QR is shown for the bank’s seconds",
      async (s) => {
        for (const expireDateStyle of [
          "short-offset",
          "milliseconds",
          "unpadded-day",
          "no-zone",
          "utc",
          "null",
          "word",
        ] as const) {
          await s.bank.simulator.configure({ expireDateStyle });
          const sale = await sell(s);
          expect(sale.detail.windows?.scanMs, expireDateStyle).toBe(180_000);
          await drop(s, sale);
        }
        s.bank.simulator.faults.add({
          method: "qr/create",
          kind: "answer",
          extra: { ExpireDate: "2020-01-16T10:30:00+06" },
        });
        const sale = await sell(s);
        await asked(s, sale.bankId, 3);
        expect(s.desk.snapshot().current).toMatchObject({
          state: "awaiting_scan",
          countdown: { kind: "scan", totalMs: 180_000 },
        });
        await finish(s, sale);
      },
    );
    for (const wallError of [12 * HOUR, -12 * HOUR]) {
      scene(
        `Q-24: a wall clock that is wrong by ${wallError / HOUR} hours changes nothing`,
        async (s) => {
          const sale = await sellScanned(s);
          await s.desk.restart();
          expect(s.desk.snapshot().current).toMatchObject({ state: "awaiting_confirmation" });
          s.bank.confirm(sale.bankId);
          expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: false });
          const next = await sell(s);
          await s.desk.reaches(next.id, "declined", true, 210 * SECOND);
          expect(s.desk.row(next.id).updatedAt - next.createdAt).toBeGreaterThan(175 * SECOND);
        },
        { side: { realScanMs: 179 * SECOND }, desk: { wallError } },
      );
    }
    scene("Q-25: after sleeping past the deadline the bank is asked first, and its answer decides", async (s) => {
      const sale = await sell(s);
      await asked(s, sale.bankId, 1);
      s.desk.clock.suspend();
      await s.desk.clock.sleep(100 * SECOND);
      s.bank.scan(sale.bankId);
      s.bank.confirm(sale.bankId);
      await s.desk.clock.sleep(300 * SECOND);
      expect(s.desk.row(sale.id).state).toBe("awaiting_scan");
      const before = s.bank.questions(sale.bankId).length;
      s.desk.core.wake("resume");
      s.desk.clock.resume();
      expect(await s.desk.reaches(sale.id, "paid", true, 2 * SECOND)).toMatchObject({ late: false });
      expect(s.bank.questions(sale.bankId)).toHaveLength(before + 1);
      expect(s.desk.row(sale.id).detail.history.map((step) => step.state)).toEqual([
        "creating",
        "awaiting_scan",
        "paid",
      ]);
    });
    scene("Q-25: waking up asks about everything watched, but not within the interval", async (s) => {
      const sale = await sell(s);
      await asked(s, sale.bankId, 1);
      const before = s.bank.questions(sale.bankId).length;
      for (const reason of ["resume", "network", "clock"] as const) s.desk.core.wake(reason);
      await s.desk.clock.sleep(3 * SECOND);
      expect(s.bank.questions(sale.bankId)).toHaveLength(before);
      await drop(s, sale);
    });
  });

  describe("the life of a payment", () => {
    scene("Q-26: Processed is final: nobody asks again, and a later Error would change nothing", async (s) => {
      const sale = await sell(s);
      await finish(s, sale);
      s.bank.strike("status", { kind: "word", raw: "Error" }, { count: "all" });
      const before = s.bank.questions(sale.bankId).length;
      await s.desk.clock.sleep(6 * SECOND);
      await s.desk.call("payments.refresh", { id: sale.id });
      await s.desk.restart();
      await s.desk.call("payments.refresh", { id: sale.id });
      await s.desk.clock.sleep(11 * SECOND);
      expect(s.bank.questions(sale.bankId)).toHaveLength(before);
      const row = s.desk.row(sale.id);
      for (const word of ["declined", "created", "scanned"] as const)
        expect(reduce(row, says(word), row.updatedAt + 1)).toMatchObject({ state: "paid", settled: true });
    });
    scene(
      "Q-27: the bank’s windows may be shorter than it says: its no is taken before our deadline",
      async (s) => {
        const sale = await sell(s);
        const row = await s.desk.reaches(sale.id, "declined", true, 60 * SECOND);
        expect(row.updatedAt).toBeLessThan(sale.detail.scanDeadline ?? 0);
      },
      { side: { realScanMs: 30 * SECOND } },
    );
    scene(
      "Q-27: or longer: what is paid after our deadline is paid, late, after a restart too",
      async (s) => {
        const sale = await sellScanned(s);
        await s.desk.reaches(sale.id, "expired", false, 90 * SECOND);
        await s.desk.call("payments.dismiss", { id: sale.id });
        s.bank.confirm(sale.bankId);
        expect(await s.desk.reaches(sale.id, "paid")).toMatchObject({ late: true });
        await s.desk.restart();
        expect(s.desk.snapshot().banners).toMatchObject([{ kind: "late", payment: { id: sale.id } }]);
      },
      { side: { realConfirmMs: 600 * SECOND } },
    );
    scene("Q-28: cancelling sends nothing to the bank, and the same sale is not started again unawares", async (s) => {
      const sale = await sell(s);
      const before = s.bank.simulator.ledger.calls.filter((call) => call.name !== "payment/status").length;
      await s.desk.call("payments.cancel", { id: sale.id });
      const again = await s.desk.call("payments.create", {
        key: randomUUID(),
        request: { amount: "5000.00", provider: "kaspi", saleId: sale.saleId },
      });
      expect(again).toMatchObject({ ok: false, error: { code: "previous_attempt_open" }, payment: { id: sale.id } });
      expect(s.bank.simulator.ledger.calls.filter((call) => call.name !== "payment/status")).toHaveLength(before);
      await finish(s, sale);
    });
    scene("Q-29: a failed poll is not a failed payment; the next goes at the next point of the grid", async (s) => {
      const sale = await sell(s);
      for (const [index, kind] of (["busy", "html", "garbage", "dropped", "truncated", "empty"] as const).entries())
        s.bank.strike("status", { kind }, { nth: index + 1 });
      await asked(s, sale.bankId, 7);
      const times = s.bank.questions(sale.bankId).map((question) => question.at - (sale.detail.tokenAt ?? 0));
      // Simulated time stands still while a question is under way: only the timers' own lateness is allowed for.
      for (const [index, at] of times.entries())
        expect(Math.abs(at - (index + 1) * 5 * SECOND), `question ${index + 1} at ${at}`).toBeLessThan(SECOND);
      expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
      await finish(s, sale);
    });
    scene(
      "Q-30: a lost creation is made again with a new request id and the same ExternalId, both journaled",
      async (s) => {
        s.bank.strike("create", { kind: "eaten" });
        const sale = await sell(s);
        const [first, second] = s.bank.creations();
        expect(first?.requestId).not.toBe(second?.requestId);
        expect(first?.body).toBe(second?.body);
        expect((await s.desk.journal.calls(sale.id)).map((call) => call.requestId)).toEqual([
          first?.requestId,
          second?.requestId,
        ]);
        expect(s.bank.payments()).toHaveLength(2);
        await finish(s, sale);
      },
    );
    it("Q-34: only Processed is success, only Error and RemotePaymentCanceled are a sure no, other endings need a second read", () => {
      expect(readStatus(status("Processed"))).toMatchObject({ word: "paid", unsure: false });
      for (const word of ["Error", "RemotePaymentCanceled"])
        expect(readStatus(status(word)), word).toMatchObject({ word: "declined", unsure: false });
      for (const word of [
        "Rejected",
        "Expired",
        "QrTokenDiscarded",
        "CancelledByUser",
        "RemotePaymentRejected",
        "RemotePaymentExpired",
        "Canceled",
      ]) {
        expect(readStatus(status(word)), word).toMatchObject({ word: "declined", unsure: true });
      }
      expect(readStatus(status("RemotePaymentCreated"))).toMatchObject({ word: "pending" });
      for (const word of [
        "RemotePaymentPaid",
        "QrTokenScanned",
        "PaymentConfirmation",
        "NotConfirmedByUser",
        "ProcessingFailed",
        "InsufficientFunds",
        "Constructor",
        "toString",
        "__proto__",
        "",
      ]) {
        expect(readStatus(status(word)), word).toMatchObject({ kind: "unclear" });
      }
    });
    it("Q-34: a tolerant no that is taken back on the second read was none", () => {
      const row = newRow({ state: "awaiting_scan", bankId: "1" });
      const once = reduce(row, says("declined", { unsure: true, raw: "Expired" }), 1);
      expect(once.state).toBe("awaiting_scan");
      expect(reduce(once, says("declined", { unsure: true, raw: "Expired" }), 2)).toMatchObject({
        state: "declined",
        settled: true,
      });
      expect(
        reduce(reduce(once, says("created"), 2), says("declined", { unsure: true, raw: "Expired" }), 3).state,
      ).toBe("awaiting_scan");
    });
    scene("Q-35: Wait may be skipped, and statuses may go back", async (s) => {
      s.bank.simulator.faults.add({
        method: "payment/status",
        kind: "answer",
        status: ["Wait", "QrTokenCreated", "Wait", "QrTokenCreated"],
      });
      const sale = await sell(s);
      await asked(s, sale.bankId, 4);
      expect(s.desk.row(sale.id).detail.history.map((step) => step.state)).toEqual([
        "creating",
        "awaiting_scan",
        "awaiting_confirmation",
      ]);
      await finish(s, sale);
      const skipped = await sell(s);
      await finish(s, skipped);
      expect(s.desk.row(skipped.id).detail.history.map((step) => step.state)).toEqual([
        "creating",
        "awaiting_scan",
        "paid",
      ]);
    });
    scene("Q-36: -1601 to the end of the window is never a failure, it is in doubt", async (s) => {
      const sale = await sell(s);
      s.bank.strike("status", { kind: "unknown-payment" }, { count: "all" });
      await asked(s, sale.bankId, 10);
      expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
      await s.desk.reaches(sale.id, "in_doubt", false, 240 * SECOND);
      s.bank.calm();
      await s.desk.reaches(sale.id, "declined", true);
    });
    scene("Q-37: the confirmation window starts when Wait is first seen", async (s) => {
      const sale = await sell(s);
      await s.desk.clock.sleep(60 * SECOND);
      s.bank.scan(sale.bankId);
      const row = await s.desk.reaches(sale.id, "awaiting_confirmation");
      expect(row.detail.confirmDeadline).toBe(row.updatedAt + 65 * SECOND);
      expect(row.updatedAt - (row.detail.tokenAt ?? 0)).toBeGreaterThanOrEqual(60 * SECOND);
      await asked(s, sale.bankId, 2);
      expect(s.desk.row(sale.id).detail.confirmDeadline).toBe(row.detail.confirmDeadline);
      s.bank.confirm(sale.bankId);
      await s.desk.reaches(sale.id, "paid");
    });
    scene(
      "Q-38: the interval is the one this payment came with; the first question goes after one interval",
      async (s) => {
        const sale = await sell(s);
        await s.desk.clock.sleep(65 * SECOND);
        const questions = s.bank.questions(sale.bankId);
        expect((questions[0]?.at ?? 0) - (sale.detail.tokenAt ?? 0)).toBeGreaterThanOrEqual(19 * SECOND);
        expect(questions).toHaveLength(3);
        await s.bank.simulator.configure({ pollSeconds: 2 });
        await asked(s, sale.bankId, 1);
        await drop(s, sale);
        const next = await sell(s);
        await asked(s, next.bankId, 4);
        expect(s.desk.now() - next.createdAt).toBeLessThan(12 * SECOND);
        await drop(s, next);
      },
      { side: { simulator: { pollSeconds: 20 } } },
    );
    scene("Q-45: every request has an id of its own", async (s) => {
      s.bank.strike("create", { kind: "dropped" });
      const sale = await sell(s);
      await asked(s, sale.bankId, 2);
      const ids = s.bank.simulator.ledger.calls.map((call) => call.headers["x-request-id"]);
      expect(ids.length).toBeGreaterThan(5);
      expect(new Set(ids).size).toBe(ids.length);
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
      await drop(s, sale);
    });
    scene("Q-46: ping is no gate: with every ping failing the till sells", async (s) => {
      s.bank.simulator.faults.add({ method: "health/ping", kind: "answer", statusCode: "-999", count: "all" });
      const pings = (): number => s.bank.simulator.ledger.callsNamed("health/ping").length;
      const first = pings();
      await s.desk.until("a ping failed", () => pings() > first, 120 * SECOND);
      await s.desk.clock.sleep(2 * SECOND);
      const before = pings();
      const sale = await sell(s);
      expect(pings()).toBe(before);
      await finish(s, sale);
    });
  });

  describe("certificates", () => {
    for (const [serverCertificate, reason] of [
      ["other-ca", "server_untrusted"],
      ["expired", "server_untrusted"],
      ["other-name", "server_name_mismatch"],
    ] as const) {
      scene(
        `Q-48: a server with a certificate that is ${serverCertificate} is told nothing, and the till says why`,
        async (s) => {
          await s.desk.until(reason, () => s.desk.snapshot().providers[0]?.reason?.code === reason);
          const refused = await s.desk.call("payments.create", {
            key: "k",
            request: { amount: "5.00", provider: "kaspi" },
          });
          expect(refused).toMatchObject({ ok: false, error: { code: "not_ready", params: { reason } } });
          expect(s.bank.simulator.ledger.calls).toEqual([]);
          await s.bank.simulator.configure({ serverCertificate: "good" });
          await s.desk.until("the till is ready", () => s.desk.snapshot().providers[0]?.ready === true, 90 * SECOND);
          const sale = await sell(s);
          await drop(s, sale);
        },
        { side: { simulator: { serverCertificate } }, desk: { unready: true } },
      );
    }
    scene("Q-48: another server in the middle of a sale hears no question, and the sale outlives it", async (s) => {
      const sale = await sell(s);
      await s.bank.simulator.configure({ serverCertificate: "other-ca" });
      const before = s.bank.questions(sale.bankId).length;
      await s.desk.until(
        "two failed questions",
        () =>
          s.desk.sent.filter(
            (one) => one.request.url.endsWith(sale.bankId) && one.status === null && one.endedAt !== null,
          ).length >= 2,
      );
      expect(s.bank.questions(sale.bankId)).toHaveLength(before);
      expect(s.desk.row(sale.id)).toMatchObject({ state: "awaiting_scan", settled: false });
      await s.bank.simulator.configure({ serverCertificate: "good" });
      await finish(s, sale);
    });
    scene("Q-48: a creation that meets another server never left: failed at once, not repeated", async (s) => {
      await s.bank.simulator.configure({ serverCertificate: "other-ca" });
      await s.desk.clock.sleep(2 * SECOND); // until the till has seen that its old connection is gone
      const { id } = await s.desk.charge();
      expect(await s.desk.reaches(id, "failed")).toMatchObject({ settled: true, error: { code: "server_untrusted" } });
      expect(await s.desk.journal.calls(id)).toMatchObject([{ outcome: "connect" }]);
      await s.bank.simulator.configure({ serverCertificate: "good" });
      await s.desk.clock.sleep(10 * SECOND);
      expect(s.bank.creations()).toEqual([]);
    });
    for (const version of ["TLSv1.2", "TLSv1.3"] as const) {
      scene(
        `Q-48: without a client certificate under ${version} nothing is sent, and the till says that it is missing`,
        async (s) => {
          await s.desk.until(
            "the reason",
            () => s.desk.snapshot().providers[0]?.reason?.code === "certificate_missing",
          );
          expect(
            await s.desk.call("payments.create", { key: "k", request: { amount: "5.00", provider: "kaspi" } }),
          ).toMatchObject({ ok: false, error: { code: "not_ready" } });
          expect(s.bank.simulator.ledger.calls).toEqual([]);
        },
        {
          side: { simulator: { minTls: version, maxTls: version } },
          desk: { unready: true },
          identity: () => ({ cert: null, key: null, passphrase: null }),
        },
      );
      scene(
        `Q-50: an expired client certificate under ${version} is refused by the bank, and the till says so`,
        async (s) => {
          await s.desk.until(
            "the reason",
            () => s.desk.snapshot().providers[0]?.reason?.code === "certificate_refused",
          );
          expect(
            await s.desk.call("payments.create", { key: "k", request: { amount: "5.00", provider: "kaspi" } }),
          ).toMatchObject({ ok: false, error: { code: "not_ready" } });
          expect(s.bank.simulator.ledger.calls).toEqual([]);
        },
        { side: { simulator: { minTls: version, maxTls: version } }, desk: { unready: true }, identity: expiredClient },
      );
      scene(
        `Q-51: a bank that speaks ${version} alone is served`,
        async (s) => {
          const sale = await sell(s);
          await finish(s, sale);
          expect(new Set(s.bank.simulator.ledger.connections.map((connection) => connection.protocol))).toEqual(
            new Set([version]),
          );
        },
        { side: { simulator: { minTls: version, maxTls: version } } },
      );
    }
    scene(
      "Q-49: a passphrase that does not open the key is known before anything is sent",
      async (s) => {
        await s.desk.until(
          "the reason",
          () =>
            s.desk.snapshot().providers[0]?.ready === false &&
            s.desk.snapshot().providers[0]?.reason?.code === "tls_failed",
        );
        expect(s.bank.simulator.ledger.calls).toEqual([]);
        expect(s.bank.simulator.ledger.connections).toEqual([]);
      },
      { desk: { unready: true }, identity: () => ({ passphrase: "wrong" }) },
    );
    it.concurrent(
      "Q-50: after the certificate was replaced, an old sale is still asked about with the old one",
      async () => {
        const clock = scaledClock(SCALE);
        const old = await startKaspi({ clock });
        const fresh = await issueClient(old.simulator.files.ca, { commonName: "new.shop.example" });
        const next: KaspiSide = {
          ...old,
          profile: { ...old.profile, id: "profile-2" },
          identity: { ...old.identity, cert: fresh.certificate, key: fresh.privateKey, passphrase: fresh.passphrase },
        };
        const desk = await openRealDesk({ clock, bank: old, others: [next] });
        try {
          const first = await sellScanned({ desk, bank: old });
          await desk.call("payments.dismiss", { id: first.id });
          await desk.restart(next);
          await desk.until("ready", () => desk.snapshot().providers[0]?.ready === true);
          const second = await sell({ desk, bank: next });
          old.confirm(first.bankId);
          await desk.reaches(first.id, "paid");
          await finish({ desk, bank: next }, second);
          const names = (id: string): Set<string | undefined> =>
            new Set(old.simulator.ledger.callsFor(id).map((call) => call.client?.commonName));
          expect(names(first.bankId)).toEqual(new Set(["pos.shop.example"]));
          expect(names(second.bankId)).toEqual(new Set(["new.shop.example"]));
          await compareBooks(desk, [old]);
        } finally {
          clock.stop();
          await Promise.all([desk.close(), old.stop()]);
        }
      },
      REAL_LIMIT,
    );
  });
});

async function expiredClient(bank: KaspiSide): Promise<{ cert: string; key: string; passphrase: string }> {
  const { certificate, privateKey, passphrase } = await issueClient(bank.simulator.files.ca, {
    notBefore: new Date(Date.now() - 10 * DAY),
    days: 5,
  });
  return { cert: certificate, key: privateKey, passphrase };
}
