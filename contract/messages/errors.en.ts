import type { ErrorTexts } from "./types.ts";

export const ERRORS_EN: ErrorTexts = {
  bad_request: { title: "The till did not understand the request", next: "Call support and read them the code." },
  bad_amount: { title: "The amount is not right", next: "Enter the amount again." },
  amount_too_small: { title: "The amount is too small", next: "The least amount: {{limit}}" },
  amount_too_large: { title: "The amount is too large", next: "The greatest amount: {{limit}}" },
  unknown_command: {
    title: "The till does not know this command",
    next: "Call support: the program versions may differ.",
  },
  unauthorized: { title: "Access denied", next: "Call a technician: the right access key is needed." },
  forbidden: { title: "No right to do this", next: "Call a technician: the right is given in the settings." },
  not_found: { title: "The payment was not found", next: "Call support and read them the code." },
  method_not_allowed: { title: "The till cannot be asked this way", next: "Call support and read them the code." },
  too_large: { title: "The request is too large", next: "Call support and read them the code." },
  not_supported: { title: "This way to pay does not work here", next: "Choose another way or call support." },

  till_busy: { title: "Payment № {{number}} is still running", next: "Finish it or park it first." },
  previous_attempt_open: {
    title: "The last attempt of this sale is not settled: № {{number}}",
    next: "Wait for the bank's answer on it.",
  },
  key_reused: {
    title: "This request number belongs to another payment",
    next: "Start the payment again. If it repeats, call support.",
  },
  possible_duplicate: {
    title: "This invoice was sent before",
    next: "Ask the customer whether they paid. Only then send a second one.",
  },
  already_final: { title: "This payment is over", next: "See its result on the screen." },
  use_dismiss: {
    title: "It cannot be cancelled: the bank's answer is unknown",
    next: "Park the payment, the till will keep watching it.",
  },
  not_finished: { title: "The payment is not over yet", next: "Wait for the result or cancel it." },
  not_paid: { title: "This sale is not paid", next: "Take the payment first." },
  refund_open: { title: "A refund of this sale is running", next: "Wait for its result." },
  not_ready: {
    title: "The till is not ready for payments",
    next: "Call a technician: the connection to the bank is not finished.",
  },
  not_configured: {
    title: "This bank is not set up",
    next: "Call a technician: a set-up file with the bank's data is needed.",
  },
  not_registered: {
    title: "The till is not registered with the bank yet",
    next: "Wait a minute. If it does not help, call a technician.",
  },
  journal_unavailable: { title: "The till's journal cannot be written", next: "No payments are taken. Call support." },
  internal: { title: "The till program has failed", next: "Call support and read them the code." },

  offline: { title: "No internet", next: "Check the cable or Wi-Fi and try again." },
  bank_unreachable: { title: "No connection to the bank", next: "Check the internet and try again in a minute." },
  bank_name_unknown: {
    title: "The bank's address was not found",
    next: "Check the internet. If it works, call a technician: the address is in the settings.",
  },
  bank_timeout: { title: "The bank did not answer in time", next: "Try again in a minute." },
  server_untrusted: {
    title: "The bank could not prove who it is",
    next: "Call a technician: check the bank's root certificates and the till's clock.",
  },
  server_name_mismatch: {
    title: "Someone else answers at the bank's address",
    next: "Call a technician: check the address and the network.",
  },
  tls_failed: { title: "No secure connection", next: "Call a technician: check the certificate and the network." },
  certificate_refused: {
    title: "The bank refused the till's certificate",
    next: "Call a technician: the file must be issued for your BIN, and the bank must allow the IP address.",
  },
  certificate_expired: {
    title: "The till's certificate has expired",
    next: "Call a technician: get a new one from the bank.",
  },
  certificate_missing: {
    title: "The till has no bank certificate",
    next: "Call a technician: install the certificate.",
  },

  answer_lost: { title: "The connection broke and the bank's answer was lost", next: "Nobody saw the QR. Try again." },
  malformed_answer: { title: "The bank's answer could not be read", next: "Call support and read them the code." },
  bank_unavailable: { title: "The bank's service is down for now", next: "Try again in a minute." },
  rate_limited: { title: "The bank asks to slow down", next: "Wait a minute and try again." },
  bank_refused: { title: "The bank refused", next: "Call support and read them the code." },
  declined_by_bank: {
    title: "The bank declined the payment",
    next: "Ask the customer to check the account or choose another way.",
  },
  device_not_found: { title: "The till is not registered", next: "Call a technician: Settings → Device." },
  device_inactive: {
    title: "The till is switched off at the bank",
    next: "Call a technician: switch it on or register it again.",
  },
  device_elsewhere: {
    title: "The till belongs to another trade point",
    next: "Call a technician: remove it there or take another device number.",
  },
  trade_point_not_found: {
    title: "The bank does not find the trade point",
    next: "Call a technician: check the point's number.",
  },
  trade_point_disabled: {
    title: "The bank has switched the trade point off",
    next: "Call the bank: the point must be switched on.",
  },
  trade_point_without_qr: {
    title: "This trade point does not take QR",
    next: "Call the bank: QR payments must be switched on.",
  },
  no_trade_points: {
    title: "The bank has no trade point for you",
    next: "Call a technician: a point is opened in the bank's office.",
  },
  wrong_amount: { title: "The bank did not accept the amount", next: "Check the amount and enter it again." },
  no_payment_methods: {
    title: "The bank gave no way to pay",
    next: "Call the bank: check the trade point's contract.",
  },
  purchase_not_found: { title: "The bank does not know this purchase", next: "Call support and read them the code." },
  wrong_address: {
    title: "Another service of the bank answers here",
    next: "Call a technician: check the address in the settings.",
  },
  amount_mismatch: {
    title: "The bank named another amount",
    next: "Compare the payment with the bank. Do not take it again.",
  },
  foreign_answer: {
    title: "The bank answered about another payment",
    next: "Compare the payment with the bank. Do not take it again.",
  },
  watch_ended: {
    title: "The bank gave no answer for a whole day",
    next: "Compare the payment with the bank by its number.",
  },
};
