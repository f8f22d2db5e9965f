import {
  type Chance,
  DAY,
  FIVE_MINUTES,
  HOUR,
  type LoadSeries,
  type Rhythm,
  type SmoothKind,
} from './load-series.ts';
import { type Shape, seriesOf } from './series-set.ts';
import { traceRhythm } from './trace-rhythm.ts';

/**
 * The shapes that judge: what EKS clusters and VPC subnets do. They were written before the constants of today were
 * chosen, and share no rhythm, no way of growing, no surge, step or bump with `tuning.ts` and `tuning-second.ts`, but the
 * kinds and the sizes of subnets. There are four recorded traces only, and both tuning sets use two each: here they are
 * played backwards, at other speeds and mixed, so that no stretch of a day looks as it did there.
 *
 * A surge that hides behind a load which shrinks at the same time stays in: who knows the ordinary load sees it. What
 * is held (by a test) is that the surge itself, whatever the load does, took a tenth of the capacity 30 minutes ahead.
 */

/** Longer than any series, and whole weeks. */
const DAYS_DRAWN = 70;
const STEPS_DRAWN = (DAYS_DRAWN * DAY) / FIVE_MINUTES;

const weekday = (at: number): number => new Date(at).getUTCDay();
const isWeekend = (at: number): boolean => weekday(at) === 0 || weekday(at) === 6;
const hourOf = (at: number): number => (at / HOUR) % 24;
/** From 0 to 1 within `takes`, from the moment 0 on. */
const ramp = (since: number, takes: number): number => Math.min(1, Math.max(0, since / takes));

/** A load drawn once, five minutes by five minutes, and played again after ten weeks. */
const drawn =
  (values: ArrayLike<number>): Rhythm =>
  (at) =>
    values[Math.floor(at / FIVE_MINUTES) % STEPS_DRAWN] ?? 0;

/** Services that hardly move, and a nightly batch that starts by the clock and ends when it is done. */
const nightlyBatch = (dice: Chance): Rhythm => {
  const begins = dice.uniform(0.5, 4);
  const floor = dice.uniform(0.1, 0.35);
  const rises = dice.uniform(0.3, 0.8);
  const lasts = Array.from({ length: DAYS_DRAWN }, () => dice.uniform(1.5, 4.5));
  return (at) => {
    const since = hourOf(at) - begins;
    const left = (lasts[Math.floor(at / DAY) % DAYS_DRAWN] ?? 3) - since;
    const office = hourOf(at) > 8 && hourOf(at) < 18 && !isWeekend(at) ? 0.15 : 0;
    return floor + office + (1 - floor) * Math.min(ramp(since, rises), ramp(left, 0.25));
  };
};

/** Build runners: jobs arrive on workdays in working hours, and each holds its addresses for as long as it runs. */
const buildRunners = (dice: Chance): Rhythm => {
  const running = new Float64Array(STEPS_DRAWN);
  const perStep = dice.uniform(0.6, 3);
  const longest = dice.uniform(4, 14);
  const epoch = Date.UTC(2026, 8, 7);
  const first = Math.floor(epoch / FIVE_MINUTES);
  for (let step = 0; step < STEPS_DRAWN; step++) {
    const at = (first + step) * FIVE_MINUTES;
    const hour = hourOf(at);
    const busy = isWeekend(at) ? 0.06 : hour > 7 && hour < 19 ? 1 - ((hour - 13.5) / 8) ** 2 : 0.08;
    let jobs = Math.floor(perStep * busy + dice.uniform(0, 1));
    if (dice.uniform(0, 1) < 0.02 * busy) jobs += dice.integer(3, 9);
    const index = (first + step) % STEPS_DRAWN;
    for (; jobs > 0; jobs--) {
      const lasts = dice.uniform(2, longest);
      for (let later = 0; later < lasts; later++) {
        const held = (index + later) % STEPS_DRAWN;
        running[held] = (running[held] ?? 0) + 1;
      }
    }
  }
  const most = running.toSorted()[Math.floor(0.995 * STEPS_DRAWN)] ?? 1;
  return drawn(running.map((value) => Math.min(1.05, value / Math.max(1, most))));
};

