/** `providers.epay` of contract section 2 that is right, and shops that have it. */
import { goodProvision, type Raw } from "./provision.ts";

/** Secrets as the bank gives them: with signs that mean something in a form. */
export const EPAY_SECRETS = {
  payment: "SECRET-pay#$&%+1",
  verification: "SECRET-check#$&%+2",
  transfer: "SECRET-move#$&%+3",
} as const;

export const EPAY_TERMINALS = {
  payment: {
    clientId: "SHOP",
    clientSecret: EPAY_SECRETS.payment,
    terminalId: "11111111-1111-4111-8111-111111111111",
  },
  verification: {
    clientId: "SHOP.CHECK",
    clientSecret: EPAY_SECRETS.verification,
    terminalId: "22222222-2222-4222-8222-222222222222",
  },
  transfer: {
    clientId: "SHOP.P2P",
    clientSecret: EPAY_SECRETS.transfer,
    terminalId: "33333333-3333-4333-8333-333333333333",
  },
} as const;

export function goodEpay(more: Raw = {}): Raw {
  return { environment: "test", terminals: EPAY_TERMINALS, ...more };
}

/** A shop with ePay alone, and nobody with a PIN: making its hash takes its time. */
export function withEpay(more: Raw = {}): Raw {
  return { ...goodProvision(), adminPin: undefined, people: [], providers: { epay: goodEpay(more) } };
}
