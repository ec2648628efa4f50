/** Answers of the three banks, mutated from the bodies of their documents, to every reader there is. */
import { readdirSync, readFileSync } from "node:fs";
import * as kaspiRefund from "../../main/banks/kaspi/read-refund.ts";
import * as kaspiRead from "../../main/banks/kaspi/read.ts";
import { epay } from "../../main/banks/epay/index.ts";
import { readGrant } from "../../main/banks/epay/token.ts";
import { halykQr } from "../../main/banks/halyk-qr/index.ts";
import { minor } from "../../contract/money.ts";
import type { HttpAnswer } from "../../main/core/ports.ts";
import * as ofEpay from "../unit/epay-support.ts";
import * as ofHalyk from "../unit/halyk-support.ts";
import type { Target } from "./target.ts";

type Read = (answer: HttpAnswer) => { readonly kind: string; readonly word?: unknown };
interface Bank {
  readonly readers: readonly Read[];
  readonly bodies: readonly string[];
  /** Without one of these words in the body no reader may call it paid. */
  readonly paid: RegExp;
}

const KASPI = new URL("../fixtures/documents/kaspi/", import.meta.url);

function kaspiBodies(): string[] {
  return readdirSync(KASPI).flatMap((name) => {
    const { response } = JSON.parse(readFileSync(new URL(name, KASPI), "utf8")) as {
      readonly response?: { readonly bodyText?: string };
    };
    return response?.bodyText ? [response.bodyText] : [];
  });
}

function readersOf(...calls: ({ readonly read: Read } | null | undefined)[]): Read[] {
  return calls.flatMap((call) => (call ? [call.read] : []));
}

function allBanks(): Bank[] {
  const isReader = ([name, value]: [string, unknown]): boolean =>
    /^read[A-Z]/.test(name) && typeof value === "function";
  const ofKaspi = [...Object.entries(kaspiRead), ...Object.entries(kaspiRefund)]
    .filter(isReader)
    .map(([, read]) => read as Read);
  const halyk = ofHalyk.contextOf();
  const unnumbered = ofHalyk.saleRow({ bankId: null });
  const back = ofHalyk.refundRow({ bankId: ofHalyk.REFUND_BILL });
  const card = ofEpay.contextOf();
  const held = ofEpay.paymentRow({}, { operationId: ofEpay.OPERATION });
  const paying = ofEpay.payingOf({ card: { typed: ofEpay.typedCard } });
  const proof = { operationId: ofEpay.OPERATION, mark: "m", fields: { PaRes: "p", MD: "m" } };
  return [
    { readers: ofKaspi, bodies: kaspiBodies(), paid: /"Processed"/ },
    {
      readers: readersOf(
        halykQr.create(halyk, unnumbered, { phone: null, paying: null }),
        halykQr.status(halyk, ofHalyk.saleRow()),
        halykQr.lookUp?.(halyk, unnumbered),
        halykQr.refuse?.(halyk, ofHalyk.saleRow()),
        halykQr.details?.(halyk, ofHalyk.SALE_BILL),
        halykQr.refund?.(halyk, back),
        halykQr.refundStatus?.(halyk, back),
        halykQr.ping(halyk),
      ),
      bodies: [
        ...ofHalyk.sampleNames.map(ofHalyk.sampleText).filter((text) => text !== ""),
        JSON.stringify(ofHalyk.statusBody()),
      ],
      paid: /PAID/i,
    },
    {
      readers: [
        readGrant,
        ...readersOf(
          epay.key?.(card),
          epay.create(card, ofEpay.checkRow(), { phone: null, paying }),
          epay.confirm?.(card, ofEpay.checkRow(), proof),
          epay.status(card, ofEpay.paymentRow()),
          epay.status(card, ofEpay.checkRow()),
          epay.status(card, ofEpay.transferRow()),
          epay.details?.(card, ofEpay.INVOICE),
          epay.refund?.(card, ofEpay.refundRow()),
          epay.capture?.(card, held, minor(1)),
          epay.release?.(card, held),
          epay.ping(card),
        ),
      ],
      bodies: [
        ...ofEpay.sampleNames.map(ofEpay.sampleText).filter((text) => text !== ""),
        JSON.stringify(ofEpay.statusBody(ofEpay.transactionOf())),
        JSON.stringify(ofEpay.statusBody(ofEpay.transactionOf({ statusName: "AUTH" }))),
      ],
      paid: /CHARGE|REFUND/i,
    },
  ];
}

export function answerTarget(): Target {
  const banks = allBanks();
  return {
    name: "answers",
    weight: 29,
    one(mutator) {
      const { readers, bodies, paid } = mutator.pick(banks);
      const body = mutator.pick(bodies);
      const value = parsed(body);
      const text =
        value !== null && mutator.chance(0.6) ? (JSON.stringify(mutator.value(value)) ?? "") : mutator.text(body);
      const status = mutator.chance(0.8)
        ? 200
        : mutator.pick([201, 204, 302, 400, 401, 403, 404, 409, 429, 500, 502, 503]);
      const past = status === 200 && parsed(text) !== null;
      const words = /\\u/.test(text) ? JSON.stringify(parsed(text)) : text;
      for (const read of readers) {
        try {
          const { kind, word } = read({ status, headers: {}, text });
          if (typeof kind !== "string" || kind === "") return { past, wrong: `no kind for ${text}` };
          if (word === "paid" && !paid.test(words)) return { past, wrong: `paid by ${text}` };
        } catch (error) {
          return { past, wrong: `${String(error)} by ${text}` };
        }
      }
      for (const message of [text, text.slice(0, 200)]) halykQr.hint?.(ofHalyk.contextOf().profile, message);
      return { past };
    },
  };
}

function parsed(text: string): object | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" ? value : null;
  } catch {
    return null;
  }
}
