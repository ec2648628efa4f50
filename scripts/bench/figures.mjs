/** Sums over samples. All of them take any order and want at least one sample. */

/** @param {readonly number[]} values */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = Number(sorted[middle]);
  return sorted.length % 2 === 1 ? high : (Number(sorted[middle - 1]) + high) / 2;
}

/**
 * The smallest value that at least this share of the samples does not exceed (nearest rank: never interpolated down).
 * @param {readonly number[]} values
 * @param {number} share
 */
export function quantile(values, share) {
  const sorted = values.toSorted((a, b) => a - b);
  return Number(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]);
}

/**
 * Numbers in [0, 1), one chosen at random in each of `count` equal parts, in random order: uniform, and with far less
 * noise in their mean than as many independent ones.
 * @param {number} count
 */
export function phases(count) {
  const all = Array.from({ length: count }, (_, part) => (part + Math.random()) / count);
  for (let i = all.length - 1; i > 0; i -= 1) {
    const j = Math.floor(Math.random() * (i + 1));
    [all[i], all[j]] = [Number(all[j]), Number(all[i])];
  }
  return all;
}
