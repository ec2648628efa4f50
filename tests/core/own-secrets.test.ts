/** What a bank repeats of the secrets it was told stands in no error of ours; ids, tokens and amounts are left as they are. */
import { describe, expect, it } from "vitest";
import { appError } from "../../contract/errors.ts";
import { withoutSecrets } from "../../main/core/own-secrets.ts";

const SECRETS = {
  deviceToken: "device-token-1",
  apiKey: "test_key-2",
  headers: JSON.stringify({ "X-Proof": "gateway-proof-3" }),
  password: "{no JSON-4",
  pin: "12345",
};
const CALL = {
  headers: { Authorization: "Basic c2hvcDpwYXNzd29yZA==", Accept: "application/json" },
  url: "https://bank.test/x?Access=access%2Btoken-5",
};
const clean = <T>(event: T): T => withoutSecrets(event, { secrets: SECRETS }, CALL);
const says = (words: string): string => {
  const error = appError("bank_refused", { bankMessage: words, bankCode: words, params: { raw: words } });
  const told = clean({ kind: "refused", error }).error;
  expect([told.bankCode, told.params["raw"]]).toEqual([told.bankMessage, told.bankMessage]);
  return told.bankMessage ?? "";
};

describe("the bank's words", () => {
  it.each([
    ["device-token-1"],
    ["test_key-2"],
    ["gateway-proof-3"],
    ["{no JSON-4"],
    ["c2hvcDpwYXNzd29yZA=="],
    ["access+token-5"],
    ["access%2Btoken-5"],
  ])("lose %s wherever it stands, and where they were cut in the middle of it", (secret) => {
    expect(says(`what is ${secret}, ${secret}?`)).toBe("what is …, …?");
    for (let length = 6; length < secret.length; length += 1)
      expect(says(`what is ${secret.slice(0, length)}`)).toBe("what is ");
  });
  it("keep what is no secret, and what is too short to be told from a word", () => {
    const words = "application/json 12345 device Access X-Proof";
    expect(says(words)).toBe(words);
  });
});

describe("everything else", () => {
  it("of an event stays as it is, also a token that is told again", () => {
    const at = new Date(0);
    const event = {
      kind: "registered",
      deviceToken: "device-token-1",
      list: ["device-token-1", 7, null],
      word: { raw: "test_key-2", message: "test_key-2", minor: 5, at },
    };
    expect(clean(event)).toEqual({ ...event, word: { raw: "…", message: "…", minor: 5, at } });
    expect(withoutSecrets(event, { secrets: {} }, { headers: {}, url: "" })).toBe(event);
  });
});
