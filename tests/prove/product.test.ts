/** Nothing by which the proof kills, hurries or watches the program is in the program. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "../../scripts/lib/paths.mjs";
import { buildBundles } from "../support/bundles.ts";
import { buildKillableHost } from "./kill/bundle.ts";

const SIGNS = /PROVE_|tests\/prove|boundary\(|"after the send"|process\.kill\(process\.pid/;

function sources(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ts|tsx|mjs|cjs)$/.test(name))
    .map((name) => join(root, folder, name));
}

it("holds no switch to die, in its sources and in its bundle", async () => {
  const folders = ["contract", "main", "preload", "renderer", "simulator"];
  const found = folders.flatMap(sources).filter((file) => SIGNS.test(readFileSync(file, "utf8")));
  expect(found).toEqual([]);
  const [real, wrapped] = await Promise.all([buildBundles(["node.cjs"]), buildKillableHost()]);
  try {
    expect(SIGNS.test(readFileSync(real.path("node.cjs"), "utf8"))).toBe(false);
    // The same search finds it where it is.
    expect(SIGNS.test(readFileSync(wrapped.path("node.cjs"), "utf8"))).toBe(true);
  } finally {
    await Promise.all([real.remove(), wrapped.remove()]);
  }
}, 60_000);
