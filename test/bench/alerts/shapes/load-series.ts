import type { Sample } from '../../../../shared/model/result/forecast.ts';
import { seededRandom } from '../../../fixtures/seeded-random.ts';

/** What happens in a smooth series; the first three run out of addresses, the last three do not. */
export type SmoothKind = 'growth' | 'late growth' | 'surge' | 'high peak' | 'step' | 'bump';

/** What happens in a series about one event; only drains and staircases run out. */
export type EventKind =
  | 'drain'
  | 'young drain'
  | 'second drain'
  | 'half a drain'
  | 'plateau'
  | 'rescue'
  | 'rollout'
  | 'staircase';

/** `pods`: recorded counts of pods, which run out or not as the subnet is sized. */
export type Kind = SmoothKind | EventKind | 'pods';

/** A synthetic subnet's past, with the truth about it. */
export interface LoadSeries {
  readonly name: string;
  readonly kind: Kind;
  readonly size: 'small' | 'large';
  readonly capacity: number;
  readonly samples: readonly Sample[];
  /** Epoch milliseconds of the first sample with nothing available; `null`: never. */
  readonly exhaustedAt: number | null;
  /**
   * Epoch milliseconds at which what happens (and not the ordinary load) had taken a tenth of the capacity; `null`: never.
   * From then on a reader who knows the ordinary load exactly would see it.
   */
  readonly visibleAt: number | null;
  /** Epoch milliseconds of the turn after which nothing more should be said: the rescue, or the start of the plateau. */
  readonly calmFrom?: number;
  /** What is counted; left out: addresses. */
  readonly supply?: 'prefixes';
  /** How many hours the drain takes from its start to the exhaustion. */
  readonly drainHours?: number;
}

export const FIVE_MINUTES = 300_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;
const STEPS_PER_DAY = DAY / FIVE_MINUTES;

/** A load's rhythm: epoch milliseconds to about 0 (quiet) .. 1 (ordinary peak). */
export type Rhythm = (at: number) => number;

/** Chance with the shapes that series need. */
export interface Chance {
  readonly uniform: (low: number, high: number) => number;
  readonly integer: (low: number, high: number) => number;
  readonly normal: () => number;
  readonly pick: <T>(items: readonly T[]) => T;
}

export const chance = (seed: number): Chance => {
  const random = seededRandom(seed);
  const uniform = (low: number, high: number): number => low + (high - low) * random();
  return {
    uniform,
    integer: (low, high) => Math.floor(uniform(low, high + 1)),
    normal: () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random()),
    pick: (items) => {
      const item = items[Math.floor(random() * items.length)];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
};

/** What is added to the ordinary use (both fractions of the capacity), at a time in days since the start. */
export type Event = (day: number, ordinary: number) => number;

export interface SeriesPlan {
  readonly name: string;
  readonly kind: SmoothKind;
  readonly size: 'small' | 'large';
  readonly capacity: number;
  readonly start: number;
  readonly days: number;
  readonly rhythm: Rhythm;
  /** Used at the quiet hour and at the ordinary peak, as fractions of the capacity. */
  readonly quiet: number;
  readonly peak: number;
  /** Standard deviation of the measured noise, as a fraction of the capacity. */
  readonly noise: number;
  /** How much of the noise carries over to the next 5 minutes, 0 to below 1. */
  readonly persistence: number;
  readonly event: Event;
  /** Scans that failed, came twice or came late. */
  readonly dirty: boolean;
}

/**
 * How far a harmless series may go: 93 %, and never below six addresses. With 5 % left the last line of defence speaks,
 * and with fewer than five addresses EKS refuses to upgrade: a series that goes there is not harmless.
 */
const HARMLESS_CEILING = 0.93;
const HARMLESS_ADDRESSES = 6;

const VISIBLE_SHARE = 0.1;

/** Lays a plan over a subnet, point by point, until half a day after it ran out. */
export const layOut = (plan: SeriesPlan, dice: Chance): LoadSeries => {
  const runsOut = plan.kind === 'growth' || plan.kind === 'late growth' || plan.kind === 'surge';
  const samples: Sample[] = [];
  let exhaustedAt: number | null = null;
  let visibleAt: number | null = null;
  let noise = 0;
  for (let step = 0; step < plan.days * STEPS_PER_DAY; step++) {
    const at = plan.start + step * FIVE_MINUTES;
    noise = plan.persistence * noise + plan.noise * Math.sqrt(1 - plan.persistence ** 2) * dice.normal();
    const rhythm = Math.max(0, plan.rhythm(at));
    const ordinary = plan.quiet + (plan.peak - plan.quiet) * rhythm;
    const taken = plan.event(step / STEPS_PER_DAY, ordinary);
    if (taken >= VISIBLE_SHARE) visibleAt ??= at;
    const wanted = ordinary + noise + taken;
    const used = Math.round(
      Math.max(0, runsOut ? wanted : Math.min(wanted, HARMLESS_CEILING)) * plan.capacity,
    );
    const available = Math.max(runsOut ? 0 : HARMLESS_ADDRESSES, plan.capacity - used);
    samples.push({ at, value: available });
    if (available === 0) exhaustedAt ??= at;
    if (exhaustedAt !== null && at - exhaustedAt > DAY / 2) break;
  }
  return {
    name: plan.name,
    kind: plan.kind,
    size: plan.size,
    capacity: plan.capacity,
    samples: plan.dirty ? dirtied(samples, dice) : samples,
    exhaustedAt,
    visibleAt,
  };
};

/** What real collection does to a series: an outage of some hours, single losses, repeats, and points out of order. */
const dirtied = (samples: readonly Sample[], dice: Chance): Sample[] => {
  const outageFrom = dice.integer(0, samples.length - 1);
  const outageFor = dice.integer(6, 96);
  const result: Sample[] = [];
  for (const [index, sample] of samples.entries()) {
    // The last day stays: a monitor that is down at the exhaustion cannot be judged by it.
    const inOutage =
      index >= outageFrom && index < outageFrom + outageFor && index < samples.length - STEPS_PER_DAY;
    if (inOutage || dice.uniform(0, 1) < 0.02) continue;
    result.push(sample);
    if (dice.uniform(0, 1) < 0.01) result.push(sample);
    const last = result.length - 1;
    const previous = result[last - 1];
    if (previous !== undefined && dice.uniform(0, 1) < 0.01) {
      result[last - 1] = sample;
      result[last] = previous;
    }
  }
  return result;
};
