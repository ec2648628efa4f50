/** Halyk ePay at the technician's desk: what a person does there, and which commands come of it. */
import { appError } from "../../contract/errors.ts";
import { epay, epayCheck, fresh, openDesk, SESSION, view, WHOLE_EPAY, withEpay } from "./support/desk.ts";
import { EPAY } from "./support/snapshots.ts";
import { expect, test } from "./support/till.ts";
import type { Till } from "./support/till.ts";

const ok = (value: unknown) => ({ ok: true, value });
const inputOf = async (till: Till, name: string): Promise<unknown> => (await till.calls(name)).at(-1)?.input;
const changeOf = async (till: Till): Promise<unknown> =>
  ((await inputOf(till, "bank.draft")) as { readonly change: unknown }).change;

test("the whole way to Halyk ePay: typed cards are asked about twice, and a failed check says which terminal", async ({
  till,
  page,
}) => {
  const answer = (...[draft, more]: [Parameters<typeof epay>[0]?, Parameters<typeof withEpay>[0]?]): Promise<void> =>
    till.answer("bank.draft", ok(withEpay({ draft: epay(draft), ...more })));
  const change = (): Promise<unknown> => changeOf(till);
  const main = page.locator("main");
  const next = till.id("next");
  const [own, other] = ["5c1f0e2a-7b44-4d0e-9a53-2f6b8d90c417", "e87a20d4-63cb-4f19-b5ad-90f1c2463e7b"];
  await openDesk(till, { view: fresh(null) });
  await till.id("choose-epay").click();
  await next.click();

  await till.id("epay-environment-production").click();
  await expect(till.id("epay-apiUrl"), "the till knows it").toHaveAttribute("placeholder", /epay-api\.homebank\.kz/);
  await till.id("epay-apiUrl").fill("https://testepay.homebank.kz/api");
  await answer({ environment: "production" }, { missing: [{ path: "providers.epay.apiUrl", words: "is the test's" }] });
  await next.click();
  await expect(main, "the till's own word, in its place").toContainText("должен подходить к режиму");
  await till.id("epay-apiUrl").fill("");
  await answer({ environment: "production" });
  await next.click();
  expect(await change()).toEqual({ provider: "epay", environment: "production", apiUrl: null, oauthUrl: null });

  await till.id("epay-clientId").fill("");
  await till.id("epay-terminalId").fill("98120001");
  await next.click();
  await expect(main).toContainText("Скопируйте целиком");
  await expect(till.id("epay-clientId")).toBeFocused();
  await till.id("epay-clientId").fill(" BEREKE.KZ ");
  await expect(till.id("epay-clientSecret")).toHaveAttribute("type", "password");
  await till.id("epay-clientSecret").fill(" a#$&%+z ");
  await till.id("epay-terminalId").fill(` ${own}`);
  await next.click();
  const payment = { clientId: "BEREKE.KZ", clientSecret: "a#$&%+z", terminalId: own };
  expect(await change()).toEqual({ provider: "epay", payment });

  await till.id("epay-transfer-own").click();
  await next.click();
  await expect(till.id("epay-transfer-clientId")).toBeFocused();
  await till.id("epay-transfer-clientId").fill("BEREKE.P2P");
  await till.id("epay-transfer-clientSecret").fill("b");
  await till.id("epay-transfer-terminalId").fill(other);
  await next.click();
  const transfer = { clientId: "BEREKE.P2P", clientSecret: "b", terminalId: other };
  expect(await change()).toEqual({ provider: "epay", verification: null, transfer });

  await till.id("epay-postLink").fill("https://bereke.kz/paid");
  await next.click();
  const links = { failurePostLink: null, backLink: null, failureBackLink: null };
  expect(await change()).toEqual({ provider: "epay", postLink: "https://bereke.kz/paid", ...links });

  await till.id("epay-cards").click();
  await expect(till.id("ask")).toContainText("Google Pay");
  await till.id("ask-no").click();
  await expect(till.id("epay-cards").locator("input")).not.toBeChecked();
  await expect(till.id("epay-cards-warning")).toHaveCount(0);
  await till.id("epay-cards").click();
  await till.id("ask-yes").click();
  await expect(till.id("epay-cards-warning")).toContainText("PCI DSS");
  await till.id("epay-operations").click();
  await next.click();
  expect(await change()).toEqual({ provider: "epay", cards: true, transfers: false, operations: true });

  await till.id("epay-invoiceFrom").fill("5000000");
  await expect(till.id("epay-invoiceFrom"), "six digits (Q-72)").toHaveValue("500000");
  await till.id("epay-invoiceTo").fill("499999");
  await next.click();
  await expect(main).toContainText("Последний номер");
  await till.id("epay-invoiceTo").fill("999999");
  await till.id("epay-protocol").click();
  await till.id("epay-cryptogram-cyrillic").click();
  await answer(WHOLE_EPAY);
  await next.click();
  expect(await change()).toEqual({
    provider: "epay",
    invoiceRange: { from: "500000", to: "999999" },
    limits: { min: "1.00", max: "1000000.00" },
    publicKeyUrl: null,
    confirmPath: "/payments/confirm",
    cyrillicCryptogram: true,
  });

  const refused = appError("terminal_refused", { bankCode: "106", params: { terminal: "transfer" } });
  await till.answer("bank.check", ok(withEpay({ draft: epay(WHOLE_EPAY), check: epayCheck("key", refused) })));
  await next.click();
  await next.click();
  await expect(till.id("layer-key")).toHaveAttribute("data-state", "failed");
  await expect(till.id("remedy-about")).toHaveText("Речь о терминале переводов.");
  await expect(till.id("layer-cardKey")).toHaveAttribute("data-state", "untried");
  await till.id("remedy-copy").click();
  await expect(till.id("remedy-text")).toHaveValue(/host: testepay\.homebank\.kz[\s\S]*layer: key transfer[\s\S]*106/);
  await till.id("remedy-go").click();
  await expect(till.id("at-terminals"), "the step of that terminal").toBeVisible();
  await till.id("step-check").click();
  await till.answer("bank.check", ok(withEpay({ draft: epay(WHOLE_EPAY), check: epayCheck() })));
  await next.click();
  await expect(till.id("layer-cardKey")).toHaveAttribute("data-state", "ok");
  await next.click();

  await expect(till.id("at-apply")).toContainText("ввод номеров карт, переводы, списание и возврат");
  await expect(till.id("at-apply"), "no secret is shown").not.toContainText("a#$&%+z");
  await till.answer("bank.apply", ok(withEpay({ inUse: epay(WHOLE_EPAY) })));
  await next.click();
  expect(await inputOf(till, "bank.apply")).toEqual({ session: SESSION, provider: "epay" });
  await expect(till.id("at-first")).toContainText("тестовую карту");
  await till.id("connect-kaspi").click();
  await expect(till.id("at-scheme"), "the next bank follows").toBeVisible();
});

