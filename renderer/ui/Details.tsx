import { useRef } from "react";
import type { ReactNode } from "react";
import { formatMoney, parseAmount } from "../../contract/money.ts";
import type { Currency } from "../../contract/money.ts";
import type { PaymentDetails } from "../../contract/payment.ts";
import type { Words } from "../messages/index.ts";
import { useWords } from "../words.tsx";
import { Button } from "./Button.tsx";

/** What the bank has told of a payment; the screen's view and the history's object both have it. */
interface Told {
  readonly currency: Currency;
  readonly bankId: string | null;
  readonly invoiceId: string | null;
  readonly card: { readonly mask: string; readonly type: string } | null;
  readonly details: PaymentDetails | null;
}

export type Fact = readonly [label: string, value: string | null];

/** "Visa •••• 3134": the end of the number is what its owner knows it by. */
export const cardName = ({ card }: Pick<Told, "card">): string | null =>
  card && [card.type, cardEnd(card.mask)].filter(Boolean).join("\u00a0");

/** "•••• 3134" of a mask. */
export function cardEnd(mask: string | null): string | null {
  const end = /\d{4}$/.exec(mask ?? "")?.[0];
  return end === undefined ? mask : `••••\u00a0${end}`;
}

/** A sum the bank names, unless it is nothing. */
function toldSum(text: string | null, currency: Currency): string | null {
  const sum = text === null ? null : parseAmount(text);
  return sum === null || sum === 0 ? null : formatMoney(sum, currency);
}

/** The numbers by which the bank finds it. */
export const numbersOf = ({ bankId, invoiceId, details }: Told, words: Words): readonly Fact[] => [
  [words("det.ref"), details?.reference ?? null],
  // What this till posts has no number of the bank's, and goes by ours.
  [words("det.bank"), bankId === invoiceId ? null : bankId],
  [words("det.ours"), invoiceId],
];

/** What is worth a line of its own, and the rest behind a touch. */
export function FactsLine({ facts, told }: { readonly facts: readonly Fact[]; readonly told: Told }): ReactNode {
  return (
    <div className="factsline">
      <dl className="facts">
        {facts.map(
          ([label, value]) =>
            value !== null && (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{value}</dd>
              </div>
            ),
        )}
      </dl>
      <Details told={told} />
    </div>
  );
}

/** Everything the bank says for the slip, behind a touch: it may be ten lines, and the sale is over without them. */
function Details({ told }: { readonly told: Told }): ReactNode {
  const words = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  const { card, currency, details } = told;
  if (!details) return null;
  const facts: readonly Fact[] = [
    [words("det.card"), card && [card.type, card.mask].filter(Boolean).join(" ")],
    [words("det.bonus"), toldSum(details.bonusAmount, currency)],
    [words("det.fee"), toldSum(details.fee, currency)],
    ...numbersOf(told, words),
    ...details.lines.map(({ label, value }): Fact => [label, value]),
  ];
  return (
    <>
      <button type="button" className="link more" data-testid="details" onClick={() => dialog.current?.showModal()}>
        {words("det.open")}
      </button>
      <dialog ref={dialog} className="sheet told" aria-labelledby="details-title" data-testid="details-list">
        <h2 id="details-title" className="title">
          {words("det.title")}
        </h2>
        {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard */}
        <dl className="scroll" tabIndex={0}>
          {facts.map(
            ([label, value], index) =>
              value !== null && (
                <div key={index}>
                  <dt>{label}</dt>
                  <dd>{value}</dd>
                </div>
              ),
          )}
        </dl>
        <Button id="details-close" kind="main" onPress={() => dialog.current?.close()}>
          {words("park.close")}
        </Button>
      </dialog>
    </>
  );
}
