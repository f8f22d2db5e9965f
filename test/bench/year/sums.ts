import { DAY, HOUR } from '../alerts/shapes/load-series.ts';
import type { Shown } from './channel.ts';
import type { Happening, HappeningKind } from './estate.ts';
import type { YearOfVpc } from './run-year.ts';

export interface YearSums {
  readonly notificationsPerIncident: number;
  readonly rows: readonly (readonly [what: string, figure: string])[];
}

/** What is sent until then still belongs to it: alerts end when they have been clear for half a day. */
const AFTERWARDS = DAY;

const isNotification = ({ kind }: Shown): boolean => kind !== 'in the thread';
/** 22:00 to 07:00 UTC. */
const isAtNight = ({ at }: Shown): boolean => {
  const hour = new Date(at).getUTCHours();
  return hour >= 22 || hour < 7;
};
const isCritical = ({ text }: Shown): boolean => /^(?:\P{L}*Critical|Now critical|Worse)/u.test(text);
const isRepeat = ({ text }: Shown): boolean => text.startsWith('Still');

/** Figures of years. An incident is something that happened and that people were notified of. */
export const sumsOf = (years: readonly YearOfVpc[]): YearSums => {
  const incidents = new Map<HappeningKind, number[]>();
  const posts: number[] = [];
  const critical: number[] = [];
  let unseen = 0;
  let unexplained = 0;
  for (const { happenings, shown } of years) {
    const explained = new Set<Shown>();
    for (const happening of happenings) {
      const within = shown.filter(({ at }) => isWithin(happening, at));
      for (const each of within) explained.add(each);
      const notified = within.filter(isNotification);
      if (happening.kind === 'rollout') continue;
      if (notified.length === 0) unseen += 1;
      else {
        incidents.set(happening.kind, [...(incidents.get(happening.kind) ?? []), notified.length]);
        critical.push(notified.filter(isCritical).length);
        posts.push(notified.filter(({ kind }) => kind === 'post').length);
      }
    }
    unexplained += shown.filter((each) => each.kind === 'post' && !explained.has(each)).length;
  }
  const rollouts = years.flatMap(({ happenings, shown }) =>
    happenings
      .filter(({ kind }) => kind === 'rollout')
      .map(
        (happening) => shown.filter((each) => each.kind === 'post' && isWithin(happening, each.at)).length,
      ),
  );
  const all = years.flatMap(({ shown }) => shown);
  const counts = [...incidents.values()].flat();
  const notificationsPerIncident = mean(counts);
  return {
    notificationsPerIncident,
    rows: [
      ['incidents', `${counts.length} (${unseen} that people were not notified of)`],
      ['notifications an incident', notificationsPerIncident.toFixed(2)],
      ...[...incidents].map(
        ([kind, each]) => [`  ${kind}`, `${mean(each).toFixed(2)} (${each.length})`] as const,
      ),
      ['of which critical, which wake', mean(critical).toFixed(2)],
      ['posts an incident', mean(posts).toFixed(2)],
      [
        'lines in threads an incident',
        (all.filter(({ kind }) => kind !== 'post').length / Math.max(1, counts.length)).toFixed(2),
      ],
      ['repeats', String(all.filter(isRepeat).length)],
      ['repeats from 22:00 to 07:00', String(all.filter((each) => isRepeat(each) && isAtNight(each)).length)],
      [
        'posts of harmless rollouts',
        `${rollouts.reduce((sum, each) => sum + each, 0)} of ${rollouts.length}`,
      ],
      ['posts about nothing that happened', String(unexplained)],
    ],
  };
};

const isWithin = ({ from, over }: Happening, at: number): boolean =>
  at >= from - HOUR && at <= over + AFTERWARDS;

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);

export const yearTable = ({ rows }: YearSums): string => {
  const width = Math.max(...rows.map(([what]) => what.length));
  return rows.map(([what, figure]) => `${what.padEnd(width)}  ${figure}`).join('\n');
};
