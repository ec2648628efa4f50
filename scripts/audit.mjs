/**
 * `npm run audit`: known weaknesses of the packages, asked at the registry. Apart from `npm test`, which must say the same
 * today and tomorrow. Exit code 1: something that is shipped has one. 3: nobody could be asked, and nothing is known.
 */
import { electronAge, readAudit } from "./lib/audit.mjs";
import { runMain, say } from "./lib/say.mjs";
import { askNpm, closureOf, importedPackages, lockedPackages } from "./lib/sbom.mjs";

const UNKNOWN = 3;

runMain(async () => {
  const packages = lockedPackages();
  const shipped = closureOf(packages, importedPackages());
  const age = electronAge(
    packages["node_modules/electron"]?.version ?? "",
    await askNpm("view", "electron", "version"),
  );
  if (age !== null) say(`Warning: ${age}`);
  const audit = readAudit(await askNpm("audit", "--package-lock-only", "--json"), shipped);
  if (audit.kind === "unknown") {
    say(`The registry could not be asked (${audit.why}). Nothing is known: this is no all-clear.`);
    return UNKNOWN;
  }
  for (const line of audit.tools) say(`builds or tests only: ${line}`);
  for (const line of audit.shipped) say(`SHIPPED: ${line}`);
  say(`${audit.shipped.length} shipped packages with known weaknesses, ${audit.tools.length} that only build or test.`);
  return audit.shipped.length === 0 ? 0 : 1;
});
