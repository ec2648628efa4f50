/** OpenAPI 3.1, made from the schemas that check the requests and from the table the router works by. */
import { z } from "zod";
import { paymentRequest } from "../../contract/commands.ts";
import { payment } from "../../contract/payment.ts";
import { refund, refundRequest, refundSelection } from "../../contract/refund.ts";
import { API_BASE, errorBody, health, paymentList, refundList, ROUTES, type Route } from "../../contract/till.ts";

type Json = Record<string, unknown>;

const NAMED = new Map<z.ZodType, string>([
  [paymentRequest, "PaymentRequest"],
  [payment, "Payment"],
  [paymentList, "PaymentList"],
  [refundRequest, "RefundRequest"],
  [refundSelection, "RefundSelection"],
  [refund, "Refund"],
  [refundList, "RefundList"],
  [health, "Health"],
  [errorBody, "Error"],
]);

const STATUS_WORDS: Readonly<Record<number, string>> = {
  200: "OK",
  201: "Made",
  400: "The request is wrong; nothing was journaled",
  401: "No token, or one that is not known",
  403: "The token has not this right, or the request comes from a foreign page",
  404: "There is none",
  409: "Not now, or not any more; carries the payment or the refund where there is one",
  413: "The body is larger than 64 KiB",
  415: "The body is not application/json",
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
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: "input" });
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema as Json)]));
}

/** `$schema` and `$id` belong to free-standing schemas; inside a document the place is the name. */
function bare(schema: Json): Json {
  const { $schema: _schema, $id: _id, id: _name, ...rest } = schema;
  return rest;
}

function reference(schema: z.ZodType): Json {
  return { $ref: `#/components/schemas/${NAMED.get(schema) ?? "Error"}` };
}

function operation(route: Route): Json {
  const answers = Object.entries(route.answers).map(([status, schema]) => [
    status,
    { description: STATUS_WORDS[Number(status)], ...content(route, schema) },
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
    ...(route.body
      ? { requestBody: { required: true, content: { "application/json": { schema: reference(route.body) } } } }
      : {}),
    responses: Object.fromEntries([...answers, ...errors]),
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
