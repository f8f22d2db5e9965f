import type { AlertLevel, Transition } from './alert.ts';

const RANK: Readonly<Record<AlertLevel, number>> = { critical: 0, warning: 1, ok: 2 };

/** The worse level first: negative when `a` is worse than `b`. */
export const compareLevel = (a: Transition, b: Transition): number => RANK[a.severity] - RANK[b.severity];

/** How much of a supply is left, which is the first figure of a finding that has a forecast; infinite where that is not known. */
const leftOf = ({ finding: { evidence, forecast } }: Transition): number => {
  const value = forecast === undefined ? null : evidence[0]?.value;
  return typeof value === 'number' ? value : Number.POSITIVE_INFINITY;
};

/** When the supply is expected to be empty, in epoch milliseconds: an empty one before all others, and infinite where nothing says so. */
const emptyAt = (transition: Transition): number => {
  if (leftOf(transition) === 0) return Number.NEGATIVE_INFINITY;
  const { forecast } = transition.finding;
  const surge = forecast?.surge;
  const times = [
    forecast?.exhaustionAt,
    surge == null || surge.raise === 'ok' ? null : surge.exhaustionAt,
  ].flatMap((time) => (time == null ? [] : [Date.parse(time)]));
  return times.reduce((first, time) => Math.min(first, time), Number.POSITIVE_INFINITY);
};

const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);

/**
 * Which of two supplies a reader needs first, negative for that of `a`: the one that is empty first, then the one with less left.
 * Alerts that are about no supply come last.
 */
export const compareSupply = (a: Transition, b: Transition): number =>
  compare(emptyAt(a), emptyAt(b)) || compare(leftOf(a), leftOf(b));
