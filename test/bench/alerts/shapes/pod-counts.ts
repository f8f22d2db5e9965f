import { readFileSync } from 'node:fs';
import { chance, DAY, FIVE_MINUTES, type LoadSeries } from './load-series.ts';

/** Recorded pod counts are 31 days long; the step is five minutes. */
const DAYS = 31;
const STEPS = (DAYS * DAY) / FIVE_MINUTES;
/** A subnet that runs out does so after this day: there is a past to learn from. */
const PAST_DAYS = 10;
const PAST_STEPS = (PAST_DAYS * DAY) / FIVE_MINUTES;
const START = Date.UTC(2026, 0, 5);
const TOGETHER = 6;
/** The largest use leaves this much of a subnet that does not run out. */
const SPARE = [0.12, 0.4];

export type Half = 'tuning' | 'judging' | 'both';

/** `service,step,pods`: a line for each change. */
const readServices = (path: string): Map<string, Float64Array> => {
  const services = new Map<string, Float64Array>();
  const [header, ...rows] = readFileSync(path, 'utf8').trim().split('\n');
  if (header !== 'service,step,pods') throw new RangeError(`${path} does not begin with service,step,pods`);
  for (const row of rows) {
    const [name = '', step, pods] = row.split(',');
    const counts = services.get(name) ?? new Float64Array(STEPS);
    services.set(name, counts);
    counts.fill(Number(pods), Number(step));
  }
  return services;
};

/** Every second service by the number in its name is for tuning; the others judge. */
const halfOf = (names: readonly string[], half: Half): string[] => {
  const ordered = names.toSorted((a, b) => Number(a.replace(/\D/g, '')) - Number(b.replace(/\D/g, '')));
  return ordered.filter((_, index) => half === 'both' || (index % 2 === 0) === (half === 'tuning'));
};

const highest = (counts: Float64Array, from: number, to: number): number =>
  counts.subarray(from, to).reduce((most, count) => Math.max(most, count), 0);

/**
 * Subnets under recorded counts of pods: services alone and six to a subnet, each on a subnet that runs out after day 10
 * where there is one, and on two that do not.
 *
 * @param path CSV with the columns service, step (of five minutes) and pods
 */
export const podCountSeries = (path: string, half: Half): LoadSeries[] => {
  const services = readServices(path);
  const names = halfOf([...services.keys()], half);
  const dice = chance(half === 'judging' ? 90_001 : 11);
  const loads = names.map((name) => ({ name, counts: services.get(name) ?? new Float64Array(STEPS) }));
  for (let group = 0; group < names.length; group++) {
    const members = new Set<string>();
    while (members.size < TOGETHER) members.add(dice.pick(names));
    const counts = new Float64Array(STEPS);
    for (const name of members)
      for (const [step, pods] of (services.get(name) ?? []).entries())
        counts[step] = (counts[step] ?? 0) + pods;
    loads.push({ name: `six services ${group}`, counts });
  }
  return loads.flatMap(({ name, counts }) => {
    const before = highest(counts, 0, PAST_STEPS);
    const most = highest(counts, PAST_STEPS, STEPS);
    const fits = SPARE.map((spare) => Math.ceil(Math.max(before, most) * (1 + spare)));
    const tooSmall =
      most > before * 1.03 ? [Math.round(before + (most - before) * dice.uniform(0.15, 0.95))] : [];
    return [...tooSmall, ...fits].map((capacity) => laidOver(`${name} on ${capacity}`, counts, capacity));
  });
};

const laidOver = (name: string, counts: Float64Array, capacity: number): LoadSeries => {
  const samples: { at: number; value: number }[] = [];
  let exhaustedAt: number | null = null;
  for (const [step, pods] of counts.entries()) {
    const at = START + step * FIVE_MINUTES;
    const value = Math.max(0, capacity - pods);
    samples.push({ at, value });
    if (value === 0) exhaustedAt ??= at;
    if (exhaustedAt !== null && at - exhaustedAt >= DAY / 2) break;
  }
  return {
    name,
    kind: 'pods',
    size: capacity < 300 ? 'small' : 'large',
    capacity,
    samples,
    exhaustedAt,
    visibleAt: null,
  };
};
