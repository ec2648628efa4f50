/** Whether the last digit of a card number fits the others (ISO/IEC 7812, Luhn). Takes digits only. */
export function passesLuhn(number: string): boolean {
  let sum = 0;
  for (const [index, digit] of Array.from(number).toReversed().entries()) {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2);
    sum += value > 9 ? value - 9 : value;
  }
  return number !== "" && sum % 10 === 0;
}

/** Whether digits are a card's number: 16 to 19 of them, American Express has 15. */
export function isCardNumber(digits: string): boolean {
  return /^\d{15,19}$/.test(digits) && passesLuhn(digits);
}

/** All of a card that may be kept and shown, as the bank writes it: "400303...9821". Takes digits only. */
export function maskCard(number: string): string {
  return `${number.slice(0, 6)}...${number.slice(-4)}`;
}
