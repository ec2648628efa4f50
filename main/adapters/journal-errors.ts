/** What can go wrong with the journal, by what the host does about it. */

/** The disk or the file refuses at present; nothing was written. A later commit may succeed. */
export class JournalUnavailable extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "JournalUnavailable";
  }
}

/** The batch contradicts what is stored: a stale version, a used key, a changed fact. Nothing was written. */
export class JournalConflict extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "JournalConflict";
  }
}

/** The file is not a sound journal: it must be restored, not written to. */
export class JournalDamaged extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "JournalDamaged";
  }
}

/** The file is sound, but rows are not what was written: it can be taken over as it stands, unproven. */
export class JournalChanged extends JournalDamaged {
  constructor(message: string) {
    super(message);
    this.name = "JournalChanged";
  }
}

/** There was a journal, and there is none: a new one must not take its place by itself. */
export class JournalMissing extends Error {
  /** So many events were in it at least. */
  readonly events: number;
  constructor(events: number) {
    super(`the journal is missing; the one that was here had ${events} events`);
    this.name = "JournalMissing";
    this.events = events;
  }
}

/** The journal was written with another vault's keys: nothing in it can be proven here. */
export class JournalForeign extends Error {
  constructor() {
    super("the journal was written with the keys of another vault");
    this.name = "JournalForeign";
  }
}

/** A newer program wrote the journal (contract section 1: exit code 4). */
export class JournalTooNew extends Error {
  readonly found: number;
  readonly known: number;
  constructor(found: number, known: number) {
    super(`the journal has schema ${found}, this program knows ${known}`);
    this.name = "JournalTooNew";
    this.found = found;
    this.known = known;
  }
}

const ERROR = 1;
const CONSTRAINT = 19;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/**
 * While the file is opened: what this program asks every journal is not understood, or its indexes cannot be made anew because
 * two rows claim the same number; so its tables are not what was written.
 */
export function openingError(error: unknown): unknown {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  const isDamage = code === ERROR || (typeof code === "number" && (code & 0xff) === CONSTRAINT);
  return error instanceof Error && isDamage
    ? new JournalDamaged(`the journal's file is damaged: ${error.message}`, error)
    : journalError(error);
}

/** Turns an error of SQLite into one of ours; any other error (a fault in the program) stays what it is. */
export function journalError(error: unknown): unknown {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return error;
  const primary = error.errcode & 0xff; // extended codes carry the primary one in the low byte
  if (primary === CONSTRAINT) return new JournalConflict(error.message, error);
  if (primary === CORRUPT || primary === NOT_A_DATABASE) return new JournalDamaged(error.message, error);
  return new JournalUnavailable(error.message, error);
}
