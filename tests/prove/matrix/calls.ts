/**
 * The calls of the three banks with what a lost answer to each means (reliability, "What a lost answer means"), and the
 * faults that can befall them.
 */
import type { HttpProblem } from "../../../main/core/ports.ts";
import type { Fault } from "../../../simulator/faults.ts";
import { byCard, card, givenUp, held, refund, refundByScan, sale, soughtAfter, type Story } from "./stories.ts";

type Struck = Fault extends infer F ? (F extends Fault ? Omit<F, "method" | "nth" | "count"> : never) : never;

export interface Call {
  readonly bank: "Kaspi 1" | "Kaspi 2" | "Kaspi 3" | "Halyk QR" | "ePay";
  /** As in the bank's ledger. */
  readonly name: string;
  /** Of its address. */
  readonly path: RegExp;
  /** Where another call has the same address. */
  readonly method?: "GET" | "POST";
  readonly story: Story;
  /** How often it may be sent in a story in which nobody asks for it twice. Questions: as often as is polite. */
  readonly sends: number | null;
  /** The states in which its story may end: with a fault that may have let it be carried out, and with one that cannot have. */
  readonly ends: { readonly lost: readonly string[]; readonly unsent: readonly string[] };
  /** What has gone back, or was never there, when a foreign refund comes between. */
  readonly movesBack?: true;
}

const CREATED = { lost: ["paid"], unsent: ["paid", "failed"] };
const ASKED = { lost: ["paid"], unsent: ["paid"] };
const LOSE_CODE: Struck = { kind: "eat" };

/** Kaspi's calls of a sale are the same in each scheme; their refunds are not. */
const kaspiSales = (bank: "Kaspi 1" | "Kaspi 2" | "Kaspi 3"): Call[] => [
  { bank, name: "qr/create", path: /\/qr\/create$/, story: sale({ provider: "kaspi" }), sends: 2, ends: CREATED },
  {
    bank,
    name: "qr/create-link",
    path: /\/qr\/create-link$/,
    story: sale({ provider: "kaspi", method: "link" }),
    sends: 2,
    ends: CREATED,
  },
  {
    bank,
    name: "payment/status",
    path: /\/payment\/status\//,
    story: sale({ provider: "kaspi" }),
    sends: null,
    ends: ASKED,
  },
];

const INVOICE = { provider: "kaspi", method: "invoice", phone: "87077777777" } as const;
const GONE = ["refunded", "needs_review", "not_executed"];

