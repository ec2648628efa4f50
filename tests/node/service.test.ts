/** What systemd is told, by a `systemd-notify` that writes down what it gets; the unit files against the program's own facts. */
import { readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { EXIT } from "../../main/failure.ts";
import { FOLDER } from "../../main/node/browser.ts";
import { readOptions } from "../../main/node/options.ts";
import { isSupervised, withPort } from "../../main/node/restart.ts";
import { createService } from "../../main/node/service.ts";

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "qabyl-service-"));
  const program = join(dir, "systemd-notify");
  await writeFile(program, `#!/bin/sh\necho "$NOTIFY_SOCKET|$QABYL_VAULT_KEY|$*" >> ${join(dir, "told")}\n`);
  await chmod(program, 0o755);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const env = (more: Record<string, string>): Record<string, string> => ({
  PATH: `${dir}:/bin:/usr/bin`,
  NOTIFY_SOCKET: "/run/example",
  ...more,
});
const told = async (): Promise<string[]> =>
  (await readFile(join(dir, "told"), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");
async function until(found: (lines: string[]) => boolean): Promise<string[]> {
  for (let i = 0; i < 200; i += 1) {
    const lines = await told();
    if (found(lines)) return lines;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`not told: ${(await told()).join(", ")}`);
}
const watchdogs = (lines: string[]): number => lines.filter((line) => line.endsWith("|WATCHDOG=1")).length;

describe.skipIf(process.platform === "win32")("the service manager", () => {
  it("hears that the till serves, then that it lives; nothing more once it hangs; and inherits no key", async () => {
    let hangs = false;
    const alive = (): Promise<unknown> => (hangs ? new Promise(() => undefined) : Promise.resolve());
    createService(env({ WATCHDOG_USEC: "300000", QABYL_VAULT_KEY: "SECRET" })).ready("serving", alive);
    const lines = await until((all) => watchdogs(all) >= 2);
    expect(lines[0]).toBe("/run/example||READY=1 STATUS=serving");
    expect(lines.join("\n")).not.toContain("SECRET");
    hangs = true;
    await new Promise((resolve) => setTimeout(resolve, 250));
    const before = watchdogs(await told());
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(watchdogs(await told())).toBe(before);
  });
  it("goes on being told when one answer was a failure, and hears of the end", async () => {
    let asked = 0;
    const service = createService(env({ WATCHDOG_USEC: "300000" }));
    service.ready("serving", () => ((asked += 1) % 2 ? Promise.reject(new Error("no")) : Promise.resolve()));
    await until((all) => watchdogs(all) >= 2);
    service.stopping();
    await until((all) => all.some((line) => line.endsWith("|STOPPING=1")));
  });
  it("is told nothing where there is none, and no watchdog where none was asked for", async () => {
    createService({ PATH: env({})["PATH"] }).ready("serving", () => Promise.resolve());
    createService(env({})).ready("serving", () => Promise.reject(new Error("never asked")));
    await until((all) => all.length === 1);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(await told()).toEqual(["/run/example||READY=1 STATUS=serving"]);
  });
  it("that is not installed costs nothing", async () => {
    await rm(join(dir, "systemd-notify"));
    createService({ PATH: dir, NOTIFY_SOCKET: "/run/example", WATCHDOG_USEC: "300000" }).ready(
      "x",
      async () => undefined,
    );
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(await told()).toEqual([]);
  });
});

describe.each(["qabyl.service", "qabyl-kiosk.service"])("deploy/systemd/%s", (name) => {
  const lines = readFileSync(join(import.meta.dirname, "..", "..", "deploy", "systemd", name), "utf8").split("\n");
  const value = (key: string): string => lines.find((line) => line.startsWith(`${key}=`))?.slice(key.length + 1) ?? "";

  it("starts the program with options that it has, and sees that systemd starts it again", () => {
    const [command, options = ""] = value("ExecStart").split("node.cjs ");
    expect(readOptions(options.split(" "))).toMatchObject({
      ok: true,
      options: { data: "/var/lib/qabyl", supervised: command?.includes("cage") },
    });
    expect(value("StateDirectory")).toBe("qabyl");
    expect([value("Restart"), value("StartLimitIntervalSec")]).toEqual(["always", "0"]);
    expect(value("RestartPreventExitStatus")).toBe(`${EXIT.badInput} ${EXIT.journalTooNew}`);
  });
  it("lets the program tell that it lives, gives it its three seconds to stop, and never writes its memory down", () => {
    expect([value("Type"), value("NotifyAccess"), value("LimitCORE")]).toEqual(["notify", "all", "0"]);
    expect([value("WatchdogSignal"), Number(value("WatchdogSec")) >= 30]).toEqual(["SIGKILL", true]);
    expect(Number(value("TimeoutStopSec"))).toBeGreaterThan(3);
  });
  it("hands over the vault's key under the name that the program looks for", () => {
    const [credential, file] = value("LoadCredentialEncrypted").split(":");
    const folder = join(import.meta.dirname, "..", "..", "main", "adapters");
    expect(readFileSync(join(folder, "key-file.ts"), "utf8")).toContain(`"${credential}"`);
    expect(file).toBe("/etc/qabyl/vault-key.cred");
    // The ready line on stdout holds an address that lets in whoever reads it first, and the system's log has many readers.
    expect([value("StandardOutput"), value("StandardError")]).toEqual(["null", "journal"]);
    // Not as a line of the environment, which every child and /proc would show.
    expect(lines.join("\n")).not.toMatch(/^Environment/m);
  });
});

it("the compositor of the kiosk keeps the folder that it and the browser speak through, and no home folder", () => {
  const kiosk = readFileSync(join(import.meta.dirname, "..", "..", "deploy", "systemd", "qabyl-kiosk.service"), "utf8");
  // ProtectHome= takes /run/user away too, and ProtectSystem=strict makes it read-only.
  expect(kiosk).not.toMatch(/^ProtectHome=(yes|tmpfs|read-only)/m);
  expect(kiosk).toMatch(/^InaccessiblePaths=-\/home -\/root$/m);
  expect(kiosk).toMatch(/^ProtectSystem=strict$/m);
  expect(kiosk).toMatch(/^ReadWritePaths=-\/run\/user$/m);
});

describe("the screen apart from the program", () => {
  const deploy = join(import.meta.dirname, "..", "..", "deploy");
  const unit = readFileSync(join(deploy, "systemd", "qabyl-screen.service"), "utf8");
  const value = (key: string): string => new RegExp(`^${key}=(.*)$`, "m").exec(unit)?.[1] ?? "";

  it("is the script in a compositor for one program, as the user and with the folder of the till", () => {
    expect(value("ExecStart")).toBe("/usr/bin/cage -- /opt/qabyl/kiosk/qabyl-kiosk-browser --data /var/lib/qabyl");
    expect([value("User"), value("StateDirectory"), value("UMask")]).toEqual(["qabyl", "qabyl", "0077"]);
    expect([value("Conflicts"), value("Wants")]).toEqual(["getty@tty1.service qabyl-kiosk.service", "qabyl.service"]);
  });
  it("is started again but when a technician has left: then there is a sign-in", () => {
    expect([value("Restart"), value("OnSuccess")]).toEqual(["on-failure", "getty@tty1.service"]);
    expect([value("Type"), value("NotifyAccess"), value("WatchdogSignal")]).toEqual(["notify", "all", "SIGKILL"]);
    expect(readFileSync(join(deploy, "kiosk", "qabyl-kiosk-browser"), "utf8")).toMatch(
      /notify READY=1[^]*notify WATCHDOG=1/,
    );
  });
  it("the other compositor and the session's autostart name the same script", () => {
    for (const file of ["weston.ini", "qabyl-kiosk.desktop"])
      expect(readFileSync(join(deploy, "kiosk", file), "utf8"), file).toContain("/opt/qabyl/kiosk/qabyl-kiosk-browser");
  });
  it("the browser's policy lets it go nowhere but to the till and the file with the key, and opens no tools", () => {
    const policy = JSON.parse(readFileSync(join(deploy, "kiosk", "policies.json"), "utf8"));
    expect(policy).toMatchObject({
      URLBlocklist: ["*"],
      DeveloperToolsAvailability: 2,
      AllowFileSelectionDialogs: false,
      DownloadRestrictions: 3,
      PrintingEnabled: false,
    });
    for (const address of policy.URLAllowlist)
      expect(address).toMatch(/^(http:\/\/127\.0\.0\.1:7373|file:\/\/\/var\/lib\/qabyl\/(kiosk-)?browser(-\w+)?\/)$/);
    for (const folder of [...Object.values(FOLDER), "kiosk-browser"])
      expect(policy.URLAllowlist, folder).toContain(`file:///var/lib/qabyl/${folder}/`);
  });
});

describe("starting again", () => {
  it("is left to systemd only by the process that it started itself", () => {
    expect(isSupervised({ SYSTEMD_EXEC_PID: "77" }, 77)).toBe(true);
    expect(isSupervised({ SYSTEMD_EXEC_PID: "77", INVOCATION_ID: "x" }, 78)).toBe(false);
    expect(isSupervised({}, 77)).toBe(false);
  });
  it("keeps every option and the port in use", () => {
    for (const port of [["--port", "0"], ["--port=0"], []])
      expect(withPort(["--no-browser", ...port, "--data", "/d"], 4711)).toEqual([
        "--no-browser",
        "--data",
        "/d",
        "--port",
        "4711",
      ]);
    expect(readOptions(withPort(["--port=0", "--training"], 4711))).toMatchObject({
      ok: true,
      options: { port: 4711, training: true },
    });
  });
});
