/**
 * Kaspi QR v3.9 in its three schemes, from one implementation: requests as data, which the runner sends. The section
 * numbers are the document's; x stands for 2, 3 or 4, the chapters of schemes 1, 2 and 3.
 */
import { formatAmount, type Minor } from "../../../contract/money.ts";
import type { Bank, BankCall, BankContext, CreateAnswer, CreateExtra, PhoneAction } from "../../core/bank.ts";
import type { PaymentRow } from "../../core/payment.ts";
import { numberToken } from "../exact.ts";
import { kaspiPhone } from "./phone.ts";
import {
  MOST_PURCHASES,
  readDetails,
  readPurchases,
  readRefunded,
  readReturnCreated,
  readReturnStatus,
} from "./read-refund.ts";
import {
  readAlive,
  readCancelled,
  readClient,
  readInvoiced,
  readLink,
  readQr,
  readRegistered,
  readStatus,
  readTradePoints,
} from "./read.ts";
import { ask, deviceToken, idToken, organization, post } from "./request.ts";
import { schemeOf } from "./scheme.ts";

/** Making something at the bank, and moving money: an answer that comes late is still worth having. */
const MAKE_TIMEOUT = 30_000;

/** A JSON number with exactly two decimals. */
const amountToken = (minor: Minor): unknown => numberToken(formatAmount(minor));

export const kaspi: Bank = {
  name: "kaspi",

  /** x.3.1, x.3.2; an invoice in scheme 3 only (4.6). */
  methods: (profile) => (schemeOf(profile) === "3" ? ["qr", "link", "invoice"] : ["qr", "link"]),

  /** 2.4 (only in the Kaspi Pay app, Q-42), 3.4, 4.5. */
  refunds: (profile) => ({ "1": "elsewhere", "2": "customer", "3": "till" } as const)[schemeOf(profile)],

  create(context, payment, extra) {
    return payment.method === "invoice" ? invoice(context, payment, extra) : token(context, payment);
  },

  /** x.3.3; a link's and an invoice's id go here too. Never with OrganizationBin. */
  status: (context, payment) =>
    ask(context, {
      name: "payment/status",
      danger: "safe",
      path: `/payment/status/${payment.bankId}`,
      read: readStatus,
    }),

  /** 5.1. */
  ping: (context) => ask(context, { name: "health/ping", danger: "safe", path: "/health/ping", read: readAlive }),

  /** x.2.3: the same arguments give the same result, so it may be repeated. */
  register(context) {
    const { device, tradePoint } = context.profile;
    if (context.secrets["deviceToken"] || device === null || tradePoint === null) return null;
    return post(context, {
      name: "device/register",
      danger: "safe",
      path: "/device/register",
      body: { ...organization(context), DeviceId: device, TradePointId: numberToken(tradePoint) },
      read: readRegistered,
    });
  },

  /** x.2.4: a second one is answered with -1501, which says the same. */
  unregister: (context) =>
    post(context, {
      name: "device/delete",
      danger: "safe",
      path: "/device/delete",
      body: { ...organization(context), DeviceToken: deviceToken(context) },
      read: readAlive,
    }),

  /** x.2.2; scheme 3 names the organisation in the path. */
  tradePoints(context) {
    const whose = schemeOf(context.profile) === "3" ? `/${context.profile.bin}` : "";
    return ask(context, {
      name: "partner/tradepoints",
      danger: "safe",
      path: `/partner/tradepoints${whose}`,
      read: readTradePoints,
    });
  },

  phoneOf: kaspiPhone,

  /** 4.6.1; at most 50 a minute a device. The keys as the document's sample writes them, not its table. */
  client: (context, phone) =>
    ask(context, {
      name: "remote/client-info",
      danger: "safe",
      path: "/remote/client-info",
      query: { phoneNumber: phone, deviceToken: deviceToken(context) },
      read: readClient,
    }),

  /** 4.6.3. */
  cancel: (context, payment) =>
    post(context, {
      name: "remote/cancel",
      danger: "resolvable",
      path: "/remote/cancel",
      body: {
        ...organization(context),
        QrPaymentId: idToken(payment.bankId),
        DeviceToken: deviceToken(context),
      },
      timeoutMs: MAKE_TIMEOUT,
      read: readCancelled,
    }),

  /** 3.4.1. A lost answer is harmless: nobody saw the token. */
  returnCreate: (context, refund) =>
    post(context, {
      name: "return/create",
      danger: "harmless",
      path: "/return/create",
      body: { DeviceToken: deviceToken(context), ExternalId: refund.number },
      timeoutMs: MAKE_TIMEOUT,
      read: readReturnCreated,
    }),

  /** 3.4.2. */
  returnStatus: (context, refund) =>
    ask(context, {
      name: "return/status",
      danger: "safe",
      path: `/return/status/${refund.bankReturnId}`,
      read: readReturnStatus,
    }),

  /** 3.4.3. */
  purchases: (context, refund) =>
    post(context, {
      name: "return/operations",
      danger: "safe",
      path: "/return/operations",
      body: {
        DeviceToken: deviceToken(context),
        QrReturnId: idToken(refund.bankReturnId),
        MaxResult: MOST_PURCHASES,
      },
      read: readPurchases,
    }),

  /** 3.4.4, 4.4; keys in capitals, and no OrganizationBin on scheme 3 either. */
  details: (context, purchaseId) =>
    ask(context, {
      name: "payment/details",
      danger: "safe",
      path: "/payment/details",
      query: { QrPaymentId: purchaseId, DeviceToken: deviceToken(context) },
      read: readDetails,
    }),

  /** 3.4.5 with the scanned code, 4.5 with the organisation. Money leaves with this call: it is sent once. */
  refund(context, refund) {
    if (refund.minor === null) throw new Error("a refund without an amount");
    const scheme = schemeOf(context.profile);
    return post(context, {
      name: "payment/return",
      danger: "dangerous",
      path: "/payment/return",
      body: {
        DeviceToken: deviceToken(context),
        ...organization(context),
        QrPaymentId: idToken(refund.detail.purchaseId),
        ...(scheme === "2" ? { QrReturnId: idToken(refund.bankReturnId) } : {}),
        Amount: amountToken(refund.minor),
      },
      timeoutMs: MAKE_TIMEOUT,
      read: readRefunded,
    });
  },

  /** 5.2 to 5.5: lower-case key and a string id, unlike everything else. */
  emulate: (context, payment, action) =>
    post(context, {
      name: `test/payment/${emulation(action, payment)}`,
      danger: "safe",
      path: `/test/payment/${emulation(action, payment)}`,
      body: { qrPaymentId: payment.bankId },
      read: readAlive,
    }),
};

