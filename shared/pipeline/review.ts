import type { AlertPolicy } from '../model/alert/policy.ts';
import { forecast } from '../model/forecast/forecast.ts';
import { DAY, HistoryBuilder, HOUR } from '../model/forecast/supply-history.ts';
import type { Sample } from '../model/result/forecast.ts';
import { type Calibration, calibrationOf, type SaidAndHappened } from './calibration.ts';
import { type ReplayTransition, replay } from './replay.ts';

export interface ReviewInput {
  /** In any order; of several at one moment the first counts. */
  readonly samples: readonly Sample[];
  readonly capacity: number;
  readonly supply: 'addresses' | 'prefixes';
  readonly policy: AlertPolicy;
  /** When requests for this supply were refused, in any order: epoch milliseconds. Absent: not known. */
  readonly refusals?: readonly number[];
}

/** How an alarm did on a recorded past. */
export interface AlarmReview {
  /** Exhaustions that it was on for when they began, and those that it was not. */
  readonly hits: number;
  readonly misses: number;
  /** Of the hits, those that it had been on for since more than 16 days before: too early to act on. */
  readonly tooEarly: number;
  /** Times that it began, and nothing ran out within 16 days or while it was on. */
  readonly falseAlarms: number;
  /** Times that it began in the last 16 days of the record and was still on at its end: the outcome is not known. */
  readonly undecided: number;
  /** Hours for which it was on, in all: one that is always on hits everything. */
  readonly hoursOn: number;
  /** Hours between its start and the exhaustion, one for each exhaustion, in order; `null`: it was not on. */
  readonly leadHours: readonly (number | null)[];
}

export interface Review {
  /**
   * ISO 8601: each time that nothing was left or a request was refused, after a day and a half or more without either.
   */
  readonly exhaustions: readonly string[];
  /**
   * What refused requests add: the hours that had one, and the exhaustions in which no measurement was zero. `null`: refusals are
   * not known.
   */
  readonly refusals: { readonly hours: number; readonly exhaustions: number } | null;
  readonly headroom: AlarmReview;
  /** The alarm that most people set: 80 % used for 15 minutes. */
  readonly usedAlarm: AlarmReview;
  readonly calibration: Readonly<Record<'24h' | '72h' | '7d', Calibration>>;
}

interface Episode {
  readonly from: number;
  readonly to: number;
}

const HORIZON_HOURS = { '24h': 24, '72h': 72, '7d': 168 } as const;
const USED_SHARE = 0.8;
const USED_FOR = 15 * 60_000;
/** What runs out again within this time is the same exhaustion: with a daily rhythm it does so every day. */
const ONE_EXHAUSTION = 1.5 * DAY;
/** A warning earlier than this warned of something else. */
const TOO_EARLY = 16 * DAY;
/** A forecast every six hours, from the third day on. */
const EVERY = 6 * HOUR;
const FIRST_AFTER = 2 * DAY;

/** How good the forecast and the alerts would have been on a recorded past, beside the usual alarm. */
export const review = ({ samples: given, capacity, supply, policy, refusals }: ReviewInput): Review => {
  const samples = given.toSorted((a, b) => a.at - b.at);
  const refused = refusedWithin(samples, refusals ?? []);
  const empty = samples.filter(({ value }) => value <= 0).map(({ at }) => at);
  const moments = [...empty, ...refused].toSorted((a, b) => a - b);
  const ends = exhaustionsOf(moments);
  return {
    exhaustions: ends.map((at) => new Date(at).toISOString()),
    headroom: reviewOf(
      alertEpisodes(replay({ samples, capacity, policy, supply })),
      ends,
      samples.at(-1)?.at ?? 0,
    ),
    usedAlarm: reviewOf(usedEpisodes(samples, capacity), ends, samples.at(-1)?.at ?? 0),
    calibration: calibrationsOf(samples, capacity, moments),
    refusals:
      refusals === undefined
        ? null
        : {
            hours: new Set(refused.map((at) => Math.floor(at / HOUR))).size,
            exhaustions: unmeasured(ends, empty),
          },
  };
};

/** Of a time without measurements no forecast is known. */
const refusedWithin = (samples: readonly Sample[], refusals: readonly number[]): readonly number[] => {
  const [from, to] = [samples[0]?.at ?? 0, samples.at(-1)?.at ?? 0];
  return refusals.filter((at) => at >= from && at <= to);
};

