import type { ReactNode } from "react";
import { formatMoney, minor } from "../../contract/money.ts";
import type { ProductView, Snapshot } from "../../contract/snapshot.ts";
import { WAY_NAME } from "../banks.ts";
import { useKioskWords } from "../messages/kiosk.ts";
import { useStore } from "../store.ts";
import { Button } from "../ui/Button.tsx";
import { Sum } from "../ui/Sum.tsx";
import { Text, useWords } from "../words.tsx";
import { useKeyMap } from "./keys.ts";
import { Picture } from "./Picture.tsx";
import { chosen } from "./scene.ts";
import { Shell } from "./Shell.tsx";
import { Tap } from "./Tap.tsx";
import { banksOf, choiceOf, hindrance, leaveProduct, payFor, setQuantity } from "./visit.ts";

/** What is bought, how much of it, what it costs, and by which bank: the last word before a code is asked for. */
export function ProductScreen({ snapshot }: { readonly snapshot: Snapshot }): ReactNode {
  const visit = useStore((state) => state.visit);
  const product = chosen(snapshot, { visit });
  const choice = choiceOf(snapshot, visit);
  if (!product || !choice) return null;
  return <Product key={product.id} {...{ snapshot, product, choice }} />;
}

interface Props {
  readonly snapshot: Snapshot;
  readonly product: ProductView;
  readonly choice: NonNullable<ReturnType<typeof choiceOf>>;
}

function Product({ snapshot, product, choice }: Props): ReactNode {
  const words = useWords();
  const kiosk = useKioskWords();
  const language = useStore((state) => state.language);
  const { quantity, most, minor: sum } = choice;
  const all = banksOf(snapshot);
  const banks = all.map((bank) => [bank, hindrance(bank, sum)] as const);
  const usable = banks.filter(([, why]) => why === null).map(([bank]) => bank);
  // One more of it must still be payable by somebody.
  const fits = all.some((bank) => hindrance(bank, product.minor * (quantity + 1)) === null);
  const less = (): void => setQuantity(Math.max(1, quantity - 1));
  const more = (): void => {
    if (quantity < most && fits) setQuantity(quantity + 1);
  };
  const only = usable.length === 1 ? usable[0] : undefined;
  useKeyMap({
    ...Object.fromEntries(usable.map((bank, index) => [String(index + 1), () => payFor(bank, choice)])),
    "+": more,
    "-": less,
    Escape: leaveProduct,
    ...(only ? { Enter: () => payFor(only, choice) } : {}),
  });
  return (
    <Shell
      snapshot={snapshot}
      scene="product"
      className="buy"
      focusOn={`product ${product.id}`}
      stand={
        <div className="stand">
          <div>
            <h1 className="who">
              <b>{product.name[language]}</b>
            </h1>
            <Sum tiyn={sum} />
          </div>
          {product.picture !== null && <Picture name={product.picture} className="sun" />}
        </div>
      }
    >
      <div className="buying">
        {most > 1 && (
          <div className="pieces" role="group" aria-label={kiosk("item.count")}>
            <p>
              <b>{kiosk("item.count")}</b>
              <span className="dim">
                <Text>{kiosk("item.each", { sum: formatMoney(minor(product.minor)) })}</Text>
              </span>
            </p>
            <Button id="less" spoken={kiosk("item.less")} off={quantity === 1} onPress={less}>
              −
            </Button>
            <output className="num" data-testid="quantity" aria-live="polite">
              {quantity}
            </output>
            <Button id="more" spoken={kiosk("item.more")} off={quantity >= most || !fits} onPress={more}>
              +
            </Button>
          </div>
        )}
        <div className="paying">
          {all.length > 1 && <h2>{kiosk("item.how")}</h2>}
          <div className="payways" role="group" aria-label={words("pay.by")}>
            {banks.map(([bank, why], index) => (
              <Tap
                key={bank.name}
                id={`pay-${bank.name}`}
                className={bank === usable[0] ? "payway main" : "payway"}
                off={why !== null}
                shortcut={only ? "Enter" : String(index + 1)}
                onPress={() => payFor(bank, choice)}
              >
                <b>{all.length === 1 ? kiosk("item.pay", { sum: formatMoney(minor(sum)) }) : WAY_NAME[bank.name]}</b>
                <span>{why ? kiosk(why) : all.length === 1 ? WAY_NAME[bank.name] : words(`pay.${bank.name}`)}</span>
              </Tap>
            ))}
          </div>
        </div>
        <div className="row">
          <Button id="back" deliberate onPress={leaveProduct}>
            {words("nav.back")}
          </Button>
        </div>
      </div>
    </Shell>
  );
}
