import { useState } from "react";
import type { ReactNode } from "react";
import type { CatalogueItem } from "../../../contract/kiosk.ts";
import { formatMoney, minor, parseAmount } from "../../../contract/money.ts";
import type { Result } from "../../../contract/errors.ts";
import { LANGUAGES } from "../../../contract/states.ts";
import { CATALOGUE_CAP } from "../../../contract/unattended-facts.ts";
import { useStore } from "../../store.ts";
import { Button } from "../../ui/Button.tsx";
import { Mark } from "../../ui/Mark.tsx";
import { amountOf, PRODUCT_ID, typedAmount } from "../forms.ts";
import { useDesk, useTask } from "../session.ts";
import { Ask, Sheet } from "../ui/Ask.tsx";
import { Fault } from "../ui/Fault.tsx";
import { Field } from "../ui/Field.tsx";
import { Group } from "../ui/Group.tsx";
import { useDeskWords } from "../words.ts";
import { filledIn, NO_TEXTS } from "./kiosk-form.ts";
import { languageName } from "./KioskTab.tsx";
import { PicturePick, Thumb, type Chosen } from "./PicturePick.tsx";

/** What an unattended till sells, in the order in which a customer sees it. */
export function ProductsTab(): ReactNode {
  const words = useDeskWords();
  const { view } = useDesk();
  const language = useStore((state) => state.language);
  const task = useTask();
  const save = useSave();
  const [editing, edit] = useState<CatalogueItem | "new" | null>(null);
  const [removing, remove] = useState<CatalogueItem | null>(null);
  const { catalogue } = view.kiosk;
  const move = (from: number, to: number): void => {
    const next = [...catalogue];
    next.splice(to, 0, ...next.splice(from, 1));
    task.run(() => save(next));
  };
  return (
    <>
      <div className="pane">
        <Group title={words("set.products")} lead={words("products.t")}>
          {catalogue.length === 0 && <p className="dim">{words("products.none")}</p>}
          <ol className="rows products">
            {catalogue.map((item, index) => {
              const name = item.name[language];
              return (
                <li key={item.id} data-testid={`product-${item.id}`}>
                  <span className="product">
                    <Thumb value={item.picture} />
                    <span>
                      <b>{name}</b>
                      <span className="sub num">
                        {formatMoney(parseAmount(item.price) ?? minor(0))} · {item.id}
                      </span>
                    </span>
                  </span>
                  <span className="row">
                    <Button
                      id={`product-up-${item.id}`}
                      spoken={words("products.up", { name })}
                      off={task.busy || index === 0}
                      onPress={() => move(index, index - 1)}
                    >
                      <Mark name="up" className="ico" />
                    </Button>
                    <Button
                      id={`product-down-${item.id}`}
                      spoken={words("products.down", { name })}
                      off={task.busy || index === catalogue.length - 1}
                      onPress={() => move(index, index + 1)}
                    >
                      <Mark name="up" className="ico down" />
                    </Button>
                    <Button id={`product-edit-${item.id}`} off={task.busy} onPress={() => edit(item)}>
                      {words("change")}
                    </Button>
                  </span>
                </li>
              );
            })}
          </ol>
          <Fault error={task.error} />
        </Group>
      </div>
      <div className="row doing">
        <Button
          id="product-add"
          kind="main"
          off={task.busy || catalogue.length >= CATALOGUE_CAP}
          onPress={() => edit("new")}
        >
          {words("products.add")}
        </Button>
        <p className="dim num">{words("products.count", { n: catalogue.length, most: CATALOGUE_CAP })}</p>
      </div>
      {editing && (
        <ProductSheet
          item={editing === "new" ? null : editing}
          close={() => edit(null)}
          remove={(item) => {
            edit(null);
            remove(item);
          }}
        />
      )}
      {removing && (
        <Ask
          title={words("products.remove.q")}
          text={words("products.remove.t", { name: removing.name[language] })}
          yes={words("remove")}
          onNo={() => remove(null)}
          onYes={() => {
            remove(null);
            task.run(() => save(catalogue.filter(({ id }) => id !== removing.id)));
          }}
        />
      )}
    </>
  );
}

