import { count, percent } from '../base/text/numbers.ts';
import type { ClusterAssessment, NodeAssessment } from '../result/cluster.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { keepFewerWarm } from './remedies/warm-targets.ts';

const KIND = 'warm-pool-waste';

/** Warm addresses are worth a word when there are this many, and giving them back would add this share to what is left. */
const MINIMUM_ADDRESSES = 16;
const SHARE_OF_AVAILABLE = 0.25;

/** One prefix is the least that a node in prefix mode holds; nothing of that can be given back. */
const canGiveBack = ({ mode, prefixes }: NodeAssessment): boolean => mode === 'secondary' || prefixes > 1;

interface Pool {
  readonly node: NodeAssessment;
  /** Addresses that it holds for pods, and those of them that serve none. */
  readonly held: number;
  readonly warm: number;
}

/** The pools that could be smaller; nodes of which it is not known are left out. */
const poolsOf = ({ nodes }: ClusterAssessment): readonly Pool[] =>
  nodes.filter(canGiveBack).flatMap((node) => {
    const { warmAtLeast: warm, gauges } = node;
    const held = gauges.totalIPAddresses;
    return warm === null || warm === 0 || held === null ? [] : [{ node, held, warm }];
  });

export const warmPoolWaste: FindingRule = {
  kind: KIND,
  label: 'Warm-pool waste',
  appears: `A cluster's nodes hold ${MINIMUM_ADDRESSES} addresses or more that serve no pod and could be given back, and doing so would add a quarter to what the nodes' subnets have left. Warning when they hold as many as are left; else information.`,
  why: "By default the CNI keeps a whole interface's addresses spare on every node. On many small nodes that is most of the subnet: three c5.large with two pods between them hold 50 addresses.",
  find: (estate) =>
    estate.input.clusters.flatMap((cluster) => {
      const pools = poolsOf(cluster);
      const warm = pools.reduce((sum, pool) => sum + pool.warm, 0);
      const available = availableIn(estate, cluster);
      if (warm < MINIMUM_ADDRESSES || available === null || warm < available * SHARE_OF_AVAILABLE) return [];
      return [waste(estate, cluster, pools, warm, available)];
    }),
};

const availableIn = (estate: Estate, cluster: ClusterAssessment): number | null =>
  estate
    .subnetsIn(cluster.nodeSubnetIds)
    .reduce<number | null>(
      (sum, { available }) => (sum === null || available === null ? null : sum + available),
      0,
    );

const waste = (
  estate: Estate,
  cluster: ClusterAssessment,
  pools: readonly Pool[],
  warm: number,
  available: number,
) => {
  const held = pools.reduce((sum, pool) => sum + pool.held, 0);
  return finding(KIND, warm >= available ? 'warning' : 'info', estate.clusterSubject(cluster), {
    title: `${cluster.clusterName} keeps ${count(warm, 'address', 'addresses')} warm`,
    explanation: `At least ${warm} of the ${held} addresses that ${count(pools.length, 'node')} of ${cluster.clusterName} hold for pods serve none: the CNI's warm targets keep them. ${available === 0 ? 'Its subnets have none left.' : `Its subnets have ${available} left; giving the warm ones back would add ${percent(warm / available)}.`}`,
    evidence: [
      { name: 'warmAddresses', value: warm, unit: 'addresses' },
      { name: 'poolAddresses', value: held, unit: 'addresses' },
      { name: 'nodes', value: pools.length, unit: 'nodes' },
      { name: 'available', value: available, unit: 'addresses' },
    ],
    remedies: () => ranked(keepFewerWarm(estate, cluster, null)),
  });
};
