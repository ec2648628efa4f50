/**
 * Halyk QR ("Creating QR payment for external systems"): requests as data, which the runner sends. The names in brackets
 * are those of docs/halyk-qr.md.
 */
import { formatAmount, type Minor } from "../../../contract/money.ts";
import type { Bank } from "../../core/bank.ts";
import type { Profile } from "../../core/ports.ts";
import { numberToken } from "../exact.ts";
import { readHint } from "./hint.ts";
import { readPurchase, readRefundTaken, readRefundWord } from "./read-refund.ts";
import { readAlive, readCreated, readFound, readHeard, readStatus } from "./read.ts";
import { call, optionOf, pathOf } from "./request.ts";

/** Making something at the bank, and moving money: an answer that comes late is still worth having. */
const MAKE_TIMEOUT = 30_000;

/** A number with two decimals, as the table has it, or a text, as the samples have it. */
function amountToken({ options }: Profile, minor: Minor): unknown {
  const text = formatAmount(minor);
  return options["amountAsString"] === "true" ? text : numberToken(text);
}

const channelOf = (profile: Profile): string => `?channel=${encodeURIComponent(optionOf(profile, "channel"))}`;

/** A number of the bank, which is never asked for when it is not there. */
function known(id: string | null): string {
  if (id === null) throw new Error("a bank id is missing");
  return id;
}

export const halykQr: Bank = {
  name: "halykQr",

  methods: () => ["qr"],

  refunds: () => "till",

  /**
   * Generation [H1]. `isSkipFin` is always said: left out, its meaning is the bank's to choose, and with "Y" nobody is
   * charged unless the shop makes the financial document itself. A lost answer is looked up by `invoiceId`.
   */
  create(context, payment) {
    const { profile } = context;
    const { invoiceId } = payment.detail;
    if (invoiceId === null || profile.device === null) throw new Error("a bill without its own number or terminal");
    const { mpan } = profile.options;
    return call(context, {
      name: "generate/code",
      danger: "resolvable",
      path: `/generate/code${channelOf(profile)}`,
      body: {
        amount: amountToken(profile, payment.minor),
        terminal: profile.device,
        ...(mpan ? { mpan } : {}),
        pointOfSale: optionOf(profile, "pointOfSale"),
        invoiceId,
        isSkipFin: profile.options["skipFin"] === "Y" ? "Y" : "N",
      },
      timeoutMs: MAKE_TIMEOUT,
      read: (answer) => readCreated(answer, { payment, profile }),
    });
  },

  /** By the bank's number [H3], and by our own as long as that is not known [H2]. */
  status(context, payment) {
    const { profile } = context;
    const { bankId, detail } = payment;
    return call(context, {
      name: "status",
      danger: "safe",
      path: bankId === null ? pathOf("status", profile.device, detail.invoiceId) : pathOf("status", bankId),
      read: (answer) => readStatus(answer, { payment, profile }),
    });
  },

  /** The document has no such method: a bill that never is is asked about [H2]. */
  ping: (context) =>
    call(context, {
      name: "status",
      danger: "safe",
      path: pathOf("status", context.profile.device, "0"),
      read: readAlive,
    }),

  /** Status by our own number [H2]. */
  lookUp(context, payment) {
    const { profile } = context;
    return call(context, {
      name: "status",
      danger: "safe",
      path: pathOf("status", profile.device, payment.detail.invoiceId),
      read: (answer) => readFound(answer, { payment, profile }),
    });
  },

  /**
   * Refusal to accept payment [H4]. The method would take any status, PAID too, and details of a payment that went
   * another way; this is the one body that is ever sent to it.
   */
  refuse(context, payment) {
    const { profile } = context;
    const billId = known(payment.bankId);
    return call(context, {
      name: "status/change",
      danger: "harmless",
      path: pathOf("status", billId),
      body: { billId, status: "REJECTED" },
      read: (answer) => readHeard(answer, { payment, profile }),
    });
  },

  /** QrCode of the topic [H6]. */
  hint: readHint,

  /** The purchase's status [H3]: there is no method for what is left of it. */
  details: (context, purchaseId) =>
    call(context, {
      name: "status",
      danger: "safe",
      path: pathOf("status", purchaseId),
      read: (answer) => readPurchase(answer, purchaseId),
    }),

  /**
   * Refund [H5]. By the bill's number, which is ours for certain; `rrn` only where nothing else is known, since no
   * document says that it is the status's `reference`. Sent once: a lost answer cannot be looked up.
   */
  refund(context, refund) {
    const { profile } = context;
    const { purchaseId, rrn } = refund.detail;
    if (refund.minor === null) throw new Error("a refund without an amount");
    return call(context, {
      name: "generate/refund",
      danger: "dangerous",
      path: `/generate/refund${channelOf(profile)}`,
      body: {
        amount: amountToken(profile, refund.minor),
        // int64 in the table, a text in the skeleton: the number, with every digit.
        ...(purchaseId === null ? { rrn: known(rrn) } : { billId: numberToken(purchaseId) }),
      },
      timeoutMs: MAKE_TIMEOUT,
      read: (answer) => readRefundTaken(answer, refund),
    });
  },

  /** The refund's own bill [H3]. */
  refundStatus: (context, refund) =>
    call(context, {
      name: "status",
      danger: "safe",
      path: pathOf("status", refund.bankId),
      read: (answer) => readRefundWord(answer, refund),
    }),
};
