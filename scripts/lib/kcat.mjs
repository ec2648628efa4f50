/** kcat, which holds the broker that the tests of the event stream run against (tests/support/broker.ts). */
import { aptInstall, hasApt } from "./apt.mjs";
import { run } from "./processes.mjs";
import { say, Trouble } from "./say.mjs";

/** Makes sure that a kcat is on the path; installs Debian's where that can be done. */
export async function ensureKcat() {
  if (await works()) return;
  /** @type {string | null} */
  let failure = null;
  if (hasApt()) {
    say("No broker for the tests: installing Debian's kcat (apt-get) ...");
    failure = (await aptInstall(["kcat"])) ?? "installed none that starts";
    if (await works()) return;
  }
  throw new Trouble(
    [
      "The tests of the bank's event stream need the program kcat, which brings a broker with it, and there is none:",
      ...(failure === null ? [] : [`  apt-get install kcat: ${failure}`]),
      "Remedies, any one of them:",
      "  apt-get install kcat      (Debian and its kin, as root)",
      "  brew install kcat         (macOS)",
      "  a kcat of your own on the PATH (version 1.7 with librdkafka 2)",
    ].join("\n"),
  );
}

async function works() {
  const ended = await run("kcat", ["-V"], { timeoutMs: 15_000 });
  return ended.code === 0 && ended.output.includes("librdkafka");
}
