/** A provisioning folder as a technician carries it: the file, certificate, roots. */
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createCa, issueClient, type Ca, type ClientFiles, type ClientRequest } from "../../simulator/ca.ts";
import { goodProvision, SECRETS, type Raw } from "./provision.ts";

export interface Shop {
  readonly dir: string;
  readonly file: string;
  /** Writes a file beside the provisioning file. */
  put(name: string, content: string | Uint8Array): Promise<void>;
  /** Writes the provisioning file, readable by its owner alone. */
  write(raw: Raw | string | Uint8Array): Promise<void>;
  /** A client certificate of the shop's CA as certfile.pfx, certfile.cer and private.key. */
  certify(request?: ClientRequest, fresh?: boolean): Promise<void>;
  remove(): Promise<void>;
}

let shared: Promise<Ca> | null = null;
/** Clients by what was asked for; making an RSA key takes most of a second. */
const clients = new Map<string, Promise<ClientFiles>>();

function clientOf(ca: Ca, request: ClientRequest, fresh: boolean): Promise<ClientFiles> {
  const name = JSON.stringify(request);
  const made = (fresh ? undefined : clients.get(name)) ?? issueClient(ca, request);
  clients.set(name, made);
  return made;
}

/** Made once in a process: RSA keys take their time. */
export function testCa(): Promise<Ca> {
  return (shared ??= createCa());
}

/** The folder with a file that is right and everything it names. */
export async function openShop(): Promise<Shop> {
  const dir = await mkdtemp(join(tmpdir(), "qabyl-shop-"));
  const file = join(dir, "provision.json");
  const ca = await testCa();
  const put = (name: string, content: string | Uint8Array): Promise<void> =>
    writeFile(join(dir, name), content, { mode: 0o600 });
  const shop: Shop = {
    dir,
    file,
    put,
    async write(raw) {
      const content = typeof raw === "string" || raw instanceof Uint8Array ? raw : JSON.stringify(raw, null, 2);
      await writeFile(file, content, { mode: 0o600 });
      await chmod(file, 0o600);
    },
    async certify(request = {}, fresh = false) {
      const client = await clientOf(ca, { passphrase: SECRETS.passphrase, keyType: "ec", ...request }, fresh);
      await put("certfile.pfx", client.pfx);
      await put("certfile.cer", client.certificate);
      await put("private.key", client.privateKey);
    },
    remove: () => rm(dir, { recursive: true, force: true }),
  };
  await put("kbs_root_ca.crt", ca.root);
  await put("kbs_ca.crt", ca.intermediate);
  await shop.certify();
  await shop.write(goodProvision());
  return shop;
}
