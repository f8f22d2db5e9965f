import type { EksCluster } from '../../aws/inventory.ts';
import { aws, kubectl } from '../../base/commands.ts';
import { count } from '../../base/text/numbers.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { ClusterAssessment, NodeAssessment } from '../../result/cluster.ts';
import type { Gains, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { afterReturn } from './afterwards.ts';

/** Enough for a pod or two to start at once, and for a node's usual share of a rollout where a prefix is at stake. */
const SPARE_ADDRESSES = 2;
const SPARE_IN_PREFIXES = 5;

/** A node's pool: what it holds for pods, and how much of that serves none at the least. */
interface Pool {
  readonly node: NodeAssessment;
  readonly held: number;
  readonly warm: number;
}

/** Nodes that hold something here and could hold less; a node in prefix mode always keeps one prefix. */
const poolsOf = ({ nodes }: ClusterAssessment, subnetId: string | null): readonly Pool[] =>
  nodes.flatMap((node) => {
    const { gauges, mode, prefixes, usage, warmAtLeast: warm } = node;
    const held = gauges.totalIPAddresses;
    const isHere =
      subnetId === null || usage.some((each) => each.subnetId === subnetId && each.addresses > 1);
    const canGiveBack = mode === 'secondary' || prefixes > 1;
    return warm === null || warm === 0 || held === null || !isHere || !canGiveBack
      ? []
      : [{ node, held, warm }];
  });

/**
 * Lower warm targets for a cluster, sized by what its nodes use now.
 *
 * @param subnet where addresses are short; `null`: in the whole cluster
 * @returns `null` where no node holds anything that it could give back
 */
export const keepFewerWarm = (
  estate: Estate,
  cluster: ClusterAssessment,
  subnet: SubnetAssessment | null,
): Remedy | null => {
  const pools = poolsOf(cluster, subnet?.subnetId ?? null);
  if (pools.length === 0) return null;
  const prefixes = pools.some(({ node }) => node.prefixes > 0);
  const used = pools.reduce((sum, { held, warm }) => sum + held - warm, 0);
  const targets: WarmTargets = prefixes
    ? { warmIp: SPARE_IN_PREFIXES, minimumIp: ADDRESSES_PER_PREFIX, takes: 'prefixes' }
    : {
        warmIp: SPARE_ADDRESSES,
        minimumIp: Math.max(SPARE_ADDRESSES, Math.ceil(used / pools.length)),
        takes: 'addresses',
      };
  const gains = gainsOf(pools, targets);
  if (gains.addresses === 0) return null;
  const remedy = tuneWarmTargets(cluster, estate.eksClusters.get(cluster.clusterName), targets);
  return { ...remedy, ...afterReturn(estate, subnet, gains), gains };
};

/** What comes back at the least: a node keeps its minimum, or what it uses and the spare ones. */
const gainsOf = (
  pools: readonly Pool[],
  { minimumIp, takes, warmIp }: WarmTargets,
): { addresses: number; prefixes: number } => {
  const kept = ({ held, warm }: Pool): number => Math.max(minimumIp, held - warm + warmIp);
  if (takes === 'addresses') {
    const addresses = pools.reduce((sum, pool) => sum + Math.max(0, pool.held - kept(pool)), 0);
    return { addresses, prefixes: 0 };
  }
  const prefixes = pools.reduce(
    (sum, pool) => sum + Math.max(0, pool.node.prefixes - Math.ceil(kept(pool) / ADDRESSES_PER_PREFIX)),
    0,
  );
  return { addresses: prefixes * ADDRESSES_PER_PREFIX, prefixes } satisfies Gains;
};

export interface WarmTargets {
  readonly warmIp: number;
  readonly minimumIp: number;
  readonly takes: 'addresses' | 'prefixes';
}

/** Sets WARM_IP_TARGET and MINIMUM_IP_TARGET: through the add-on where EKS manages the CNI, else in its DaemonSet. */
export const tuneWarmTargets = (
  cluster: ClusterAssessment,
  eks: EksCluster | undefined,
  targets: WarmTargets,
): Remedy => {
  const environment = {
    WARM_IP_TARGET: String(targets.warmIp),
    MINIMUM_IP_TARGET: String(targets.minimumIp),
  };
  const saved =
    targets.takes === 'addresses'
      ? `Nodes then hold ${count(targets.warmIp, 'spare address', 'spare addresses')} instead of a whole interface's.`
      : `Nodes take another prefix only when fewer than ${targets.warmIp} addresses are free. They no longer keep a whole one spare.`;
  return {
    title: `Keep fewer addresses warm in ${cluster.clusterName}`,
    effect: saved,
    price:
      'Free. The CNI restarts node by node. Pods may wait for an EC2 call, so watch for throttling under churn.',
    when: 'Right when nodes hold many more addresses than they have pods.',
    commands: [cniEnvironmentCommand(cluster, eks, environment)],
    preconditions: [
      {
        text: 'The cluster runs the VPC CNI itself: EKS Auto Mode has no warm targets.',
        holds: !cluster.autoMode && cluster.cni !== 'cilium-eni' && cluster.cni !== 'overlay',
      },
      {
        text: `About ${targets.minimumIp} pods run on a usual node. Otherwise set MINIMUM_IP_TARGET to the usual number.`,
        holds: null,
      },
    ],
  };
};

/** Sets variables of the CNI: through the add-on where EKS manages it, else in its DaemonSet. */
export const cniEnvironmentCommand = (
  cluster: ClusterAssessment,
  eks: EksCluster | undefined,
  environment: Readonly<Record<string, string>>,
): string => {
  const merged = eks?.vpcCni == null ? null : mergedConfiguration(eks.vpcCni.configuration, environment);
  return merged === null
    ? kubectl(
        'set',
        'env',
        'daemonset/aws-node',
        '--namespace',
        'kube-system',
        ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
      )
    : aws('eks', 'update-addon', cluster.region, {
        'cluster-name': cluster.clusterName,
        'addon-name': 'vpc-cni',
        'configuration-values': merged,
        'resolve-conflicts': 'PRESERVE',
      });
};

/** The add-on's configuration with these settings in it: what is given replaces all that was there. */
const mergedConfiguration = (
  configuration: string | null,
  environment: Readonly<Record<string, string>>,
): string | null => {
  try {
    const parsed: unknown =
      configuration === null || configuration.trim() === '' ? {} : JSON.parse(configuration);
    if (typeof parsed !== 'object' || parsed === null) return null;
    const env = 'env' in parsed && typeof parsed.env === 'object' ? parsed.env : {};
    return JSON.stringify({ ...parsed, env: { ...env, ...environment } });
  } catch {
    return null;
  }
};
