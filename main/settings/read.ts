/** Reads the provisioning file and every file it names; checks all that can be known without opening a certificate. */
import { lstat, open } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { readProvision, type Problem, type Provision } from "../../contract/provision.ts";
import { readableByOthers } from "../adapters/files.ts";
import { ProvisionFailure } from "./failure.ts";
import { readPicture } from "./pictures.ts";
import { parseStrictJson } from "./strict-json.ts";

const FILE_CAP = 256 * 1024;
const NAMED_CAP = 1024 * 1024;

export interface ProvisionDocument {
  readonly path: string;
  readonly value: Provision;
  readonly bytes: Uint8Array;
  /** Content of the named files, by the field that names them. */
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** Throws ProvisionFailure with every wrong field. `insecure` lets a file pass that others can read. */
export async function readDocument(path: string, insecure: boolean): Promise<ProvisionDocument> {
  const bytes = await readWhole(path, FILE_CAP, "(the file)");
  if (!insecure && (await readableByOthers(path)))
    throw new ProvisionFailure([
      {
        path: "(the file)",
        words: `can be read by others and holds secrets: chmod 600 it, or pass --insecure-provision`,
      },
    ]);
  const json = parseStrictJson(bytes);
  if (!json.ok) throw new ProvisionFailure(json.problems);
  const checked = readProvision(json.value);
  if (!checked.ok) throw new ProvisionFailure(checked.problems);
  return { path, value: checked.value, bytes, files: await readNamed(path, checked.value) };
}

/** Names of files are relative to the provisioning file, so that the folder can be carried on a stick. */
async function readNamed(path: string, value: Provision): Promise<Map<string, Uint8Array>> {
  const files = new Map<string, Uint8Array>();
  const problems: Problem[] = [];
  for (const [field, name] of namedFiles(value)) {
    try {
      const content = await readWhole(resolve(dirname(path), name), NAMED_CAP, field);
      const picture = isPicture(field) ? readPicture(content) : null;
      if (picture?.ok === false) problems.push({ path: field, words: picture.words });
      files.set(field, content);
    } catch (error) {
      if (!(error instanceof ProvisionFailure)) throw error;
      problems.push(...error.problems);
    }
  }
  if (problems.length > 0) throw new ProvisionFailure(problems);
  return files;
}

/** The field that names a product's picture. */
export const pictureField = (index: number): string => `kiosk.catalogue[${index}].picture`;
const isPicture = (field: string): boolean => /^kiosk\.catalogue\[\d+\]\.picture$/.test(field);

function namedFiles({ kiosk, providers: { kaspi, halykQr, epay } }: Provision): [field: string, name: string][] {
  const roots = (field: string, names: readonly string[] = []): [string, string][] =>
    names.map((name, index) => [`${field}[${index}]`, name]);
  const list: [string, string | undefined][] = [
    ["providers.kaspi.certificate", kaspi?.certificate],
    ["providers.kaspi.privateKey", kaspi?.privateKey],
    ...roots("providers.kaspi.ca", kaspi?.ca),
    ...roots("providers.halykQr.ca", halykQr?.ca),
    ...roots("providers.halykQr.kafka.tls.ca", halykQr?.kafka?.tls?.ca),
    ...roots("providers.epay.ca", epay?.ca),
    ...kiosk.catalogue.map(({ picture }, index): [string, string | undefined] => [
      pictureField(index),
      picture ?? undefined,
    ]),
  ];
  return list.filter((entry): entry is [string, string] => entry[1] !== undefined);
}

async function readWhole(path: string, cap: number, field: string): Promise<Uint8Array> {
  const fail = (words: string): never => {
    throw new ProvisionFailure([{ path: field, words }]);
  };
  try {
    const handle = await open(path, "r");
    try {
      const about = await handle.stat();
      if (!about.isFile()) return fail("is not a file");
      if (about.size > cap) return fail(`is larger than ${cap / 1024} KiB`);
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof ProvisionFailure) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return fail("no such file");
    if (code === "EACCES" || code === "EPERM") return fail("cannot be read: access denied");
    return fail(`cannot be read (${code ?? "unknown"})`);
  }
}

/** Whether there is a file of that name (whatever it is). */
export async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch {
    return false;
  }
}
