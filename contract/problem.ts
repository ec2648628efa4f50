import { z } from "zod";

/** One wrong field of the provisioning file. The words never hold the value: it may be a secret. */
export interface Problem {
  readonly path: string;
  readonly words: string;
}

export type AddProblem = (path: string, words: string) => void;
export type Loose = Readonly<Record<string, unknown>>;

/** A file named by the provisioning file, relative to it. */
export const fileName = z
  .string()
  .min(1, "must name a file")
  .max(1024)
  .refine((text) => !text.includes("\0"), "must name a file");

/** A secret that travels in a header or a JSON string: printable, on one line. */
export const secretText = (longest: number): z.ZodString =>
  z
    .string()
    .regex(/^[\x21-\x7e]+$/, "must be Latin letters, digits and signs without spaces")
    .max(longest, "is too long");

interface ParsedUrl {
  readonly protocol: string;
  readonly hostname: string;
  readonly username: string;
  readonly password: string;
  readonly search: string;
  readonly hash: string;
}
// Node and every browser have URL; the language library this folder is compiled with does not name it.
declare const URL: { parse(text: string): ParsedUrl | null };

/** The host of an http(s) address that holds nothing but host, port and path; null for anything else. */
export function hostOf(text: string): string | null {
  if (!/^https?:\/\/[^\s\\?#]+$/.test(text)) return null;
  const url = URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "" || url.search !== "" || url.hash !== "") return null;
  return url.hostname.replace(/\.$/, "");
}

/** Whether a host (as `hostOf` gives it) is this machine and nothing else. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}

/** Writes a path as a person reads it: `till.tokens[0].token`. */
export function pathText(path: readonly PropertyKey[]): string {
  let text = "";
  for (const part of path) {
    if (typeof part === "number") text += `[${part}]`;
    else if (/^[A-Za-z0-9_-]{1,64}$/.test(String(part))) text += text === "" ? String(part) : `.${String(part)}`;
    else text += `[${JSON.stringify(String(part).slice(0, 64))}]`;
  }
  return text;
}

/** Says in words what zod found, without the value. `raw` is what was checked. */
export function problemsOf(issues: readonly z.core.$ZodIssue[], raw: unknown): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === "invalid_union") {
      const meant = branchMeant(issue.errors);
      if (meant)
        return problemsOf(
          meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
          raw,
        );
    }
    if (issue.code === "unrecognized_keys")
      return issue.keys.map((key) => ({ path: pathText([...issue.path, key]), words: "unknown key" }));
    const missing = valueAt(raw, issue.path) === undefined;
    const words = missing ? missingWords(issue) : wordsOf(issue);
    return [{ path: pathText(issue.path) || "(the file)", words }];
  });
}

/** Of several forms the one that was tried: the least is wrong with it, and it is not of another kind altogether. */
function branchMeant(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] | null {
  const near = branches.filter(
    (issues) => !issues.some(({ code, path }) => code === "invalid_type" && path.length === 0),
  );
  return near.toSorted((a, b) => a.length - b.length)[0] ?? null;
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[part];
  }
  return value;
}

function missingWords(issue: z.core.$ZodIssue): string {
  const rule = wordsOf(issue);
  return rule.startsWith("must") ? `missing; ${rule}` : "missing";
}

const KINDS: Readonly<Record<string, string>> = {
  string: "text in quotes",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object in braces",
  record: "an object in braces",
};

function wordsOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return custom(issue) ?? `must be ${KINDS[issue.expected] ?? issue.expected}`;
    case "too_small":
      return (
        custom(issue) ??
        `must be ${issue.origin === "number" || issue.origin === "int" ? "" : "of length "}${String(issue.minimum)} or more`
      );
    case "too_big":
      return (
        custom(issue) ??
        `must be ${issue.origin === "number" || issue.origin === "int" ? "" : "of length "}${String(issue.maximum)} or less`
      );
    default:
      return custom(issue) ?? "is not valid";
  }
}

/** Our own sentence, where the field has one: zod's start with a capital. */
function custom(issue: z.core.$ZodIssue): string | null {
  return /^[a-z]/.test(issue.message) ? issue.message : null;
}
