/** The three ways a shop's contract lets it in (document, section 1.2). */
import type { Profile } from "../../core/ports.ts";

export type Scheme = "1" | "2" | "3";

/** The scheme of a profile. Throws on a profile that names none: asking the wrong way could move money wrongly. */
export function schemeOf({ id, scheme }: Pick<Profile, "id" | "scheme">): Scheme {
  if (scheme === "1" || scheme === "2" || scheme === "3") return scheme;
  throw new Error(`profile ${id} has no scheme`);
}
