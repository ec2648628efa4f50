import { create } from "zustand";

/**
 * The test payment that the wizard shows itself: it does not take the screen as a sale does. While it is being started its
 * id is not known yet, and whatever payment comes is taken for it: a till has one at a time.
 */
interface Trial {
  readonly starting: boolean;
  readonly id: string | null;
}

export const useTrial = create<Trial>(() => ({ starting: false, id: null }));

/** Whether this payment is the wizard's own. */
export const isTrial = ({ starting, id }: Trial, paymentId: string): boolean => starting || id === paymentId;
