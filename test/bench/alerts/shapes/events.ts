import {
  type Chance,
  chance,
  DAY,
  type EventKind,
  FIVE_MINUTES,
  HOUR,
  type LoadSeries,
  type Rhythm,
} from './load-series.ts';

/**
 * One event after quiet weeks: a drain of a known length, half a drain that stops, a rollout, a plateau and a rescue, and
 * prefixes that nodes take one by one until the last whole blocks break up, a drain of a subnet that was made some days ago,
 * and a second drain after a rescue from the first. Only the drains and the staircases run out.
 */

export const DRAIN_HOURS: readonly number[] = [3, 6, 12, 24, 48, 72, 120];

/** From 0 to 1: the part of the loss that has happened after a part of the time. */
type Course = (share: number) => number;

const clamped = (value: number): number => Math.min(1, Math.max(0, value));

/** Ways in which a drain can go. `hours` is its length: what pauses at night needs a night. */
export const COURSES: Readonly<Record<string, (dice: Chance, hours: number) => Course>> = {
  straight: () => (share) => share,
  faster: (dice) => {
    const power = dice.uniform(1.5, 2.5);
    return (share) => share ** power;
  },
  slower: (dice) => {
    const power = dice.uniform(1.4, 2.2);
    return (share) => 1 - (1 - share) ** power;
  },
  'whole nodes': (dice) => {
    const nodes = dice.integer(6, 16);
    const starts = Array.from({ length: nodes }, (_, node) => (node + dice.uniform(0, 0.9)) / nodes);
    return (share) => (share >= 1 ? 1 : starts.filter((start) => start <= share).length / nodes);
  },
  'pauses at night': (dice, hours) => {
    if (hours < 24) return (share) => share;
    const from = dice.uniform(0, 1);
    const awake = (share: number): number => {
      const days = from + (share * hours) / 24;
      return Math.floor(days) * 0.6 + Math.min(0.6, days - Math.floor(days));
    };
    return (share) => clamped((awake(share) - awake(0)) / (awake(1) - awake(0)));
  },
  'a jump and a climb': (dice) => {
    const jump = dice.uniform(0.15, 0.4);
    return (share) => (share <= 0 ? 0 : jump + (1 - jump) * share);
  },
};

const CAPACITIES: readonly (readonly number[])[] = [
  [59, 123, 251],
  [507, 1019, 2043],
  [4091, 8187, 16_379],
];

export interface EventSet {
  readonly name: string;
  readonly seed: number;
  readonly rhythm: (dice: Chance) => Rhythm;
  readonly from: number;
}

interface Quiet {
  readonly capacity: number;
  readonly start: number;
  /** Used by the ordinary load, as a fraction of the capacity. */
  readonly used: (at: number) => number;
  readonly highest: number;
}

/** An ordinary load that uses between a fifth and two thirds of the subnet, with some rhythm and some noise. */
const quietOf = (set: EventSet, dice: Chance, capacities: readonly number[]): Quiet => {
  const capacity = dice.pick(capacities);
  const rhythm = set.rhythm(dice);
  const base = dice.uniform(0.2, 0.55);
  const swing = dice.pick([0, 0.03, 0.08, 0.15]);
  const deviation = dice.uniform(0, 0.008);
  const persistence = dice.uniform(0.3, 0.95);
  let noise = 0;
  return {
    capacity,
    start: set.from + dice.integer(0, 6) * DAY + dice.integer(0, 23) * HOUR,
    highest: base + swing,
    used: (at) => {
      noise = persistence * noise + deviation * Math.sqrt(1 - persistence ** 2) * dice.normal();
      return base + swing * clamped(rhythm(at)) + noise;
    },
  };
};

/** What happens: the fraction of the capacity in use, from the ordinary use and the hours since the start. */
type Happening = (ordinary: number, hours: number) => number;

interface Plan {
  readonly kind: EventKind;
  readonly name: string;
  readonly quietDays: number;
  readonly hours: number;
  readonly happening: Happening;
  readonly calmFromHours?: number;
  readonly drainHours?: number;
  readonly supply?: 'prefixes';
}

