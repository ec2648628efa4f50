import type { IncomingMessage } from "node:http";

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: "too_large" | "type" | "json" | "gone" };

/** Reads a JSON body of at most `cap` bytes; `empty` is what stands for no body at all. */
export async function readJson(request: IncomingMessage, cap: number, empty?: unknown): Promise<Body> {
  const length = request.headers["content-length"];
  if (length !== undefined && Number(length) > cap) return { ok: false, problem: "too_large" };
  const none = (length === undefined || length === "0") && request.headers["transfer-encoding"] === undefined;
  if (none && empty !== undefined) return { ok: true, value: empty };
  if (!isJson(request.headers["content-type"]) || request.headers["content-encoding"] !== undefined)
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
    const text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
    return { ok: true, value: JSON.parse(text) };
  } catch {
    return { ok: false, problem: "json" };
  }
}

function isJson(type: string | undefined): boolean {
  return /^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(type ?? "");
}
