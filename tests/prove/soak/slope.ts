/** Growth of a measure in a thousand payments: the slope of the straight line nearest to all samples. */
export function perThousand<Sample extends { readonly payments: number }>(
  samples: readonly Sample[],
  of: (sample: Sample) => number,
): number {
  const mean = (list: readonly number[]): number => list.reduce((sum, value) => sum + value, 0) / list.length;
  const x = mean(samples.map(({ payments }) => payments));
  const y = mean(samples.map(of));
  let above = 0;
  let below = 0;
  for (const sample of samples) {
    above += (sample.payments - x) * (of(sample) - y);
    below += (sample.payments - x) ** 2;
  }
  return below === 0 ? 0 : (above / below) * 1_000;
}
