import type { Json } from "../json.ts";
import type { Complaint } from "../records.ts";

/** One request; its path is taken apart. */
export interface MethodRequest {
  /** The ledger's seq. */
  call: number;
  parameters: readonly string[];
  query: URLSearchParams;
  body: Json | undefined;
  /** A form's members, percent-decoded; null for another kind of body. */
  form: URLSearchParams | null;
  /** The token of `Authorization`, or of a confirmation's address. */
  bearer: string | null;
  /** Adds a departure from the documents that is let pass. */
  note(problem: string): void;
  /** Adds a breach of the bank's rules of use. */
  complain(rule: Complaint["rule"], text: string): void;
}
