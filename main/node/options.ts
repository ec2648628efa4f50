/** The command line of the Node host: contract section 1. */
import { parseArgs } from "node:util";
import { practisedMode, type Mode } from "../training-mode.ts";

export const USAGE = `options:
  --data DIR            where the till keeps its journal and vault
  --provision FILE      the provisioning file, applied when it has changed
  --port N              port on 127.0.0.1; 0: any (default 7373)
  --no-browser          opens no window
  --customer-at X,Y     the customer's window fills the display at this place (see docs/customer-display.md)
  --training            practice with a bank built in, in DIR/training
  --mode MODE           only with --training: cashier (default), refund, kiosk or vending
  --listen ADDR[:PORT]  the till API, and only that, on the network (default port 7443)
  --tls-cert FILE       certificate of --listen (PEM, with its chain)
  --tls-key FILE        its key (PEM)
  --supervised          after a fault ends with 1 instead of starting again by itself
  --insecure-provision  takes a provisioning file that others can read`;

export interface Options {
  readonly data: string | null;
  readonly provision: string | null;
  readonly insecureProvision: boolean;
  readonly port: number;
  readonly browser: boolean;
  /** A place on the customer's display, as `X,Y`. */
  readonly customerAt: string | null;
  /** Whoever started the host starts it again. */
  readonly supervised: boolean;
  readonly training: boolean;
  /** What is practised. */
  readonly mode: Mode;
  readonly listen: {
    readonly address: string;
    readonly port: number;
    readonly cert: string;
    readonly key: string;
  } | null;
}

const DEFAULT_PORT = 7373;
const DEFAULT_LISTEN_PORT = 7443;

const KNOWN = {
  data: { type: "string" },
  provision: { type: "string" },
  port: { type: "string" },
  "no-browser": { type: "boolean" },
  "customer-at": { type: "string" },
  training: { type: "boolean" },
  mode: { type: "string" },
  listen: { type: "string" },
  "tls-cert": { type: "string" },
  "tls-key": { type: "string" },
  "insecure-provision": { type: "boolean" },
  supervised: { type: "boolean" },
} as const;

type Name = keyof typeof KNOWN;

/** Reads the command line; every wrong option has its line. */
export function readOptions(args: readonly string[]): { ok: true; options: Options } | { ok: false; lines: string[] } {
  const given = new Map<Name, string | true>();
  const lines = collect(args, given);
  const text = (name: Name): string | null => {
    const value = given.get(name);
    return typeof value === "string" ? value : null;
  };

  const port = portOf(text("port"), DEFAULT_PORT);
  if (port === null) lines.push("--port: must be a number from 0 to 65535");
  if (given.has("training") && given.has("provision")) lines.push("--provision: not together with --training");
  const practised = practisedMode(text("mode"), given.has("training"));
  if ("line" in practised) lines.push(practised.line);
  const customerAt = text("customer-at");
  if (customerAt !== null && !/^-?\d{1,5},-?\d{1,5}$/.test(customerAt))
    lines.push("--customer-at: must be two numbers such as 1920,0");
  const listen = readListen(text, port ?? DEFAULT_PORT, lines);
  if (lines.length > 0) return { ok: false, lines };
  return {
    ok: true,
    options: {
      data: text("data"),
      provision: text("provision"),
      insecureProvision: given.has("insecure-provision"),
      port: port ?? DEFAULT_PORT,
      browser: !given.has("no-browser"),
      customerAt,
      supervised: given.has("supervised"),
      training: given.has("training"),
      mode: "mode" in practised ? practised.mode : "cashier",
      listen,
    },
  };
}

function collect(args: readonly string[], given: Map<Name, string | true>): string[] {
  const lines: string[] = [];
  const { tokens } = parseArgs({
    args: [...args],
    options: KNOWN,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  for (const token of tokens) {
    if (token.kind === "positional") lines.push(`${token.value}: not understood`);
    if (token.kind !== "option") continue;
    const known = token.rawName.startsWith("--") && Object.hasOwn(KNOWN, token.name) ? KNOWN[token.name as Name] : null;
    if (known === null) lines.push(`${token.rawName}: unknown option`);
    else if (given.has(token.name as Name)) lines.push(`${token.rawName}: given twice`);
    else if (known.type === "boolean" && token.value !== undefined) lines.push(`${token.rawName}: takes no value`);
    else if (
      known.type === "string" &&
      (token.value === undefined || token.value === "" || (!token.inlineValue && token.value.startsWith("--")))
    )
      lines.push(`${token.rawName}: needs a value`);
    else given.set(token.name as Name, token.value ?? true);
  }
  return lines;
}

function portOf(text: string | null, otherwise: number): number | null {
  if (text === null) return otherwise;
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null;
}

function readListen(text: (name: Name) => string | null, port: number, lines: string[]): Options["listen"] {
  const [listen, cert, key] = [text("listen"), text("tls-cert"), text("tls-key")];
  if (listen === null) {
    if (cert !== null) lines.push("--tls-cert: only with --listen");
    if (key !== null) lines.push("--tls-key: only with --listen");
    return null;
  }
  // Tokens would cross the network in the clear.
  if (cert === null) lines.push("--tls-cert: missing; --listen serves over TLS only");
  if (key === null) lines.push("--tls-key: missing; --listen serves over TLS only");
  const match = /^(\[[0-9a-fA-F:.]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(listen);
  const listenPort = portOf(match?.[2] ?? null, port === 0 ? 0 : DEFAULT_LISTEN_PORT);
  if (!match?.[1] || listenPort === null) {
    lines.push("--listen: must be an address of this machine, with or without :PORT");
    return null;
  }
  return { address: match[1].replace(/^\[|\]$/g, ""), port: listenPort, cert: cert ?? "", key: key ?? "" };
}
