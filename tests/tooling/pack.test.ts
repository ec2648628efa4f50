/**
 * Packs the app on a stand-in for Electron's distribution, since the binary is not to be had everywhere, and reads the
 * result back: the fuses as they lie in the binary, the archive as it lies beside it.
 */
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listPackage } from "@electron/asar";
import { FuseV1Options, getCurrentFuseWire } from "@electron/fuses";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { scriptOf } from "../../scripts/lib/checks.mjs";
import { root } from "../../scripts/lib/paths.mjs";
import { whyBuild } from "../../scripts/lib/build-state.mjs";

type Configuration = Record<string, unknown>;

/** The packer's own parts: internal paths, held in place by the exact version in package.json. */
const packer = createRequire(join(root, "node_modules", "app-builder-lib", "package.json"));
const { load } = packer("js-yaml") as { load: (text: string) => Configuration };
const { DebugLogger } = packer("builder-util") as { DebugLogger: new (enabled: boolean) => object };
const { validateConfiguration } = packer("app-builder-lib/out/util/config/config") as {
  validateConfiguration: (configuration: Configuration, log: object) => Promise<void>;
};

const read = (): Configuration => load(readFileSync(join(root, "electron-builder.yml"), "utf8"));
const validate = (configuration: Configuration) => validateConfiguration(configuration, new DebugLogger(false));

describe("electron-builder.yml", () => {
  test("is accepted by the packer's own schema", async () => {
    await expect(validate(read())).resolves.toBeUndefined();
  });

  test.each<[string, (configuration: Configuration) => void]>([
    ["an unknown key", (it) => (it["asarr"] = true)],
    ["a wrong type", (it) => (it["asar"] = "yes")],
    ["a misspelt option of the installer", (it) => (it["nsis"] = { ...(it["nsis"] as object), perMachin: true })],
    ["a misspelt fuse", (it) => (it["electronFuses"] = { ...(it["electronFuses"] as object), runAsNodes: false })],
  ])("%s would be noticed", async (_what, spoil) => {
    const configuration = read();
    spoil(configuration);
    await expect(validate(configuration)).rejects.toThrow(/invalid|unknown|should be/i);
  });

  test("names an icon file for every system, and those exist", () => {
    const configuration = read() as Record<"win" | "mac" | "linux", { icon: string }>;
    for (const system of ["win", "mac", "linux"] as const)
      expect(existsSync(join(root, configuration[system].icon)), configuration[system].icon).toBe(true);
  });

  test("keeps the journal when the program is removed, and publishes nothing by itself", () => {
    const configuration = read();
    expect(configuration).toMatchObject({ publish: null, nsis: { deleteAppDataOnUninstall: false, perMachine: true } });
  });
});

describe.skipIf(process.platform !== "linux")("the packed app", () => {
  const work = mkdtempSync(join(tmpdir(), "qabyl-pack-"));
  const unpacked = join(work, "release", process.arch === "arm64" ? "linux-arm64-unpacked" : "linux-unpacked");
  let entries: string[] = [];

  beforeAll(async () => {
    expect(whyBuild(), "dist/ is stale: npm run build").toBeNull();
    const distribution = standIn(join(work, "electron"));
    await promisify(execFile)(
      process.execPath,
      [
        scriptOf("electron-builder"),
        "--linux",
        "dir",
        "--config",
        "electron-builder.yml",
        `-c.electronDist=${distribution}`,
        `-c.directories.output=${join(work, "release")}`,
      ],
      { cwd: root, env: { ...process.env, ELECTRON_BUILDER_CACHE: join(work, "cache") }, timeout: 60_000 },
    );
    entries = listPackage(join(unpacked, "resources", "app.asar"), { isPack: false }).map((path) =>
      path.replace(/^[\\/]/, "").replaceAll("\\", "/"),
    );
  }, 90_000);

  afterAll(() => rmSync(work, { recursive: true, force: true }));

  test("has every fuse set as the security document says", async () => {
    const wire = await getCurrentFuseWire(join(unpacked, "qabyl"));
    const on = "1".charCodeAt(0);
    const off = "0".charCodeAt(0);
    expect(wire).toMatchObject({
      [FuseV1Options.RunAsNode]: off,
      [FuseV1Options.EnableCookieEncryption]: on,
      [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: off,
      [FuseV1Options.EnableNodeCliInspectArguments]: off,
      [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: on,
      [FuseV1Options.OnlyLoadAppFromAsar]: on,
      [FuseV1Options.GrantFileProtocolExtraPrivileges]: off,
    });
  });

  test("starts out with other fuses, so that the assertion above means something", async () => {
    const wire = await getCurrentFuseWire(join(work, "electron", "electron"));
    expect(wire[FuseV1Options.RunAsNode]).toBe("1".charCodeAt(0));
    expect(wire[FuseV1Options.OnlyLoadAppFromAsar]).toBe("0".charCodeAt(0));
  });

  test("holds only what was built", () => {
    const files = entries.filter((path) => !entries.some((other) => other.startsWith(`${path}/`)));
    const strange = files.filter(
      (path) => path !== "package.json" && !/^dist\/(?:[a-z-]+\.cjs|renderer\/(?!.*\.map$)[^.].*)$/.test(path),
    );
    expect(strange).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "package.json",
        "dist/electron.cjs",
        "dist/preload.cjs",
        "dist/customer-preload.cjs",
        "dist/simulator.cjs",
        "dist/certificate-worker.cjs",
        "dist/events-worker.cjs",
        "dist/renderer/index.html",
        "dist/renderer/customer.html",
      ]),
    );
  });

  test("has nothing beside the archive that could be loaded in its stead", () => {
    expect(existsSync(join(unpacked, "resources", "app"))).toBe(false);
    expect(existsSync(join(unpacked, "resources", "app.asar.unpacked"))).toBe(false);
  });
});

/**
 * What electron-builder wants to see in a distribution: a program with a fuse wire, and the files it renames and picks.
 * The wire is the one Electron ships: the marker, version 1, nine fuses, everything at its default.
 */
function standIn(folder: string): string {
  const write = (path: string, content: string | Buffer) => {
    mkdirSync(join(folder, path, ".."), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const marker = ["dL7pKGdnNz796Pbb", "jQWNKmHXBZaB9tsX"].join("");
  write(
    "electron",
    Buffer.concat([Buffer.from(`#!/bin/sh\nexit 0\n${marker}`), Buffer.from([1, 9]), Buffer.from("101100011")]),
  );
  chmodSync(join(folder, "electron"), 0o755);
  const { version } = JSON.parse(readFileSync(join(root, "node_modules/electron/package.json"), "utf8")) as {
    version: string;
  };
  write("version", version);
  for (const name of ["LICENSE", "LICENSES.chromium.html", "chrome-sandbox", "chrome_crashpad_handler"])
    write(name, "");
  for (const name of ["en-US", "ru", "de"]) write(`locales/${name}.pak`, "");
  mkdirSync(join(folder, "resources"));
  return folder;
}
