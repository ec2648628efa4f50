/** The description of the till API: sound in itself, and true of the real answers. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { ROUTES } from "../../contract/till.ts";
import { openTill, type TillDesk } from "../support/till.ts";

let till: TillDesk;
let document: any;
beforeAll(async () => {
  till = await openTill();
  document = (await till.call("GET", "/openapi.json")).json();
});
afterAll(() => till.close());

/** The schema of an answer, as somebody who has only the document would build it. */
function schemaOf(method: string, path: string, status: number): z.ZodType {
  const { $ref } = document.paths[path][method].responses[status].content["application/json"].schema;
  const inlined = inline({ $ref });
  return z.fromJSONSchema(inlined);
}

function inline(value: any): any {
  if (Array.isArray(value)) return value.map(inline);
  if (typeof value !== "object" || value === null) return value;
  if (typeof value.$ref === "string") return inline(resolve(value.$ref));
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, inline(part)]));
}

function resolve(reference: string): unknown {
  expect(reference).toMatch(/^#\//);
  return reference
    .slice(2)
    .split("/")
    .reduce((at: any, part) => at[part], document);
}

function references(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => (key === "$ref" ? [String(part)] : references(part)));
}

describe("the OpenAPI document", () => {
  it("is 3.1 and names every path, method and scope", () => {
    expect(document.openapi).toBe("3.1.0");
    for (const { method, path, scope } of ROUTES) {
      const operation = document.paths[path][method.toLowerCase()];
      expect(operation.operationId).toBeTruthy();
      if (scope !== null) expect(operation.description).toContain(scope);
    }
  });
  it("has each operationId once", () => {
    const ids = Object.values(document.paths).flatMap((path: any) =>
      Object.values(path).map((operation: any) => operation.operationId),
    );
    expect(new Set(ids).size).toBe(ids.length);
  });
  it("refers to nothing that is not there", () => {
    const all = references(document);
    expect(all.length).toBeGreaterThan(20);
    for (const reference of all) expect(resolve(reference)).toBeTypeOf("object");
  });
  it("says that an amount is text of a fixed pattern", () => {
    expect(document.components.schemas.PaymentRequest.properties.amount).toMatchObject({
      type: "string",
      pattern: expect.stringContaining("\\d"),
    });
    expect(document.components.schemas.PaymentRequest.additionalProperties).toBe(false);
  });
  it("asks for the Idempotency-Key", () => {
    expect(document.paths["/payments"].post.parameters).toContainEqual(
      expect.objectContaining({ name: "Idempotency-Key", in: "header", required: true }),
    );
  });

  it("is true of real answers", async () => {
    const created = await till.pay({ amount: "5000", provider: "kaspi" });
    const { id } = created.json();
    const answers: [string, string, Awaited<typeof created>][] = [
      ["post", "/payments", created],
      ["post", "/payments", await till.pay({ amount: "5000", provider: "kaspi" })],
      ["post", "/payments", await till.pay({ amount: 5, provider: "kaspi" })],
      ["get", "/payments", await till.call("GET", "/payments")],
      ["get", "/payments/{id}", await till.call("GET", `/payments/${id}`)],
      ["get", "/payments/{id}", await till.call("GET", "/payments/none")],
      ["post", "/payments/{id}/dismiss", await till.call("POST", `/payments/${id}/dismiss`)],
      ["post", "/payments/{id}/cancel", await till.call("POST", `/payments/${id}/cancel`)],
      ["get", "/health", await till.call("GET", "/health")],
      ["get", "/health", await till.call("GET", "/health", undefined, { authorization: "" })],
      ["post", "/refunds", await till.call("POST", "/refunds")],
    ];
    for (const [method, path, answer] of answers) {
      const checked = schemaOf(method, path, answer.status).safeParse(answer.json());
      expect(checked.error?.issues, `${method} ${path} ${answer.status}`).toBeUndefined();
    }
  });
});
