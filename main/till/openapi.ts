/** OpenAPI 3.1, made from the schemas that check the requests and from the table the router works by. */
import { z } from "zod";
import { cardList, cardObject } from "../../contract/card.ts";
import { paymentRequest } from "../../contract/commands.ts";
import { fulfilRequest } from "../../contract/fulfilment.ts";
import { payment } from "../../contract/payment.ts";
import { refund, refundRequest, refundSelection } from "../../contract/refund.ts";
import {
  API_BASE,
  captureRequest,
  errorBody,
  health,
  needsBody,
  paymentList,
  refundList,
  ROUTES,
  type Route,
} from "../../contract/till.ts";
import { supportFile } from "../../contract/support.ts";
import { EXAMPLES } from "./examples.ts";

type Json = Record<string, unknown>;

const NAMED = new Map<z.ZodType, string>([
  [paymentRequest, "PaymentRequest"],
  [payment, "Payment"],
  [paymentList, "PaymentList"],
  [refundRequest, "RefundRequest"],
  [refundSelection, "RefundSelection"],
  [refund, "Refund"],
  [refundList, "RefundList"],
  [captureRequest, "CaptureRequest"],
  [fulfilRequest, "FulfilRequest"],
  [cardObject, "Card"],
  [cardList, "CardList"],
  [health, "Health"],
  [supportFile, "SupportFile"],
  [errorBody, "Error"],
]);

/** What the names do not say by themselves: of a whole schema (an empty name), and of its fields. */
const WORDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  PaymentRequest: {
    provider: "A bank that this till has: `GET /health` names them",
    method:
      "kaspi: `qr` (default), `link`, `invoice`; halykQr: `qr`; epay: `googlePay`, and where they are switched on `card`, " +
      "`cardVerification` (amount 0, currency USD) and `transfer`",
    token: "`googlePay`: the object as Google gave it, every byte; it is not kept",
    card:
      "`card`, `cardVerification`, `transfer`: typed (scope `cards`; puts whoever sends it within PCI DSS) or saved, by its " +
      "handle. A typed one is not kept",
    receiver: "`transfer`: the card it goes to, by number (scope `cards`) or by the handle of a saved one",
    payer: "epay: who pays, as far as the bank asks; not kept, but for `accountId`",
    data: "epay: goes into the bank's report",
    useBonus: "epay: with the customer's bonuses",
    saveCard: "epay: the bank keeps the card; needs `payer.accountId`. Its handle comes in the payment's `card.id`",
    items: "What is bought, by the till's own catalogue: named on the screen. The sum stays `amount`",
  },
  Payment: {
    bankId: "The bank's own number, every digit: Kaspi QrPaymentId, Halyk billNumber; epay: our own `invoiceId`",
    invoiceId:
      "The till's number at a bank that asks for one (Halyk invoiceId, and at epay), never used twice; null elsewhere",
    card: "The card it was paid with, masked, where the bank tells; `id` is the handle of a saved card",
    details: "What the bank says for the slip and the books, once it is paid; null where it says nothing",
    items: "What was bought, named and priced as it was then; empty where nobody said so",
    fulfilment:
      "Vending: how the goods stand. `waiting`: hand nothing out before `dispense` was answered with 200, and not later than " +
      "`dueAt`: then the money goes back. `unknown`: begun, and nobody has said how it ended. `moneyBack`: of goods that were " +
      "not given",
  },
  FulfilRequest: {
    ok: "Whether the customer has the goods. The same report may be sent again; another one is 409 `goods_decided`",
    reason: "Why not, in the machine's own words: they are shown to a technician and journaled",
  },
  RefundRequest: {
    "":
      "One of: a payment of this till and an amount; a bank alone, where the customer scans first (kaspi, scheme 2); " +
      "a purchase of another till by the bank's number or, at halykQr, by `rrn` (its `reference` on the slip) too; " +
      "a refund that was made elsewhere and is only recorded",
  },
  Refund: {
    state:
      "`pending`: the bank has taken it and does it in its own time (Halyk): follow it until it is `refunded` or `failed`",
    available: "What the bank would still give back, read just before",
    availableIsOurs: "The bank has no such figure (Halyk): the total less what this till knows of",
    bankId: "The bank's number of the refund itself: Kaspi ReturnOperationId, the billNumber of a Halyk refund",
  },
  Health: {
    providers: "By bank. `events`: its event stream, which only hurries the questions; `off` where it has none",
    machine: "The line to the machine that hands goods out; `off` where none is set up",
  },
};

