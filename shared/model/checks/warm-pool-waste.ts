import { count, number, verb } from '../base/text/numbers.ts';
import type { ClusterAssessment, NodeAssessment } from '../result/cluster.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { ranked } from './remedies/ranked.ts';
import { keepFewerWarm } from './remedies/warm-targets.ts';

/** Warm addresses are worth a finding when there are this many, and giving them back would add this share to what is left. */
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

export const warmPoolWaste: Check = {
  kind: 'warm-pool-waste',
  label: 'Warm-pool waste',
  summary: 'many addresses kept warm',
  clear: () => 'few addresses are kept warm',
  about: 'each cluster',
  condition: `A cluster's nodes hold ${MINIMUM_ADDRESSES} or more addresses that serve no pod and can be released. That would add a quarter to the free addresses of their subnets. Warning when they hold as many as are left; else information.`,
  unknown: 'How many addresses are left in its subnets is not known.',
  impact:
    "By default the CNI keeps a whole interface's addresses spare on every node. On many small nodes that is most of the subnet: three c5.large with two pods between them hold 50 addresses.",
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.clusters.map((cluster) => result(estate, cluster)),
};

const result = (estate: Estate, cluster: ClusterAssessment): CheckResult => {
  const subject = estate.clusterSubject(cluster);
  const pools = poolsOf(cluster);
  const warm = pools.reduce((sum, pool) => sum + pool.warm, 0);
  if (warm < MINIMUM_ADDRESSES) return healthy(subject);
  const available = availableIn(estate, cluster);
  if (available === null) {
    return notMeasured(subject, 'How many addresses are left in its subnets is not known.');
  }
  const held = pools.reduce((sum, pool) => sum + pool.held, 0);
  const evidence = [
    { name: 'warmAddresses', value: warm, unit: 'addresses' },
    { name: 'poolAddresses', value: held, unit: 'addresses' },
    { name: 'nodes', value: pools.length, unit: 'nodes' },
    { name: 'available', value: available, unit: 'addresses' },
  ];
  if (warm < available * SHARE_OF_AVAILABLE) return healthy(subject, evidence);
  return found(subject, warm >= available ? 'warning' : 'info', evidence, () => {
    return {
      title: `${cluster.clusterName}: ${count(warm, 'address')} kept warm that no pod uses`,
      explanation: `${count(pools.length, 'node')} ${verb(pools.length, 'holds')} ${held} addresses for pods, and at least ${warm} of them serve none, because of the CNI's warm targets. ${available === 0 ? 'Its subnets have none left.' : `Its subnets have ${number(available)} left.`}`,
      remedies: () => ranked(keepFewerWarm(estate, cluster, null)),
    };
  });
};

const availableIn = (estate: Estate, cluster: ClusterAssessment): number | null =>
  estate
    .subnetsIn(cluster.nodeSubnetIds)
    .reduce<number | null>(
      (sum, { available }) => (sum === null || available === null ? null : sum + available),
      0,
    );
