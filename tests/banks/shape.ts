import { NumberText, parseExact } from "../../main/banks/exact.ts";

/** Keys in their order with the type of each value; of a number also how it is written ("9.99": two decimals). */
export function shapeOf(json: string): unknown {
  return shape(parseExact(json));
}

function shape(value: unknown): unknown {
  if (value instanceof NumberText)
    return `number ${value.text.replaceAll(/\d+(?=\.|$)/g, "9").replaceAll(/(?<=\.)\d+/g, (digits) => "9".repeat(digits.length))}`;
  if (Array.isArray(value)) return value.map(shape);
  if (value !== null && typeof value === "object")
    return Object.entries(value).map(([key, member]) => [key, shape(member)]);
  return value === null ? "null" : typeof value;
}