/** @param moments at which nothing was left, in order */
const exhaustionsOf = (moments: readonly number[]): number[] => {
  const ends: number[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const at of moments) {
    if (at - last >= ONE_EXHAUSTION) ends.push(at);
    last = at;
  }
  return ends;
};

/** Exhaustions without a measurement of zero up to the next one. */
const unmeasured = (ends: readonly number[], empty: readonly number[]): number =>
  ends.filter((end, index) => {
    const next = ends[index + 1] ?? Number.POSITIVE_INFINITY;
    return !empty.some((at) => at >= end && at < next);
  }).length;

/** When the alert of a supply fired, from its first announcement to its all-clear; infinite while it still fires. */
export const alertEpisodes = (
  transitions: readonly ReplayTransition[],
): (Episode & { readonly rule: string })[] => {
  const episodes: (Episode & { readonly rule: string })[] = [];
  let open: { readonly from: number; readonly rule: string } | null = null;
  for (const { at, rule, transition } of transitions) {
    const now = Date.parse(at);
    if (transition === 'resolved') {
      if (open !== null) episodes.push({ ...open, to: now });
      open = null;
    } else open ??= { from: now, rule };
  }
  if (open !== null) episodes.push({ ...open, to: Number.POSITIVE_INFINITY });
  return episodes;
};

const usedEpisodes = (samples: readonly Sample[], capacity: number): Episode[] => {
  const episodes: Episode[] = [];
  let since: number | null = null;
  for (const { at, value } of samples) {
    if (1 - value / capacity >= USED_SHARE) since ??= at;
    else if (since !== null) {
      if (at - since > USED_FOR) episodes.push({ from: since + USED_FOR, to: at });
      since = null;
    }
  }
  if (since !== null) episodes.push({ from: since + USED_FOR, to: Number.POSITIVE_INFINITY });
  return episodes;
};

const reviewOf = (episodes: readonly Episode[], ends: readonly number[], last: number): AlarmReview => {
  const leadHours = ends.map((end) => {
    const standing = episodes.find(({ from, to }) => from < end && to >= end);
    return standing === undefined ? null : (end - standing.from) / HOUR;
  });
  const misses = leadHours.filter((lead) => lead === null).length;
  const unfounded = episodes.filter(
    ({ from, to }) =>
      !ends.some((end) => end >= from - ONE_EXHAUSTION && (end <= to || end - from <= TOO_EARLY)),
  );
  const undecided = unfounded.filter(
    ({ from, to }) => to === Number.POSITIVE_INFINITY && last - from < TOO_EARLY,
  ).length;
  return {
    hits: ends.length - misses,
    misses,
    tooEarly: leadHours.filter((lead) => lead !== null && lead * HOUR > TOO_EARLY).length,
    falseAlarms: unfounded.length - undecided,
    undecided,
    hoursOn: episodes.reduce((sum, { from, to }) => sum + (Math.min(to, last) - from) / HOUR, 0),
    leadHours,
  };
};

const calibrationsOf = (
  samples: readonly Sample[],
  capacity: number,
  empty: readonly number[],
): Review['calibration'] => {
  const pairs: Record<keyof typeof HORIZON_HOURS, SaidAndHappened[]> = { '24h': [], '72h': [], '7d': [] };
  const history = new HistoryBuilder();
  const last = samples.at(-1)?.at ?? 0;
  let next = (samples[0]?.at ?? 0) + FIRST_AFTER;
  for (const sample of samples) {
    history.add(sample);
    const now = sample.at;
    // At zero there is nothing to forecast.
    if (now < next || sample.value <= 0) continue;
    next = now + EVERY;
    const { probabilityWithin } = forecast(history.history(), capacity, now);
    if (probabilityWithin === null) continue;
    const end = empty.find((at) => at > now);
    for (const horizon of Object.keys(HORIZON_HOURS) as (keyof typeof HORIZON_HOURS)[]) {
      const until = now + HORIZON_HOURS[horizon] * HOUR;
      if (end !== undefined && end <= until) pairs[horizon].push([probabilityWithin[horizon], true]);
      else if (last >= until) pairs[horizon].push([probabilityWithin[horizon], false]);
    }
  }
  return {
    '24h': calibrationOf(pairs['24h']),
    '72h': calibrationOf(pairs['72h']),
    '7d': calibrationOf(pairs['7d']),
  };
};
