/** A till's own keys and requests, the bank's answers to them, and the folder into which files are dropped. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, X509Certificate } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { appendFile, mkdir, readdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import forge from "node-forge";
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { CertificateRequestView, CertificateSubject } from "../../contract/desk.ts";
import { openVault } from "../../main/adapters/vault.ts";
import type { Ids, Journal, LogFields, Vault } from "../../main/core/ports.ts";
import {
  certificateProblemError,
  CertificateProblem,
  createDrop,
  createRequests,
  factsOf,
  openClient,
  readRootFiles,
  sameOwner,
  SubjectProblem,
  viewOf,
} from "../../main/settings/certificates/index.ts";
import type { Drop, DropOptions, InUse, OpenedClient, Requests } from "../../main/settings/certificates/index.ts";
import { issue, keyOf, pfx } from "../adapters/support/certificates.ts";
import type { Issued, Wish } from "../adapters/support/certificates.ts";
import { temporaryFolder } from "../adapters/support/folder.ts";
import { openTestJournal } from "../adapters/support/journal.ts";
import { buildBundles } from "../support/bundles.ts";
import { simulatedClock } from "../support/simulated-clock.ts";
import type { SimulatedClock } from "../support/simulated-clock.ts";

// As the product has it: Node reads the types out of a worker's source at each of its starts.
const bundles = await buildBundles(["certificate-worker.cjs"]);
const workerFile = bundles.path("certificate-worker.cjs");
afterAll(() => bundles.remove());
const folder = await temporaryFolder();
const DAY = 86_400_000;
const SUBJECT: CertificateSubject = {
  organization: "ТОО «Жұлдыз»",
  region: "Алматы облысы",
  city: "Алматы",
  commonName: "10.20.30.40",
  email: "kassa@zhuldyz.example",
};
const authority = issue({ kind: "ca", name: "Bank CA" });
const impostor = issue({ kind: "ca", name: "Bank CA", key: keyOf("impostor") });

type MetaJournal = Pick<Journal, "meta" | "commit">;

/** What the till's requests need of a journal, on disk in no form. */
function metaJournal(): MetaJournal & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    meta: async (name) => kept.get(name) ?? null,
    async commit({ meta = {} }) {
      for (const [name, value] of Object.entries(meta)) {
        if (value === null) kept.delete(name);
        else kept.set(name, value);
      }
      return { head: 0, seqs: {} };
    },
  };
}

let count = 0;
let vaultFile: string;
let vaultKey: Buffer;
let vault: Vault;
let journal: ReturnType<typeof metaJournal>;
let clock: SimulatedClock;
let requests: Requests;
const ids: Pick<Ids, "uuid"> = { uuid: () => `0190-${(++count).toString().padStart(4, "0")}-abcd` };

const reopenVault = (): Promise<Vault> =>
  openVault({
    file: vaultFile,
    keySource: { kind: "key-file", name: "test", warning: null, key: async () => vaultKey },
  });

beforeEach(async () => {
  vaultFile = join(folder, `${++count}`, "vault");
  vaultKey = randomBytes(32);
  vault = await reopenVault();
  journal = metaJournal();
  clock = simulatedClock(Date.now());
  requests = createRequests({ journal, vault, clock, ids, workerFile });
});

function publicKeyOf(csr: string): KeyObject {
  const { publicKey } = forge.pki.certificationRequestFromPem(csr);
  return createPublicKey(forge.pki.publicKeyToPem(publicKey as forge.pki.PublicKey));
}

/** Making a key is what takes time: most tests begin with the same request, as after a restart. */
let before: { readonly view: CertificateRequestView; readonly secret: string; readonly meta: string } | null = null;
async function requestMadeBefore(): Promise<CertificateRequestView> {
  if (before === null) {
    const view = await requests.make(SUBJECT);
    const [secret, meta] = [await vault.get(`csr/${view.id}`), journal.kept.get("certificate.requests")];
    before = { view, secret: secret ?? "", meta: meta ?? "" };
  }
  await vault.put({ [`csr/${before.view.id}`]: before.secret });
  journal.kept.set("certificate.requests", before.meta);
  return before.view;
}

