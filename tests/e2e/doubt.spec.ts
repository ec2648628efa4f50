import { charge, customer, id, onScreen, ready } from "./steps.ts";
import { expect, ONCE, test } from "./till.ts";

const PIN = "730155";
const PEOPLE = [{ id: "aigul", name: "Айгүл", role: "senior", pin: PIN }];

test(
  "a lost answer survives kill -9 as a place of its own, told at the start, decided by a named person; the bank's later word is news",
  ONCE,
  async ({ bank, launch }) => {
    await bank.configure({ scanSeconds: 10, confirmSeconds: 5, realScanSeconds: 300, realConfirmSeconds: 300 });
    const first = await launch({ bank, provision: { people: PEOPLE } });
    await charge(first.page);
    const shopper = await customer(first.page, bank);
    await bank.fault({ kind: "drop", method: "payment/status", count: "all" });
    await onScreen(first.page, "in-doubt", 25_000);
    await id(first.page, "park").click();
    await ready(first.page);
    await expect(id(first.page, "doubt-count")).toHaveText("1");

    const till = await first.killAndRestart();
    const { page, api } = till;
    await onScreen(page, "in-doubt-list");
    const [item] = (await api("GET", "/payments")).body.items;
    expect(item).toMatchObject({ state: "in_doubt", resolution: null });
    await expect(id(page, "doubt-item")).toHaveAttribute("data-id", item.id);
    await expect(id(page, "doubt-item")).toHaveAttribute("data-cause", "no_answer");
    await expect(id(page, "doubt-call").first()).toContainText("qr/create");
    await id(page, "doubt-seen").click();
    await ready(page);

    await id(page, "doubt-open").click();
    await onScreen(page, "in-doubt-list");
    const asked = (await bank.calls("payment/status")).length;
    await id(page, "doubt-ask").click();
    await expect.poll(async () => (await bank.calls("payment/status")).length).toBeGreaterThan(asked);
    await expect(id(page, "doubt-asked")).toContainText("Спрашивали последний раз");
    // While the till is still finding out by itself nobody can decide; then a senior can, with a reason.
    await expect(id(page, "doubt-decide")).toBeVisible({ timeout: 20_000 });
    await id(page, "doubt-decide").click();
    await id(page, "doubt-outcome-treatedAsUnpaid").click();
    await id(page, "doubt-why-unpaid").click();
    await id(page, "doubt-next").click();
    await id(page, "pin").fill("000000");
    await id(page, "done").click();
    await expect(id(page, "error")).toHaveAttribute("data-code", "wrong_pin");
    await id(page, "pin").fill(PIN);
    await id(page, "done").click();
    await id(page, "doubt-none").waitFor();
    await id(page, "done").click();
    await ready(page);
    await expect(id(page, "doubt-count")).toHaveCount(0);
    expect((await api("GET", "/payments")).body.items).toMatchObject([
      { state: "in_doubt", settled: false, resolution: { outcome: "treatedAsUnpaid", by: "Айгүл" } },
    ]);

    await shopper.does("pay");
    await bank.heal();
    // It is asked about on, by the till itself.
    const late = page.locator('[data-testid="banner"][data-kind="late"]');
    await expect(late).toHaveAttribute("data-id", item.id, { timeout: 20_000 });
    await expect(late).toContainText("Айгүл");
    await id(page, "banner-sale").click();
    await id(page, "late-given").click();
    await expect(late).toHaveCount(0);
    expect((await api("GET", "/payments")).body.items).toMatchObject([
      { state: "paid", late: true, resolution: { outcome: "treatedAsUnpaid" } },
    ]);
    expect((await bank.calls("qr/create")).length).toBe(1);
  },
);
