import type { Remedy } from "./states.ts";

/**
 * Every error a person or a program can meet, with what helps. The code is stable; the words are in the messages
 * (renderer and till API share them), so that one code has one sentence in each language.
 */
export const ERRORS = {
  // the request
  bad_request: "callSupport",
  bad_amount: "retry",
  amount_too_small: "retry",
  amount_too_large: "retry",
  unknown_command: "callSupport",
  unauthorized: "fixSettings",
  forbidden: "fixSettings",
  slow_down: "retry",
  not_found: "callSupport",
  method_not_allowed: "callSupport",
  too_large: "callSupport",
  not_supported: "callSupport",
  bad_phone: "retry",
  // the till's own rules
  till_busy: "checkBank",
  previous_attempt_open: "checkBank",
  key_reused: "callSupport",
  possible_duplicate: "checkBank",
  already_final: "checkBank",
  use_dismiss: "checkBank",
  not_finished: "checkBank",
  not_paid: "checkBank",
  refund_open: "checkBank",
  refund_too_large: "retry",
  already_refunded: "checkBank",
  refund_elsewhere: "callSupport",
  refund_moved: "checkBank",
  lookup_limit: "retry",
  not_ready: "fixSettings",
  not_configured: "fixSettings",
  not_registered: "fixSettings",
  journal_unavailable: "callSupport",
  internal: "callSupport",
  goods_decided: "checkBank",
  not_in_catalogue: "callSupport",
  wrong_price: "callSupport",
  machine_down: "callSupport",
  not_resolvable: "checkBank",
  not_written: "callSupport",
  // the technician's desk
  pin_needed: "fixSettings",
  wrong_pin: "retry",
  pin_wait: "retry",
  locked: "retry",
  already_set_up: "fixSettings",
  bad_setting: "retry",
  draft_incomplete: "retry",
  bad_picture: "retry",
  cert_wrong_passphrase: "retry",
  cert_old_format: "callSupport",
  cert_corrupt: "callSupport",
  cert_no_key: "retry",
  cert_key_mismatch: "retry",
  cert_not_yet_valid: "fixSettings",
  cert_wrong_purpose: "callSupport",
  cert_too_large: "retry",
  cert_unsupported: "callSupport",
  cert_other_owner: "callSupport",
  // the way to the bank
  offline: "retry",
  bank_unreachable: "retry",
  bank_name_unknown: "fixSettings",
  bank_timeout: "retry",
  server_untrusted: "fixSettings",
  server_name_mismatch: "fixSettings",
  tls_failed: "fixSettings",
  certificate_refused: "fixSettings",
  certificate_expired: "fixSettings",
  certificate_missing: "fixSettings",
  key_refused: "fixSettings",
  login_refused: "fixSettings",
  address_not_allowed: "callSupport",
  // the bank's word
  answer_lost: "retry",
  malformed_answer: "callSupport",
  bank_unavailable: "retry",
  rate_limited: "retry",
  bank_refused: "callSupport",
  declined_by_bank: "retry",
  device_not_found: "fixSettings",
  device_inactive: "fixSettings",
  device_elsewhere: "fixSettings",
  trade_point_not_found: "fixSettings",
  trade_point_disabled: "callSupport",
  trade_point_without_qr: "callSupport",
  no_trade_points: "fixSettings",
  wrong_amount: "retry",
  no_payment_methods: "callSupport",
  purchase_not_found: "callSupport",
  wrong_address: "fixSettings",
  amount_mismatch: "checkBank",
  foreign_answer: "checkBank",
  watch_ended: "checkBank",
  invoice_lost: "checkBank",
  cancel_unconfirmed: "checkBank",
  refund_unconfirmed: "checkBank",
  refund_refused: "checkBank",
  partial_refund_impossible: "retry",
  other_trade_point: "callSupport",
  wrong_purchase_status: "checkBank",
  qr_mismatch: "checkBank",
  refund_lost: "checkBank",
  refund_rejected: "checkBank",
  events_unreachable: "fixSettings",
  // cards
  bad_card: "retry",
  cards_off: "fixSettings",
  card_unknown: "retry",
  key_unreadable: "callSupport",
  card_data_refused: "retry",
  card_blocked: "retry",
  issuer_declined: "retry",
  insufficient_funds: "retry",
  card_limit: "retry",
  too_many_tries: "retry",
  repeat_later: "retry",
  threeds_failed: "retry",
  threeds_unavailable: "retry",
  threeds_unfinished: "retry",
  bank_page_failed: "checkBank",
  merchant_not_allowed: "callSupport",
  operation_refused: "callSupport",
  bonus_unavailable: "retry",
  bank_undecided: "checkBank",
  money_at_bank: "checkBank",
  terminal_refused: "fixSettings",
  never_reached: "retry",
  capture_unconfirmed: "checkBank",
  void_unconfirmed: "checkBank",
} as const satisfies Record<string, Remedy>;

export type ErrorCode = keyof typeof ERRORS;
export const ERROR_CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** An error as data. `params` fill the sentence; `incident` is the short code a person reads to the support desk. */
export interface AppError {
  readonly code: ErrorCode;
  readonly remedy: Remedy;
  readonly params: Readonly<Record<string, string>>;
  readonly bankCode: string | null;
  readonly bankMessage: string | null;
  readonly incident: string | null;
}

/** Builds an error with its usual remedy. */
export function appError(code: ErrorCode, more: Partial<Omit<AppError, "code">> = {}): AppError {
  return { code, remedy: ERRORS[code], params: {}, bankCode: null, bankMessage: null, incident: null, ...more };
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: AppError; readonly payment?: unknown; readonly refund?: unknown };
