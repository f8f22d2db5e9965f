import { elementAt } from '../base/element-at.ts';
import { largestOf } from '../base/extremes.ts';
import type { CniSettings, NodeLimits } from '../cni/cni-settings.ts';
import { addressesTaken, holdingsOnTheWayUp } from '../cni/node-holding.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { PodRhythm, TypeRhythm, WarmAdvice } from '../result/pod-rhythm.ts';
import { wholeRhythm } from './pod-rhythm.ts';

const HOUR = 3_600_000;
/** Less than a day says nothing of the rhythm of a day. */
const LEAST_HISTORY = 24 * HOUR;

/** Each pair is tried on all pods that were seen. Nodes of 700 pods have hundreds of pairs, most of them alike. */
const MOST_TRIED = 16;

export interface WarmAdviceInput {
  readonly rhythm: PodRhythm;
  readonly settings: CniSettings;
  readonly limits: (instanceType: string) => NodeLimits | null;
  /** Nodes that run now. */
  readonly nodes: number;
}

interface TypeHistory extends TypeRhythm {
  readonly limits: NodeLimits;
}

/**
 * The warm targets with the fewest addresses that never make a pod wait on the pods that were seen: before each rise the node holds
 * an address for every pod after it. Each pair of targets is tried on the CNI's own allocation. For each WARM_IP_TARGET the
 * smallest MINIMUM_IP_TARGET follows from the rises that it does not serve. Rises between two scans that fell again are not seen.
 *
 * @returns `null` where the history is short, a type is unknown, or nothing would be won back
 */
export const warmAdvice = ({ rhythm, settings, limits, nodes }: WarmAdviceInput): WarmAdvice | null => {
  const since = rhythm.before?.since ?? rhythm.since;
  const hours = (Date.parse(rhythm.until) - Date.parse(since)) / HOUR;
  if (hours * HOUR < LEAST_HISTORY) return null;
  const histories: TypeHistory[] = [];
  for (const [type, own] of wholeRhythm(rhythm)) {
    const limit = limits(type);
    if (limit === null) return null;
    histories.push({ ...own, limits: limit });
  }
  const observations = sum(histories.flatMap(({ seen }) => seen.map(([, times]) => times)));
  if (observations === 0) return null;
  const now = meanTaken(histories, settings, observations);
  const best = candidates(histories)
    .filter((targets) => servesAll(histories, { ...settings, ...targets }))
    .map((targets) => ({ targets, taken: meanTaken(histories, { ...settings, ...targets }, observations) }))
    .toSorted((a, b) => a.taken - b.taken || a.targets.warmIpTarget - b.targets.warmIpTarget)[0];
  if (best === undefined || best.taken >= now) return null;
  return {
    ...best.targets,
    since,
    observations,
    perNode: { current: now, advised: best.taken },
    addressesWonBack: Math.floor((now - best.taken) * nodes),
    callsPerHour: sum(histories.map(({ changes }) => changes)) / hours,
  };
};

type Targets = Pick<WarmAdvice, 'warmIpTarget' | 'minimumIpTarget'>;

/**
 * A rise to `to` from `from` is served by WARM_IP_TARGET where `to - from` is not above it, else by MINIMUM_IP_TARGET from `to` on.
 * A MINIMUM_IP_TARGET without WARM_IP_TARGET is a ceiling as well, so that the latter is 1 at least.
 */
const candidates = (histories: readonly TypeHistory[]): readonly Targets[] => {
  const rises = histories.flatMap((history) => history.rises);
  const sizes = [...new Set([1, ...rises.map(([to, from]) => to - from)])].toSorted((a, b) => a - b);
  const step = Math.ceil(sizes.length / MOST_TRIED);
  const tried = sizes.filter((_, index) => index % step === 0);
  return tried.map((warmIpTarget) => ({
    warmIpTarget,
    minimumIpTarget: largestOf([0, ...rises.flatMap(([to, from]) => (to - from > warmIpTarget ? [to] : []))]),
  }));
};

const servesAll = (histories: readonly TypeHistory[], settings: CniSettings): boolean =>
  histories.every(({ limits, rises }) => {
    const held = holdingsOnTheWayUp(
      limits,
      settings,
      rises.map(([, from]) => from),
    );
    const most = holdingsOnTheWayUp(
      limits,
      settings,
      rises.map(([to]) => to),
    );
    return rises.every(([to], index) => {
      const before = elementAt(held, index);
      const after = elementAt(most, index);
      // Beyond what the node can ever hold, no target helps.
      const reachable = to - after.podsWithoutAddress;
      return before.addresses + before.prefixes * ADDRESSES_PER_PREFIX >= reachable;
    });
  });

/** Addresses that a node takes from its subnets, on average over the times that it was seen. */
const meanTaken = (
  histories: readonly TypeHistory[],
  settings: CniSettings,
  observations: number,
): number => {
  const taken = histories.map(({ limits, seen }) =>
    sum(
      holdingsOnTheWayUp(
        limits,
        settings,
        seen.map(([pods]) => pods),
      ).map((holding, index) => addressesTaken(holding) * elementAt(seen, index)[1]),
    ),
  );
  return sum(taken) / observations;
};

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0);
