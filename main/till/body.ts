import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: "too_large" | "type" | "json" | "gone" };

export type TextBody =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly problem: "too_large" | "type" | "text" | "gone" };

const JSON_TYPE = /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i;

/** Reads a JSON body of at most `cap` bytes; `empty` is what stands for no body at all. */
export async function readJson(request: IncomingMessage, cap: number, empty?: unknown): Promise<Body> {
  const length = request.headers["content-length"];
  if (length !== undefined && Number(length) > cap) return { ok: false, problem: "too_large" };
  const none = (length === undefined || length === "0") && request.headers["transfer-encoding"] === undefined;
  if (none && empty !== undefined) return { ok: true, value: empty };
  const body = await readBody(request, cap, JSON_TYPE);
  if (!body.ok) return { ok: false, problem: body.problem === "text" ? "json" : body.problem };
  try {
    return { ok: true, value: JSON.parse(body.text) };
  } catch {
    return { ok: false, problem: "json" };
  }
}

/** Reads a body of at most `cap` bytes of UTF-8 and of a content type that `type` matches. */
export async function readBody(request: IncomingMessage, cap: number, type: RegExp): Promise<TextBody> {
  if (Number(request.headers["content-length"] ?? 0) > cap) return { ok: false, problem: "too_large" };
  if (!type.test(request.headers["content-type"] ?? "") || request.headers["content-encoding"] !== undefined)
    return { ok: false, problem: "type" };
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of request as AsyncIterable<Buffer>) {
      size += part.length;
      if (size > cap) return { ok: false, problem: "too_large" };
      parts.push(part);
    }
  } catch {
    return { ok: false, problem: "gone" };
  }
  try {
    return { ok: true, text: new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts)) };
  } catch {
    return { ok: false, problem: "text" };
  }
}
