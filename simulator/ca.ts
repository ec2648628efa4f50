import { createPrivateKey, generateKeyPair, randomBytes, X509Certificate, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import { makeCertificate } from "./certificate.ts";
import { makePfx } from "./pfx.ts";

const generate = promisify(generateKeyPair);
const DAY = 86_400_000;

/** Certificate and key of an issuer or a server; the certificate is PEM. */
export interface Identity {
  commonName: string;
  certificate: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
}

export interface Ca {
  /** kbs_root_ca.crt */
  root: string;
  /** kbs_ca.crt */
  intermediate: string;
  issuer: Identity;
}

export interface ClientRequest {
  commonName?: string;
  /** Appendix 1: issued for five years. */
  days?: number;
  notBefore?: Date;
  usage?: "clientAuth" | "serverAuth" | "none";
  keyType?: "rsa" | "ec";
  passphrase?: string;
  legacyPfx?: boolean;
  /** Puts the bank's CA certificates into the container too. */
  chainInPfx?: boolean;
  /** Pairs the certificate with a key it was not issued for. */
  mismatchedKey?: boolean;
}

export interface ClientFiles {
  /** certfile.cer, PEM */
  certificate: string;
  /** private.key, encrypted PKCS#8 PEM */
  privateKey: string;
  /** certfile.pfx */
  pfx: Buffer;
  passphrase: string;
  /** Intermediate and root, PEM. */
  chain: string[];
}

async function keys(type: "rsa" | "ec" = "rsa"): Promise<{ publicKey: KeyObject; privateKey: KeyObject }> {
  return type === "rsa"
    ? await generate("rsa", { modulusLength: 2048 })
    : await generate("ec", { namedCurve: "P-256" });
}

const yesterday = () => new Date(Date.now() - DAY);
const issuerExtensions = (pathLength: number) => [
  { name: "basicConstraints", cA: true, critical: true, pathLenConstraint: pathLength },
  { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
];

/** A root and an intermediate authority. The root's key is not kept: nothing else is issued by it. */
export async function createCa(name = "Simulated bank"): Promise<Ca> {
  const [rootKeys, issuerKeys] = await Promise.all([keys(), keys()]);
  const root = { commonName: `${name} root CA`, ...rootKeys };
  const rootCertificate = makeCertificate({
    commonName: root.commonName,
    publicKey: root.publicKey,
    issuer: root,
    notBefore: yesterday(),
    days: 3650,
    extensions: issuerExtensions(1),
  });
  const commonName = `${name} CA`;
  const intermediate = makeCertificate({
    commonName,
    publicKey: issuerKeys.publicKey,
    issuer: root,
    notBefore: yesterday(),
    days: 3650,
    extensions: issuerExtensions(0),
  });
  return {
    root: rootCertificate,
    intermediate,
    issuer: { commonName, certificate: intermediate, ...issuerKeys },
  };
}

/** The certificate the bank shows; `names` are its DNS names and addresses. */
export async function issueServer(
  ca: Ca,
  options: { names?: string[]; days?: number; notBefore?: Date } = {},
): Promise<Identity> {
  const names = options.names ?? ["localhost", "127.0.0.1"];
  const pair = await keys();
  const commonName = names[0] ?? "localhost";
  const certificate = makeCertificate({
    commonName,
    publicKey: pair.publicKey,
    issuer: ca.issuer,
    notBefore: options.notBefore ?? yesterday(),
    days: options.days ?? 1825,
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true, keyEncipherment: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: names.map((name) => (/^[\d.]+$/.test(name) ? { type: 7, ip: name } : { type: 2, value: name })),
      },
    ],
  });
  return { commonName, certificate, ...pair };
}

/** A client certificate as the bank's letter brings it (appendices 1 and 2), or one that is wrong on purpose. */
export async function issueClient(ca: Ca, request: ClientRequest = {}): Promise<ClientFiles> {
  const pair = await keys(request.keyType);
  const usage = request.usage ?? "clientAuth";
  const certificate = makeCertificate({
    commonName: request.commonName ?? "pos.shop.example",
    publicKey: pair.publicKey,
    issuer: ca.issuer,
    notBefore: request.notBefore ?? yesterday(),
    days: request.days ?? 1825,
    extensions: [
      // Appendix 2: these four usages and clientAuth, none marked critical.
      {
        name: "keyUsage",
        digitalSignature: true,
        nonRepudiation: true,
        keyEncipherment: true,
        dataEncipherment: true,
      },
      ...(usage === "none" ? [] : [{ name: "extKeyUsage", [usage]: true }]),
    ],
  });
  const key = request.mismatchedKey ? (await keys(request.keyType)).privateKey : pair.privateKey;
  const passphrase = request.passphrase ?? randomBytes(18).toString("base64url");
  const chain = [ca.intermediate, ca.root];
  return {
    certificate,
    privateKey: key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase }) as string,
    pfx: makePfx({
      key,
      certificates: [certificate, ...(request.chainInPfx ? chain : [])],
      passphrase,
      legacy: request.legacyPfx ?? false,
    }),
    passphrase,
    chain,
  };
}

/** Still good for a day, issued by this authority and belonging to this key. */
export function isUsable(certificate: string, issuer: string, key: string, passphrase?: string): boolean {
  try {
    const parsed = new X509Certificate(certificate);
    const privateKey = createPrivateKey(passphrase === undefined ? key : { key, passphrase });
    return (
      parsed.verify(new X509Certificate(issuer).publicKey) &&
      parsed.checkPrivateKey(privateKey) &&
      parsed.validFromDate.getTime() < Date.now() &&
      parsed.validToDate.getTime() > Date.now() + DAY
    );
  } catch {
    return false;
  }
}
