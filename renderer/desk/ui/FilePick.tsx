import { useState } from "react";
import type { ReactNode } from "react";
import { Button, FileTrigger } from "react-aria-components";
import { useDeskWords } from "../words.ts";

/** Certificates are a few kB; what is larger is another file. */
const LIMIT_BYTES = 256 * 1024;

/** A file as it was picked: its name and what is in it, base64. */
export interface Picked {
  readonly name: string;
  readonly base64: string;
}

interface Props {
  readonly id: string;
  readonly label: string;
  readonly hint: string;
  readonly accept: readonly string[];
  readonly value: readonly Picked[];
  readonly onChange: (files: readonly Picked[]) => void;
  readonly many?: boolean;
  readonly error?: string | null;
}

/** Picks a file, or several, and reads it here: the page has no path to give away. */
export function FilePick({ id, label, hint, accept, value, onChange, many = false, error }: Props): ReactNode {
  const words = useDeskWords();
  const [fault, setFault] = useState<string | null>(null);
  const take = async (list: FileList | null): Promise<void> => {
    const files = [...(list ?? [])];
    const large = files.find((file) => file.size > LIMIT_BYTES);
    if (files.length === 0) return;
    if (large) return setFault(words("file.large", { file: large.name }));
    try {
      onChange(await Promise.all(files.map(read)));
      setFault(null);
    } catch {
      setFault(words("file.unread"));
    }
  };
  const wrong = fault ?? error;
  return (
    <div className="fld file" role="group" aria-label={label}>
      <span className="label">{label}</span>
      <span className="hint">{hint}</span>
      <div className="row">
        <FileTrigger acceptedFileTypes={accept} allowsMultiple={many} onSelect={(list) => void take(list)}>
          <Button className="btn" data-testid={id}>
            <span>{words(value.length > 0 ? "file.other" : "file.pick")}</span>
          </Button>
        </FileTrigger>
        <p className="picked" data-testid={`${id}-name`}>
          {value.map((file) => file.name).join(", ")}
        </p>
      </div>
      {wrong != null && (
        <span className="wrongfield" role="alert">
          {wrong}
        </span>
      )}
    </div>
  );
}

async function read(file: File): Promise<Picked> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return { name: file.name, base64: btoa(text) };
}
