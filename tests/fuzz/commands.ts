/** Inputs of every command, as the bridge of either host hands them on. */
import { USUAL_KIOSK } from "../../contract/kiosk.ts";
import { COMMANDS, type CommandName } from "../../contract/commands.ts";
import { ERROR_CODES } from "../../contract/errors.ts";
import type { Actor } from "../../main/core/index.ts";
import type { Target } from "./target.ts";
import { PERSON, type World } from "./world.ts";

const ID = "0197b1f2-c3d4-7a6b-8c9d-0e1f2a3b4c5d";
const session = "s".repeat(43);
const file = { name: "a.pfx", content: Buffer.from("not a certificate").toString("base64") };
/** Of a bank that this till does not have, and of nothing that is in the journal: none of them may do anything. */
const INPUTS: Readonly<Record<CommandName, unknown>> = {
  "payments.create": {
    key: "k-1",
    request: {
      amount: "5000.00",
      provider: "epay",
      method: "card",
      saleId: "s-1",
      description: "Нан",
      payer: { email: "a@example.kz" },
      card: { number: "4000000000000002", expiry: "12/39", cvc: "123", name: "AIGERIM" },
    },
  },
  "payments.get": { id: ID },
  "payments.list": { state: "paid", from: "2026-11-22T10:00:00+05:00", limit: 20, cursor: "7" },
  "payments.cancel": { id: ID },
  "payments.refresh": { id: ID },
  "payments.dismiss": { id: ID },
  "payments.renew": { id: ID, key: "k-2" },
  "payments.lookUp": { provider: "halykQr", phone: "+77010000000" },
  "payments.capture": { id: ID, amount: "10.00" },
  "payments.void": { id: ID },
  "payments.bankPage": { id: ID, did: "open" },
  "payments.dispense": { id: ID },
  "payments.fulfil": { id: ID, ok: false, reason: "motor 24" },
  "kiosk.rest": {},
  "kiosk.save": { session, kiosk: USUAL_KIOSK },
  "kiosk.picture": { session, file: file.content },
  "kiosk.leave": { session },
  "cards.list": {},
  "cards.remove": { id: `card_${"0".repeat(32)}` },
  "refunds.create": { key: "k-3", request: { paymentId: ID, amount: "100.00", pin: "0000" } },
  "refunds.get": { id: ID },
  "refunds.list": { state: "refunded", limit: 10 },
  "refunds.select": { id: ID, operationId: "12345", amount: "100.00" },
  "refunds.cancel": { id: ID },
  "refunds.refresh": { id: ID },
  "refunds.dismiss": { id: ID },
  "refunds.look": { paymentId: ID },
  "history.list": { text: "A1-000001", fromDay: "2026-11-01", toDay: "2026-11-22", show: "paid", limit: 20 },
  "notices.acknowledge": { id: ID },
  "review.list": {},
  "review.resolve": { id: ID, outcome: "treatedAsUnpaid", reason: "seen in the app", pin: "0000" },
  "review.seen": {},
  support: {},
  "bank.prepare": { provider: "epay" },
  "language.set": { language: "ru" },
  health: {},
  "events.after": { seq: 0, limit: 20 },
  "training.phone": { id: ID, action: "scan" },
  "training.fault": { fault: "silent" },
  "desk.unlock": { pin: "000000" },
  "desk.lock": { session },
  "setup.begin": {
    language: "ru",
    merchant: { name: "Дүкен", bin: "180340021791", supportPhone: null },
    till: { id: "A1", name: "Касса" },
    technician: { name: "Техник", pin: "123456" },
  },
  "settings.get": { session },
  "settings.save": {
    session,
    general: { language: "ru", merchant: { name: "Дүкен" }, till: { id: "A2", name: "Касса" } },
  },
  "people.put": { session, id: null, name: "Чужой", role: "owner", pin: "999999" },
  "people.remove": { session, id: "t1" },
  "token.make": { session, name: "mine", may: ["pay", "cards"] },
  "token.remove": { session, name: "1c" },
  "connection.draft": { session, change: { url: "https://127.0.0.1:1/r2/v01", scheme: 2 } },
  "connection.discard": { session },
  "connection.check": { session },
  "connection.register": { session },
  "connection.apply": { session },
  "bank.draft": { session, change: { provider: "halykQr", username: "shop", password: "x" } },
  "bank.roots": { session, provider: "epay", of: "server", files: [file] },
  "bank.discard": { session, provider: "epay" },
  "bank.check": { session, provider: "epay" },
  "bank.apply": { session, provider: "epay" },
  "bank.remove": { session, provider: "halykQr" },
  "device.register": { session },
  "device.delete": { session },
  "organization.use": { session, bin: "180340021791" },
  "certificate.open": { session, certificate: file, privateKey: null, passphrase: "x" },
  "certificate.roots": { session, files: [file] },
  "certificate.request": {
    session,
    subject: {
      organization: "Дүкен",
      region: "Алматы",
      city: "Алматы",
      commonName: "till.example",
      email: "a@example.kz",
    },
  },
  "certificate.forget": { session, id: "r1" },
  "certificate.answer": { session, id: "r1", certificate: file, roots: [file], url: null },
  "certificate.dropped": { session, name: "a.pfx", passphrase: "x" },
  "support.save": { session },
  "journal.backup": { session },
  "journal.verify": { session },
};
const NAMES = Object.keys(INPUTS) as CommandName[];
const PROGRAM: Actor = { kind: "api", name: "1c", scopes: ["pay", "refund", "read", "cards", "support"] };
const CODES: ReadonlySet<string> = new Set(ERROR_CODES);
/** What may be done without a right and without an effect in the books. */
const HARMLESS: ReadonlySet<CommandName> = new Set(
  NAMES.filter((name) => /\.(list|seen|prepare|set|lock|after|rest)$|^(health|support)$/.test(name)),
);

export function commandTarget(world: World): Target {
  return {
    name: "commands",
    weight: 30,
    async one(mutator) {
      const known = mutator.pick(NAMES);
      const name = mutator.chance(0.03) ? mutator.text(known) : known;
      const input = mutator.value(INPUTS[known]);
      const result = await world.core.call(mutator.chance(0.8) ? PERSON : PROGRAM, name, input);
      const read = Object.hasOwn(COMMANDS, name) ? COMMANDS[name as CommandName].input.safeParse(input) : null;
      const past = read !== null && (read.success || read.error.issues.every(({ path }) => path.length > 0));
      const said = (): string =>
        `${name} ${JSON.stringify(input)?.slice(0, 300)} gave ${JSON.stringify(result).slice(0, 300)}`;
      if (result.ok && !(read?.success === true && HARMLESS.has(name as CommandName)))
        return { past, wrong: `taken: ${said()}` };
      if (!result.ok && (!CODES.has(result.error.code) || result.error.code === "internal"))
        return { past, wrong: `no proper refusal: ${said()}` };
      return { past };
    },
    state: world.state,
  };
}
