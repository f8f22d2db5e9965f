import type { Mute } from '../model/alert/policy.ts';
import { matches, type Selectable } from './selectors.ts';
import { isInWindow } from './wall-clock.ts';

/** The first mute that keeps this quiet at the given moment (epoch milliseconds); `null`: none does. */
export const mutedBy = (selectable: Selectable, mutes: readonly Mute[], at: number): Mute | null =>
  mutes.find((mute) => isInForce(mute, at) && matches(mute.match, selectable)) ?? null;

/**
 * Whether a mute applies at a moment: from its beginning, up to but not including its end. A weekly window counts only
 * between the two. One that ends before it begins goes over midnight and belongs to the day on which it begins; its hours
 * are those of its time zone's wall clock, daylight saving included.
 */
export const isInForce = ({ from, until, weekly }: Mute, at: number): boolean => {
  if (from !== null && at < Date.parse(from)) return false;
  if (until !== null && at >= Date.parse(until)) return false;
  return weekly === null || isInWindow(weekly, at);
};