/** The bank's answer to a request. */
function answerTo(csr: string, wish: Wish = {}): Issued {
  return issue({
    kind: "client",
    name: "10.20.30.40",
    organization: "TOO Zhuldyz",
    issuer: authority,
    publicKey: publicKeyOf(csr),
    to: Date.now() + 1825 * DAY,
    ...wish,
  });
}

async function problemOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(CertificateProblem);
  const { field, code } = error as CertificateProblem;
  return `${field}: ${code}`;
}

describe("a request", () => {
  test("is in Latin letters; its key is in the vault alone", async () => {
    const made = await requests.make(SUBJECT);
    expect(made).toMatchObject({
      createdAt: new Date(clock.now()).toISOString(),
      subject: "C=KZ, ST=Almaty oblysy, L=Almaty, O=TOO Zhuldyz, CN=10.20.30.40, emailAddress=kassa@zhuldyz.example",
      sendTo: "cert.request@kaspi.kz",
    });
    expect(made.id).toMatch(/^[A-Za-z0-9_-]{1,32}$/);
    const csr = forge.pki.certificationRequestFromPem(made.csr);
    expect(csr.subject.getField("O")?.value).toBe("TOO Zhuldyz");

    const secret = JSON.parse((await vault.get(`csr/${made.id}`)) ?? "") as { key: string; keyPassphrase: string };
    const key = createPrivateKey({ key: secret.key, passphrase: secret.keyPassphrase });
    expect(createPublicKey(key).equals(publicKeyOf(made.csr))).toBe(true);
    expect(JSON.stringify([made, ...journal.kept])).not.toMatch(/PRIVATE KEY|keyPassphrase/);
    expect(JSON.stringify([...journal.kept])).not.toContain(secret.keyPassphrase);
    expect(await readFile(vaultFile, "utf8")).not.toMatch(/PRIVATE KEY/);
  });

  test("several are open side by side, and all outlast a restart", async () => {
    const file = join(folder, `${++count}.db`);
    const before = await openTestJournal(file);
    const first = createRequests({ journal: before, vault, clock, ids, workerFile });
    const [one, two] = await Promise.all([first.make(SUBJECT), first.make(SUBJECT)]);
    const listed = await first.list();
    expect(listed.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
    await before.close();

    const after = await openTestJournal(file);
    const again = createRequests({ journal: after, vault: await reopenVault(), clock, ids, workerFile });
    expect(await again.list()).toEqual(listed);
    for (const { id, csr } of [two, one]) {
      const answer = answerTo(csr);
      expect(await again.match(answer.der)).toBe(id);
      expect(await again.match(authority.cert + answer.cert)).toBe(id);
      const opened = await again.answer(id, Buffer.from(answer.cert));
      expect(opened.fingerprint).toBe(new X509Certificate(answer.cert).fingerprint256);
      const key = createPrivateKey({ key: opened.key, passphrase: opened.keyPassphrase });
      expect(new X509Certificate(opened.cert).checkPrivateKey(key)).toBe(true);
    }
    await after.close();
  });

  test("forgotten takes its key along; what comes for it then opens nothing", async () => {
    const { id, csr } = await requests.make(SUBJECT);
    await requests.forget(id);
    await requests.forget("never");
    expect(await requests.list()).toEqual([]);
    expect(await vault.get(`csr/${id}`)).toBeNull();
    const answer = answerTo(csr);
    expect(await requests.match(answer.cert)).toBeNull();
    expect(await requests.match("no certificate")).toBeNull();
    expect(await problemOf(requests.answer(id, answer.der))).toBe("privateKey: no_key");
  });

  test("only its own certificate answers it, made for its owner, in time", async () => {
    const one = await requests.make(SUBJECT);
    const two = await requests.make(SUBJECT);
    const refused = (wish: Wish): Promise<string> => problemOf(requests.answer(one.id, answerTo(one.csr, wish).der));
    expect(await problemOf(requests.answer(one.id, answerTo(two.csr).der))).toBe("privateKey: key_mismatch");
    expect(await refused({ organization: "TOO Temir" })).toBe("certificate: other_owner");
    expect(await refused({ to: clock.now() - 10_000 })).toBe("certificate: expired");
    expect(await refused({ from: clock.now() + 60_000 })).toBe("certificate: not_yet_valid");
    expect(await refused({ kind: "email" })).toBe("certificate: wrong_purpose");
    const foreign = issue({ kind: "client", organization: "TOO Zhuldyz", issuer: authority });
    expect(await problemOf(requests.answer(one.id, pfx(foreign, "sesame")))).toBe("certificate: key_mismatch");
    const withKey = Buffer.from(foreign.cert + foreign.keyPem);
    expect(await problemOf(requests.answer(one.id, withKey))).toBe("privateKey: key_mismatch");
    expect(await problemOf(requests.answer(one.id, Buffer.from("PK\u0003\u0004 an archive")))).toBe(
      "certificate: corrupt",
    );
    // The bank writes the legal form in its own way, or no organisation at all.
    expect(await requests.answer(one.id, answerTo(one.csr, { organization: '"ЖҰЛДЫЗ" LLP' }).der)).toBeTruthy();
    const nameless = issue({ kind: "client", issuer: authority, publicKey: publicKeyOf(one.csr) });
    expect(await requests.answer(one.id, nameless.der)).toMatchObject({ owner: { bin: null, organization: null } });
    expect(await requests.list()).toHaveLength(2);
  });

  test("no part of it may be empty in Latin letters or too long for a certificate", async () => {
    const refused = async (change: Partial<CertificateSubject>): Promise<string> => {
      const error = await requests.make({ ...SUBJECT, ...change }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(SubjectProblem);
      return (error as SubjectProblem).field;
    };
    expect(await refused({ organization: "商店" })).toBe("organization");
    expect(await refused({ organization: "Щ".repeat(17) })).toBe("organization"); // 68 letters of 64
    expect(await refused({ city: "«»" })).toBe("city");
    expect(await refused({ email: "касса@дүкен.example" })).toBe("email");
    expect(await requests.list()).toEqual([]);
    expect(certificateProblemError(new SubjectProblem("organization"))).toMatchObject({
      code: "bad_setting",
      params: { field: "organization" },
    });
  });
});

describe("what a certificate says", () => {
  const client = issue({ kind: "client", organization: "TOO Duken", issuer: authority, to: Date.now() + 30.5 * DAY });
  const open = (certificate: Buffer, more: { privateKey?: Buffer; passphrase?: string } = {}): Promise<OpenedClient> =>
    openClient({ certificate, privateKey: null, passphrase: "", ...more }, { workerFile, now: Date.now() });

  test("a PFX and a pair of files open into the same", async () => {
    const fromPfx = await open(pfx(client, "sesame", { chain: [authority] }), { passphrase: "sesame" });
    const fromPair = await open(client.der, { privateKey: Buffer.from(client.keyPem) });
    const { cert, key: _, keyPassphrase, ...facts } = fromPfx;
    expect(cert).toBe(client.cert);
    expect(keyPassphrase).not.toBe("sesame");
    expect(fromPair).toMatchObject(facts);
    expect(facts).toEqual(factsOf(client.cert));
    expect(facts).toMatchObject({
      subject: "CN=test, O=TOO Duken",
      issuer: "CN=Bank CA",
      serial: new X509Certificate(client.cert).serialNumber,
      owner: { bin: null, organization: "TOO Duken" },
    });
    expect(viewOf(facts, Date.now())).toMatchObject({
      subject: "CN=test, O=TOO Duken",
      notAfter: new Date(facts.notAfter).toISOString(),
      daysLeft: 31,
    });
    expect(viewOf(facts, facts.notAfter + 5 * DAY).daysLeft).toBe(0);
  });

  test("a key too short for TLS is named before it is used", async () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024 });
    const weak = issue({ kind: "client", key: privateKey, issuer: authority });
    expect(await problemOf(open(weak.der, { privateKey: Buffer.from(weak.keyPem) }))).toBe("certificate: unsupported");
  });

  test("whose it is: by BIN, else by name", () => {
    const owner = (organization: string | undefined, more: Record<string, string> = {}) =>
      factsOf(issue({ kind: "client", ...(organization === undefined ? {} : { organization }), more }).cert).owner;
    const SERIAL = "2.5.4.5";
    const UNIT = "2.5.4.11";
    expect(owner("Duken", { [SERIAL]: "BIN180340021791" }).bin).toBe("180340021791");
    expect(owner("Duken", { [SERIAL]: "180340021791" }).bin).toBe("180340021791");
    expect(owner("Duken", { [SERIAL]: "IIN850101300123", [UNIT]: "BIN180340021791" }).bin).toBe("180340021791");
    expect(owner("Duken", { [SERIAL]: "1234567890123" }).bin).toBeNull();

    const duken = owner("TOO Duken", { [SERIAL]: "BIN180340021791" });
    expect(sameOwner(duken, owner("Another name", { [SERIAL]: "BIN180340021791" }))).toBe(true);
    expect(sameOwner(duken, owner("TOO Duken", { [SERIAL]: "BIN990340021791" }))).toBe(false);
    expect(sameOwner(duken, owner("ТОО «ДҮКЕН»"))).toBe(true);
    expect(sameOwner(duken, owner("Duken LLP"))).toBe(true);
    expect(sameOwner(duken, owner("TOO Duken Plus"))).toBe(false);
    expect(sameOwner(owner(undefined), owner(undefined))).toBe(false);
    expect(sameOwner(owner("TOO"), owner("LLP"))).toBe(false);
  });

  test("the bank's CA files, and each problem as an error for the screen", () => {
    const { pem, views } = readRootFiles([Buffer.from(authority.cert), impostor.der]);
    expect(pem).toHaveLength(2);
    expect(views.map(({ subject }) => subject)).toEqual(["CN=Bank CA", "CN=Bank CA"]);
    expect(views[0]?.fingerprint).toBe(new X509Certificate(authority.cert).fingerprint256);
    try {
      readRootFiles([authority.der, client.der]);
      expect.unreachable();
    } catch (error) {
      expect(certificateProblemError(error as CertificateProblem)).toMatchObject({
        code: "cert_wrong_purpose",
        remedy: "callSupport",
        params: { field: "ca", index: "1" },
      });
    }
    const codes = [
      ["wrong_passphrase", "cert_wrong_passphrase"],
      ["expired", "certificate_expired"],
      ["other_owner", "cert_other_owner"],
      ["too_many_iterations", "cert_unsupported"],
    ] as const;
    for (const [code, error] of codes)
      expect(certificateProblemError(new CertificateProblem("certificate", code)).code).toBe(error);
  });
});

