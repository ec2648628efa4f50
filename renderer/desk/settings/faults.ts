import type { ErrorCode } from "../../../contract/errors.ts";

/** What only the device section can put right. */
export const DEVICE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  "device_not_found",
  "device_inactive",
  "device_elsewhere",
  "not_registered",
]);

/** What another certificate puts right. */
export const CERTIFICATE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  "certificate_expired",
  "certificate_missing",
  "certificate_refused",
]);
