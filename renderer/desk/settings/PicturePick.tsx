import { useState } from "react";
import type { ReactNode } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { Button as TillButton } from "../../ui/Button.tsx";
import { useDeskWords } from "../words.ts";
import { shrink, type SmallPicture } from "./picture.ts";

/** The picture a product has, one that was just picked for it, or none. */
export type Chosen = string | SmallPicture | null;

interface Props {
  readonly value: Chosen;
  readonly onChange: (value: Chosen) => void;
}

/** Picks a product's picture and shows it. */
export function PicturePick({ value, onChange }: Props): ReactNode {
  const words = useDeskWords();
  const [fault, setFault] = useState<string | null>(null);
  const [waiting, setWaiting] = useState(false);
  const take = async (list: FileList | null): Promise<void> => {
    const file = list?.[0];
    if (!file || waiting) return;
    setWaiting(true);
    setFault(null);
    const shrunk = await shrink(file);
    setWaiting(false);
    if (shrunk.ok) return onChange(shrunk.picture);
    setFault(words(shrunk.why === "small" ? "bad.picture.small" : "bad.picture.file", { file: file.name }));
  };
  const label = words("product.picture");
  return (
    <div className="fld file picked-picture" role="group" aria-label={label}>
      <Thumb value={value} />
      <div className="fld">
        <span className="label">{label}</span>
        <span className="hint">{words("product.picture.t")}</span>
        <div className="row">
          <FileTrigger
            acceptedFileTypes={["image/png", "image/jpeg", "image/webp"]}
            onSelect={(list) => void take(list)}
          >
            <Button className="btn" data-testid="picture-pick">
              <span>{words(value === null ? "product.picture.pick" : "product.picture.other")}</span>
            </Button>
          </FileTrigger>
          {value !== null && (
            <TillButton id="picture-none" onPress={() => onChange(null)}>
              {words("product.picture.none")}
            </TillButton>
          )}
        </div>
        <span role="status">{waiting ? words("product.picture.wait") : ""}</span>
        {fault !== null && (
          <span className="wrongfield" role="alert" data-testid="picture-fault">
            {fault}
          </span>
        )}
      </div>
    </div>
  );
}

/** A small view of it; its frame stays where it cannot be shown. */
export function Thumb({ value }: { readonly value: Chosen }): ReactNode {
  const [lost, setLost] = useState<string | null>(null);
  const source = value === null ? null : typeof value === "string" ? `/pictures/${value}` : value.url;
  return (
    <span className="thumb" aria-hidden="true">
      {source !== null && source !== lost && (
        <img src={source} alt="" draggable={false} onError={() => setLost(source)} />
      )}
    </span>
  );
}
