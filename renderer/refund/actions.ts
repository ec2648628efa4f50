import type { RefundRequest } from "../../contract/refund.ts";
import type { RefundView, Snapshot } from "../../contract/snapshot.ts";
import { ask, leavePlace, send } from "../actions.ts";
import type { Answer } from "../actions.ts";
import { useStore } from "../store.ts";

/** A start whose answer never came: asking again for the same thing must carry the same key. */
let unanswered: { readonly key: string; readonly intent: string } | null = null;

export const CREATING = "new";

/** Starts a refund; null while one is being started. Its screen comes with the snapshot. */
export async function createRefund(request: RefundRequest): Promise<Answer<"refunds.create"> | null> {
  const intent = JSON.stringify({ ...request, pin: undefined });
  const key = unanswered?.intent === intent ? unanswered.key : crypto.randomUUID();
  const answer = await ask("refunds.create", CREATING, { key, request });
  if (answer) unanswered = answer.lost ? { key, intent } : null;
  return answer;
}

/** Starts one, a refusal shown in the strip. */
export async function startRefund(request: RefundRequest): Promise<void> {
  const answer = await createRefund(request);
  if (answer && !answer.ok) useStore.setState({ notice: answer.error });
}

/** Gives up a refund that has moved nothing yet: its code or its list leaves the screen at once and for good (design U29). */
export async function leaveRefund({ id }: RefundView): Promise<void> {
  const answer = await ask("refunds.cancel", id, { id });
  if (!answer) return;
  if (!answer.ok) return useStore.setState({ notice: answer.error });
  useStore.setState({ refundLeft: id });
  leavePlace();
  await send("refunds.dismiss", { id });
}

/** Puts a result away; one in doubt is checked on. */
export async function dismissRefund({ id }: RefundView): Promise<void> {
  const answer = await ask("refunds.dismiss", id, { id });
  if (answer && !answer.ok) useStore.setState({ notice: answer.error });
  else leavePlace();
}

/** This amount needs a senior's PIN (design U27). Amounts are tiyn. */
export function needsPin({ app, refundPinAboveMinor }: Snapshot, tiyn: number): boolean {
  return app.pinKnown && refundPinAboveMinor !== null && tiyn > refundPinAboveMinor;
}
