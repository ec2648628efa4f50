/** The way to a bank's event stream, as the vault keeps it for a profile. PEM text only. */
export interface EventSettings {
  readonly brokers: readonly string[];
  readonly topic: string;
  /** This till's own: tills that share a group each see a part of the events. */
  readonly groupId: string;
  /** null: no TLS; an empty list of roots: the public ones. */
  readonly tls: { readonly ca: readonly string[] } | null;
  readonly sasl: {
    readonly mechanism: "PLAIN" | "SCRAM-SHA-256" | "SCRAM-SHA-512";
    readonly username: string;
    readonly password: string;
  } | null;
}