/** A service that is the same all day, and doubles a part of itself for minutes whenever it is deployed blue/green. */
const blueGreen = (dice: Chance): Rhythm => {
  const share = dice.uniform(0.2, 0.5);
  const lasts = dice.uniform(0.25, 0.8);
  const deployments = Array.from({ length: DAYS_DRAWN }, () =>
    Array.from({ length: dice.integer(0, 4) }, () => dice.uniform(8, 18)),
  );
  const wave = dice.uniform(0, 0.2);
  return (at) => {
    const today = isWeekend(at) ? [] : (deployments[Math.floor(at / DAY) % DAYS_DRAWN] ?? []);
    const deploys = today.some((from) => hourOf(at) >= from && hourOf(at) < from + lasts);
    const day = wave * (0.5 - 0.5 * Math.cos((2 * Math.PI * (hourOf(at) - 3)) / 24));
    return 1 - share - wave + day + (deploys ? share : 0);
  };
};

/** Nodes are replaced, one after the other and new before old, on one night of the week. */
const nodeRotation = (dice: Chance): Rhythm => {
  const on = dice.integer(1, 5);
  const from = dice.uniform(9, 16);
  const nodes = dice.integer(6, 20);
  const each = dice.uniform(0.1, 0.3);
  const surplus = dice.uniform(0.15, 0.4);
  const swing = dice.uniform(0.1, 0.35);
  return (at) => {
    const since = hourOf(at) - from;
    const turn = since / each;
    const rotates = weekday(at) === on && since >= 0 && turn < nodes;
    const extra = rotates ? surplus * (turn % 1 < 0.7 ? 1 : 0.6) : 0;
    const day = swing * Math.sin((2 * Math.PI * (hourOf(at) - 8)) / 24);
    return Math.max(0, (1 - surplus - swing + day + extra) * (isWeekend(at) ? 0.9 : 1));
  };
};

/** Environments of developers: up on workdays, switched off at night and over the weekend. */
const weekendShutdown = (dice: Chance): Rhythm => {
  const up = dice.uniform(5.5, 8);
  const down = dice.uniform(18, 21);
  const takes = dice.uniform(0.5, 1.5);
  const left = dice.uniform(0.05, 0.3);
  return (at) => {
    if (isWeekend(at)) return left;
    const on = Math.min(ramp(hourOf(at) - up, takes), ramp(down - hourOf(at), 0.3));
    const lunch = hourOf(at) > 11.5 && hourOf(at) < 13 ? 0.93 : 1;
    return left + (1 - left) * on * lunch;
  };
};

/** An autoscaler: demand rounded up to whole nodes with their warm pools, quick to add and slow to take away. */
const autoscaler = (dice: Chance): Rhythm => {
  const nodes = dice.integer(5, 24);
  const keeps = dice.integer(6, 24);
  const high = dice.uniform(12, 20);
  const low = dice.uniform(0.2, 0.6);
  const restless = dice.uniform(0.01, 0.06);
  const held = new Float64Array(STEPS_DRAWN);
  const wanted: number[] = [];
  let drift = 0;
  for (let step = 0; step < STEPS_DRAWN; step++) {
    drift = 0.9 * drift + restless * dice.normal();
    const wave = 0.5 + 0.5 * Math.cos((2 * Math.PI * ((step * FIVE_MINUTES) / HOUR - high)) / 24);
    // A flatter top than a cosine, since demand saturates.
    wanted.push(low + (0.97 - low) * Math.sqrt(wave) + drift);
    held[step] = Math.ceil(Math.max(0, ...wanted.slice(-keeps)) * nodes) / nodes;
  }
  return drawn(held.map((value) => Math.min(1.1, value)));
};

/**
 * Storms of data jobs: when a user starts one, it takes its executors within minutes and holds them for an hour or
 * three.
 */
