import type { Sample } from '../result/forecast.ts';
import { median } from './hourly-grid.ts';

/** A value at a moment is the median of what was measured this close to it, in milliseconds. */
const NEAR = 8 * 60_000;

/** The middle of what was measured near a moment; `NaN` where nothing was. */
export const valueAt = (recent: readonly Sample[], at: number): number => {
  const near: number[] = [];
  for (let index = recent.length - 1; index >= 0; index--) {
    const sample = recent[index];
    if (sample === undefined || sample.at < at - NEAR) break;
    if (sample.at <= at + NEAR) near.push(sample.value);
  }
  return median(near);
};
