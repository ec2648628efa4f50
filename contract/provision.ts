import { z } from "zod";
import { BANK_CONFIGS } from "./banks/index.ts";
import { USUAL_LIMITS } from "./banks/limits.ts";
import {
  CATALOGUE_CAP,
  DISPENSE_SECONDS,
  displaySettings,
  FULFIL_SECONDS,
  itemId,
  localText,
  machineLine,
  timeOfDay,
  USUAL_DISPLAYS,
} from "./kiosk.ts";
import { AMOUNT, parseAmount, type Minor } from "./money.ts";
import type { AddProblem, Loose, Problem } from "./problem.ts";
import { pathText, problemsOf } from "./problem.ts";
import { LANGUAGES } from "./states.ts";
import { checkDisplays, checkMode, checkProducts } from "./unattended.ts";

export type { Problem } from "./problem.ts";

export const MODES = ["cashier", "refund", "kiosk", "vending"] as const;
export const ROLES = ["cashier", "senior", "technician", "owner"] as const;
export const SCOPES = ["pay", "refund", "read", "cards", "support"] as const;
/** The name of the token that `till.token` is shorthand for, and the id of the person that `adminPin` is. */
export const SHORT_TOKEN = "till";
export const SHORT_PERSON = "admin";
export const USUAL_PIN_LIMIT = "20000.00";

const pin = z.string().regex(/^\d{4,12}$/, "must be 4 to 12 digits in quotes");
const plainId = z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "must be 1 to 32 Latin letters, digits, - or _");
const token = z
  .string()
  .regex(/^[\x21-\x7e]*$/, "must be Latin letters, digits and signs without spaces")
  .min(16, "must be at least 16 characters")
  .max(256, "must be at most 256 characters");
const phone = z.string().regex(/^[+0-9][0-9 ()-]{1,31}$/, "must be a telephone number");
const seconds = z.int("must be a whole number of seconds");

const person = z.strictObject({
  id: plainId,
  name: z.string().min(1).max(80),
  role: z.enum(ROLES, `must be one of ${ROLES.join(", ")}`),
  pin,
});

const tillToken = z.strictObject({
  name: plainId,
  token,
  may: z
    .array(z.enum(SCOPES, `must be one of ${SCOPES.join(", ")}`))
    .min(1, "must hold at least one right")
    .max(SCOPES.length),
});

const till = z.strictObject({
  /** Stands in every receipt number (`A1-000123`), which goes to the bank as ExternalId. */
  id: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,11}$/,
      "must be 1 to 12 Latin letters, digits, - or _, a letter or digit first",
    ),
  name: z.string().min(1).max(80).optional(),
  token: token.optional(),
  tokens: z.array(tillToken).max(32).optional(),
});

/** One text for all languages, or one each. */
const oneOrEach = z.union([
  z
    .string()
    .trim()
    .min(1)
    .max(80)
    .transform((text) => ({ kk: text, ru: text, en: text })),
  localText,
]);

const kiosk = z.strictObject({
  catalogue: z
    .array(
      z.strictObject({
        id: itemId,
        name: oneOrEach,
        price: z.string().regex(AMOUNT, 'must be an amount in quotes, such as "450.00"'),
        /** A file beside this one: PNG, JPEG or WebP. */
        picture: z.string().min(1).max(255).nullable().default(null),
      }),
    )
    .max(CATALOGUE_CAP)
    .default([]),
  elsewhere: oneOrEach.nullable().default(null),
  fulfilSeconds: seconds.min(10).max(3600).default(FULFIL_SECONDS),
  dispenseSeconds: seconds.min(5).max(3600).default(DISPENSE_SECONDS),
  machine: machineLine.nullable().default(null),
  voice: z.boolean().default(true),
  restartAt: timeOfDay.nullable().default("04:30"),
});

/** The provisioning file: contract section 2. */
export const provision = z.strictObject({
  version: z.literal(1, "must be 1"),
  language: z.enum(LANGUAGES, `must be one of ${LANGUAGES.join(", ")}`).default("ru"),
  mode: z.enum(MODES, `must be one of ${MODES.join(", ")}`).default("cashier"),
  timezone: z.string().max(64).refine(isTimeZone, "must be a time zone such as Asia/Almaty").default("Asia/Almaty"),
  merchant: z.strictObject({
    name: z.string().min(1).max(120),
    bin: z
      .string()
      .regex(/^\d{12}$/, "must be 12 digits in quotes (leading zeros count)")
      .nullable()
      .default(null),
    address: z.string().min(1).max(200).nullable().default(null),
    supportPhone: phone.nullable().default(null),
  }),
  adminPin: pin.optional(),
  people: z.array(person).max(200).default([]),
  till,
  screen: z
    .strictObject({
      autoReturnSeconds: seconds.min(1).max(600).default(5),
      idleSeconds: seconds.min(10).max(3600).default(60),
    })
    .default({ autoReturnSeconds: 5, idleSeconds: 60 }),
  /** What an unattended till sells and how; kept also while the mode is another. */
  kiosk: kiosk.prefault({}),
  displays: displaySettings
    .partial()
    .default({})
    .transform((given) => ({ ...USUAL_DISPLAYS, ...given })),
  /** A refund above `pinAbove` needs the PIN of a senior, technician or owner; null: none does. */
  refund: z
    .strictObject({
      pinAbove: z
        .string()
        .regex(AMOUNT, 'must be an amount in quotes, such as "20000.00", or null')
        .nullable()
        .default(USUAL_PIN_LIMIT),
    })
    .default({ pinAbove: USUAL_PIN_LIMIT }),
  providers: z
    .strictObject({
      kaspi: BANK_CONFIGS.kaspi.schema.optional(),
      halykQr: BANK_CONFIGS.halykQr.schema.optional(),
      epay: BANK_CONFIGS.epay.schema.optional(),
    })
    .default({}),
});
export type Provision = z.infer<typeof provision>;

