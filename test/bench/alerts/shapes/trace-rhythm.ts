import { readFileSync } from 'node:fs';
import { HOUR, type Rhythm } from './load-series.ts';

/**
 * A recorded load as a rhythm: scaled so that its 5th percentile is 0 and its 95th is 1, smoothed over half an hour
 * (addresses outlive requests), and played again from the start when it ends.
 */
export const traceRhythm = (file: string, skipDays: number, ceiling = 1.15): Rhythm => {
  const rows = readFileSync(new URL(`../../../fixtures/traces/${file}`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .slice(1)
    .map((row) => {
      const [time = '', value = ''] = row.split(',');
      return { at: Date.parse(`${time.replace(' ', 'T')}Z`), value: Number(value) };
    });
  const first = rows[0];
  const last = rows.at(-1);
  if (first === undefined || last === undefined) throw new RangeError(`trace ${file} is empty`);
  // Whole weeks where there are some, so that playing it again keeps its weekly rhythm.
  const length = Math.floor((last.at - first.at) / (7 * 24 * HOUR)) * 7 * 24 * HOUR;
  const bins = new Float64Array(length / (HOUR / 2));
  const counts = new Float64Array(bins.length);
  for (const row of rows) {
    const bin = Math.floor((row.at - first.at) / (HOUR / 2));
    if (bin < bins.length) {
      bins[bin] = (bins[bin] ?? 0) + row.value;
      counts[bin] = (counts[bin] ?? 0) + 1;
    }
  }
  let carried = 0;
  const means = Array.from(bins, (sum, bin) => {
    const count = counts[bin] ?? 0;
    if (count > 0) carried = sum / count;
    return carried;
  });
  const sorted = means.toSorted((a, b) => a - b);
  const low = sorted[Math.floor(sorted.length * 0.05)] ?? 0;
  const high = sorted[Math.floor(sorted.length * 0.95)] ?? 1;
  return (at) => {
    const position = (at + skipDays * 24 * HOUR) / (HOUR / 2);
    const bin = Math.floor(position);
    const share = position - bin;
    const here = means[bin % means.length] ?? 0;
    const next = means[(bin + 1) % means.length] ?? 0;
    return Math.min(ceiling, Math.max(0, (here + (next - here) * share - low) / (high - low)));
  };
};
