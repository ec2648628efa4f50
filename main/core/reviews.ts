/** What nobody knows: the list with its evidence, and a named person's way out of it (reliability, rule 4). */
import type { CommandInput, CommandOutput } from "../../contract/commands.ts";
import { appError, type Result } from "../../contract/errors.ts";
import type { Snapshot } from "../../contract/snapshot.ts";

export interface Reviews {
  list(): Promise<Result<CommandOutput["review.list"]>>;
  resolve(input: CommandInput<"review.resolve">): Promise<Result<null>>;
  seen(): Promise<Result<null>>;
  summary(): Snapshot["inDoubt"];
}

export function createReviews(): Reviews {
  return {
    list: async () => ({ ok: true, value: { items: [] } }),
    resolve: async () => ({ ok: false, error: appError("not_supported") }),
    seen: async () => ({ ok: true, value: null }),
    summary: () => ({ count: 0, since: null, announce: false }),
  };
}
