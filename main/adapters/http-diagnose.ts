/** One TLS handshake without a byte of a request, to learn in which layer a connection fails and why. */
import { X509Certificate } from "node:crypto";
import { lookup } from "node:dns/promises";
import { connect as connectTcp } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { HttpProblem } from "../core/ports.ts";
import { problemOf } from "./http-problems.ts";
import { secureContext } from "./tls-identity.ts";
import type { TlsIdentity } from "./tls-identity.ts";

type DiagnosisLayer = "dns" | "tcp" | "tls" | "certificate";

export interface Diagnosis {
  /** Where it ends: finding the name, reaching the port, TLS, our certificate; `ok`: the server takes us. */
  readonly layer: DiagnosisLayer | "ok";
  readonly problem: HttpProblem | null;
  /** What was tried, in order; only the last one can have failed. Plain http ends with `tcp`. */
  readonly steps: readonly DiagnosisStep[];
}

export interface DiagnosisStep {
  readonly layer: DiagnosisLayer;
  /** How long the other side took, not how long we listened for an alert. */
  readonly ms: number;
  readonly ok: boolean;
}

export interface DiagnosisOptions {
  readonly url: string;
  readonly identity: TlsIdentity;
  /** Bound on everything. */
  readonly timeoutMs?: number;
  /** How long a server may think about our certificate after the handshake (TLS 1.3). */
  readonly quietMs?: number;
}

/** Listening for an alert ends so long before the bound on everything: a slow handshake alone is no failure. */
const SPARE_MS = 50;

/** Connects, shakes hands, waits briefly for an alert and hangs up. Never rejects. */
export async function diagnose({
  url,
  identity,
  timeoutMs = 5000,
  quietMs = 600,
}: DiagnosisOptions): Promise<Diagnosis> {
  const steps: DiagnosisStep[] = [];
  const ends = performance.now() + timeoutMs;
  let begun = performance.now();
  const passed = (layer: DiagnosisLayer, at = performance.now()): void => {
    steps.push({ layer, ms: Math.round(at - begun), ok: true });
    begun = at;
  };
  const failed = (layer: DiagnosisLayer, problem: HttpProblem): Diagnosis => {
    steps.push({ layer, ms: Math.round(performance.now() - begun), ok: false });
    return { layer, problem, steps };
  };
  if (!URL.canParse(url)) return failed("dns", "other");
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, "");
  const target = { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  const deadline = AbortSignal.timeout(timeoutMs);
  const meaning = (error: unknown): HttpProblem =>
    deadline.aborted ? "timeout" : problemOf(error, identity.cert !== null);

  try {
    await orEnd(lookup(host), deadline);
  } catch (error) {
    return failed("dns", meaning(error));
  }
  passed("dns");
  let tcp: Socket;
  try {
    tcp = await reach(target, deadline);
  } catch (error) {
    return failed("tcp", meaning(error));
  }
  passed("tcp");
  let secured: number | null = null;
  try {
    if (protocol !== "https:") return { layer: "ok", problem: null, steps };
    const onSecure = (): number => (secured = performance.now());
    const heard = await shakeHands({ tcp, host, identity, quietMs, ends, deadline, onSecure });
    passed("tls", secured ?? heard);
    passed("certificate", heard);
    return { layer: "ok", problem: null, steps };
  } catch (error) {
    const problem = meaning(error);
    // Some servers (Node's own) hang up on a certificate they do not take, without a word.
    const silent = problem === "closed" && outOfDate(identity);
    const ours = silent || problem === "client_certificate_refused" || problem === "client_certificate_missing";
    if (!ours) return failed("tls", problem);
    // Under TLS 1.2 the refusal is part of the handshake, which by then has come as far as our certificate.
    passed("tls", secured ?? performance.now());
    return failed("certificate", silent ? "client_certificate_refused" : problem);
  } finally {
    tcp.destroy();
  }
}

// --- helpers ---

function orEnd<T>(work: Promise<T>, deadline: AbortSignal): Promise<T> {
  const ended = new Promise<never>((_, reject) => {
    deadline.addEventListener("abort", () => reject(new Error("ETIMEDOUT")), { once: true });
  });
  return Promise.race([work, ended]);
}

async function reach(target: { host: string; port: number }, deadline: AbortSignal): Promise<Socket> {
  const socket = connectTcp(target);
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once("connect", () => resolve(socket));
    socket.on("error", reject);
  });
  try {
    return await orEnd(connected, deadline);
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

interface Handshake {
  readonly tcp: Socket;
  readonly host: string;
  readonly identity: TlsIdentity;
  readonly quietMs: number;
  /** On the clock of `performance`, as all times here. */
  readonly ends: number;
  readonly deadline: AbortSignal;
  /** Our side of the handshake is done. Returns the time. */
  readonly onSecure: () => number;
}

/** Returns when the server was last heard of. */
async function shakeHands({ tcp, host, identity, quietMs, ends, deadline, onSecure }: Handshake): Promise<number> {
  const begun = performance.now();
  const tls = connectTls({
    socket: tcp,
    host,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), // no server name for a bare address (RFC 6066)
    secureContext: secureContext(identity),
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
  let heard = begun;
  const settled = new Promise<void>((resolve, reject) => {
    tls.on("error", reject);
    tls.once("close", () => reject(new Error("ECONNRESET")));
    tls.on("session", () => (heard = performance.now()));
    tls.once("secureConnect", () => {
      const secured = (heard = onSecure());
      if (tls.getProtocol() !== "TLSv1.3") return resolve(); // there the server's verdict is part of the handshake
      // Under TLS 1.3 our side is done before the server has looked at the certificate; its alert comes a round trip later.
      const wait = Math.max(quietMs, 3 * (secured - begun));
      setTimeout(resolve, Math.min(wait, ends - secured - SPARE_MS));
    });
    tls.resume(); // an alert is only seen by who reads
  });
  try {
    await orEnd(settled, deadline);
    return heard;
  } finally {
    tls.destroy();
  }
}

function outOfDate(identity: TlsIdentity): boolean {
  if (identity.cert === null) return false;
  const { validFromDate, validToDate } = new X509Certificate(identity.cert);
  const now = Date.now();
  return now < validFromDate.getTime() || now > validToDate.getTime();
}