test("Halyk ePay in the settings: changed without the secret, and taken off; a program may be given cards", async ({
  till,
}) => {
  const used = { inUse: epay({ cards: true }) };
  await openDesk(till, { view: withEpay(used), snapshot: { providers: [EPAY] } });
  await expect(till.id("tab-epay"), "the only bank").toHaveAttribute("aria-selected", "true");
  await till.answer("bank.check", ok(withEpay({ ...used, check: epayCheck() })));
  await till.id("check").click();
  await expect(till.id("layer-cardKey")).toHaveAttribute("data-state", "ok");
  await till.id("change").click();
  await till.id("step-terminal").click();
  await expect(till.id("epay-clientSecret")).toHaveAttribute("placeholder", "сохранено, не меняется");
  await till.id("epay-clientId").fill("BEREKE.NEW");
  await till.answer("bank.draft", ok(withEpay({ ...used, draft: epay() })));
  await till.id("next").click();
  const payment = { clientId: "BEREKE.NEW", terminalId: "5c1f0e2a-7b44-4d0e-9a53-2f6b8d90c417" };
  expect(await changeOf(till)).toEqual({ provider: "epay", payment });
  await till.id("back").click();

  await till.id("tab-tokens").click();
  await till.id("token-add").click();
  await till.id("token-name").fill("phone");
  await till.id("may-cards").click();
  await till.answer("token.make", ok({ token: "t", view: withEpay(used) }));
  await till.id("token-make").click();
  expect(await inputOf(till, "token.make")).toEqual({ session: SESSION, name: "phone", may: ["pay", "read", "cards"] });
  await till.id("token-close").click();

  await till.id("tab-epay").click();
  await till.id("bank-remove").click();
  await till.answer("bank.remove", ok(view()));
  await till.id("ask-yes").click();
  expect(await inputOf(till, "bank.remove")).toEqual({ session: SESSION, provider: "epay" });
  await expect(till.id("connect")).toBeVisible();
});
