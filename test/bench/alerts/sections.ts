import { calibrationOf } from '../../../shared/pipeline/calibration.ts';
import { notificationsOf, pagesOf, type Replayed } from './headroom-alarm.ts';
import { HORIZONS, pairsOf, type Said } from './probabilities.ts';
import { type Episode, quantile, TOO_EARLY_DAYS } from './score.ts';
import { DRAIN_HOURS, SECOND_DRAIN_HOURS, STAIRCASE_HOURS, YOUNG_DRAIN_HOURS } from './shapes/events.ts';
import { DAY, HOUR, type LoadSeries } from './shapes/load-series.ts';

export interface AlarmRow {
  readonly name: string;
  readonly results: readonly { readonly series: LoadSeries; readonly episodes: readonly Episode[] }[];
}

const columns = (rows: readonly (readonly string[])[]): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
};

const figure = (value: number | null): string => (value === null ? '-' : value.toFixed(3));

const ascending = (values: readonly number[]): number[] => values.toSorted((a, b) => a - b);

/** Hours from the start of the episode that is still on at the exhaustion; 0: missed. */
const leadOf = ({ exhaustedAt }: LoadSeries, episodes: readonly Episode[]): number => {
  if (exhaustedAt === null) return 0;
  const standing = episodes.find(({ from, to }) => from < exhaustedAt && to >= exhaustedAt);
  return standing === undefined ? 0 : (exhaustedAt - standing.from) / HOUR;
};

/** Median and worst tenth of the lead of drains, a column for each length. */
export const drainTable = (alarms: readonly AlarmRow[]): string => leadTable(alarms, 'drain', DRAIN_HOURS);

/** The same of free prefixes, which go in whole steps and end with a cliff. */
export const staircaseTable = (alarms: readonly AlarmRow[]): string =>
  leadTable(alarms, 'staircase', STAIRCASE_HOURS);

/** The same of subnets that are known for less than two weeks, and of a second drain some days after a rescue from the first. */
export const furtherDrainTables = (alarms: readonly AlarmRow[]): string =>
  [
    leadTable(alarms, 'young drain', YOUNG_DRAIN_HOURS),
    leadTable(alarms, 'second drain', SECOND_DRAIN_HOURS),
  ].join('\n\n');

const leadTable = (
  alarms: readonly AlarmRow[],
  kind: 'drain' | 'staircase' | 'young drain' | 'second drain',
  lengths: readonly number[],
): string =>
  columns([
    [`${kind}s, lead h p50 / p10`, ...lengths.map((hours) => `${hours} h`)],
    ...alarms.map(({ name, results }) => [
      name,
      ...lengths.map((hours) => {
        const leads = ascending(
          results
            .filter(({ series }) => series.kind === kind && series.drainHours === hours)
            .map(({ series, episodes }) => leadOf(series, episodes)),
        );
        return [0.5, 0.1].map((share) => (quantile(leads, share) ?? 0).toFixed(1)).join(' / ');
      }),
    ]),
  ]);

const FALSE_KINDS = ['half a drain', 'rollout', 'plateau', 'rescue'] as const;

/** Episodes a series in which nothing runs out. Of a plateau and a rescue, those that begin once it is calm. */
export const calmTable = (alarms: readonly AlarmRow[]): string =>
  columns([
    ['episodes a series', ...FALSE_KINDS],
    ...alarms.map(({ name, results }) => [
      name,
      ...FALSE_KINDS.map((kind) => {
        const of = results.filter(({ series }) => series.kind === kind);
        const wrong = of.reduce(
          (sum, { series, episodes }) =>
            sum + episodes.filter(({ from }) => from >= (series.calmFrom ?? 0)).length,
          0,
        );
        return (wrong / Math.max(1, of.length)).toFixed(2);
      }),
    ]),
  ]);