/** Saves another list of products, and leaves the rest of the unattended till as it is. */
function useSave(): (catalogue: readonly CatalogueItem[]) => Promise<Result<unknown>> {
  const { view, send } = useDesk();
  return (catalogue) => send("kiosk.save", { kiosk: { ...view.kiosk, catalogue: [...catalogue] } });
}

interface SheetProps {
  readonly item: CatalogueItem | null;
  readonly close: () => void;
  readonly remove: (item: CatalogueItem) => void;
}

function ProductSheet({ item, close, remove }: SheetProps): ReactNode {
  const words = useDeskWords();
  const { view, send } = useDesk();
  const task = useTask();
  const save = useSave();
  const { catalogue } = view.kiosk;
  const [form, setForm] = useState(() => ({
    id: item?.id ?? "",
    price: item ? typedAmount(item.price) : "",
    names: item?.name ?? NO_TEXTS,
    picture: (item?.picture ?? null) as Chosen,
  }));
  const [asked, setAsked] = useState(false);
  const set = (change: Partial<typeof form>): void => setForm((before) => ({ ...before, ...change }));
  const taken = catalogue.some(({ id }) => id === form.id && id !== item?.id);
  const price = amountOf(form.price);
  const name = filledIn(form.names);
  const bad = {
    id: taken || !PRODUCT_ID.test(form.id),
    price: price === null || price === "0.00",
    name: name === null,
  };
  const refusedPrice = task.error?.code === "bad_setting" && task.error.params["field"]?.endsWith(".price") === true;
  const put = async (): Promise<Result<unknown>> => {
    let picture = form.picture;
    if (picture !== null && typeof picture !== "string") {
      const taken = await send("kiosk.picture", { file: picture.base64 });
      if (!taken.ok) return taken;
      ({ picture } = taken.value);
    }
    const next = { id: form.id, name: name ?? NO_TEXTS, price: price ?? "0.00", picture };
    return save(item ? catalogue.map((one) => (one.id === item.id ? next : one)) : [...catalogue, next]);
  };
  const done = (): void => {
    setAsked(true);
    if (Object.values(bad).some(Boolean)) return;
    task.run(put, close);
  };
  return (
    <Sheet id="product" title={words(item ? "products.edit" : "products.add")} close={close}>
      <form
        className="sheetform"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          done();
        }}
      >
        <div className="texthead">
          <b>{words("product.names")}</b>
          <span className="hint">{words("product.names.t")}</span>
        </div>
        <div className="texts" role="group" aria-label={words("product.names")}>
          {LANGUAGES.map((language, index) => (
            <Field
              key={language}
              id={`product-name-${language}`}
              label={languageName(language)}
              value={form.names[language]}
              onChange={(text) => set({ names: { ...form.names, [language]: text.slice(0, 80) } })}
              error={asked && bad.name ? (index === 0 ? words("bad.name") : "") : null}
            />
          ))}
        </div>
        <div className="pair">
          <Field
            id="product-price"
            kind="digits"
            label={words("product.price")}
            hint={words("product.price.t")}
            value={form.price}
            onChange={(text) => set({ price: text })}
            error={asked && bad.price ? words("bad.price") : refusedPrice ? words("bad.price.bank") : null}
          />
          <Field
            id="product-id"
            label={words("product.id")}
            hint={words("product.id.t")}
            value={form.id}
            onChange={(text) => set({ id: text.trim() })}
            error={asked && bad.id ? words(taken ? "bad.product.taken" : "bad.product.id") : null}
          />
        </div>
        <PicturePick value={form.picture} onChange={(picture) => set({ picture })} />
        <button type="submit" hidden>
          {words("save")}
        </button>
      </form>
      {!refusedPrice && <Fault error={task.error} />}
      <div className="row doing">
        <Button id="product-save" kind="main" off={task.busy} onPress={done}>
          {words(task.busy ? "saving" : "save")}
        </Button>
        <Button id="product-close" onPress={close}>
          {words("back")}
        </Button>
        {item && (
          <Button id="product-remove" deliberate off={task.busy} onPress={() => remove(item)}>
            {words("remove")}
          </Button>
        )}
      </div>
    </Sheet>
  );
}
