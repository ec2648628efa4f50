import type { Problem } from "../../contract/problem.ts";

/**
 * What the file may say but this version cannot do. Refused in words: a till that silently did something else would
 * take money in a way nobody asked for. Works on the raw file, so that its other mistakes are named in the same go.
 */
export function notBuilt(raw: unknown): Problem[] {
  const problems: Problem[] = [];
  if (!isObject(raw)) return problems;
  const { mode } = raw;
  if (mode === "kiosk" || mode === "vending")
    problems.push({ path: "mode", words: `"${mode}" is not built yet in this version; "cashier" and "refund" are` });
  return problems;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
