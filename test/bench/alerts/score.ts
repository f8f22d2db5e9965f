import { DAY, HOUR, type Kind, type LoadSeries } from './shapes/load-series.ts';

/** A notification was sent at `from`, and its end at `to`; infinite while it is not. */
export interface Episode {
  readonly from: number;
  readonly to: number;
}

/** A warning earlier than this is noise to most: a subnet is not planned three weeks ahead because of an alert. */
export const TOO_EARLY_DAYS = 16;

export interface Score {
  readonly exhausted: number;
  readonly missed: number;
  readonly tooEarly: number;
  /** Hours from the start of the episode that was on at the exhaustion, per kind, ascending. */
  readonly leads: ReadonlyMap<Kind, readonly number[]>;
  readonly falseEpisodes: ReadonlyMap<Kind, number>;
  readonly subnetMonths: number;
}

/** Joins overlapping episodes: a person who was notified by one rule is not notified again by another. */
export const joinEpisodes = (episodes: readonly Episode[]): Episode[] => {
  const joined: Episode[] = [];
  for (const episode of episodes.toSorted((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && episode.from <= last.to)
      joined[joined.length - 1] = { from: last.from, to: Math.max(last.to, episode.to) };
    else joined.push(episode);
  }
  return joined;
};

/**
 * Strict on purpose: the lead counts only from the episode that is still on when the supply runs out, so an alarm that
 * gave up in between loses the time before. An episode is false if nothing runs out within 16 days of its start.
 */
export const scoreOf = (results: readonly { series: LoadSeries; episodes: readonly Episode[] }[]): Score => {
  let exhausted = 0;
  let missed = 0;
  let tooEarly = 0;
  let subnetMonths = 0;
  const leads = new Map<Kind, number[]>();
  const falseEpisodes = new Map<Kind, number>();
  for (const { series, episodes } of results) {
    const start = series.samples[0]?.at ?? 0;
    const end = series.exhaustedAt ?? series.samples.at(-1)?.at ?? 0;
    subnetMonths += (end - start) / (30 * DAY);
    if (series.exhaustedAt !== null) {
      exhausted++;
      const told = episodes.find((episode) => episode.from < end && episode.to >= end);
      if (told === undefined) missed++;
      else {
        const lead = (end - told.from) / HOUR;
        if (lead > TOO_EARLY_DAYS * 24) tooEarly++;
        leads.set(series.kind, [...(leads.get(series.kind) ?? []), lead]);
      }
    }
    const wrong = episodes.filter(
      ({ from }) => from < end && (series.exhaustedAt === null || end - from > TOO_EARLY_DAYS * DAY),
    ).length;
    falseEpisodes.set(series.kind, (falseEpisodes.get(series.kind) ?? 0) + wrong);
  }
  for (const [kind, hours] of leads)
    leads.set(
      kind,
      hours.toSorted((a, b) => a - b),
    );
  return { exhausted, missed, tooEarly, leads, falseEpisodes, subnetMonths };
};

/** The smallest value that at least `share` of the ascending values do not exceed; `null` of nothing. */
export const quantile = (ascending: readonly number[], share: number): number | null =>
  ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? null;
