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
  not_found: { title: "Nothing was found by this number", next: "Call support and read them the code." },
  method_not_allowed: { title: "The till cannot be asked this way", next: "Call support and read them the code." },
  too_large: { title: "The request is too large", next: "Call support and read them the code." },
  not_supported: {
    title: "This way to pay does not work here",
    next: "Choose another way or call support.",
    office: {
      title: "This is not done at the till",
      next: "Do it in the bank's Halyk ePay merchant office, then check the payment here again.",
    },
  },
  bad_phone: {
    title: "The telephone number is not right",
    next: "Enter a Kazakhstan mobile number, such as +7 701 123 45 67.",
  },

  till_busy: { title: "The till is busy: № {{number}}", next: "Finish what is running or park it first." },
  previous_attempt_open: {
    title: "The last attempt of this sale is not settled: № {{number}}",
    next: "Wait for the bank's answer on it.",
  },
  key_reused: { title: "This request number is used already", next: "Start again. If it repeats, call support." },
  possible_duplicate: {
    title: "An invoice like this was sent before",
    next: "Ask the customer whether it is there and paid. Only then send a second one.",
  },
  already_final: { title: "This is over already", next: "See its result on the screen." },
  use_dismiss: {
    title: "It cannot be cancelled: the bank's answer is unknown",
    next: "Park it, the till will keep watching it.",
  },
  not_finished: { title: "It is not over yet", next: "Wait for the result or cancel it." },
  not_paid: { title: "This sale is not paid", next: "Take the payment first." },
  refund_open: {
    title: "A refund is not decided yet: № {{number}}",
    next: "Open it: wait for its result, or compare it with the bank.",
  },
  refund_too_large: { title: "That much cannot be refunded", next: "Available to refund: {{available}}" },
  already_refunded: { title: "This sale is fully refunded", next: "There is nothing left to refund. See its history." },
  refund_elsewhere: {
    title: "This till cannot make the refund",
    next: "Make it in the bank's own app and record it here.",
  },
  refund_moved: {
    title: "Money has gone back of this sale meanwhile",
    next: "Nothing was sent now. See how much went back.",
  },
  slow_down: {
    title: "Too many wrong tries",
    next: "Wait {{seconds}} s, then try again with the right key.",
  },
  not_resolvable: {
    title: "This cannot be decided by a person now",
    next: "Ask the bank again first. What the bank has decided stays.",
  },
  not_written: {
    title: "The file could not be written",
    next: "Look at the disk of this computer: {{detail}}",
  },
  lookup_limit: {
    title: "Numbers are being checked too often",
    next: "The bank allows 50 a minute. Seconds to wait: {{seconds}}",
  },
  not_ready: {
    title: "The till is not ready for payments",
    next: "Call a technician: the connection to the bank is not finished.",
  },
  not_configured: { title: "This bank is not set up", next: "Call a technician: it is connected in the settings." },
  not_registered: {
    title: "The till is not registered with the bank yet",
    next: "Wait a minute. If it does not help, call a technician.",
  },
  journal_unavailable: { title: "The till's journal cannot be written", next: "No payments are taken. Call support." },
  internal: { title: "The till program has failed", next: "Call support and read them the code." },

  pin_needed: {
    title: "This needs a PIN",
    next: "Type a PIN. Where nobody has one, a technician adds a person in the settings.",
  },
  wrong_pin: { title: "Wrong PIN", next: "Tries left before a pause: {{left}}" },
  pin_wait: { title: "The PIN was wrong too many times", next: "Seconds to wait: {{seconds}}" },
  locked: { title: "The settings are locked", next: "Enter the PIN again." },
  already_set_up: { title: "This till is set up already", next: "Open the settings with a PIN." },
  bad_setting: { title: "A setting is not right", next: "Correct the field: {{field}}" },
  draft_incomplete: { title: "The connection is not filled in completely", next: "Fill in what is marked." },
  cert_wrong_passphrase: {
    title: "The password does not fit the file",
    next: "Enter it again: capital and small letters differ.",
  },
  cert_old_format: { title: "The file's old format cannot be read", next: "Save it in a new format or call support." },
  cert_corrupt: { title: "The certificate file is damaged", next: "Take the file again. If it repeats, call support." },
  cert_no_key: { title: "There is no key in the file", next: "Add the key file, or choose a PFX." },
  cert_key_mismatch: {
    title: "The key belongs to another certificate",
    next: "Choose the key that the request to the bank was made with.",
  },
  cert_not_yet_valid: { title: "The certificate is not valid yet", next: "Check the till's date and time." },
  cert_wrong_purpose: {
    title: "The certificate is not made for signing in to the bank",
    next: "Ask the bank for a client certificate.",
  },
  cert_too_large: { title: "The file is too large", next: "Choose the certificate file itself." },
  cert_unsupported: { title: "The till cannot use such a certificate", next: "Call support and read them the code." },
  cert_other_owner: {
    title: "The certificate was issued to another owner",
    next: "Check the file. If the owner has changed, call support.",
  },

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
  key_refused: {
    title: "The bank refused the till's Api-Key",
    next: "Call a technician: check the key of the bank's letter.",
  },
  address_not_allowed: {
    title: "The bank does not let this till in",
    next: "Ask the bank to allow this machine's IP address.",
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
  device_inactive: { title: "The till is switched off at the bank", next: "Call a technician: Settings → Device." },
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
    next: "Asked: {{asked}}. In the bank's answer: {{named}}. Compare it with the bank and do not repeat it.",
  },
  foreign_answer: {
    title: "The bank answered about another payment",
    next: "Compare the payment with the bank. Do not take it again.",
  },
  watch_ended: {
    title: "The bank gave no answer for a whole day",
    next: "Compare the payment with the bank by its number.",
  },
  invoice_lost: {
    title: "It is not known whether the invoice was sent",
    next: "Ask the customer to open Kaspi.kz → bills: is there one of {{sum}}? Do not send a second one.",
  },
  cancel_unconfirmed: {
    title: "The invoice is not confirmed as cancelled",
    next: "It can still be paid. Check it again in a minute.",
  },
  refund_unconfirmed: {
    title: "The bank did not confirm the refund",
    next: "Compare the sale with the bank. Do not make a second refund.",
  },
  refund_refused: { title: "The bank refused the refund", next: "Compare with the bank how much went back." },
  partial_refund_impossible: { title: "A part of this sale cannot be refunded", next: "Refund the whole sum." },
  other_trade_point: {
    title: "The sale was made at another trade point",
    next: "Refund it on a till of the trade point where it was bought.",
  },
  wrong_purchase_status: {
    title: "The sale cannot be refunded in its present state",
    next: "Compare the sale with the bank.",
  },
  login_refused: {
    title: "The bank does not accept the user name or password",
    next: "Call a technician: enter them again as the bank gave them.",
  },
  qr_mismatch: {
    title: "The bank's code does not fit this sale",
    next: "Check a code that is shown in the customer's app: it must say {{asked}}. If no code is shown, call support.",
  },
  refund_lost: {
    title: "It is not known whether the money went back",
    next: "Do not refund again. Compare it with the bank: the sum stays reserved until then.",
  },
  refund_rejected: {
    title: "The bank has rejected the refund",
    next: "Nothing went back. See the bank's answer, try again or call the bank.",
  },
  events_unreachable: {
    title: "The bank's event stream cannot be reached",
    next: "Payments work without it. Call a technician: check the addresses, the login and the network.",
  },
  bad_card: { title: "The card is not right", next: "Check number, expiry, code and name, and type it again." },
  cards_off: {
    title: "Typing cards is switched off on this till",
    next: "Call a technician: it is switched on in the Halyk ePay settings.",
  },
  card_unknown: { title: "There is no such saved card", next: "Choose another card, or type it again." },
  key_unreadable: {
    title: "The bank's key for cards cannot be read",
    next: "Nothing was sent. Call support and read them the code.",
  },
  card_data_refused: {
    title: "The bank does not accept the card's data",
    next: "No money was taken. Check number, expiry and code.",
  },
  card_blocked: { title: "The card is blocked or restricted", next: "No money was taken. Ask for another card." },
  issuer_declined: {
    title: "The card's bank has declined",
    next: "No money was taken. The customer can call his bank, or use another card.",
  },
  insufficient_funds: { title: "Not enough money on the card", next: "No money was taken. Ask for another card." },
  card_limit: {
    title: "The card's limit is exceeded",
    next: "No money was taken. The customer can change the limit at his bank, or use another card.",
  },
  too_many_tries: {
    title: "Too many tries with this card",
    next: "No money was taken. Ask for another card, or try again later.",
  },
  repeat_later: {
    title: "The bank asks to wait at least 30 minutes",
    next: "No money was taken. Ask for another card.",
  },
  threeds_failed: {
    title: "The customer did not confirm the card",
    next: "No money was taken. Begin again: the code comes to his telephone.",
  },
  threeds_unavailable: {
    title: "The card's check is not available now",
    next: "No money was taken. Try again later, or ask for another card.",
  },
  threeds_unfinished: {
    title: "The bank's page was left before it was confirmed",
    next: "The card is not confirmed. Begin again if the customer wants to pay.",
  },
  bank_page_failed: {
    title: "The bank's page came back with the wrong answer",
    next: "Nothing was confirmed. The bank will say how it ended: wait for its word.",
  },
  merchant_not_allowed: {
    title: "The bank does not allow the shop this operation",
    next: "No money was taken. Call the bank: this terminal has no such right.",
  },
  operation_refused: {
    title: "The bank did not accept the operation",
    next: "No money was taken. Call support and read them the bank's code.",
  },
  bonus_unavailable: {
    title: "Paying with bonuses is not available",
    next: "No money was taken. Try again without bonuses.",
  },
  money_at_bank: {
    title: "The bank has the money of this payment after all",
    next: "Do not take it twice. Compare with the bank by its number: it can be given back in the bank's office.",
  },
  bank_undecided: {
    title: "The bank has not decided yet",
    next: "Do not begin again: the till goes on asking the bank.",
  },
  terminal_refused: {
    title: "The bank does not accept the terminal",
    next: "Call a technician: check the Halyk ePay terminal in the settings. Until then no payment is decided.",
  },
  never_reached: {
    title: "Nothing reached the bank",
    next: "An hour has passed and the bank does not know of it: no money was taken. You can begin again.",
  },
  capture_unconfirmed: {
    title: "Taking the money is not confirmed",
    next: "Do not take it twice. Check again in a minute.",
  },
  void_unconfirmed: { title: "Releasing the money is not confirmed", next: "Check again in a minute." },
  goods_decided: {
    title: "That has been decided otherwise",
    next: "Goods given and money back shut each other out: see how this payment stands now.",
  },
  not_in_catalogue: { title: "This product is not sold here any more", next: "Choose another one." },
  wrong_price: { title: "The price has changed", next: "Choose the product once more." },
  machine_down: {
    title: "The machine does not answer",
    next: "Check its cable and its power. Payments begin again by themselves.",
  },
  bad_picture: { title: "This picture cannot be used", next: "PNG, JPEG or WebP, at most 300 KB." },
};