describe("the folder", () => {
  const present = issue({ kind: "client", organization: "TOO Zhuldyz", issuer: authority, to: Date.now() + 20 * DAY });
  const IN_USE: InUse = { facts: factsOf(present.cert), authorities: [authority.cert] };
  let dir: string;
  let drop: Drop;
  let taken: OpenedClient[];
  let notes: { event: string; fields: LogFields }[];
  let answers: boolean;

  const open = (more: Partial<DropOptions> = {}): Drop => {
    const note = (event: string, fields: LogFields = {}): void => void notes.push({ event, fields });
    const take = async (opened: OpenedClient): Promise<boolean> => {
      if (answers) taken.push(opened);
      return answers;
    };
    const log = { info: note, warn: note, error: note };
    drop = createDrop({ dir, requests, current: () => IN_USE, take, clock, log, ...more });
    return drop;
  };
  /** Lets simulated time pass and every look that it starts come to an end. */
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      await clock.advance(Math.min(left, 1000));
      await vi.waitUntil(() => clock.pending() > 0, { interval: 1, timeout: 10_000 });
    }
  };
  const put = (name: string, content: string | Buffer): Promise<void> => writeFile(join(dir, name), content);
  const events = (): string[] => notes.map(({ event, fields }) => [event, fields["code"]].filter(Boolean).join(" "));

  beforeEach(async () => {
    dir = join(folder, `${++count}`, "certs");
    await mkdir(dir, { recursive: true });
    taken = [];
    notes = [];
    answers = true;
  });
  afterEach(() => drop.stop());

  test("an answer to a request of this till is taken without a person, once", async () => {
    const { id, csr } = await requestMadeBefore();
    const answer = answerTo(csr);
    await put("certfile.cer", answer.der);
    await open().start();
    expect(taken).toEqual([]); // it may still be growing
    await pass(2000);
    expect(taken.map(({ fingerprint }) => fingerprint)).toEqual([factsOf(answer.cert).fingerprint]);
    expect(await requests.list()).toEqual([]);
    expect(await vault.get(`csr/${id}`)).toBeNull();
    expect(await readdir(dir)).toEqual(["certfile.cer.taken"]);
    expect(await drop.list()).toEqual([]);
    await pass(180_000);
    expect(taken).toHaveLength(1);
    expect(events()).toEqual(["certificates.taken"]);
  });

  test("one that is still growing is left alone until it is whole", async () => {
    const { csr } = await requestMadeBefore();
    const { cert } = answerTo(csr);
    await open().start();
    await pass(10_000);
    await put("certfile.cer", cert.slice(0, 300));
    await pass(61_000);
    await appendFile(join(dir, "certfile.cer"), cert.slice(300, 900));
    await pass(1000);
    expect(taken).toEqual([]);
    await appendFile(join(dir, "certfile.cer"), cert.slice(900));
    await pass(120_000);
    expect(taken).toHaveLength(1);
    expect(notes.some(({ event }) => event === "certificates.not_taken")).toBe(false);
  });

  test("a change in the folder is noticed at once", async () => {
    await open().start();
    const { csr } = await requestMadeBefore();
    await put("certfile.cer", answerTo(csr).cert);
    await vi.waitUntil(
      async () => {
        await pass(1000);
        return taken.length === 1;
      },
      { timeout: 5000, interval: 10 },
    );
    expect(clock.mono()).toBeLessThan(30_000);
  });

  test.each<[string, (csr: string) => { files: Record<string, string | Buffer>; current?: InUse | null }]>([
    ["another organisation's", (csr) => ({ files: { a: answerTo(csr, { organization: "TOO Temir" }).cert } })],
    [
      "another issuer's",
      (csr) => ({ files: { a: answerTo(csr, { issuer: issue({ kind: "ca", name: "Other CA" }) }).cert } }),
    ],
    [
      "one whose issuer only has the bank's name",
      (csr) => ({ files: { a: answerTo(csr, { issuer: impostor }).cert } }),
    ],
    ["one that ends no later", (csr) => ({ files: { a: answerTo(csr, { to: IN_USE.facts.notAfter }).cert } })],
    ["the first one of a till", (csr) => ({ files: { a: answerTo(csr).cert }, current: null })],
    ["one for a key that is not this till's", () => ({ files: { a: present.cert } })],
    ["one with its key beside it", () => ({ files: { a: present.cert + present.keyPem } })],
    ["a PFX", () => ({ files: { a: pfx(present, "") } })],
    ["the bank's CA", () => ({ files: { a: authority.cert, b: impostor.der } })],
    ["a text", () => ({ files: { a: "hello" } })],
  ])("%s waits for a person", async (_, given) => {
    const { csr } = await requestMadeBefore();
    const { files, current = IN_USE } = given(csr);
    for (const [name, content] of Object.entries(files)) await put(name, content);
    await open({ current: () => current }).start();
    await pass(130_000);
    expect(taken).toEqual([]);
    expect((await readdir(dir)).toSorted()).toEqual(Object.keys(files));
    expect((await drop.list()).map(({ name }) => name)).toEqual(Object.keys(files));
    expect(await requests.list()).toHaveLength(1);
    expect(new Set(events())).toEqual(new Set(["certificates.offered"]));
    expect(notes).toHaveLength(Object.keys(files).length);
  });

  test("one through which the bank does not answer is tried again, ever more rarely, and taken when it does", async () => {
    const { csr } = await requestMadeBefore();
    await put("certfile.cer", answerTo(csr).cert);
    answers = false;
    await open().start();
    await pass(310_000); // tried after 1, 61, 181 s
    expect(events()).toEqual(Array.from({ length: 3 }, () => "certificates.not_taken not_answered"));
    expect(await readdir(dir)).toEqual(["certfile.cer"]);
    expect((await drop.list())[0]?.kind).toBe("answer");
    answers = true;
    await pass(240_000);
    expect(taken).toHaveLength(1);
  });

  test("says what each file seems to be, without opening a PFX", async () => {
    const { csr } = await requestMadeBefore();
    const answer = answerTo(csr);
    await put("answer.cer", answer.der);
    await put("ca.crt", authority.cert);
    await put("letter.txt", "text");
    await put("other.cer", present.cert + authority.cert);
    await put("other.pfx", pfx(present, ""));
    await put("huge.pfx", Buffer.alloc(300_000));
    await put(".hidden", "x");
    await put("old.cer.taken", present.cert);
    await mkdir(join(dir, "folder"));
    await symlink("/etc/hostname", join(dir, "link.cer"));
    const seen = await open().list();
    expect(seen.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "answer.cer answer",
      "ca.crt roots",
      "huge.pfx unknown",
      "letter.txt unknown",
      "other.cer certificate",
      "other.pfx pfx",
    ]);
    expect(seen[0]?.certificate).toEqual(viewOf(factsOf(answer.cert), clock.now()));
    expect(seen[5]?.certificate).toBeNull();
  });

  test("gives the bytes of its own plain files and of nothing else", async () => {
    await put("other.pfx", "bytes");
    await writeFile(join(dir, "..", "outside.cer"), "secret");
    await symlink(join(dir, "..", "outside.cer"), join(dir, "link.cer"));
    await mkdir(join(dir, "sub"));
    await writeFile(join(dir, "sub", "inner.cer"), "secret");
    open();
    expect(Buffer.from((await drop.read("other.pfx")) ?? []).toString()).toBe("bytes");
    for (const name of [
      "../outside.cer",
      "..",
      ".",
      "",
      "sub",
      "sub/inner.cer",
      "sub\\inner.cer",
      "link.cer",
      join(dir, "other.pfx"),
      "other.pfx:stream",
      "other.pfx\0.cer",
      "absent.cer",
    ])
      expect([name, await drop.read(name)]).toEqual([name, null]);
    await put("huge.pfx", Buffer.alloc(300_000));
    await expect(drop.read("huge.pfx")).rejects.toMatchObject({ code: "too_large" });
  });

  test("a folder that is missing is made; one that cannot be is logged and holds nothing up", async () => {
    const parent = join(dir, "..");
    await rename(dir, join(parent, "away"));
    await open().start();
    expect(await readdir(parent)).toContain("certs");
    await drop.stop();
    await rename(join(parent, "certs"), join(parent, "again"));
    await writeFile(dir, "a file");
    await open().start();
    await pass(125_000);
    expect(events()).toEqual(["certificates.folder EEXIST", "certificates.folder ENOTDIR"]);
    expect(await drop.list()).toEqual([]);
  });

  test("stopped, it looks no more", async () => {
    const { csr } = await requestMadeBefore();
    await open().start();
    await drop.stop();
    expect(clock.pending()).toBe(0);
    await put("certfile.cer", answerTo(csr).cert);
    await clock.advance(120_000);
    expect(taken).toEqual([]);
  });
});