export const CALLS: readonly Call[] = [
  ...kaspiSales("Kaspi 1"),
  ...kaspiSales("Kaspi 2"),
  ...kaspiSales("Kaspi 3"),
  // The telephone is asked for once, and nobody can look up what became of it.
  {
    bank: "Kaspi 3",
    name: "remote/create",
    path: /\/remote\/create$/,
    story: sale(INVOICE),
    sends: 1,
    ends: { lost: ["needs_review", "paid"], unsent: ["failed"] },
  },
  {
    bank: "Kaspi 3",
    name: "remote/cancel",
    path: /\/remote\/cancel$/,
    story: givenUp(INVOICE),
    sends: 1,
    ends: { lost: ["cancelled", "paid"], unsent: ["paid"] },
  },
  {
    bank: "Kaspi 2",
    name: "return/create",
    path: /\/return\/create$/,
    story: refundByScan,
    sends: 2,
    ends: { lost: ["refunded"], unsent: ["refunded", "failed"] },
  },
  {
    bank: "Kaspi 2",
    name: "return/status",
    path: /\/return\/status\//,
    story: refundByScan,
    sends: null,
    ends: { lost: ["refunded"], unsent: ["refunded"] },
  },
  {
    bank: "Kaspi 2",
    name: "return/operations",
    path: /\/return\/operations$/,
    story: refundByScan,
    sends: null,
    ends: { lost: ["refunded", "failed"], unsent: ["refunded"] },
  },
  {
    bank: "Kaspi 2",
    name: "payment/details",
    path: /\/payment\/details$/,
    story: refundByScan,
    sends: null,
    ends: { lost: ["refunded", "choosing, not sent"], unsent: ["refunded", "choosing, not sent"] },
  },
  {
    bank: "Kaspi 2",
    name: "payment/return",
    path: /\/payment\/return$/,
    story: refundByScan,
    sends: 1,
    ends: { lost: GONE, unsent: ["choosing, not sent", "not_executed"] },
    movesBack: true,
  },
  {
    bank: "Kaspi 3",
    name: "payment/details",
    path: /\/payment\/details$/,
    story: refund({ provider: "kaspi" }),
    sends: null,
    ends: { lost: ["refunded", "failed"], unsent: ["refunded", "failed"] },
  },
  {
    bank: "Kaspi 3",
    name: "payment/return",
    path: /\/payment\/return$/,
    story: refund({ provider: "kaspi" }),
    sends: 1,
    ends: { lost: GONE, unsent: ["failed", "not_executed"] },
    movesBack: true,
  },

  {
    bank: "Halyk QR",
    name: "generate/code",
    path: /\/generate\/code$/,
    story: sale({ provider: "halykQr" }),
    sends: 2,
    ends: CREATED,
  },
  {
    bank: "Halyk QR",
    name: "status",
    path: /\/status\/\d{13,}$/,
    method: "GET",
    story: sale({ provider: "halykQr" }),
    sends: null,
    ends: ASKED,
  },
  {
    bank: "Halyk QR",
    name: "status/invoice",
    path: /\/status\/\d+\/\d+$/,
    story: soughtAfter(
      { provider: "halykQr" },
      ({ banks }) => void banks.halykFaults.add({ ...LOSE_CODE, method: "generate/code" }),
    ),
    sends: null,
    ends: { lost: ["paid", "failed"], unsent: ["paid", "failed"] },
  },
  {
    bank: "Halyk QR",
    name: "status/change",
    path: /\/status\/\d{13,}$/,
    method: "POST",
    story: givenUp({ provider: "halykQr" }),
    sends: 5,
    ends: { lost: ["cancelled"], unsent: ["cancelled"] },
  },
  {
    bank: "Halyk QR",
    name: "generate/refund",
    path: /\/generate\/refund$/,
    story: refund({ provider: "halykQr" }),
    sends: 1,
    ends: { lost: ["refunded", "needs_review"], unsent: ["failed"] },
  },

  {
    bank: "ePay",
    name: "token",
    path: /\/oauth2\/token$/,
    story: card("card"),
    sends: null,
    ends: { lost: ["paid", "failed"], unsent: ["paid", "failed"] },
  },
  {
    bank: "ePay",
    name: "key",
    path: /\/public\.rsa$/,
    story: card("card"),
    sends: null,
    ends: { lost: ["paid", "failed"], unsent: ["paid", "failed"] },
  },
  {
    bank: "ePay",
    name: "cryptopay",
    path: /\/cryptopay$/,
    story: card("card"),
    sends: 1,
    ends: { lost: ["paid", "failed"], unsent: ["failed"] },
  },
  {
    bank: "ePay",
    name: "check-status",
    path: /\/check-status\/payment\//,
    story: card("card"),
    sends: null,
    ends: ASKED,
  },
  {
    bank: "ePay",
    name: "confirm",
    path: /\/payments\/confirm$/,
    story: card("card", "3ds"),
    sends: 1,
    ends: { lost: ["paid", "needs_review", "expired", "declined"], unsent: ["needs_review", "expired", "declined"] },
  },
  {
    bank: "ePay",
    name: "charge",
    path: /\/operation\/[^/]+\/charge$/,
    story: held("payments.capture"),
    sends: 1,
    ends: { lost: ["paid", "authorized"], unsent: ["authorized"] },
  },
  {
    bank: "ePay",
    name: "cancel",
    path: /\/operation\/[^/]+\/cancel$/,
    story: held("payments.void"),
    sends: 1,
    ends: { lost: ["released", "authorized"], unsent: ["authorized"] },
  },
  {
    bank: "ePay",
    name: "refund",
    path: /\/operation\/[^/]+\/refund$/,
    story: refund(byCard),
    sends: 1,
    ends: { lost: GONE, unsent: ["failed", "not_executed"] },
  },
];

export interface Trouble {
  /** What the bank's side does; null: the request does not leave, for this reason. */
  readonly fault: readonly Struck[];
  readonly stops: HttpProblem | null;
  /** The bank may have carried it out. */
  readonly mayAct: boolean;
  readonly onlyBack?: true;
}

const atBank = (fault: Struck, ...more: Struck[]): Trouble => ({ fault: [fault, ...more], stops: null, mayAct: true });

export const TROUBLES: Readonly<Record<string, Trouble>> = {
  refused: { fault: [], stops: "refused", mayAct: false },
  "wrong certificate": { fault: [], stops: "server_untrusted", mayAct: false },
  dropped: atBank({ kind: "drop" }),
  eaten: atBank({ kind: "eat" }),
  "late by 20 s": atBank({ kind: "late", ms: 20_000 }),
  "late by 150 s": atBank({ kind: "late", ms: 150_000 }),
  hung: atBank({ kind: "hang" }),
  "hung, carried out": atBank({ kind: "hang", acts: true }),
  truncated: atBank({ kind: "truncate" }),
  garbage: atBank({ kind: "garbage" }),
  "HTML 502": atBank({ kind: "html" }),
  "HTML 502, carried out": atBank({ kind: "html", acts: true }),
  429: atBank({ kind: "http", status: 429 }),
  "foreign refund, eaten": { ...atBank({ kind: "foreign", minor: 777 }, { kind: "eat" }), onlyBack: true },
  "foreign refund, dropped": { ...atBank({ kind: "foreign", minor: 777 }, { kind: "drop" }), onlyBack: true },
};
