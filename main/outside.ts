import { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { Place } from "./till/guard.ts";

/** The place of the server on the network: a Host is ours when the server's certificate is made out to it. */
export function outsidePlace(cert: string, address: string, port: number): Place {
  const certificate = new X509Certificate(cert);
  const shown = isIP(address) === 6 ? `[${address}]` : address;
  return {
    isHost(given) {
      const match = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(?::(\d{1,5}))?$/i.exec(given);
      if (!match?.[1] || Number(match[2] ?? 443) !== port) return false;
      const name = match[1].replace(/^\[|\]$/g, "");
      return (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined;
    },
    origin: `https://${shown}:${port}`,
  };
}
