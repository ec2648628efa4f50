import type { HttpAnswer } from "./deliver.ts";
import type { AnswerChange, Struck } from "./faults.ts";
import { writeJson, type Writable } from "./json.ts";

export type Body = { [key: string]: Writable | undefined };

/** What a bank without Kaspi's envelope answers. `body` null: the answer is `text`, which is no JSON. */
export interface PlainAnswer {
  status: number;
  contentType: string;
  headers: Record<string, string>;
  body: Body | null;
  text?: string;
}

/** The answer as it goes out, with every answer fault applied in order; `change` is what one does to a JSON body. */
export function changedAnswer(
  { status, contentType, headers, body, text = "" }: PlainAnswer,
  struck: Struck[],
  change: (body: Body, change: AnswerChange, hit: number) => Body,
): HttpAnswer {
  const next: HttpAnswer = { status, contentType, headers, body: body ? writeJson(body) : text };
  let current = body;
  for (const { fault, hit } of struck) {
    if (fault.kind !== "answer") continue;
    next.status = fault.httpStatus ?? next.status;
    next.contentType = fault.contentType ?? next.contentType;
    if (current) current = change(current, fault, hit);
    if (current) next.body = writeJson(current);
    if (fault.body !== undefined) {
      current = null;
      next.body = fault.body;
    }
  }
  return next;
}

/** Keys under other names. */
export function renamed(body: Body, rename: Record<string, string> = {}): Body {
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [rename[key] ?? key, value]));
}
