import { DEFAULT_POLICY } from '../../../shared/config/default-policy.ts';
import { replay } from '../../../shared/pipeline/replay.ts';
import { type Episode, joinEpisodes } from './score.ts';
import type { LoadSeries } from './shapes/load-series.ts';

/** Headroom with its default policy, every rule counted: an episode lasts while any of them fires. */
export const headroomAlarm = (series: LoadSeries): Episode[] => {
  const open = new Map<string, number>();
  const episodes: Episode[] = [];
  const lines = replay({
    samples: series.samples,
    capacity: series.capacity,
    supply: 'addresses',
    policy: DEFAULT_POLICY,
  });
  for (const { rule, transition, at } of lines) {
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
