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

const CONSTRAINT = 19;
const CORRUPT = 11;
const NOT_A_DATABASE = 26;

/** Turns an error of SQLite into one of ours; any other error (a fault in the program) stays what it is. */
export function journalError(error: unknown): unknown {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number") return error;
  const primary = error.errcode & 0xff; // extended codes carry the primary one in the low byte
  if (primary === CONSTRAINT) return new JournalConflict(error.message, error);
  if (primary === CORRUPT || primary === NOT_A_DATABASE) return new JournalDamaged(error.message, error);
  return new JournalUnavailable(error.message, error);
}
