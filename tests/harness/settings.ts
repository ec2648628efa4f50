import path from "node:path";

export interface Settings {
  /** Where the handshake line goes: a file, "stdout", or nowhere. */
  readonly control: string | null;
  /** Port of Chromium's remote debugging; null when no test will connect. */
  readonly debugPort: number | null;
  readonly headed: boolean;
  readonly packaged: boolean;
  readonly resourcesPath: string | null;
  /** Size of the primary display, when the test fixed it. */
  readonly viewport: { width: number; height: number } | null;
  readonly locale: string;
  /** Origins the renderer may really reach (a bank's page on loopback). Empty: no network at all. */
  readonly network: readonly string[];
  /** SHA-256 fingerprints of public keys Chromium accepts in spite of an unknown issuer (a test CA's servers). */
  readonly spki: readonly string[];
  readonly keyring: string | null;
  readonly verbose: boolean;
}

const PREFIX = "QABYL_HARNESS_";

function list(value: string | undefined): string[] {
  return (value ?? "").split(",").filter((item) => item !== "");
}

function size(value: string | undefined): Settings["viewport"] {
  const match = /^(\d+)x(\d+)$/.exec(value ?? "");
  return match ? { width: Number(match[1]), height: Number(match[2]) } : null;
}

function take(): Settings {
  const get = (name: string): string | undefined => process.env[PREFIX + name];
  const control = get("CONTROL") ?? "";
  const port = get("DEBUG_PORT");
  const settings: Settings = {
    control: control === "" || control === "stdout" ? control || null : path.resolve(control),
    debugPort: port === undefined ? (control === "" ? null : 0) : Number(port),
    headed: get("HEADED") === "1",
    packaged: get("PACKAGED") === "1",
    resourcesPath: get("RESOURCES") ?? null,
    viewport: size(get("VIEWPORT")),
    locale: get("LOCALE") ?? "ru",
    network: list(get("NETWORK")),
    spki: list(get("SPKI")),
    keyring: get("KEYRING") ?? null,
    verbose: get("VERBOSE") === "1",
  };
  // The program under test must not be able to notice the harness by its environment, nor hand it to its children.
  for (const name of Object.keys(process.env)) if (name.startsWith(PREFIX)) delete process.env[name];
  return settings;
}

export const settings: Settings = take();
