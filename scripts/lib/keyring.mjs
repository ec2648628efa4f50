/** A real Secret Service (GNOME Keyring) for the tests of the vault's key (tests/adapters/vault-store.test.ts). */
import { aptInstall, hasApt } from "./apt.mjs";
import { run } from "./processes.mjs";
import { Trouble } from "./say.mjs";

const PROGRAMS = /** @type {const} */ ([
  ["dbus-daemon", "--version"],
  ["gnome-keyring-daemon", "--version"],
  ["secret-tool", "--version"],
]);
const PACKAGES = ["dbus", "gnome-keyring", "libsecret-tools"];

/** Makes sure that its programs are on the path; installs Debian's where that can be done. */
export async function ensureKeyring() {
  if (await works()) return;
  /** @type {string | null} */
  let failure = null;
  if (hasApt()) {
    failure = (await aptInstall(PACKAGES)) ?? "installed none that starts";
    if (await works()) return;
  }
  throw new Trouble(
    [
      "The tests of the vault's key need a Secret Service, and there is none:",
      ...(failure === null ? [] : [`  apt-get install ${PACKAGES.join(" ")}: ${failure}`]),
      "Remedy:",
      `  apt-get install ${PACKAGES.join(" ")}      (Debian and its kin, as root)`,
    ].join("\n"),
  );
}

/** Whether each can be started: the exit code says nothing, older ones do not know the option. */
async function works() {
  const ended = await Promise.all(PROGRAMS.map(([program, arg]) => run(program, [arg], { timeoutMs: 15_000 })));
  return ended.every(({ code }) => code !== null && code !== 127);
}