const jobStorms = (dice: Chance): Rhythm => {
  const perDay = dice.uniform(1, 5);
  const floor = dice.uniform(0.2, 0.5);
  const load = new Float64Array(STEPS_DRAWN).fill(floor);
  for (let storm = 0; storm < perDay * DAYS_DRAWN; storm++) {
    const from = dice.integer(0, STEPS_DRAWN - 1);
    const lasts = dice.integer(4, 36);
    const height = dice.uniform(0.05, 0.45);
    const rises = dice.integer(1, 5);
    for (let step = 0; step < lasts; step++) {
      const at = (from + step) % STEPS_DRAWN;
      load[at] = (load[at] ?? 0) + height * ramp(step + 1, rises);
    }
  }
  return drawn(load.map((value) => Math.min(1.1, value)));
};

/** The taxis backwards, with a little of the share's mentions at half speed on top. */
const taxisBackwards = (dice: Chance): Rhythm => {
  const taxis = traceRhythm('nyc_taxi.csv', 0);
  const mentions = traceRhythm('Twitter_volume_AAPL.csv', 0);
  const back = Date.UTC(2027, 0, 1) + dice.integer(0, 200) * DAY;
  const share = dice.uniform(0.1, 0.3);
  return (at) => (1 - share) * taxis(back - at) + share * mentions(at / 2);
};

/** How far two recorded services are apart: the balancer's requests backwards, and the Auto Scaling group a third faster. */
const recordedDifference = (dice: Chance): Rhythm => {
  const requests = traceRhythm('elb_request_count_8c0756.csv', 0);
  const group = traceRhythm('grok_asg_anomaly.csv', 0);
  const back = Date.UTC(2027, 0, 1) + dice.integer(0, 13) * DAY;
  return (at) => Math.min(1.1, Math.abs(0.3 + 0.9 * requests(back - at) - 0.35 * group(at * 1.33)));
};

const JUDGING_RHYTHMS: readonly ((dice: Chance) => Rhythm)[] = [
  nightlyBatch,
  buildRunners,
  blueGreen,
  nodeRotation,
  weekendShutdown,
  autoscaler,
  jobStorms,
  taxisBackwards,
  recordedDifference,
];

export const judgingRhythm = (dice: Chance): Rhythm => dice.pick(JUDGING_RHYTHMS)(dice);

/** How far on the way from 0 to 1 a growth that takes `over` days is after so many of them. */
type Growing = (day: number, over: number) => number;

/** Interfaces are left behind, one here and three there, and they are not deleted. */
const orphans = (dice: Chance): Growing => {
  const pieces = dice.integer(40, 120);
  const moments = Array.from({ length: pieces * 2 }, () => dice.uniform(0, 2));
  return (day, over) => moments.filter((moment) => moment <= day / over).length / pieces;
};

/** A leak that is cleaned up once a week, in part. */
const cleanedWeekly = (dice: Chance): Growing => {
  const back = dice.uniform(0.15, 0.35);
  return (day, over) => {
    const weeks = Math.floor(day / 7);
    const perDay = 1 / (over - back * 7 * Math.floor(over / 7));
    return perDay * (day - back * 7 * weeks);
  };
};

/** Growth with a freeze in it, as over a holiday. */
const withAFreeze = (dice: Chance): Growing => {
  const freezes = dice.uniform(0.3, 0.5);
  const lasts = dice.uniform(0.1, 0.2);
  return (day, over) => {
    const progress = day / over;
    return (Math.min(progress, freezes) + Math.max(0, progress - freezes - lasts)) / (1 - lasts);
  };
};

/** Ever faster: the first half of the time takes a third. */
const everFaster = (): Growing => (day, over) => (day / over) ** 1.6;

/** Fast at first, then slower. */
const slowingDown = (): Growing => (day, over) => (day / over) ** 0.75;

/** Only between eight and eight, when people work. */
const whilePeopleWork = (): Growing => (day, over) => {
  const whole = Math.floor(day);
  return (whole + ramp((day - whole) * 24 - 8, 12)) / over;
};

const WAYS_OF_GROWING = [orphans, cleanedWeekly, withAFreeze, everFaster, slowingDown] as const;
const WAYS_OF_GROWING_LATE = [orphans, whilePeopleWork, slowingDown, everFaster] as const;