/** Checks a whole provisioning document and names every wrong field by its path. No value appears in the words. */
export function readProvision(raw: unknown): { ok: true; value: Provision } | { ok: false; problems: Problem[] } {
  const parsed = provision.safeParse(raw);
  const problems: Problem[] = [];
  // One line for each field, however many of its rules it breaks.
  const add: AddProblem = (path, words) => {
    if (!problems.some((known) => known.path === path)) problems.push({ path, words });
  };
  if (!parsed.success) for (const { path, words } of problemsOf(parsed.error.issues, raw)) add(path, words);
  if (isObject(raw)) checkTogether(raw, add);
  if (parsed.success && problems.length === 0) return { ok: true, value: parsed.data };
  return { ok: false, problems };
}

/** The rules that join several fields; each bank brings its own. Works on the raw file, however wrong it is. */
function checkTogether(raw: Loose, add: AddProblem): void {
  if (isObject(raw.till)) checkTokens(raw.till, add);
  checkPeople(raw, add);
  checkKiosk(raw, add);
  if (!isObject(raw.providers)) return;
  for (const [name, bank] of Object.entries(BANK_CONFIGS)) {
    const config = raw.providers[name];
    if (isObject(config))
      bank.check(config, (path, words) => add(pathText(["providers", name, ...splitPath(path)]), words));
  }
}

function checkTokens(till: Loose, add: AddProblem): void {
  const tokens = Array.isArray(till.tokens) ? till.tokens : [];
  const names = new Set<unknown>(till.token === undefined ? [] : [SHORT_TOKEN]);
  const secrets = new Set<unknown>(till.token === undefined ? [] : [till.token]);
  tokens.forEach((entry: unknown, index) => {
    if (!isObject(entry)) return;
    if (typeof entry.name === "string" && names.has(entry.name)) add(`till.tokens[${index}].name`, "is used twice");
    if (typeof entry.token === "string" && secrets.has(entry.token))
      add(`till.tokens[${index}].token`, "is used twice");
    names.add(entry.name);
    secrets.add(entry.token);
  });
}

function checkPeople(raw: Loose, add: AddProblem): void {
  const ids = new Set<unknown>(raw.adminPin === undefined ? [] : [SHORT_PERSON]);
  if (!Array.isArray(raw.people)) return;
  raw.people.forEach((entry: unknown, index) => {
    if (!isObject(entry)) return;
    if (typeof entry.id === "string" && ids.has(entry.id)) add(`people[${index}].id`, "is used twice");
    ids.add(entry.id);
  });
}

function checkKiosk(raw: Loose, add: AddProblem): void {
  const given = isObject(raw.kiosk) ? raw.kiosk : {};
  const { catalogue, machine } = given;
  const hasMachine = machine !== undefined && machine !== null;
  if (hasMachine && raw.mode !== "vending")
    add("kiosk.machine", 'only with mode "vending": nothing else hands anything out');
  if (isObject(raw.displays)) checkDisplays(raw.displays, add);
  const items = listOf(catalogue).map((item) => (isObject(item) ? { id: item.id, price: item.price } : NO_ITEM));
  const banks = isObject(raw.providers) ? [raw.providers.kaspi, raw.providers.halykQr] : [];
  checkProducts(items, banks.flatMap(limitsOf), add);
  const mode = {
    mode: raw.mode,
    products: items.length,
    machine: hasMachine,
    program: mayPay(raw.till),
    keeper: raw.adminPin !== undefined || listOf(raw.people).some(isKeeper),
  };
  checkMode(mode, add);
}

const NO_ITEM = { id: null, price: null };
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isKeeper = (value: unknown): boolean =>
  isObject(value) && (value.role === "technician" || value.role === "owner") && value.pin !== undefined;

function mayPay(given: unknown): boolean {
  if (!isObject(given)) return false;
  const may = listOf(given.tokens).map((entry) => (isObject(entry) ? listOf(entry.may) : []));
  return given.token !== undefined || may.some((rights) => rights.includes("pay"));
}

/** Of a bank that shows a code, the only ones a customer alone can pay with. Wrong limits are named by the bank's own rules. */
function limitsOf(bank: unknown): { min: Minor; max: Minor }[] {
  if (!isObject(bank)) return [];
  const { min, max } = { ...USUAL_LIMITS, ...(isObject(bank.limits) ? bank.limits : {}) };
  const [least, most] = [min, max].map((text) => (typeof text === "string" ? parseAmount(text) : null));
  return least === null || most === null || least === undefined || most === undefined
    ? []
    : [{ min: least, max: most }];
}

/** A bank names its fields as `headers.X-Name` or `list[1].field`: a header's name may hold dots itself, so only the first parts. */
function splitPath(path: string): (string | number)[] {
  const item = /^(\w+)\[(\d+)\]\.(\w+)$/.exec(path);
  if (item) return [item[1] ?? "", Number(item[2]), item[3] ?? ""];
  const dot = path.indexOf(".");
  return dot < 0 ? [path] : [path.slice(0, dot), path.slice(dot + 1)];
}

function isTimeZone(text: string): boolean {
  // Newer engines also take offsets such as +05:00, which know no change of the law.
  if (!/^[A-Za-z]/.test(text)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: text }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

function isObject(value: unknown): value is Loose {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
