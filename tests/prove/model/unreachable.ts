/**
 * Cells in which the reducer would change a row, and through which the model's runs are not demanded to go, each with its
 * reason. Most come of the way in which legal cells are found: an event of one row is put to another one's, which it could
 * never meet. The rest is proved where it can be brought about on purpose.
 */
interface Exception {
  readonly life: RegExp;
  readonly state: RegExp;
  readonly event: RegExp;
  readonly why: string;
}

const ANY = /^/;

const EXCEPTIONS: readonly Exception[] = [
  { life: ANY, state: /^(?!paid)/, event: /^refunded$/, why: "money goes back of what was paid alone" },
  {
    life: ANY,
    state: /^(paid|verified|released|failed)$/,
    event: /^(word|claimed|notFound|misconfigured)/,
    why: "what is final is not asked about; an answer that was on its way: tests/core/contradiction.test.ts",
  },
  {
    life: /code$|invoice|posted/,
    state: /^(declined|cancelled|expired|needs_review)$/,
    event: /^(word|claimed|notFound|misconfigured)/,
    why: "the simulated banks keep their final word: tests/core/contradiction.test.ts, review.test.ts, review-epay.test.ts",
  },
  {
    life: /posted/,
    state: /^(?!creating|cancelled|awaiting_confirmation)/,
    event: /^posted$/,
    why: "the answer to a post, or to its confirmation, comes to a payment that waits for it",
  },
  {
    life: /posted/,
    state: /^(creating|awaiting_confirmation|awaiting_3ds|authorized)$/,
    event:
      /^(word released|word verified|word authorized|misconfigured|notFound|word declined|word pending|word unproven|word paid)/,
    why: "a word of another kind of operation, or about one that the payer is still busy with",
  },
  {
    life: /posted/,
    state: /^in_doubt$/,
    event: /^(word released|misconfigured|notFound|watchEnd)/,
    why: "nobody gives back what nobody knows of; settings are right here: tests/core/posted.test.ts, operations.test.ts",
  },
  {
    life: /posted/,
    state: /^(awaiting_3ds|awaiting_confirmation)$/,
    event: /^(dead|watchEnd|deadline)$/,
    why: "the bank's session of twenty minutes is over before the hour, or the page before the session",
  },
  {
    life: /numbered code/,
    state: /^(creating|awaiting_confirmation|declined|failed|needs_review|paid|expired|in_doubt)$/,
    event: /^refusal(Heard|Unsent)$/,
    why: "only what is refused hears of it; a refusal that never left beside a word: tests/core/refusal.test.ts",
  },
  {
    life: /code$/,
    state: /^awaiting_confirmation$/,
    event: /^(dead|word created)$/,
    why: "its own window ends first; a reading that goes back (Q-35): tests/unit/reduce-code.test.ts, tests/banks/conformance.ts",
  },
  {
    life: /posted/,
    state: /^(in_doubt|declined|expired)$/,
    event: /^dead$/,
    why: "the bank has ended its session of twenty minutes, and said so, before the hour",
  },
  { life: ANY, state: /^(creating|awaiting_scan|awaiting_3ds)$/, event: /^dismiss$/, why: "refused: not_finished" },
  {
    life: ANY,
    state: /^(creating|needs_review)$/,
    event: /^(dead|claimed|deadline|watchEnd)$/,
    why: "without a code nothing runs out",
  },
  {
    life: ANY,
    state: /^cancelled$/,
    event: /^(refused|unanswered)/,
    why: "given up within the moment in which its creation fails: tests/core/sale.test.ts, lost-creation.test.ts",
  },
  {
    life: /code$/,
    state: /^creating$/,
    event: /^notFound$/,
    why: "without a number of the bank's nobody asks about it",
  },
  {
    life: /posted/,
    state: /^needs_review$/,
    event: /^declined$/,
    why: "a confirmation is waited for no longer than a minute, and its review comes after two at the soonest",
  },
  {
    life: /code$|posted/,
    state: /^declined$/,
    event: /^resolved$/,
    why: "only a contradicted one, and the simulated banks keep their word: tests/core/doubt.test.ts",
  },
  {
    life: /refund customer/,
    state: /^awaiting_scan$/,
    event: /^refused$/,
    why: "the bank's no to the question about purchases: tests/core/refund-customer.test.ts",
  },
  {
    life: /numbered code/,
    state: /^creating$/,
    event: /^restart$/,
    why: "what may have left is looked up instead (the event `lost`): tests/core/lost-creation.test.ts",
  },
  {
    life: /refund customer/,
    state: /^sending$/,
    event: /^restart$/,
    why: "a moment of milliseconds: the part kill dies there, in its refunds after a scan; tests/core/refund.test.ts",
  },
  {
    life: /^refund/,
    state: /^in_doubt$/,
    event: /^resolved$/,
    why: "refused while the till still reads the bank's figure: tests/core/doubt-refund.test.ts",
  },
  {
    life: /^refund/,
    state: /^in_doubt$/,
    event: /^stopped$/,
    why: "a second try that finds the figure moved before it is sent: tests/core/refund.test.ts",
  },
  {
    life: ANY,
    state: ANY,
    event: /^(watchEnd|giveUp)$/,
    why: "a day without an answer: tests/core/review.test.ts, posted.test.ts, refund.test.ts",
  },
];

/** Why a run need not go through a cell ("life | state | event"); undefined: it must. */
export function excuseOf(cell: string): string | undefined {
  const [life = "", state = "", event = ""] = cell.split(" | ");
  return EXCEPTIONS.find((one) => one.life.test(life) && one.state.test(state) && one.event.test(event))?.why;
}
