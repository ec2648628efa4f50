/** The bill of materials, and how the registry's word about weaknesses is read. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { electronAge, readAudit } from "../../scripts/lib/audit.mjs";
import { cacheDir, root } from "../../scripts/lib/paths.mjs";
import { closureOf, importedPackages, lockedPackages, makeSbom } from "../../scripts/lib/sbom.mjs";

const packages = lockedPackages();
const nameOf = (folder: string): string => folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length);

describe("the bill of materials", () => {
  let sbom: Awaited<ReturnType<typeof makeSbom>>;
  beforeAll(async () => {
    sbom = await makeSbom();
    // Where a run of CI picks it up.
    mkdirSync(cacheDir, { recursive: true });
    writeFileSync(join(cacheDir, "sbom.cdx.json"), JSON.stringify(sbom, null, 2));
  }, 60_000);

  test("is CycloneDX of this product and this version", () => {
    const { name, version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    expect(sbom).toMatchObject({ bomFormat: "CycloneDX", metadata: { component: { name, version } } });
  });

  test("names every package of the lockfile with its version", () => {
    const listed = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
    const locked = Object.entries(packages).filter(([folder]) => folder !== "");
    expect(locked.length).toBeGreaterThan(300);
    expect(
      locked.map(([folder, { version }]) => `${nameOf(folder)}@${version}`).filter((one) => !listed.has(one)),
    ).toEqual([]);
  });

  test("says of each that is shipped that it is, with its checksum and its licence", () => {
    const shipped = closureOf(packages, importedPackages());
    for (const name of ["zod", "undici", "react", "react-dom", "pino", "node-forge", "electron", "scheduler"])
      expect(shipped, name).toContain(`node_modules/${name}`);
    expect([...shipped].map(nameOf)).not.toContain("vitest");
    for (const folder of shipped) {
      const found = sbom.components.find(
        ({ name, version }) => name === nameOf(folder) && version === packages[folder]?.version,
      );
      expect(found, folder).toMatchObject({ scope: "required" });
      expect(found?.licenses?.length, folder).toBeGreaterThan(0);
      expect(found?.hashes?.length, folder).toBeGreaterThan(0);
    }
  });

  test("leaves out nothing that the built program has inside", () => {
    const dist = join(root, "dist");
    expect(existsSync(dist)).toBe(true);
    const inside = new Set(
      readdirSync(dist)
        .filter((name) => name.endsWith(".cjs.map") && name !== "simulator.cjs.map")
        .flatMap((name) => (JSON.parse(readFileSync(join(dist, name), "utf8")) as { sources: string[] }).sources)
        .flatMap((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(source)?.[1] ?? []),
    );
    expect(inside.size).toBeGreaterThan(10);
    const required = new Set(sbom.components.filter(({ scope }) => scope === "required").map(({ name }) => name));
    expect([...inside].filter((name) => !required.has(name))).toEqual([]);
  });
});

describe("the registry's word", () => {
  const shipped = new Set(["node_modules/undici"]);
  const weak = (name: string, node: string): object => ({
    [name]: { severity: "high", nodes: [node], via: [{ title: "reads too far" }, "other"] },
  });
  test("is parted into what is shipped and what is not", () => {
    const text = JSON.stringify({
      vulnerabilities: { ...weak("undici", "node_modules/undici"), ...weak("vite", "node_modules/vite") },
    });
    expect(readAudit(text, shipped)).toEqual({
      kind: "known",
      shipped: ["undici (high): reads too far"],
      tools: ["vite (high): reads too far"],
    });
  });
  test.each([
    ["no JSON", "<html>"],
    ["a refusal", '{"message":"405 Method Not Allowed","error":{"summary":""}}'],
    ["nothing", "{}"],
    ["null", "null"],
  ])("is unknown when it is %s: never an all-clear", (_, text) => {
    expect(readAudit(text, shipped)).toMatchObject({ kind: "unknown", why: expect.stringMatching(/./) });
  });
  test.each([
    ["45.4.1", "45.9.0", null],
    ["45.4.1", "47.0.0\n", null],
    ["45.4.1", "48.0.0", /45\.4\.1 is not maintained/],
    ["45.4.1", "", null],
  ])(
    "F8: Electron %s where %j is the newest: a warning when it is none of three majors, never a failure",
    (ours, newest, words) => {
      const said = electronAge(ours, newest);
      if (words === null) expect(said).toBeNull();
      else expect(said).toMatch(words);
    },
  );
});
