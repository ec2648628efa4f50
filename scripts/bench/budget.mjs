/** The time that the whole may take: a measure that runs out of it ends with fewer samples, which the table shows. */

/** @typedef {ReturnType<typeof startBudget>} Budget */

/** @param {number} totalMs */
export function startBudget(totalMs) {
  const end = performance.now() + totalMs;
  return {
    /**
     * Whether there is still time when so much is kept for what comes after.
     * @param {number} keepMs
     */
    has: (keepMs) => performance.now() + keepMs < end,
  };
}
