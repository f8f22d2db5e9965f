import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { type ReplayTransition, replay } from '../../../shared/pipeline/replay.ts';
import { type Episode, joinEpisodes } from './score.ts';
import type { LoadSeries } from './shapes/load-series.ts';

/** What Headroom does with a series under its default policy, every rule counted. */
export interface Replayed {
  /** An episode lasts while any rule fires. */
  readonly episodes: Episode[];
  /** The same without the fixed thresholds: what the forecast and the surge say. */
  readonly foreseen: Episode[];
  readonly transitions: readonly ReplayTransition[];
}

export const replayOf = (series: LoadSeries): Replayed => {
  const transitions = replay({
    samples: series.samples,
    capacity: series.capacity,
    supply: 'addresses',
    policy: DEFAULT_POLICY,
  });
  return {
    transitions,
    episodes: episodesOf(transitions),
    foreseen: episodesOf(transitions.filter(({ rule }) => !rule.endsWith('-low'))),
  };
};

const episodesOf = (transitions: readonly ReplayTransition[]): Episode[] => {
  const open = new Map<string, number>();
  const episodes: Episode[] = [];
  for (const { rule, transition, at } of transitions) {
    const now = Date.parse(at);
    if (transition === 'firing') open.set(rule, now);
    const from = open.get(rule);
    if (transition === 'resolved' && from !== undefined) {
      episodes.push({ from, to: now });
      open.delete(rule);
    }
  }
  for (const from of open.values()) episodes.push({ from, to: Number.POSITIVE_INFINITY });
  return joinEpisodes(episodes);
};

export const headroomAlarm = (series: LoadSeries): Episode[] => replayOf(series).episodes;

/**
 * How often people are notified: the worst level of all rules begins or rises. What another rule says at a level that
 * has been announced already is in the same message or below it.
 */
export const notificationsOf = (
  transitions: readonly ReplayTransition[],
): { at: number; critical: boolean }[] => {
  const levels = new Map<string, number>();
  const notifications: { at: number; critical: boolean }[] = [];
  let announced = 0;
  for (const { rule, severity, at } of transitions) {
    levels.set(rule, severity === 'critical' ? 2 : severity === 'warning' ? 1 : 0);
    const worst = Math.max(...levels.values());
    if (worst > announced) notifications.push({ at: Date.parse(at), critical: worst === 2 });
    announced = worst === 0 ? 0 : Math.max(worst, announced);
  }
  return notifications;
};
