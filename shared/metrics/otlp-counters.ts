import type { MetricDatum } from './metric-sink.ts';

/** `delta`: each point counts from the one before it. `cumulative`: each counts from when the process first counted. */
export type Temporality = 'delta' | 'cumulative';

/** What a point of a sum says: so many events from `since` (epoch milliseconds; 0: not known) on. */
export interface Counted {
  readonly value: number;
  readonly since: number;
}

/** A series that is silent for so long has ended: its sum begins at nothing when it comes again. */
const FORGOTTEN_AFTER_MILLISECONDS = 24 * 3_600_000;

/**
 * Turns what each scan counted into the points of sums. One for each process, for as long as it lives: a receiver of
 * cumulative sums takes a later start for a new process (OpenTelemetry's data model, "Resets and Gaps").
 */
export class OtlpCounters {
  /** Tells the sums of this process from those of others that scan the same target. */
  readonly instance: string;
  readonly #totals = new Map<string, { total: number; since: number; at: number }>();

  constructor(instance: string) {
    this.instance = instance;
  }

  count(series: string, { value, count, timestamp }: MetricDatum, temporality: Temporality): Counted {
    for (const [key, { at }] of this.#totals)
      if (timestamp - at > FORGOTTEN_AFTER_MILLISECONDS) this.#totals.delete(key);
    const before = this.#totals.get(series);
    const began = count?.since ?? before?.at ?? 0;
    const total = (before?.total ?? 0) + value;
    const since = before?.since ?? began;
    this.#totals.set(series, { total, since, at: timestamp });
    if (temporality === 'cumulative') return { value: total, since };
    // Points of one series may not overlap, whatever two clocks say.
    return { value, since: Math.max(began, before?.at ?? 0) };
  }
}
