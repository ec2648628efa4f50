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

export interface Diagnosis {
  /** Where it ends: finding the name, reaching the port, TLS, our certificate; `ok`: the server takes us. */
  readonly layer: "dns" | "tcp" | "tls" | "certificate" | "ok";
  readonly problem: HttpProblem | null;
}

export interface DiagnosisOptions {
  readonly url: string;
  readonly identity: TlsIdentity;
  /** Bound on everything. */
  readonly timeoutMs?: number;
  /** How long a server may think about our certificate after the handshake (TLS 1.3). */
  readonly quietMs?: number;
}

/** Connects, shakes hands, waits briefly for an alert and hangs up. Never rejects. */
export async function diagnose({
  url,
  identity,
  timeoutMs = 5000,
  quietMs = 600,
}: DiagnosisOptions): Promise<Diagnosis> {
  const { protocol, hostname, port } = new URL(url);
  const host = hostname.replaceAll(/[[\]]/g, "");
  const target = { host, port: Number(port) || (protocol === "https:" ? 443 : 80) };
  const deadline = AbortSignal.timeout(timeoutMs);
  const failed = (layer: Diagnosis["layer"], error: unknown): Diagnosis => {
    const problem = deadline.aborted ? "timeout" : problemOf(error, identity.cert !== null);
    const ours = problem === "client_certificate_refused" || problem === "client_certificate_missing";
    return { layer: ours ? "certificate" : layer, problem };
  };

  try {
    await orEnd(lookup(host), deadline);
  } catch (error) {
    return failed("dns", error);
  }
  let tcp: Socket;
  try {
    tcp = await reach(target, deadline);
  } catch (error) {
    return failed("tcp", error);
  }
  try {
    if (protocol === "https:") await shakeHands(tcp, host, identity, quietMs, deadline);
    return { layer: "ok", problem: null };
  } catch (error) {
    const found = failed("tls", error);
    // Some servers (Node's own) hang up on a certificate they do not take, without a word.
    return found.problem === "closed" && outOfDate(identity)
      ? { layer: "certificate", problem: "client_certificate_refused" }
      : found;
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

async function shakeHands(
  tcp: Socket,
  host: string,
  identity: TlsIdentity,
  quietMs: number,
  deadline: AbortSignal,
): Promise<void> {
  const begun = performance.now();
  const tls = connectTls({
    socket: tcp,
    host,
    ...(/^[\d.]+$|:/.test(host) ? {} : { servername: host }), // no server name for a bare address (RFC 6066)
    secureContext: secureContext(identity),
    rejectUnauthorized: true,
    ALPNProtocols: ["http/1.1"],
  });
  const settled = new Promise<void>((resolve, reject) => {
    tls.on("error", reject);
    tls.once("close", () => reject(new Error("ECONNRESET")));
    tls.once("secureConnect", () => {
      if (tls.getProtocol() !== "TLSv1.3") return resolve(); // there the server's verdict is part of the handshake
      // Under TLS 1.3 our side is done before the server has looked at the certificate; its alert comes a round trip later.
      const wait = Math.max(quietMs, 3 * (performance.now() - begun));
      setTimeout(resolve, wait);
    });
    tls.resume(); // an alert is only seen by who reads
  });
  try {
    await orEnd(settled, deadline);
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
