/** Reads what the registry says about known weaknesses. */

/**
 * `unknown`: nobody could be asked, which is no all-clear.
 * @typedef {{ kind: "unknown", why: string } | { kind: "known", shipped: string[], tools: string[] }} Audit
 */

/**
 * npm's answer (`npm audit --json`), parted into what is shipped and what only builds and tests.
 * @param {string} text
 * @param {ReadonlySet<string>} shipped folders in the lockfile
 * @returns {Audit}
 */
export function readAudit(text, shipped) {
  let report;
  try {
    report = JSON.parse(text);
  } catch {
    return { kind: "unknown", why: "npm's answer cannot be read" };
  }
  if (typeof report?.vulnerabilities !== "object" || report.vulnerabilities === null)
    return {
      kind: "unknown",
      why: String(report?.message ?? report?.error?.summary ?? "no list of weaknesses").slice(0, 200),
    };
  /** @type {{ shipped: string[], tools: string[] }} */
  const found = { shipped: [], tools: [] };
  for (const [name, { severity, nodes = [], via = [] }] of Object.entries(report.vulnerabilities)) {
    const titles = via.flatMap((/** @type {any} */ one) => (typeof one === "object" ? [one.title] : []));
    const line = `${name} (${severity})${titles.length > 0 ? `: ${titles.join("; ")}` : ""}`;
    (nodes.some((/** @type {string} */ node) => shipped.has(node)) ? found.shipped : found.tools).push(line);
  }
  return { kind: "known", ...found };
}

/**
 * Electron maintains its newest three majors (checklist F8). A warning, never a failure: a date must not break a build.
 * @param {string} installed @param {string} newest
 * @returns {string | null}
 */
export function electronAge(installed, newest) {
  const [ours, latest] = [installed, newest].map((version) => Number(/^\d+/.exec(version.trim())?.[0] ?? Number.NaN));
  if (ours === undefined || latest === undefined || Number.isNaN(latest) || Number.isNaN(ours)) return null;
  return latest - ours >= 3
    ? `Electron ${installed} is not maintained any more: ${newest.trim()} is the newest, and the three newest majors are.`
    : null;
}