const layOutEvent = (quiet: Quiet, plan: Plan): LoadSeries => {
  const { capacity, start } = quiet;
  const begins = plan.quietDays * 24;
  const samples: { at: number; value: number }[] = [];
  let exhaustedAt: number | null = null;
  for (let step = 0; step * FIVE_MINUTES < (begins + plan.hours) * HOUR; step++) {
    const at = start + step * FIVE_MINUTES;
    const hours = (step * FIVE_MINUTES) / HOUR - begins;
    const ordinary = quiet.used(at);
    const used = Math.round(capacity * (hours < 0 ? ordinary : plan.happening(ordinary, hours)));
    const value = Math.min(capacity, Math.max(0, capacity - used));
    samples.push({ at, value });
    if (value === 0) exhaustedAt ??= at;
    if (exhaustedAt !== null && at - exhaustedAt >= 2 * HOUR) break;
  }
  return {
    name: plan.name,
    kind: plan.kind,
    size: capacity < 300 ? 'small' : 'large',
    capacity,
    samples,
    exhaustedAt,
    visibleAt: null,
    ...(plan.calmFromHours === undefined ? {} : { calmFrom: start + (begins + plan.calmFromHours) * HOUR }),
    ...(plan.drainHours === undefined ? {} : { drainHours: plan.drainHours }),
    ...(plan.supply === undefined ? {} : { supply: plan.supply }),
  };
};

/** The use goes from what is ordinary to `top` along the course. */
const climb =
  (course: Course, lasts: number, top: number): Happening =>
  (ordinary, hours) =>
    ordinary + course(clamped(hours / lasts)) * Math.max(0, top - ordinary);

const drain = (course: Course, hours: number): Omit<Plan, 'name' | 'quietDays'> => ({
  kind: 'drain',
  hours: hours * 1.2 + 3,
  drainHours: hours,
  happening: (ordinary, since) =>
    since >= hours ? 1.01 : ordinary + course(since / hours) * Math.max(0, 1.004 - ordinary),
});

const halfDrain = (dice: Chance, course: Course, hours: number): Omit<Plan, 'name' | 'quietDays'> => {
  const top = dice.uniform(0.62, 0.85);
  return { kind: 'half a drain', hours: hours + 6 * 24, happening: climb(course, hours, top) };
};

/** Exactly as many are left for days: a load that does not move, a few nodes from the end. */
const plateau = (dice: Chance, course: Course, capacity: number): Omit<Plan, 'name' | 'quietDays'> => {
  const lasts = dice.pick([0.2, 6, 24, 72, 120]);
  const left = Math.max(Math.ceil(0.053 * capacity) + 1, Math.round(dice.uniform(0.055, 0.14) * capacity), 7);
  return {
    kind: 'plateau',
    hours: lasts + 8 * 24,
    calmFromHours: lasts + 12,
    happening: (ordinary, since) =>
      since >= lasts
        ? 1 - left / capacity
        : Math.min(
            1 - left / capacity,
            ordinary + course(since / lasts) * Math.max(0, 1 - left / capacity - ordinary),
          ),
  };
};

/** Room comes back at once when a tenth or so is left, and the load goes on as it was before. */
const rescue = (dice: Chance, course: Course, hours: number): Omit<Plan, 'name' | 'quietDays'> => {
  const top = dice.uniform(0.86, 0.97);
  const remains = dice.uniform(0, 0.25);
  return {
    kind: 'rescue',
    hours: hours + 5 * 24,
    calmFromHours: hours,
    happening: (ordinary, since) =>
      since < hours
        ? climb(course, hours, top)(ordinary, since)
        : ordinary + remains * Math.max(0, 0.8 - ordinary),
  };
};

/** New pods stand beside the old ones for a while, on several days. */
const rollout = (dice: Chance, highest: number): Omit<Plan, 'name' | 'quietDays'> => {
  const every = dice.uniform(20, 60);
  const lasts = dice.uniform(0.4, 2.5);
  const rises = dice.uniform(0.05, 0.8);
  const by = dice.uniform(0.3, 1) * (0.86 - highest);
  return {
    kind: 'rollout',
    hours: 8 * 24,
    happening: (ordinary, since) => {
      const within = since % every;
      return ordinary + by * clamped(Math.min(within / rises, (lasts + rises - within) / rises));
    },
  };
};

export const YOUNG_DRAIN_HOURS: readonly number[] = [12, 24, 48];

export const SECOND_DRAIN_HOURS: readonly number[] = [12, 36];

