import { count, number, verb } from '../base/text/numbers.ts';
import type { SubnetForecasts } from '../result/assessment.ts';
import type { CommittedDemand } from '../result/cluster.ts';
import type { CommittedForecast, Forecast } from '../result/forecast.ts';

/**
 * What no history shows: groups of nodes that may grow to their maximum within minutes. Scans come every few minutes, and
 * EC2's own limits let a /20 lose all its prefixes in seconds, so this must be said before it happens.
 *
 * @returns the forecasts of a subnet with what its groups may still take, where that is more than there is
 */
export const withCommittedDemand = (
  forecasts: SubnetForecasts,
  subnetId: string,
  committed: readonly CommittedDemand[],
): SubnetForecasts => {
  const short = committed.filter(
    ({ subnetIds, shortfall }) => subnetIds.includes(subnetId) && shortfall !== null && shortfall > 0,
  );
  const addresses = committedOf(short, ({ addresses: each }) => each);
  const prefixes = committedOf(short, ({ prefixes: each }) => each);
  return {
    ...forecasts,
    ...(forecasts.addresses === undefined
      ? {}
      : { addresses: withDemand(forecasts.addresses, addresses, 'addresses') }),
    ...(forecasts.prefixes === undefined
      ? {}
      : { prefixes: withDemand(forecasts.prefixes, prefixes, 'prefixes') }),
  };
};

const committedOf = (
  short: readonly CommittedDemand[],
  takes: (perNode: NonNullable<CommittedDemand['perNode']>) => number,
): CommittedForecast | null => {
  let [nodes, demand, shortfall] = [0, 0, 0];
  const groups: string[] = [];
  for (const group of short) {
    const each = group.perNode === null ? 0 : takes(group.perNode);
    if (each === 0) continue;
    const toCome = group.maximumNodes - group.currentNodes;
    nodes += toCome;
    demand += toCome * each;
    shortfall += Number(group.shortfall);
    groups.push(group.clusterName === '' ? group.group : `${group.clusterName}/${group.group}`);
  }
  return groups.length === 0 ? null : { nodes, demand, shortfall, groups };
};

const withDemand = (
  forecast: Forecast,
  committed: CommittedForecast | null,
  supply: 'addresses' | 'prefixes',
): Forecast => {
  if (committed === null) return forecast;
  const { nodes, demand, shortfall, groups } = committed;
  const needed = count(demand, supply === 'addresses' ? 'address' : 'prefix');
  const room =
    nodes === 1
      ? `It needs ${needed} and does not fit.`
      : `They need ${needed}; ${number(shortfall)} of the nodes ${verb(shortfall, 'does')} not fit.`;
  const sentence = `${groups.join(', ')} may grow by ${count(nodes, 'node')} within minutes. ${room}`;
  return { ...forecast, committed, reason: `${forecast.reason} ${sentence}` };
};
