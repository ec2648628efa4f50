import { dateStyles, type DateStyle } from "../dates.ts";
import { isObject } from "../json.ts";
import {
  defaultPort,
  isBoolean,
  isInt64,
  isNumber,
  isNumberOrNull,
  isString,
  isTexts,
  listOf,
  oneOf,
  portChecks,
  readSettings,
  type Check,
  type PortSettings,
} from "../settings.ts";

export interface TradePoint {
  /** Int64 as decimal digits. */
  id: string;
  name: string;
  enabled?: boolean;
  acceptsQr?: boolean;
}

export interface Organization {
  /** 12 digits, with their leading zeros (Q-19). */
  bin: string;
  name: string;
  tradePoints: TradePoint[];
}

/** What may be set at start and changed while the bank runs. */
export interface Config extends PortSettings {
  /** Seconds told to the client, for payments and refund QRs alike. */
  pollSeconds: number;
  scanSeconds: number;
  confirmSeconds: number;
  /** Seconds the bank really applies; null: those it told. The bank's clocks are not the till's (Q-27). */
  realScanSeconds: number | null;
  realConfirmSeconds: number | null;
  /** How long an invoice can be paid (4.6: 24 hours). */
  invoiceSeconds: number;
  /** A token nobody scanned, an invoice nobody paid: becomes Error at its end, or keeps saying what it said. */
  unscanned: "error" | "stays";
  timeScale: number;
  /** Id of the next payment, Int64 as decimal digits. */
  nextId: string;
  /** The next QrReturnId and ReturnOperationId. */
  nextReturnId: string;
  nextRefundId: string;
  /** Schemes 1 and 2 speak for the first of them. */
  organizations: Organization[];
  /** Scheme 1's key. */
  apiKey: string;
  /** How a missing or wrong key is refused; the document does not say. */
  apiKeyRefusal: 401 | 403;
  /** Scheme 3's allow-list: false is a client whose address is not on it. */
  allowed: boolean;
  /** A merchant's gateway before schemes 2 and 3: it wants this header and no certificate. */
  gatewayHeader: { name: string; value: string } | null;
  /** A DeviceToken of digits can be sent as the Int64 that remote/* ask for (Q-06). */
  deviceTokens: "guid" | "digits";
  paymentMethods: string[];
  partialRefunds: boolean;
  /** return/operations: neither the order nor the store is promised (Q-40). */
  operationsOrder: "newest" | "shuffled";
  operationsScope: "trade-point" | "organization";
  /** Who has which phone, by 8XXXXXXXXXX. */
  clients: Record<string, string>;
  lookupsPerMinute: number;
  expireDateStyle: DateStyle;
  transactionDateStyle: DateStyle;
  operationDateStyle: DateStyle;
  linkBase: string;
  /** Canonical StatusCode to the raw JSON text written instead of it, such as {"-1601": "\"- 1601\""} (Q-01). */
  codes: Record<string, string>;
  /** Refuses a missing or repeated X-Request-ID and another Content-Type, which otherwise is only recorded. */
  strict: boolean;
  testMethods: boolean;
  /** Without a good client certificate: answer -10000 over HTTP instead of refusing the TLS connection. */
  softClientCert: boolean;
}

/** A change of the configuration. `tradePoints` is short for those of the first organisation. */
export type Settings = Partial<Config> & { tradePoints?: TradePoint[] };

/** The document's samples, where it has any: trade points 3.2.2 and 3.2.3, the BIN 4.2.2, times 3.3.1. */
export const defaultConfig: Config = {
  ...defaultPort,
  pollSeconds: 5,
  scanSeconds: 180,
  confirmSeconds: 65,
  realScanSeconds: null,
  realConfirmSeconds: null,
  invoiceSeconds: 86_400,
  unscanned: "error",
  timeScale: 1,
  // All of them odd and beyond 2^53, and far apart: a double, or one id in another's place, shows at once (Q-07).
  nextId: "9007199254740993",
  nextReturnId: "9007199264740993",
  nextRefundId: "9007199274740993",
  organizations: [
    {
      bin: "180340021791",
      name: "ТОО «Магазин»",
      tradePoints: [
        { id: "1", name: "Магазин 1 (Ауэзова, 65)" },
        { id: "2", name: "Магазин 2 (Жарокова, 48)" },
        { id: "12", name: "Магазин 12" },
      ],
    },
    { bin: "020440001239", name: "ИП Сапарова", tradePoints: [{ id: "31", name: "Кофейня (Достык, 91)" }] },
  ],
  apiKey: "",
  apiKeyRefusal: 401,
  allowed: true,
  gatewayHeader: null,
  deviceTokens: "guid",
  paymentMethods: ["Gold", "Red", "Loan"],
  partialRefunds: true,
  operationsOrder: "newest",
  operationsScope: "trade-point",
  clients: {
    "87077777777": "Смагулова Айгуль Сериковна",
    "87011112233": "Касымов Нурлан",
    "87770000001": "Ли Ольга Викторовна",
  },
  lookupsPerMinute: 50,
  expireDateStyle: "short-offset",
  transactionDateStyle: "unpadded-day",
  operationDateStyle: "no-zone",
  linkBase: "https://pay.kaspi.kz/pay/",
  codes: {},
  strict: false,
  testMethods: true,
  softClientCert: false,
};

const isTradePoint: Check = (value) => isObject(value) && isInt64(value.id) && isString(value.name);
const isOrganization: Check = (value) =>
  isObject(value) && isString(value.bin) && isString(value.name) && listOf(isTradePoint)(value.tradePoints);

const checks: Record<keyof Settings, Check> = {
  ...portChecks,
  pollSeconds: isNumber,
  scanSeconds: isNumber,
  confirmSeconds: isNumber,
  realScanSeconds: isNumberOrNull,
  realConfirmSeconds: isNumberOrNull,
  invoiceSeconds: isNumber,
  unscanned: oneOf("error", "stays"),
  timeScale: isNumber,
  nextId: isInt64,
  nextReturnId: isInt64,
  nextRefundId: isInt64,
  organizations: (value) => listOf(isOrganization)(value) && (value as unknown[]).length > 0,
  tradePoints: listOf(isTradePoint),
  apiKey: isString,
  apiKeyRefusal: oneOf(401, 403),
  allowed: isBoolean,
  gatewayHeader: (value) => value === null || (isObject(value) && isString(value.name) && isString(value.value)),
  deviceTokens: oneOf("guid", "digits"),
  paymentMethods: listOf(isString),
  partialRefunds: isBoolean,
  operationsOrder: oneOf("newest", "shuffled"),
  operationsScope: oneOf("trade-point", "organization"),
  clients: isTexts,
  lookupsPerMinute: isNumber,
  expireDateStyle: oneOf(...dateStyles),
  transactionDateStyle: oneOf(...dateStyles),
  operationDateStyle: oneOf(...dateStyles),
  linkBase: isString,
  codes: isTexts,
  strict: isBoolean,
  testMethods: isBoolean,
  softClientCert: isBoolean,
};

/** The part of `value` that is configuration. Throws on an unknown key or a wrong value. */
export function readConfig(value: unknown): Settings {
  return readSettings<Settings>(checks, value);
}

/** Puts checked settings into the configuration; later changes of `settings` do not reach it. */
export function applySettings(config: Config, settings: Settings): void {
  const { tradePoints, ...rest } = structuredClone(settings);
  Object.assign(config, rest);
  const [first] = config.organizations;
  if (tradePoints && first) first.tradePoints = tradePoints;
}