/** What is said after a rescue, and how long until the all-clear. */
export const rescueLines = (replays: readonly { series: LoadSeries; replayed: Replayed }[]): string => {
  const rescues = replays.filter(({ series }) => series.kind === 'rescue');
  let notified = 0;
  let critical = 0;
  const clearAfter: number[] = [];
  for (const { series, replayed } of rescues) {
    const calmFrom = series.calmFrom ?? 0;
    for (const { at, severity, transition } of replayed.transitions)
      if (Date.parse(at) >= calmFrom && (transition === 'firing' || transition === 'escalated')) {
        notified += 1;
        if (severity === 'critical') critical += 1;
      }
    const on = replayed.episodes.find(({ from, to }) => from < calmFrom && to > calmFrom);
    if (on !== undefined) clearAfter.push((on.to - calmFrom) / HOUR);
  }
  const clear = ascending(clearAfter);
  return `after ${rescues.length} rescues: ${notified} notifications, ${critical} of them critical; all clear after ${(quantile(clear, 0.5) ?? 0).toFixed(1)} h (p90 ${(quantile(clear, 0.9) ?? 0).toFixed(1)})`;
};

/**
 * What is sent for each series that runs out, in the 16 days before it. An episode is one new post in a channel, which is
 * brought up to date in place. A page is a step to critical. Both are counted together as notifications: a person who reads
 * the channel and has the pager gets both.
 */
export const notificationLine = (replays: readonly { series: LoadSeries; replayed: Replayed }[]): string => {
  let incidents = 0;
  let notifications = 0;
  let episodes = 0;
  let pages = 0;
  for (const { series, replayed } of replays) {
    const end = series.exhaustedAt;
    if (end === null) continue;
    incidents += 1;
    const counts = (at: number): boolean => at <= end && at > end - TOO_EARLY_DAYS * DAY;
    notifications += notificationsOf(replayed.transitions).filter(counts).length;
    pages += pagesOf(replayed.transitions).filter(counts).length;
    episodes += replayed.episodes.filter(({ from }) => counts(from)).length;
  }
  const each = (count: number): string => (count / incidents).toFixed(2);
  return `per incident: ${each(episodes)} posts, ${each(pages)} pages, ${each(notifications)} notifications with escalations (${incidents} incidents)`;
};

/** Missed, lead and false episodes of recorded pod counts. */
export const podTable = (alarms: readonly AlarmRow[]): string =>
  columns([
    ['pod counts', 'missed', 'lead h p50 / p25', 'false a month'],
    ...alarms.map(({ name, results }) => {
      const leads = ascending(
        results
          .filter(({ series }) => series.exhaustedAt !== null)
          .map(({ series, episodes }) => leadOf(series, episodes)),
      );
      let months = 0;
      let wrong = 0;
      for (const { series, episodes } of results) {
        const end = series.exhaustedAt ?? series.samples.at(-1)?.at ?? 0;
        months += (end - (series.samples[0]?.at ?? 0)) / (30 * DAY);
        wrong += episodes.filter(
          ({ from }) => from < end && (series.exhaustedAt === null || end - from > TOO_EARLY_DAYS * DAY),
        ).length;
      }
      return [
        name,
        `${leads.filter((lead) => lead === 0).length} of ${leads.length}`,
        [0.5, 0.25].map((share) => (quantile(leads, share) ?? 0).toFixed(1)).join(' / '),
        (wrong / months).toFixed(2),
      ];
    }),
  ]);

/** Brier skill and calibration at the three horizons, and how often the interval held. */
export const probabilityTable = (said: readonly Said[]): string => {
  const lines = [
    [
      'probability within',
      'forecasts',
      'ran out',
      'Brier skill',
      'past windows',
      'calibration error',
      'said -> happened',
    ],
  ];
  for (const [index, hours] of HORIZONS.entries()) {
    const pairs = pairsOf(said, 'headroom', index);
    if (pairs.length === 0) continue;
    const ours = calibrationOf(pairs);
    const windows = calibrationOf(pairsOf(said, 'windows', index));
    lines.push([
      `${hours} h`,
      String(ours.forecasts),
      String(ours.happened),
      figure(ours.brierSkill),
      figure(windows.brierSkill),
      figure(ours.error),
      ours.reliability
        .map((one) => `${one.said.toFixed(2)}->${one.happened.toFixed(2)} (${one.forecasts})`)
        .join(', '),
    ]);
  }
  const intervals = said.flatMap(({ covered }) => covered ?? []);
  const held = intervals.filter(Boolean).length;
  return `${columns(lines)}\nthe 80 % interval held ${held} of ${intervals.length} exhaustions (${Math.round((100 * held) / Math.max(1, intervals.length))} %)`;
};
