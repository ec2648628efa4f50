/** Requests as somebody would send them, for the description of the till API: by schema, then by name. */
export const EXAMPLES: Readonly<Record<string, Readonly<Record<string, { summary: string; value: unknown }>>>> = {
  PaymentRequest: {
    qr: { summary: "A code to scan (Kaspi)", value: { amount: "5000.00", provider: "kaspi" } },
    items: {
      summary: "A code to scan, with what is bought named on the screen",
      value: { amount: "450.00", provider: "kaspi", items: [{ id: "24", quantity: 1 }] },
    },
    googlePay: {
      summary: "Google Pay (Halyk ePay): the object as Google gave it, shortened here",
      value: {
        amount: "5000.00",
        provider: "epay",
        method: "googlePay",
        token: {
          apiVersion: 2,
          apiVersionMinor: 0,
          paymentMethodData: {
            type: "CARD",
            description: "Visa •••• 1234",
            info: { cardNetwork: "VISA", cardDetails: "1234" },
            tokenizationData: {
              type: "PAYMENT_GATEWAY",
              token: '{"signature":"…","protocolVersion":"ECv2","signedMessage":"…"}',
            },
          },
        },
        payer: { email: "customer@example.kz" },
      },
    },
    card: {
      summary: "A card that was saved before (Halyk ePay)",
      value: {
        amount: "5000.00",
        provider: "epay",
        method: "card",
        card: { id: "card_0197b1f2c3d47a6b8c9d0e1f2a3b4c5d" },
      },
    },
    cardVerification: {
      summary: "A card is checked and saved: nothing is taken (Halyk ePay; scope cards)",
      value: {
        amount: "0.00",
        currency: "USD",
        provider: "epay",
        method: "cardVerification",
        card: { number: "4111 1111 1111 1111", expiry: "12/29", cvc: "123", name: "AIGERIM SERIK" },
        payer: { accountId: "customer-17" },
        saveCard: true,
      },
    },
    transfer: {
      summary: "From a saved card to another card (Halyk ePay; scope cards)",
      value: {
        amount: "10000.00",
        provider: "epay",
        method: "transfer",
        card: { id: "card_0197b1f2c3d47a6b8c9d0e1f2a3b4c5d" },
        receiver: { number: "5555 5555 5555 4444" },
      },
    },
  },
  CaptureRequest: {
    all: { summary: "All that is held", value: {} },
    part: { summary: "So much of it; the bank releases the rest", value: { amount: "1500.00" } },
  },
  FulfilRequest: {
    given: { summary: "The customer has the goods", value: { ok: true } },
    notGiven: { summary: "He has not: the money goes back", value: { ok: false, reason: "motor 24 jammed" } },
  },
};
