/** A provisioning file that is right, and ways to make it wrong. */

export const SECRETS = {
  passphrase: "SECRET-passphrase-1",
  token: "SECRET-token-0123456789",
  pin: "730155",
  adminPin: "482193",
  header: "SECRET-proof-of-gateway",
  deviceToken: "SECRET-device-token",
  apiKey: "test_SECRET-api-key",
  halykPassword: "SECRET-halyk-password",
  brokerPassword: "SECRET-broker-password",
} as const;

export type Raw = Record<string, unknown>;

/** Everything the file may hold in this version. */
export function goodProvision(kaspi: Raw = {}): Raw {
  return {
    version: 1,
    language: "ru",
    mode: "cashier",
    timezone: "Asia/Almaty",
    merchant: { name: "Дүкен №1", bin: "180340021791", supportPhone: "+7 727 000 00 00" },
    adminPin: SECRETS.adminPin,
    people: [{ id: "t1", name: "Техник", role: "technician", pin: SECRETS.pin }],
    till: { id: "A1", name: "Касса 1", tokens: [{ name: "1c", token: SECRETS.token, may: ["pay", "refund", "read"] }] },
    screen: { autoReturnSeconds: 5, idleSeconds: 60 },
    providers: {
      kaspi: {
        environment: "test",
        scheme: 2,
        url: "https://mtokentest.kaspi.kz:8544/r2/v01",
        certificate: "certfile.pfx",
        passphrase: SECRETS.passphrase,
        ca: ["kbs_root_ca.crt", "kbs_ca.crt"],
        deviceId: "GFC-456397",
        tradePointId: "12",
        deviceToken: null,
        headers: {},
        limits: { min: "1.00", max: "1000000.00" },
        ...kaspi,
      },
    },
  };
}

/** `providers.halykQr` of contract section 2, with an event stream that wants a login. */
export function goodHalykQr(more: Raw = {}): Raw {
  return {
    environment: "test",
    url: "https://testapi.onlinebank.kz/internal/qr-service/internal",
    ca: [],
    username: "shop",
    password: SECRETS.halykPassword,
    terminal: "92059431",
    mpan: "4598958946319737",
    pointOfSale: "THE KITCHEN",
    channel: "SMART_POS",
    scanSeconds: 180,
    pollSeconds: 3,
    emvMismatch: "warn",
    makesFinDocument: false,
    amountAsString: false,
    invoiceRange: { from: "1", to: "999999" },
    limits: { min: "1.00", max: "1000000.00" },
    kafka: {
      brokers: ["10.0.0.1:9092"],
      topic: "ob-qr-service-status-events",
      groupId: null,
      tls: { ca: [] },
      sasl: { mechanism: "SCRAM-SHA-256", username: "events", password: SECRETS.brokerPassword },
    },
    ...more,
  };
}

/** A shop with both banks, or with Halyk alone. */
export function withHalykQr(halykQr: Raw = {}, { kaspi = true }: { readonly kaspi?: boolean } = {}): Raw {
  const raw = goodProvision();
  const providers = { ...(kaspi ? (raw["providers"] as Raw) : {}), halykQr: goodHalykQr(halykQr) };
  return { ...raw, providers };
}

/** A copy with `value` at `path` (`till.tokens[0].token`); undefined takes the field away. */
export function withField(raw: Raw, path: string, value: unknown): Raw {
  const copy = structuredClone(raw);
  const parts = path.replaceAll(/\[(\d+)\]/g, ".$1").split(".");
  const last = parts.pop() ?? "";
  let at: Raw = copy;
  for (const part of parts) at = at[part] as Raw;
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}
