import type { HttpAnswer } from "../deliver.ts";
import { wordOf, type AnswerChange, type Struck } from "../faults.ts";
import { RawJson, isObject, rawMembers, writeJson, type Writable } from "../json.ts";
import { messages, type Code } from "./codes.ts";
import type { Envelope } from "./method.ts";

function changeEnvelope(envelope: Envelope, change: AnswerChange, hit: number): Envelope {
  let next: Envelope = { ...envelope };
  if (change.statusCode !== undefined) {
    next.StatusCode = new RawJson(change.statusCode);
    if (change.statusCode !== "0") {
      next.Message = messages[change.statusCode as Code] ?? "Ошибка";
      next.Data = undefined;
    }
  }
  if (change.message !== undefined) next.Message = change.message;
  if (change.data === "null") next.Data = null;
  if (change.data === "missing") next.Data = undefined;
  if (change.status !== undefined) {
    const Status = wordOf(change.status, hit);
    next = { ...next, StatusCode: next.StatusCode ?? 0, Data: { ...dataOf(next), Status } };
  }
  if (change.extra) {
    next.Data = { ...dataOf(next), ...rawMembers(change.extra) };
  }
  if (change.rename) {
    const names = change.rename;
    next = Object.fromEntries(Object.entries(next).map(([key, value]) => [names[key] ?? key, value]));
  }
  for (const [key, raw] of Object.entries(change.also ?? {})) next[key] = new RawJson(raw);
  return next;
}

function dataOf(envelope: Envelope): Record<string, Writable> {
  return isObject(envelope.Data) ? (envelope.Data as Record<string, Writable>) : {};
}

/** The answer as it goes out: the bank's envelope with every answer fault applied in order. */
export function changeAnswer(answer: HttpAnswer, envelope: Envelope | null, struck: Struck[]): HttpAnswer {
  let current = envelope;
  const next = { ...answer };
  for (const { fault, hit } of struck) {
    if (fault.kind !== "answer") continue;
    if (fault.httpStatus !== undefined) next.status = fault.httpStatus;
    if (fault.contentType !== undefined) next.contentType = fault.contentType;
    if (current) current = changeEnvelope(current, fault, hit);
    if (current) next.body = writeJson(current);
    if (fault.body !== undefined) {
      current = null;
      next.body = fault.body;
    }
  }
  return next;
}
