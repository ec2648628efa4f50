/** What a request names of the catalogue. Pure. */
import type { PaymentRequest } from "../../contract/commands.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { formatMoney, minor as toMinor, type Minor } from "../../contract/money.ts";
import type { BoughtItem } from "./payment.ts";
import type { Settings } from "./settings.ts";

/**
 * The items of a request with their names and prices as they are now. Refuses what the catalogue has not (`not_in_catalogue`),
 * and from a screen another sum than its price (`wrong_price`): a program may ask for its own sum, and names them for the screen.
 */
export function whatIsBought(
  { kiosk: { catalogue } }: Pick<Settings, "kiosk">,
  actor: string,
  amount: Minor,
  { items = [] }: Pick<PaymentRequest, "items">,
): Result<readonly BoughtItem[]> {
  const bought: BoughtItem[] = [];
  for (const { id, quantity } of items) {
    const product = catalogue.find((known) => known.id === id);
    if (!product) return { ok: false, error: appError("not_in_catalogue", { params: { item: id } }) };
    const { name, price } = product;
    bought.push({ id, name, price, quantity });
  }
  const sum = toMinor(bought.reduce((total, { price, quantity }) => total + price * quantity, 0));
  if (bought.length > 0 && sum !== amount && actor.startsWith("person:"))
    return { ok: false, error: appError("wrong_price", { params: { price: formatMoney(sum) } }) };
  return { ok: true, value: bought };
}