const STATUS_WORDS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Made",
  204: "Done",
  400: "The request is wrong; nothing was journaled",
  401: "No token, or one that is not known",
  403: "The token has not this right, or the request comes from a foreign page",
  404: "There is none",
  409: "Not now, or not any more; carries the payment or the refund where there is one",
  413: "The body is larger than 64 KiB",
  415: "The body is not application/json",
  429: "Too many wrong tokens; Retry-After says how many seconds to wait. A right one is never answered so",
  503: "The journal or the bank's settings do not allow it",
};

/** The whole document. `version` is the program's. */
export function openApi(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const route of ROUTES) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route);
  return {
    openapi: "3.1.0",
    info: {
      title: "Qabyl till API",
      version,
      description: "Money is a decimal string in major units; a JSON number is refused.",
    },
    servers: [{ url: API_BASE }],
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: "http", scheme: "bearer" } }, schemas: components() },
  };
}

function components(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [schema, id] of NAMED) registry.add(schema, { id });
  // A Google Pay object has no schema of ours: its form is looked at, the rest is Google's.
  const { schemas } = z.toJSONSchema(registry, {
    uri: (id) => `#/components/schemas/${id}`,
    io: "input",
    unrepresentable: "any",
  });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, worded(id, bare(schema as Json))]));
}

function worded(id: string, schema: Json): Json {
  const { "": whole, ...words } = WORDS[id] ?? {};
  const properties = { ...(schema["properties"] as Record<string, Json> | undefined) };
  for (const [field, description] of Object.entries(words)) properties[field] = { ...properties[field], description };
  return {
    ...schema,
    ...(whole === undefined ? {} : { description: whole }),
    ...(schema["properties"] === undefined ? {} : { properties }),
  };
}

/** `$schema` and `$id` belong to free-standing schemas; inside a document the place is the name. */
function bare(schema: Json): Json {
  const { $schema: _schema, $id: _id, id: _name, ...rest } = schema;
  return rest;
}

function reference(schema: z.ZodType): Json {
  const name = NAMED.get(schema);
  if (name === undefined) throw new Error("a schema of a route has no name");
  return { $ref: `#/components/schemas/${name}` };
}

function operation(route: Route): Json {
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: STATUS_WORDS[Number(status)], ...(status === "204" ? {} : content(route, schema)) },
  ]);
  const errors = route.errors.map((status) => [
    String(status),
    { description: STATUS_WORDS[status], content: { "application/json": { schema: reference(errorBody) } } },
  ]);
  return {
    summary: route.summary,
    operationId: `${route.method.toLowerCase()}${route.path.replace(/[{}]/g, "").replace(/[/.]+([a-z])/g, (_, letter: string) => letter.toUpperCase())}`,
    ...(route.scope === null ? {} : { description: `Scope: \`${route.scope}\`` }),
    parameters: parameters(route),
    ...(route.body ? { requestBody: requestBody(route, route.body) } : {}),
    responses: Object.fromEntries([...answers, ...errors]),
  };
}

function requestBody(route: Route, body: z.ZodType): Json {
  const name = NAMED.get(body) ?? "";
  const examples = Object.hasOwn(EXAMPLES, name) ? { examples: EXAMPLES[name] } : {};
  return {
    required: needsBody(route),
    content: { "application/json": { schema: reference(body), ...examples } },
  };
}

function content(route: Route, schema: z.ZodType | null): Json {
  if (schema !== null) return { content: { "application/json": { schema: reference(schema) } } };
  return route.path === "/events"
    ? { content: { "text/event-stream": { schema: { type: "string" } } } }
    : { content: { "application/json": { schema: { type: "object" } } } };
}

function parameters(route: Route): Json[] {
  const list: Json[] = [];
  if (route.path.includes("{id}")) list.push({ name: "id", in: "path", required: true, schema: { type: "string" } });
  if (route.idempotent)
    list.push({
      name: "Idempotency-Key",
      in: "header",
      required: true,
      schema: { type: "string", pattern: "^[A-Za-z0-9_.:-]{1,64}$" },
    });
  if (route.path === "/events")
    list.push({ name: "Last-Event-ID", in: "header", required: false, schema: { type: "string" } });
  if (!route.query) return list;
  const { properties = {} } = z.toJSONSchema(route.query, { io: "output" }) as { properties?: Json };
  for (const [name, schema] of Object.entries(properties)) list.push({ name, in: "query", required: false, schema });
  return list;
}
