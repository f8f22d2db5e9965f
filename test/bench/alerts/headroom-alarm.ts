import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { type ReplayTransition, replay } from '../../../shared/pipeline/replay.ts';
import { alertEpisodes } from '../../../shared/pipeline/review.ts';
import type { Episode } from './score.ts';
import type { LoadSeries } from './shapes/load-series.ts';

/** What Headroom does with a series under its default policy. */
export interface Replayed {
  /** An episode lasts from the first announcement to the all-clear. */
  readonly episodes: Episode[];
  /** Those that the forecast or the surge began, and not a fixed threshold. */
  readonly foreseen: Episode[];
  readonly transitions: readonly ReplayTransition[];
}

export const replayOf = (series: LoadSeries): Replayed => {
  const transitions = replay({
    samples: series.samples,
    capacity: series.capacity,
    supply: series.supply ?? 'addresses',
    policy: DEFAULT_POLICY,
  });
  const episodes = alertEpisodes(transitions);
  return {
    transitions,
    episodes,
    foreseen: episodes.filter(({ rule }) => rule.endsWith('-exhaustion') || rule.endsWith('-surge')),
  };
};

export const headroomAlarm = (series: LoadSeries): Episode[] => replayOf(series).episodes;

/** When people are notified of something worse: the alert begins, or it reaches another level. */
export const notificationsOf = (transitions: readonly ReplayTransition[]): number[] =>
  worseSteps(transitions).map(({ at }) => Date.parse(at));

/** Those that page: the alert begins as critical, or becomes critical. */
export const pagesOf = (transitions: readonly ReplayTransition[]): number[] =>
  worseSteps(transitions)
    .filter(({ severity }) => severity === 'critical')
    .map(({ at }) => Date.parse(at));

const worseSteps = (transitions: readonly ReplayTransition[]): readonly ReplayTransition[] =>
  transitions.filter(({ transition }) => transition === 'firing' || transition === 'escalated');
