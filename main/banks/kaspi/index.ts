/** Kaspi QR v3.9, scheme 2: payment by QR. Requests as data; the runner sends them. */
import { formatAmount } from "../../../contract/money.ts";
import type { Bank, BankCall, BankContext, PhoneAction } from "../../core/bank.ts";
import type { PaymentRow } from "../../core/payment.ts";
import { numberToken } from "../exact.ts";
import { readAlive, readCreated, readRegistered, readStatus } from "./read.ts";

const CREATE_TIMEOUT = 30_000;
const ASK_TIMEOUT = 10_000;

type Body = Readonly<Record<string, unknown>>;
type Draft<Event> = Pick<BankCall<Event>, "name" | "danger" | "read"> & {
  readonly path: string;
  readonly body: Body | null;
  /** The body without what is secret, for the fingerprint. */
  readonly open?: Body;
  readonly timeoutMs?: number;
};

function request<Event>(context: BankContext, draft: Draft<Event>): BankCall<Event> {
  const { name, danger, read, path, body, open = body, timeoutMs = ASK_TIMEOUT } = draft;
  const method = body === null ? "GET" : "POST";
  return {
    name,
    danger,
    method,
    url: `${context.profile.url.replace(/\/+$/, "")}${path}`,
    headers: { ...gatewayHeaders(context), "Content-Type": "application/json", "X-Request-ID": context.requestId },
    body: body === null ? null : JSON.stringify(body),
    timeoutMs,
    canonical: `${method} ${path} ${open === null ? "" : JSON.stringify(open)}`,
    read,
  };
}

/** Headers of a merchant's own gateway; they stand first so that ours can never be overridden. */
function gatewayHeaders(context: BankContext): Record<string, string> {
  return JSON.parse(context.secrets["headers"] ?? "{}") as Record<string, string>;
}

export const kaspi: Bank = {
  name: "kaspi",
  methods: ["qr"],

  /** 3.3.1. A lost answer is harmless: nobody saw the token. Amount is a JSON number with two decimals. */
  create(context, payment) {
    const open = { Amount: numberToken(formatAmount(payment.minor)), ExternalId: payment.number };
    return request(context, {
      name: "qr/create",
      danger: "harmless",
      path: "/qr/create",
      body: { DeviceToken: context.secrets["deviceToken"] ?? "", ...open },
      open,
      timeoutMs: CREATE_TIMEOUT,
      read: readCreated,
    });
  },

  /** 3.3.3. */
  status: (context, payment) =>
    request(context, {
      name: "payment/status",
      danger: "safe",
      path: `/payment/status/${payment.bankId}`,
      body: null,
      read: readStatus,
    }),

  /** 5.1. */
  ping: (context) =>
    request(context, { name: "health/ping", danger: "safe", path: "/health/ping", body: null, read: readAlive }),

  /** 3.2.3: the same arguments give the same result, so it may be repeated. */
  register(context) {
    const { device, tradePoint } = context.profile;
    if (context.secrets["deviceToken"] || device === null || tradePoint === null) return null;
    return request(context, {
      name: "device/register",
      danger: "safe",
      path: "/device/register",
      body: { DeviceId: device, TradePointId: numberToken(tradePoint) },
      read: readRegistered,
    });
  },

  /** 5.2 to 5.5: lower-case key and a string id, unlike everything else. */
  emulate: (context, payment, action) =>
    request(context, {
      name: `test/payment/${emulation(action, payment)}`,
      danger: "safe",
      path: `/test/payment/${emulation(action, payment)}`,
      body: { qrPaymentId: payment.bankId },
      read: readAlive,
    }),
};

function emulation(action: PhoneAction, payment: PaymentRow): string {
  if (action !== "decline") return action;
  return payment.detail.confirmDeadline === null ? "scanerror" : "confirmerror";
}
