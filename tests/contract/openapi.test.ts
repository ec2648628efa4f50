/** The description of the till API: sound in itself, and true of the real answers. */
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { paymentRequest } from "../../contract/commands.ts";
import { fulfilRequest } from "../../contract/fulfilment.ts";
import { POSTED_METHODS } from "../../contract/states.ts";
import { captureRequest, ROUTES } from "../../contract/till.ts";
import type { Answered } from "../support/http-client.ts";
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
  it("says what a refund may be asked with: one of the forms, and nothing besides", () => {
    const { anyOf } = document.components.schemas.RefundRequest;
    expect(anyOf.map((form: any) => form.required.toSorted())).toEqual([
      ["amount", "paymentId"],
      ["amount", "paymentId", "reason", "recorded"],
      ["amount", "bankId", "provider"],
      ["amount", "provider", "rrn"],
      ["provider"],
    ]);
    for (const form of anyOf) expect(form.additionalProperties).toBe(false);
  });
  it("says of every bank's own fields what they are, and of no field that is not there", () => {
    const { Payment, Refund, PaymentRequest, RefundRequest, Health } = document.components.schemas;
    for (const schema of [Payment, Refund, PaymentRequest, Health])
      for (const [name, field] of Object.entries<any>(schema.properties))
        expect(Object.keys(field), name).not.toEqual(["description"]);
    expect(PaymentRequest.properties.provider).toMatchObject({ enum: ["kaspi", "halykQr", "epay"] });
    expect(Payment.properties.invoiceId.description).toContain("Halyk invoiceId");
    expect(Payment.properties.details.description).toContain("slip");
    expect(Refund.properties.availableIsOurs.description).toContain("no such figure");
    expect(RefundRequest.description).toContain("`rrn`");
  });
  it("gives an example of each posted method that the till itself would take", () => {
    const content = document.paths["/payments"].post.requestBody.content["application/json"];
    const examples = Object.values<any>(content.examples).map(({ value }) => value);
    expect(examples.map(({ method }) => method)).toEqual(expect.arrayContaining([...POSTED_METHODS]));
    for (const example of examples) expect(paymentRequest.safeParse(example).error?.issues).toBeUndefined();
    const capture = document.paths["/payments/{id}/capture"].post.requestBody;
    for (const { value } of Object.values<any>(capture.content["application/json"].examples))
      expect(captureRequest.safeParse(value).success).toBe(true);
    expect([capture.required, document.paths["/payments"].post.requestBody.required]).toEqual([false, true]);
  });
  it("gives examples of a report about goods, which needs a body, unlike the word that they are about to be handed out", () => {
    const { fulfil, dispense } = Object.fromEntries(
      ["fulfil", "dispense"].map((name) => [name, document.paths[`/payments/{id}/${name}`].post]),
    );
    const reports = Object.values<any>(fulfil.requestBody.content["application/json"].examples);
    expect(reports.map(({ value }) => fulfilRequest.parse(value).ok)).toEqual([true, false]);
    expect([fulfil.requestBody.required, dispense.requestBody]).toEqual([true, undefined]);
  });
  it("says what a card may be: typed, with nothing left out, or a handle; and that a Google Pay object is an object", () => {
    const { card, token } = document.components.schemas.PaymentRequest.properties;
    expect(inline(card).anyOf.map((form: any) => form.required)).toEqual([["number", "expiry", "cvc", "name"], ["id"]]);
    expect(token).toMatchObject({ type: "object" });
    expect(document.components.schemas.Card.properties).not.toHaveProperty("bankCardId");
  });
  it("says that nothing comes with 204", () => {
    expect(document.paths["/cards/{id}"].delete.responses[204]).toEqual({ description: "Done" });
  });
  it.each(["/payments", "/refunds"])("asks for the Idempotency-Key of %s", (path) => {
    expect(document.paths[path].post.parameters).toContainEqual(
      expect.objectContaining({ name: "Idempotency-Key", in: "header", required: true }),
    );
  });

  it("is true of real answers", async () => {
    const refund = (body: unknown): Promise<Answered> =>
      till.call("POST", "/refunds", body, { "idempotency-key": randomUUID() });
    const created = await till.pay({ amount: "5000", provider: "kaspi" });
    const { id } = created.json();
    const answers: [string, string, Answered][] = [
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
      ["post", "/refunds", await refund({ paymentId: id, amount: "1" })],
      ["post", "/refunds", await refund({ paymentId: "none", amount: "1" })],
      ["get", "/refunds/{id}", await till.call("GET", "/refunds/none")],
      ["post", "/payments/{id}/capture", await till.call("POST", `/payments/${id}/capture`)],
      ["post", "/payments/{id}/void", await till.call("POST", `/payments/${id}/void`)],
      ["get", "/cards", await till.call("GET", "/cards")],
      ["delete", "/cards/{id}", await till.call("DELETE", "/cards/card_00000000")],
    ];
    await till.call("POST", `/payments/${id}/dismiss`);
    const code = await refund({ provider: "kaspi" });
    const path = `/refunds/${code.json().id}`;
    const selection = { operationId: "1", amount: "1" };
    answers.push(
      ["post", "/refunds", code],
      ["post", "/refunds", await refund({ provider: "kaspi" })],
      ["get", "/refunds", await till.call("GET", "/refunds")],
      ["get", "/refunds/{id}", await till.call("GET", path)],
      ["post", "/refunds/{id}/select", await till.call("POST", `${path}/select`, selection)],
      ["post", "/refunds/{id}/select", await till.call("POST", `${path}/select`, {})],
      ["post", "/refunds/{id}/select", await till.call("POST", `${path}/select`)],
      ["post", "/refunds/{id}/cancel", await till.call("POST", `${path}/cancel`)],
      ["post", "/refunds/{id}/refresh", await till.call("POST", `${path}/refresh`)],
    );
    expect(answers.map(([, , answer]) => answer.status)).toEqual([
      201, 409, 400, 200, 200, 404, 409, 200, 200, 401, 400, 409, 404, 404, 409, 409, 200, 404, 201, 409, 200, 200, 409,
      400, 415, 200, 200,
    ]);
    for (const [method, path, answer] of answers) {
      const checked = schemaOf(method, path, answer.status).safeParse(answer.json());
      expect(checked.error?.issues, `${method} ${path} ${answer.status}`).toBeUndefined();
    }
  });
});