/** x.3.1, x.3.2. A lost answer is harmless: nobody saw the token. */
function token(context: BankContext, payment: PaymentRow): BankCall<CreateAnswer> {
  const link = payment.method === "link";
  const name = link ? "qr/create-link" : "qr/create";
  return post(context, {
    name,
    danger: "harmless",
    path: `/${name}`,
    body: {
      ...organization(context),
      DeviceToken: deviceToken(context),
      Amount: amountToken(payment.minor),
      ExternalId: payment.number,
    },
    timeoutMs: MAKE_TIMEOUT,
    read: link ? readLink : readQr,
  });
}

/** 4.6.2. There is no ExternalId and no list: a lost answer cannot be looked up. */
function invoice(context: BankContext, payment: PaymentRow, { phone }: CreateExtra): BankCall<CreateAnswer> {
  if (phone === null) throw new Error("an invoice without a telephone number");
  const { comment } = payment.detail;
  return post(context, {
    name: "remote/create",
    danger: "dangerous",
    path: "/remote/create",
    body: {
      Amount: amountToken(payment.minor),
      PhoneNumber: phone,
      ...(comment === null ? {} : { Comment: comment }),
      DeviceToken: deviceToken(context),
      ...organization(context),
    },
    timeoutMs: MAKE_TIMEOUT,
    read: readInvoiced,
  });
}

function emulation(action: PhoneAction, payment: PaymentRow): string {
  if (action !== "decline") return action;
  return payment.detail.confirmDeadline === null ? "scanerror" : "confirmerror";
}
