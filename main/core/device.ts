/** Which devices the bank has stopped: kept in the journal, so that a restart does not forget it. */
import type { AppError } from "../../contract/errors.ts";
import type { Ports } from "./ports.ts";

export interface Stops {
  /** Takes up what the journal holds about a profile; a stop of another token than the one in use is over. */
  read(profileId: string, deviceToken: string | null): Promise<void>;
  get(profileId: string): AppError | null;
  /** Stops a profile's payments until a person has registered it anew. Says whether that is news. */
  set(profileId: string, deviceToken: string | null, error: AppError): Promise<boolean>;
  lift(profileId: string): Promise<void>;
}

interface Kept {
  readonly token: string;
  readonly error: AppError;
}

const metaName = (profileId: string): string => `device.stopped:${profileId}`;

/** Makes the list of stopped devices; it is empty until it is read. */
export function createStops(ports: Ports): Stops {
  const { clock, journal, log } = ports;
  const stops = new Map<string, AppError>();
  // The token is a secret: the journal holds its keyed fingerprint.
  const printOf = (deviceToken: string | null): string => ports.crypto.mac("request", `device ${deviceToken ?? ""}`);

  return {
    async read(profileId, deviceToken) {
      const text = await journal.meta(metaName(profileId));
      if (text === null) return;
      const { token, error } = JSON.parse(text) as Kept;
      if (token === printOf(deviceToken)) stops.set(profileId, error);
    },
    get: (profileId) => stops.get(profileId) ?? null,
    async set(profileId, deviceToken, error) {
      if (stops.get(profileId)?.code === error.code) return false;
      stops.set(profileId, error);
      const kept: Kept = { token: printOf(deviceToken), error };
      log.warn("device.stopped", { profile: profileId, code: error.code, bankCode: error.bankCode });
      try {
        await journal.commit({ at: clock.now(), meta: { [metaName(profileId)]: JSON.stringify(kept) } });
      } catch (failure) {
        // It holds for this run; the bank will say it again after the next.
        log.error("journal.commit.failed", { detail: String(failure) });
      }
      return true;
    },
    async lift(profileId) {
      if (!stops.delete(profileId)) return;
      await journal.commit({ at: clock.now(), meta: { [metaName(profileId)]: null } });
    },
  };
}
