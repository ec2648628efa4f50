import type { ReactNode } from "react";
import { Choice } from "../ui/Choice.tsx";
import { Field } from "../ui/Field.tsx";
import { useDeskWords } from "../words.ts";

export interface PlaceForm {
  readonly environment: "test" | "production";
  readonly url: string;
}

interface Props {
  /** Before the names of the fields, so that each bank's have their own. */
  readonly prefix: string;
  readonly form: PlaceForm;
  readonly set: (change: Partial<PlaceForm>) => void;
  readonly testUrl: string;
  /** Where the address for real money is to be found. */
  readonly meant: { readonly production: string; readonly url: string };
  readonly error: string | null;
}

/** Test or real money, and at which address. */
export function PlaceFields({ prefix, form, set, testUrl, meant, error }: Props): ReactNode {
  const words = useDeskWords();
  const real = form.environment === "production";
  return (
    <>
      <Choice
        id={`${prefix}environment`}
        label={words("where.q")}
        bare
        value={form.environment}
        onChange={(environment) => set({ environment })}
        options={[
          { value: "test", title: words("where.test"), text: words("where.test.t") },
          { value: "production", title: words("where.production"), text: meant.production },
        ]}
      />
      <Field
        id={`${prefix}url`}
        kind="url"
        label={words("where.url")}
        hint={real ? meant.url : words("where.url.test")}
        placeholder={real ? "https://" : testUrl}
        value={form.url}
        onChange={(url) => set({ url })}
        error={error}
      />
    </>
  );
}

/** What is known of an address: the document's own test address needs no typing. */
export function placeOf(shown: { environment: string; url: string } | null, testUrl: string): PlaceForm {
  return {
    environment: shown?.environment === "production" ? "production" : "test",
    url: shown && shown.url !== testUrl ? shown.url : "",
  };
}
