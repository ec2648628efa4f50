/** Who may send a command, and whether its input is one. */
import { COMMANDS, type CommandInput, type CoreCommandName } from "../../contract/commands.ts";
import { appError, type AppError, type Result } from "../../contract/errors.ts";
import type { Actor } from "./index.ts";
import { hasTypedCard } from "./paying.ts";

/** The input as the command's schema reads it. Refuses with `forbidden`, `bad_amount`, `bad_card` and `bad_request`. */
export function checkCommand<N extends CoreCommandName>(
  actor: Actor,
  name: N,
  input: unknown,
): Result<CommandInput<N>> {
  if (!isPermitted(actor, name)) return { ok: false, error: appError("forbidden") };
  const parsed = COMMANDS[name].input.safeParse(input);
  if (!parsed.success) return { ok: false, error: inputError(parsed.error.issues) };
  const checked = parsed.data as CommandInput<N>;
  return mayType(actor, name, checked) ? { ok: true, value: checked } : { ok: false, error: appError("forbidden") };
}

function isPermitted(actor: Actor, name: CoreCommandName): boolean {
  const command = COMMANDS[name];
  if (actor.kind === "person") return command.screen;
  return command.till !== null && actor.scopes.includes(command.till);
}

/** A card number that is typed is a right of its own, beside that to take payments. */
function mayType(actor: Actor, name: CoreCommandName, input: unknown): boolean {
  if (actor.kind === "person" || name !== "payments.create" || actor.scopes.includes("cards")) return true;
  return !hasTypedCard((input as CommandInput<"payments.create">).request);
}

/** What a caller is told of an input that does not fit. Of a card no more than which part of it, never what was typed. */
function inputError(issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[]): AppError {
  const [issue] = issues;
  const path = issue?.path ?? [];
  const field = path.map(String).join(".") || "input";
  if (path[0] === "request" && (path[1] === "card" || path[1] === "receiver"))
    return appError("bad_card", { params: { field } });
  const params = { field, problem: issue?.message ?? "" };
  return appError(path.at(-1) === "amount" ? "bad_amount" : "bad_request", { params });
}