/** A person makes room at the end of a first drain, and some days later it happens again. */
const secondDrain = (dice: Chance, course: Course, hours: number): Omit<Plan, 'name' | 'quietDays'> => {
  const first = dice.uniform(8, 30);
  const reach = dice.uniform(0.55, 0.92);
  const roomAt = first + dice.uniform(1, 4);
  const from = roomAt + dice.uniform(1.5, 6) * 24;
  return {
    kind: 'second drain',
    hours: from + hours * 1.2 + 3,
    drainHours: hours,
    happening: (ordinary, since) => {
      const free = Math.max(0, 1.004 - ordinary);
      if (since < roomAt) return ordinary + reach * course(clamped(since / first)) * free;
      if (since < from) return ordinary;
      return since - from >= hours ? 1.01 : ordinary + course((since - from) / hours) * free;
    },
  };
};

export const STAIRCASE_HOURS: readonly number[] = [12, 24, 48];
/** Whole blocks of 16 in subnets of /24, /22, /20 and /18, without the two that hold what AWS reserves. */
const PREFIX_CAPACITIES: readonly number[] = [14, 62, 254, 1022];

/** Each node takes a few prefixes at once; when few whole blocks are left, single addresses break up the rest at once. */
const staircase = (dice: Chance, hours: number): Omit<Plan, 'name' | 'quietDays'> => {
  const steps = dice.integer(5, 14);
  const starts = Array.from({ length: steps }, (_, step) => (step + dice.uniform(0, 0.8)) / steps);
  const cliff = dice.uniform(0.04, 0.15);
  return {
    kind: 'staircase',
    supply: 'prefixes',
    hours: hours * 1.2 + 3,
    drainHours: hours,
    happening: (ordinary, since) => {
      const taken = starts.filter((start) => start <= since / hours).length / steps;
      const used = ordinary + taken * Math.max(0, 1 - cliff - ordinary);
      return since >= hours ? 1.01 : used;
    },
  };
};

/** `count` series of each kind, course, size and (for drains) length. */
export const eventSeries = (set: EventSet, count: number): LoadSeries[] => {
  const result: LoadSeries[] = [];
  let number = 0;
  const add = (
    size: number,
    name: string,
    plan: (dice: Chance, quiet: Quiet) => Omit<Plan, 'name' | 'quietDays'> & Partial<Pick<Plan, 'quietDays'>>,
    capacities = CAPACITIES[size] ?? [],
  ): void => {
    for (let index = 0; index < count; index++) {
      number += 1;
      const dice = chance(set.seed + 7919 * number);
      const quiet = quietOf(set, dice, capacities);
      const quietDays = dice.uniform(14, 18);
      const happening = plan(dice, quiet);
      result.push(
        layOutEvent(quiet, {
          quietDays,
          ...happening,
          name: `${set.name} ${happening.kind} ${name} ${size} ${index}`,
        }),
      );
    }
  };
  for (const [course, make] of Object.entries(COURSES))
    for (const size of CAPACITIES.keys()) {
      for (const hours of DRAIN_HOURS)
        add(size, `${course} ${hours} h`, (dice) => drain(make(dice, hours), hours));
      for (const hours of [6, 24, 72])
        add(size, `${course} ${hours} h`, (dice) => halfDrain(dice, make(dice, hours), hours));
      for (const hours of [12, 60])
        add(size, `${course} ${hours} h`, (dice) => rescue(dice, make(dice, hours), hours));
      add(size, course, (dice, { capacity }) => plateau(dice, make(dice, 24), capacity));
      add(size, course, (dice, { highest }) => rollout(dice, highest));
    }
  // The last, so that the draws of the others stay what they were.
  for (const hours of STAIRCASE_HOURS)
    for (const [size, capacity] of PREFIX_CAPACITIES.entries())
      for (let again = 0; again < 3; again++)
        add(size, `${hours} h ${again}`, (dice) => staircase(dice, hours), [capacity]);
  for (const [course, make] of Object.entries(COURSES))
    for (const size of CAPACITIES.keys()) {
      for (const hours of YOUNG_DRAIN_HOURS)
        add(size, `${course} ${hours} h`, (dice) => ({
          ...drain(make(dice, hours), hours),
          kind: 'young drain',
          quietDays: dice.uniform(2.5, 12),
        }));
      for (const hours of SECOND_DRAIN_HOURS)
        add(size, `${course} ${hours} h`, (dice) => secondDrain(dice, make(dice, hours), hours));
    }
  return result;
};
