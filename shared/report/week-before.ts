import type { SubnetHistory } from '../model/result/forecast.ts';

const HOUR = 3_600_000;
const WEEK = 7 * 24 * HOUR;

/** A value this far from the same hour of last week says nothing of it. */
const TOLERANCE = 6 * HOUR;

/**
 * How many more addresses are available than a week ago (negative: fewer), from what was recorded on both days. `null`:
 * nothing was recorded around then, or lately.
 *
 * @param now epoch milliseconds
 */
export const sinceLastWeek = (history: SubnetHistory | undefined, now: number): number | null => {
  const { hourly = [], recent = [] } = history?.addresses ?? {};
  const latest = recent.at(-1) ?? lastOf(hourly);
  if (latest === undefined || now - latest.at > TOLERANCE) return null;
  let nearest: { readonly distance: number; readonly value: number } | null = null;
  for (const { hour, last } of hourly) {
    const distance = Math.abs(hour - (now - WEEK));
    if (distance <= TOLERANCE && (nearest === null || distance < nearest.distance))
      nearest = { distance, value: last };
  }
  return nearest === null ? null : latest.value - nearest.value;
};

const lastOf = (
  hourly: readonly { readonly hour: number; readonly last: number }[],
): { readonly at: number; readonly value: number } | undefined => {
  const point = hourly.at(-1);
  return point === undefined ? undefined : { at: point.hour, value: point.last };
};
