import { largestOf, smallestOf } from '../../shared/model/base/extremes.ts';
import { number } from '../../shared/model/base/text/numbers.ts';
import type { SupplyHistory } from '../../shared/model/result/forecast.ts';

const BARS = '▁▂▃▄▅▆▇█';
const DAY = 86_400_000;
const HOUR = 3_600_000;

/**
 * The past of a supply as one line: the lowest value of each stretch of time, from nothing to its highest value. A stretch
 * without a measurement is a space.
 *
 * @param now epoch milliseconds
 * @param width characters
 * @returns `null` without a measurement in that time
 */
export const sparkLine = (
  { hourly, recent }: SupplyHistory,
  now: number,
  { days, width }: { readonly days: number; readonly width: number },
): string | null => {
  const from = now - days * DAY;
  const step = (days * DAY) / width;
  const lows: (number | null)[] = Array.from({ length: width }, () => null);
  const note = (at: number, value: number): void => {
    const slot = Math.min(width - 1, Math.floor((at - from) / step));
    if (at < from || at > now) return;
    const known = lows[slot] ?? null;
    lows[slot] = known === null ? value : Math.min(known, value);
  };
  for (const { hour, minimum } of hourly) note(Math.min(hour + HOUR / 2, now), minimum);
  for (const { at, value } of recent) note(at, value);
  const known = lows.filter((low) => low !== null);
  if (known.length === 0) return null;
  const highest = largestOf(known);
  const line = lows
    .map((low) =>
      low === null ? ' ' : BARS.charAt(highest === 0 ? 0 : Math.round((low / highest) * (BARS.length - 1))),
    )
    .join('');
  return `${line}  lowest ${number(smallestOf(known))}, highest ${number(highest)}, ${days} days`;
};