const HOURS = 24;

const SHAPES: Readonly<Record<SmoothKind, (dice: Chance) => Shape>> = {
  growth: (dice) => {
    const peak = dice.uniform(0.3, 0.7);
    const from = dice.uniform(1, 8);
    const over = dice.uniform(8, 40);
    const grown = dice.pick(WAYS_OF_GROWING)(dice);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: from + over * 1.5,
      event: (day) => (day < from ? 0 : (1.01 - peak) * grown(day - from, over)),
    };
  },
  'late growth': (dice) => {
    const peak = dice.uniform(0.3, 0.72);
    const from = dice.uniform(11, 30);
    const over = dice.uniform(3, 10.5);
    const grown = dice.pick(WAYS_OF_GROWING_LATE)(dice);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: from + over * 1.6,
      event: (day) => (day < from ? 0 : (1.01 - peak) * grown(day - from, over)),
    };
  },
  surge: (dice) => {
    const peak = dice.uniform(0.3, 0.78);
    const quiet = peak * dice.uniform(0.4, 0.9);
    const from = dice.uniform(7, 32);
    const takes = dice.uniform(2.5, 3.5);
    const needed = 1.01 - (quiet + peak) / 2;
    const way = dice.integer(0, 2);
    const waves = dice.integer(8, 14);
    return {
      quiet,
      peak,
      days: from + 1,
      event: (day) => {
        const progress = Math.max(0, (day - from) * HOURS) / takes;
        // A job that starts more of itself; retries that beget retries; or a node group that adds its nodes in waves.
        if (way === 0) return needed * progress;
        if (way === 1) return (needed * Math.expm1(1.3 * progress)) / Math.expm1(1.3);
        return (needed * Math.floor(progress * waves)) / waves;
      },
    };
  },
  'high peak': (dice) => {
    const peak = dice.uniform(0.7, 0.9);
    return { quiet: peak * dice.uniform(0.3, 0.9), peak, days: 42, event: () => 0 };
  },
  step: (dice) => {
    const by = dice.uniform(0.1, 0.4);
    const peak = dice.uniform(0.75, 0.9) - by;
    const from = dice.uniform(2, 38);
    const takes = dice.uniform(0.02, 1);
    const tranches = dice.integer(2, 6);
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: 42,
      // Team by team, each within a few scans.
      event: (day) => {
        const turn = ((day - from) / takes) * tranches;
        if (turn < 0) return 0;
        return (by * Math.min(tranches, Math.floor(turn) + Math.min(1, (turn % 1) * 5))) / tranches;
      },
    };
  },
  bump: (dice) => {
    const by = dice.uniform(0.1, 0.4);
    const peak = dice.uniform(0.75, 0.9) - by;
    const from = dice.uniform(2, 38);
    const width = dice.uniform(0.15, 1.5);
    const drains = dice.uniform(0, 1) < 0.5;
    return {
      quiet: peak * dice.uniform(0.4, 0.9),
      peak,
      days: 42,
      // A load test that swells and fades, or one that is there at once and whose addresses come back by and by.
      event: (day) => {
        const progress = (day - from) / width;
        if (progress < 0 || progress > 5) return 0;
        if (drains) return by * Math.min(1, progress * width * 96) * Math.exp(-2 * progress);
        return progress > 1 ? 0 : by * Math.sin(Math.PI * progress);
      },
    };
  },
};

/** `count` series of each kind and size. */
export const judgingSeries = (count: number): LoadSeries[] =>
  seriesOf(
    {
      name: 'judging',
      seed: (kind, size, index) => 15_485_863 * kind + 32_452_843 * size + 7919 * index,
      shapes: SHAPES,
      rhythm: (dice) => judgingRhythm(dice),
      capacities: { small: [27, 59, 123, 251], large: [1019, 2043, 4091, 8187] },
      from: Date.UTC(2026, 8, 7),
      noise: [0.002, 0.02],
      persistence: [0.4, 0.98],
    },
    count,
  );
