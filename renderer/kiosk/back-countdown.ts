import { useStore } from "../store.ts";
import { useSeconds } from "../ui/Dial.tsx";

/** Seconds that the refund code on the screen has left, and of how many. */
export function useBackCountdown(id: string | null): readonly [number | null, number] {
  const countdown = useStore((state) => state.refundCountdown);
  const seconds = useSeconds(countdown !== null && countdown.id === id ? countdown : null);
  return [seconds, (countdown?.totalMs ?? 180_000) / 1000];
}
