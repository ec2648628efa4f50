import { describe, expect, it } from "vitest";
import { cardId } from "../../contract/card.ts";
import { createCards } from "../../main/core/cards.ts";
import type { Vault } from "../../main/core/ports.ts";
import { memoryVault } from "../support/desk.ts";
import { newRow } from "../support/rows.ts";
import { simulatedClock } from "../support/simulated-clock.ts";

const BANK_CARD = "3e5d9b0c-44f2-4be0-9a1e-6f5a0d5c1a11";
const SHOWN = { mask: "400303...9821", type: "VISA" };
const ROW = newRow(
  { id: "0192f1aa-0000-7000-8000-00000000000A", provider: "epay", kind: "verification" },
  { saveCard: true, accountId: "customer-7", card: { id: null, mask: "400303...9821", type: "" } },
);
const TEST = { provider: "epay", environment: "test" } as const;

function vaultOf(vault: Vault = memoryVault()) {
  const clock = simulatedClock();
  return { clock, vault, cards: createCards({ clock, vault }) };
}

describe("saved cards", () => {
  it("the bank's number goes to the vault; our handle is made of the payment's", async () => {
    const { cards, vault } = vaultOf();
    const id = await cards.keep(ROW, BANK_CARD, SHOWN);
    expect(id).toBe("card_0192f1aa00007000800000000000000a");
    expect(cardId.safeParse(id).success).toBe(true);
    expect(await vault.get("cards")).toContain(BANK_CARD);
    expect(await cards.find(id, TEST)).toMatchObject({ bankCardId: BANK_CARD, accountId: "customer-7", ...SHOWN });
  });

  it("kept twice, as after a lost commit, it is the same card", async () => {
    const { cards, vault } = vaultOf();
    const id = await cards.keep(ROW, BANK_CARD, SHOWN);
    expect(await createCards({ clock: simulatedClock(), vault }).keep(ROW, BANK_CARD, null)).toBe(id);
    expect(await cards.list()).toHaveLength(1);
  });

  it("the same card of the same customer, saved with another payment, keeps its handle; another customer's is another", async () => {
    const { cards } = vaultOf();
    const id = await cards.keep(ROW, BANK_CARD, SHOWN);
    expect(await cards.keep({ ...ROW, id: "p2-22222222" }, BANK_CARD, SHOWN)).toBe(id);
    const other = { ...ROW, id: "p3-33333333", detail: { ...ROW.detail, accountId: "customer-8" } };
    expect(await cards.keep(other, BANK_CARD, SHOWN)).toBe("card_p333333333");
    expect((await cards.list()).map(({ accountId }) => accountId)).toEqual(["customer-8", "customer-7"]);
  });

  it("what the bank does not say is as it was typed", async () => {
    const { cards } = vaultOf();
    await cards.keep(ROW, BANK_CARD, null);
    expect(await cards.list()).toMatchObject([{ mask: "400303...9821", type: "" }]);
  });

  it("is none at another bank or in another environment", async () => {
    const { cards } = vaultOf();
    const id = await cards.keep(ROW, BANK_CARD, SHOWN);
    expect(await cards.find(id, { provider: "epay", environment: "production" })).toBeNull();
    expect(await cards.find(id, { provider: "kaspi", environment: "test" })).toBeNull();
    expect(await cards.find("card_unknown", TEST)).toBeNull();
  });

  it("is forgotten on request, once", async () => {
    const { cards, vault } = vaultOf();
    const id = await cards.keep(ROW, BANK_CARD, SHOWN);
    expect(await cards.remove(id)).toBe(true);
    expect(await cards.remove(id)).toBe(false);
    expect(await vault.get("cards")).toBe("[]");
  });

  it("changes at the same moment do not lose one another", async () => {
    const { cards } = vaultOf();
    const ids = Array.from({ length: 5 }, (_, n) => `1000000${n}`);
    await Promise.all(ids.map((id) => cards.keep({ ...ROW, id }, `bank ${id}`, SHOWN)));
    await Promise.all([cards.remove("card_10000001"), cards.keep({ ...ROW, id: "20000000" }, "bank 2", SHOWN)]);
    expect((await cards.list()).map(({ bankCardId }) => bankCardId).toSorted()).toEqual([
      "bank 10000000",
      "bank 10000002",
      "bank 10000003",
      "bank 10000004",
      "bank 2",
    ]);
  });

  it("a vault that refuses is told, and the next one is kept all the same", async () => {
    const inner = memoryVault();
    let refuses = true;
    const { cards } = vaultOf({
      ...inner,
      put: (entries) => (refuses ? Promise.reject(new Error("the disk is full")) : inner.put(entries)),
    });
    await expect(cards.keep(ROW, BANK_CARD, SHOWN)).rejects.toThrow("the disk is full");
    refuses = false;
    expect(await cards.keep(ROW, BANK_CARD, SHOWN)).toMatch(/^card_/);
  });
});
