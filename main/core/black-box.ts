/** The black box: the last transitions with the bank's request ids, for the bank's support desk. Nothing secret is in it. */
import { isCardNumber } from "../../contract/card-number.ts";
import { appError, type Result } from "../../contract/errors.ts";
import { PAYMENT_STATES, REFUND_STATES } from "../../contract/states.ts";
import { supportFile, TRANSITIONS, type SupportFile } from "../../contract/support.ts";
import type { CallRow, Journal, Ports, Profile, StoredEvent } from "./ports.ts";
import type { Settings } from "./settings.ts";
import { isoTime } from "./time.ts";

type Transition = SupportFile["transitions"][number];
type Ref = Pick<Transition, "kind" | "id">;

/**
 * Made from the journal as it stands, whatever the till is doing; amounts as decimal text, times in the shop's zone.
 * Refuses with `journal_unavailable` when the journal cannot be read.
 */
export async function blackBox(
  { journal, clock, log }: Pick<Ports, "journal" | "clock" | "log">,
  settings: Settings,
  program: string,
): Promise<Result<SupportFile>> {
  const { timezone, till, merchant } = settings;
  try {
    const { schema, epoch, head, mac } = await journal.info();
    const transitions = (await lastEvents(journal, head)).flatMap((event) => transitionOf(event, timezone) ?? []);
    const refs = new Map(transitions.map((transition): [string, Ref] => [transition.id, transition]));
    const value = supportFile.parse({
      purpose: "qabyl-support",
      version: 1,
      madeAt: isoTime(clock.now(), timezone),
      program,
      till: { id: till.id, name: till.name },
      merchant: { name: merchant.name, bin: merchant.bin },
      profiles: (await profilesOf(journal, [...refs.values()])).map(wayOf),
      journal: { schema, epoch, head, mac },
      transitions,
      calls: (await callsOf(journal, [...refs.values()])).map((row) => callOf(row, timezone)),
    });
    return { ok: true, value };
  } catch (error) {
    log.error("support.unreadable", { detail: String(error) });
    return { ok: false, error: appError("journal_unavailable") };
  }
}

// --- helpers ---

const WINDOW = 1000;

/** The last events of payments and refunds up to `head`, oldest first. Numbers have gaps: no window holds more than itself. */
async function lastEvents(journal: Pick<Journal, "events" | "firstEvent">, head: number): Promise<StoredEvent[]> {
  const first = await journal.firstEvent();
  let found: StoredEvent[] = [];
  for (let to = head; to >= first && to > 0 && found.length < TRANSITIONS; to -= WINDOW) {
    const page = await journal.events(Math.max(to - WINDOW, 0), WINDOW);
    const own = page.filter(({ seq, kind }) => seq <= to && (kind === "payment" || kind === "refund"));
    found = [...own, ...found];
  }
  return found.slice(-TRANSITIONS);
}

/** Field by field, so that nothing gets in by being added to the object. Null for one that no version of ours has written. */
function transitionOf({ seq, at, kind, ref, body }: StoredEvent, timezone: string): Transition | null {
  const object = record(parsed(body));
  const text = (name: string): string | null => textOf(object[name]);
  const state = [...PAYMENT_STATES, ...REFUND_STATES].find((known) => known === object["state"]);
  if (state === undefined || (kind !== "payment" && kind !== "refund")) return null;
  const error = record(object["error"]);
  const history = Array.isArray(object["history"]) ? object["history"] : [];
  return {
    seq,
    at: isoTime(at, timezone),
    kind,
    id: ref,
    number: text("number") ?? "",
    provider: text("provider") ?? "",
    environment: text("environment") ?? "",
    method: text("method"),
    amount: text("amount"),
    currency: text("currency") ?? "",
    state,
    settled: object["settled"] === true,
    late: object["late"] === true,
    cause: careful(textOf(record(history.at(-1))["cause"])),
    bankId: text("bankId"),
    errorCode: textOf(error["code"]),
    bankCode: careful(textOf(error["bankCode"])),
  };
}

async function profilesOf(journal: Journal, refs: readonly Ref[]): Promise<readonly Profile[]> {
  const rows = await Promise.all(
    refs.map(({ kind, id }) => (kind === "payment" ? journal.payment(id) : journal.refund(id))),
  );
  const ids = new Set(rows.flatMap((row) => row?.profileId ?? []));
  return (await Promise.all([...ids].map((id) => journal.profile(id)))).filter((profile) => profile !== null);
}

/** Path and query stay out: some banks' carry what opens a door. */
function wayOf({ provider, environment, scheme, url, tradePoint, device }: Profile): SupportFile["profiles"][number] {
  const host = /^https?:\/\/(?:[^/?#]*@)?([^/?#@]+)/.exec(url)?.[1] ?? "";
  return { provider, environment, scheme, host, tradePoint, device };
}

async function callsOf(journal: Journal, refs: readonly Ref[]): Promise<CallRow[]> {
  const lists = await Promise.all(
    refs.map(({ kind, id }) => (kind === "payment" ? journal.calls(id) : journal.refundCalls(id))),
  );
  // A refund's call may be found by its payment too.
  const each = new Map(lists.flat().map((row) => [row.requestId, row]));
  return [...each.values()].toSorted((a, b) => a.sentAt - b.sentAt);
}

function callOf(row: CallRow, timezone: string): SupportFile["calls"][number] {
  const { requestId, name, danger, outcome } = row;
  return {
    ref: row.refundId ?? row.paymentId ?? "",
    requestId,
    name,
    danger,
    sentAt: isoTime(row.sentAt, timezone),
    answeredAt: row.answeredAt === null ? null : isoTime(row.answeredAt, timezone),
    outcome,
    bankCode: careful(row.bankCode),
  };
}

/** What a bank has put where its codes belong: a short code is kept; words, card numbers and telephones are not. */
function careful(text: string | null): string | null {
  if (text === null) return null;
  const groups = text.match(/\d(?:[ -]?\d){9,}/g) ?? [];
  const telling = groups.some((group) => {
    const digits = group.replaceAll(/\D/g, "");
    return digits.length < 13 || isCardNumber(digits);
  });
  return telling || !/^(HTTP \d{3}|[\w.:-]{1,80})$/.test(text) ? "[hidden]" : text;
}

const textOf = (value: unknown): string | null => (typeof value === "string" ? value : null);

const record = (value: unknown): Record<string, unknown> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
