import type { VirtualClock } from "./clock.ts";
import type { Struck } from "./faults.ts";
import type { CallRecord } from "./records.ts";

/**
 * The refunds another till makes around this call, as its `foreign` faults demand. `refund` gives so many tiyn of the
 * call's purchase back and returns null, or why the bank refused.
 */
export function foreignRefunds(
  clock: VirtualClock,
  record: CallRecord,
  struck: Struck[],
  refund: (minor: bigint) => string | null,
) {
  const give = (minor: number): void => {
    const refused = refund(BigInt(minor));
    if (refused !== null) record.faults.push(`foreign refused ${refused}`);
  };
  const faults = struck.flatMap(({ fault }) => (fault.kind === "foreign" ? [fault] : []));
  return {
    before(): void {
      for (const { minor, ms } of faults) if (ms === undefined) give(minor);
    },
    after(): void {
      for (const { minor, ms } of faults) if (ms !== undefined) clock.after(ms, () => give(minor));
      clock.settle();
    },
  };
}
