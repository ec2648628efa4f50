/** `npm run sbom`: the bill of materials of the product, CycloneDX, in .cache/sbom.cdx.json. Needs no network. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDir } from "./lib/paths.mjs";
import { runMain, say } from "./lib/say.mjs";
import { makeSbom } from "./lib/sbom.mjs";

runMain(async () => {
  const sbom = await makeSbom();
  const file = join(cacheDir, "sbom.cdx.json");
  mkdirSync(cacheDir, { recursive: true });
  writeFileSync(file, `${JSON.stringify(sbom, null, 2)}\n`);
  const shipped = sbom.components.filter(({ scope }) => scope === "required").length;
  say(`${file}: ${sbom.components.length} packages, ${shipped} of them shipped.`);
  return 0;
});
