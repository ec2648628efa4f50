import { createPrivateKey, createPublicKey, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createCa, isUsable, issueClient, issueServer, type Ca, type ClientFiles, type Identity } from "./ca.ts";

/** Paths, named as in the bank's letter (appendix 1). */
export interface CaPaths {
  ca: [root: string, intermediate: string];
  certificate: string;
  privateKey: string;
  pfx: string;
  passphraseFile: string;
}

/** What a bank without client certificates needs. */
export interface ServerFiles {
  ca: Ca;
  server: Identity;
  paths: Pick<CaPaths, "ca">;
}

export interface CaFiles extends ServerFiles {
  paths: CaPaths;
  passphrase: string;
}

function read(path: string): string | null {
  return existsSync(path) ? readFileSync(path, "utf8") : null;
}

function write(path: string, content: string | Buffer): void {
  const temporary = `${path}.${randomBytes(4).toString("hex")}.tmp`;
  writeFileSync(temporary, content, { mode: 0o600 });
  renameSync(temporary, path);
}

function identity(commonName: string, certificate: string, key: string): Identity {
  const privateKey = createPrivateKey(key);
  return { commonName, certificate, privateKey, publicKey: createPublicKey(privateKey) };
}

function pem(identity: Identity): string {
  return identity.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
}

/** The bank's authority kept in a directory: what is there and valid is used again. Without a directory: a new one in memory. */
export async function makeCa(dir?: string): Promise<Ca> {
  if (dir === undefined) return await createCa();
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const paths = {
    root: join(dir, "kbs_root_ca.crt"),
    intermediate: join(dir, "kbs_ca.crt"),
    key: join(dir, "kbs_ca.key"),
  };
  const [root, intermediate, key] = [read(paths.root), read(paths.intermediate), read(paths.key)];
  if (root && intermediate && key && isUsable(intermediate, root, key)) {
    return { root, intermediate, issuer: identity("Simulated bank CA", intermediate, key) };
  }
  const ca = await createCa();
  write(paths.root, ca.root);
  write(paths.intermediate, ca.intermediate);
  write(paths.key, pem(ca.issuer));
  return ca;
}

/** Writes a client's files under the names of the bank's letter. */
export function saveClient(dir: string, client: ClientFiles): Omit<CaPaths, "ca"> {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const paths = clientPaths(dir);
  write(paths.certificate, client.certificate);
  write(paths.privateKey, client.privateKey);
  write(paths.pfx, client.pfx);
  write(paths.passphraseFile, client.passphrase);
  return paths;
}

function clientPaths(dir: string) {
  return {
    certificate: join(dir, "certfile.cer"),
    privateKey: join(dir, "private.key"),
    pfx: join(dir, "certfile.pfx"),
    passphraseFile: join(dir, "passphrase.txt"),
  };
}

/** Authority and server in a directory, made on first use. */
export async function openServerFiles(dir: string): Promise<ServerFiles> {
  const ca = await makeCa(dir);
  const serverPath = join(dir, "server.crt");
  const serverKeyPath = join(dir, "server.key");
  const [certificate, key] = [read(serverPath), read(serverKeyPath)];
  let server: Identity;
  if (certificate && key && isUsable(certificate, ca.intermediate, key)) {
    server = identity("localhost", certificate, key);
  } else {
    server = await issueServer(ca);
    write(serverPath, server.certificate);
    write(serverKeyPath, pem(server));
  }
  return { ca, server, paths: { ca: [join(dir, "kbs_root_ca.crt"), join(dir, "kbs_ca.crt")] } };
}

/** Authority, server and client in a directory, made on first use. */
export async function openCaFiles(dir: string): Promise<CaFiles> {
  const files = await openServerFiles(dir);
  const { ca } = files;
  const client = clientPaths(dir);

  let passphrase = read(client.passphraseFile);
  const [clientCertificate, clientKey] = [read(client.certificate), read(client.privateKey)];
  const kept =
    passphrase !== null &&
    clientCertificate !== null &&
    clientKey !== null &&
    existsSync(client.pfx) &&
    isUsable(clientCertificate, ca.intermediate, clientKey, passphrase);
  if (!kept) {
    const issued = await issueClient(ca);
    saveClient(dir, issued);
    passphrase = issued.passphrase;
  }
  return { ...files, passphrase: passphrase ?? "", paths: { ...files.paths, ...client } };
}
