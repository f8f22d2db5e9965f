import { mutedBy } from '../../shared/alerts/mutes.ts';
import { selectableOf } from '../../shared/alerts/routing.ts';
import type { AlertSeverity } from '../../shared/model/alert/alert.ts';
import type { Mute } from '../../shared/model/alert/policy.ts';
import type { KeptAlert } from '../../shared/pipeline/kept-alerts.ts';
import { levelOf } from './alert-filters.ts';

/** The first mute that keeps an alert that fires or waits quiet; `null`: none does. */
export const muteOf = <Kind extends Mute>(
  kept: KeptAlert,
  mutes: readonly Kind[],
  now: number,
): Kind | null => {
  if (kept.alert.status === 'resolved') return null;
  const mute = mutedBy(selectableOf(kept.alert, levelOf(kept) as AlertSeverity), mutes, now);
  return mutes.find((each) => each === mute) ?? null;
};

export const isCovered = (kept: KeptAlert, mute: Mute, now: number): boolean =>
  muteOf(kept, [mute], now) !== null;
