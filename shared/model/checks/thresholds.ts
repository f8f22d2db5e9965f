import { type AlertLevel, worstLevel } from '../alert/alert.ts';
import type { RulePolicy, Threshold } from '../alert/policy.ts';

/** The figure that the supply must be under for a threshold to be crossed; `null`: there is no such threshold. */
export const limitOf = (threshold: Threshold | null, capacity: number): number | null => {
  if (threshold === null) return null;
  const byPercent = threshold.percent === undefined ? 0 : (capacity * threshold.percent) / 100;
  return Math.max(byPercent, threshold.count ?? 0);
};

export interface SupplyLevels {
  readonly raise: AlertLevel;
  readonly hold: AlertLevel;
  /** What the supply had to be under, in its own unit. */
  readonly warningBelow: number | null;
  readonly criticalBelow: number | null;
}

/**
 * How low a supply is: by its thresholds, and by the same thresholds raised by the clearing margin. A threshold asks for
 * more than there can ever be (16 free in a /28 subnet, which holds 11)? Then a full supply clears it anyway:
 * no subnet should be said to be low while nothing in it is in use.
 *
 * @param capacity what there could ever be of this supply
 */
export const levelsOf = (value: number, capacity: number, policy: RulePolicy): SupplyLevels => {
  const warningBelow = limitOf(policy.warning, capacity);
  const criticalBelow = limitOf(policy.critical, capacity);
  const isUnder = (limit: number | null, margin: number): boolean =>
    limit !== null && value < Math.min(limit * (1 + margin), capacity);
  const level = (margin: number): AlertLevel => {
    if (isUnder(criticalBelow, margin)) return 'critical';
    return isUnder(warningBelow, margin) ? 'warning' : 'ok';
  };
  const raise = level(0);
  return { raise, hold: worstLevel([raise, level(policy.clearMargin)]), warningBelow, criticalBelow };
};
