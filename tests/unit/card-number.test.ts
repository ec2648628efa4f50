import { describe, expect, it } from "vitest";
import { isCardNumber, maskCard, passesLuhn } from "../../contract/card-number.ts";
import { TRAINING_CARDS } from "../../renderer/card/training.ts";
import { testCard } from "../../simulator/index.ts";

describe("a card's number", () => {
  it.each([
    ["4400001234567895", true],
    ["378282246310005", true],
    ["4400001234567896", false],
    ["44000012345678", false],
    ["44000012345678951111", false],
    ["4400 0012 3456 7895", false],
    ["", false],
  ])("%s: %s", (digits, is) => expect(isCardNumber(digits)).toBe(is));

  it("one wrong digit, or two neighbours changed round, is found", () => {
    const number = "4400001234567895";
    for (let at = 0; at < number.length; at += 1) {
      const digit = (Number(number[at]) + 1) % 10;
      expect(passesLuhn(`${number.slice(0, at)}${digit}${number.slice(at + 1)}`)).toBe(false);
    }
    expect(passesLuhn("4400002134567895")).toBe(false);
  });

  it("is kept as its first six and last four digits", () => {
    expect(maskCard("4400001234567895")).toBe("440000...7895");
  });
});

it("the cards a learner plays are those of the training bank", () => {
  expect(TRAINING_CARDS).toEqual({ plain: testCard("ok"), page: testCard("3ds"), empty: testCard("484") });
});
