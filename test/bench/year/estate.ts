import { type Chance, chance, DAY, HOUR } from '../alerts/shapes/load-series.ts';

/** What happens to subnets in a year. `rollout` is harmless: pods stand beside their successors for an hour. */
export type HappeningKind = 'drain' | 'growth' | 'surge' | 'whole VPC' | 'rollout';

/** Something that happens to one subnet, or to all of the VPC. Times are epoch milliseconds. */
export interface Happening {
  readonly kind: HappeningKind;
  readonly subnets: readonly number[];
  readonly from: number;
  /** When the load is at its highest. */
  readonly full: number;
  /** When people have made room, and the load is as it was before. */
  readonly over: number;
  /** The part of the capacity in use at its highest; above 1: nothing is left before that. */
  readonly top: number;
}

export interface SimulatedSubnet {
  readonly capacity: number;
  /** Addresses in use. Asked in the order of time. */
  readonly used: (at: number) => number;
}

export interface SimulatedVpc {
  readonly subnets: readonly SimulatedSubnet[];
  readonly happenings: readonly Happening[];
}

const SUBNETS = 3;
const CAPACITIES = [123, 251, 1019, 4091] as const;
const DRAIN_HOURS = [3, 6, 12, 24, 48, 72, 120] as const;
const KINDS: readonly HappeningKind[] = [
  'drain',
  'drain',
  'drain',
  'drain',
  'growth',
  'growth',
  'surge',
  'whole VPC',
  'rollout',
  'rollout',
];

/** Before the first thing happens, the forecast has seen the ordinary load. */
const QUIET_DAYS = 35;

/** Each begins at least this long after the last was over: what belongs to which is then beyond doubt. */
const BETWEEN_DAYS = 12;

/** A VPC with an ordinary load of its own in each subnet, to which something happens every few weeks. */
export const simulatedVpc = (seed: number, start: number, days: number): SimulatedVpc => {
  const dice = chance(seed);
  const happenings: Happening[] = [];
  let next = start + QUIET_DAYS * DAY + dice.uniform(0, BETWEEN_DAYS) * DAY;
  while (next < start + (days - QUIET_DAYS) * DAY) {
    const happening = happeningOf(dice, next);
    happenings.push(happening);
    next = happening.over + (BETWEEN_DAYS + dice.uniform(0, 2 * BETWEEN_DAYS)) * DAY;
  }
  const subnets = Array.from({ length: SUBNETS }, (_, index) =>
    subnetOf(
      chance(seed * 1_000 + index + 1),
      happenings.filter((happening) => happening.subnets.includes(index)),
    ),
  );
  return { subnets, happenings };
};

const happeningOf = (dice: Chance, from: number): Happening => {
  const kind = dice.pick(KINDS);
  const one = [dice.integer(0, SUBNETS - 1)];
  const lasts = (hours: number, top: number, fixedAfter: number): Happening => ({
    kind,
    subnets: kind === 'whole VPC' ? Array.from({ length: SUBNETS }, (_, index) => index) : one,
    from,
    full: from + hours * HOUR,
    over: from + (hours + fixedAfter) * HOUR,
    top,
  });
  // Half of what could run out is seen to in time.
  const top = dice.pick([dice.uniform(0.93, 0.99), 1.02]);
  // Of what takes days, people see to a third after the warning, and to a third on the last day. A third runs out.
  const slowTop = dice.pick([dice.uniform(0.7, 0.88), dice.uniform(0.93, 0.99), 1.02]);
  switch (kind) {
    case 'drain': {
      const hours = dice.pick(DRAIN_HOURS);
      return lasts(hours, hours < 48 ? top : slowTop, dice.uniform(0.5, 8));
    }
    case 'growth':
      return lasts(dice.uniform(10, 30) * 24, slowTop, dice.uniform(2, 24));
    case 'surge':
      return lasts(dice.uniform(0.4, 1.5), 1.02, dice.uniform(0.5, 3));
    case 'whole VPC':
      return lasts(dice.uniform(6, 48), top, dice.uniform(1, 8));
    case 'rollout':
      return lasts(0.5, dice.uniform(0.6, 0.8), dice.uniform(0.3, 1));
  }
};

const subnetOf = (dice: Chance, happenings: readonly Happening[]): SimulatedSubnet => {
  const capacity = dice.pick(CAPACITIES);
  const base = dice.uniform(0.2, 0.5);
  const swing = dice.pick([0, 0.05, 0.1, 0.2]);
  const peakHour = dice.uniform(9, 20);
  const weekend = dice.pick([1, 0.85, 0.6]);
  const deviation = dice.uniform(0, 0.008);
  const persistence = dice.uniform(0.3, 0.95);
  let noise = 0;
  let index = 0;
  return {
    capacity,
    used: (at) => {
      noise = persistence * noise + deviation * Math.sqrt(1 - persistence ** 2) * dice.normal();
      const wave = 0.5 + 0.5 * Math.cos((2 * Math.PI * (at / HOUR - peakHour)) / 24);
      const day = new Date(at).getUTCDay();
      const ordinary = base + swing * wave * (day === 0 || day === 6 ? weekend : 1) + noise;
      while ((happenings[index]?.over ?? Number.POSITIVE_INFINITY) <= at) index += 1;
      const happening = happenings[index];
      const share =
        happening === undefined || at < happening.from ? ordinary : climb(happening, at, ordinary);
      return Math.round(capacity * Math.min(1, Math.max(0, share)));
    },
  };
};

const climb = ({ from, full, top }: Happening, at: number, ordinary: number): number =>
  ordinary + Math.min(1, (at - from) / (full - from)) * Math.max(0, top - ordinary);
