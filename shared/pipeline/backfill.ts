import type { Target } from '../model/aws/inventory.ts';
import type { RecordedPast } from '../model/forecast/recorded-past.ts';
import type { HistorySample, HistoryStore } from '../state/state-store.ts';

/** Moments stored in one step: a day of hours of a thousand subnets takes a few seconds, and a step is what is done again. */
const MOMENTS_AT_ONCE = 24;

export interface BackfillOutcome {
  readonly subnets: number;
  /** Moments of which at least one value was brought in; those that were there already count, too. */
  readonly moments: number;
}

/**
 * Brings a past that was recorded elsewhere into a target's history, so that forecasts need not wait for weeks. What the
 * history knows of a subnet at the same moment stays as it is, so it may be repeated, and may run beside scans. Values
 * that are not whole are rounded down: half an address is none.
 */
export const backfill = async (
  history: HistoryStore,
  target: Target,
  pasts: readonly RecordedPast[],
  onProgress: (done: number, of: number) => void = () => {},
): Promise<BackfillOutcome> => {
  const moments = new Map<number, Map<string, HistorySample>>();
  const sampleAt = (at: number, subnetId: string): HistorySample =>
    moments.get(at)?.get(subnetId) ?? { subnetId, available: null, freePrefixes: null };
  const put = (at: number, sample: HistorySample): void => {
    const moment = moments.get(at) ?? new Map<string, HistorySample>();
    moments.set(at, moment.set(sample.subnetId, sample));
  };
  for (const { subnetId, addresses, prefixes } of pasts) {
    for (const { at, value } of addresses)
      put(at, { ...sampleAt(at, subnetId), available: Math.floor(value) });
    for (const { at, value } of prefixes)
      put(at, { ...sampleAt(at, subnetId), freePrefixes: Math.floor(value) });
  }
  // The newest first: an interrupted backfill leaves the days that matter most.
  const ordered = [...moments].toSorted(([a], [b]) => b - a);
  for (let start = 0; start < ordered.length; start += MOMENTS_AT_ONCE) {
    const scans = ordered.slice(start, start + MOMENTS_AT_ONCE);
    await history.backfill(
      target,
      scans.map(([at, samples]) => ({ at, samples: [...samples.values()] })),
    );
    onProgress(Math.min(start + MOMENTS_AT_ONCE, ordered.length), ordered.length);
  }
  return { subnets: pasts.length, moments: ordered.length };
};
