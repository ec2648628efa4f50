/** Which keys may do something where a customer stands alone, whoever shows the page. */

export interface PressedKey {
  readonly key: string;
  readonly control: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly meta: boolean;
}

const BARE =
  /^(.|Enter|Escape|Tab|Backspace|Delete|Insert|Home|End|Page(Up|Down)|Arrow\w+|Shift|Control|Alt(Graph)?|Meta|CapsLock|NumLock|Dead|Process|Unidentified|AudioVolume\w+)$/u;
const HELD = /^(Control|Meta|Shift|Alt)/;
const EDITING = /^[acvxyz]$/;

/**
 * What types and edits a field may pass, and nothing else. Not a list of what is forbidden: a browser's and a system's keys
 * become more with every version.
 */
export function isCustomersKey({ key, control, alt, shift, meta }: PressedKey): boolean {
  // AltGr on Windows: it types.
  if (control && alt && !meta) return /^.$/u.test(key) || HELD.test(key);
  if (alt) return HELD.test(key);
  if (control || meta) return HELD.test(key) || (!shift && EDITING.test(key));
  return BARE.test(key);
}
