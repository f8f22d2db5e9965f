import type { InstanceLimits } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { ClusterAssessment, CniGauges } from '../result/cluster.ts';
import { podAddresses } from './max-pods.ts';
import type { NodeAccumulator } from './node-accumulator.ts';

/** How a node's slots are filled, as far as its limits count. */
export interface NodeShape {
  readonly limits: InstanceLimits | null;
  readonly mode: 'secondary' | 'prefix';
  readonly customNetworking: boolean;
}

/**
 * A node's gauges, right where the CNI Metrics Helper is not: interfaces on other network cards take no slot of the
 * default one, and under custom networking the primary interface serves no pod. `room` is how many addresses more
 * the subnets would give this node; `null` makes the maximum unknown.
 */
export const nodeGauges = (node: NodeAccumulator, shape: NodeShape, room: number | null): CniGauges => {
  const pool = node.heldForPods(shape.customNetworking);
  const held = pool.addresses + pool.prefixes * ADDRESSES_PER_PREFIX;
  return {
    eniAllocated: node.managedInterfaces,
    eniMaxAvailable: shape.limits === null ? null : shape.limits.maxEnis - node.unmanaged,
    totalIPAddresses: held,
    totalIPv4Prefixes: pool.prefixes,
    maxIPAddresses: room === null ? null : held + room,
  };
};

/**
 * A node's gauges as the helper gets them from ipamd: every interface that the CNI does not manage is taken off the
 * default card's maximum, on whatever card it is; the primary interface counts under custom networking, too; and
 * the maximum ignores what the subnets still hold. Source: amazon-vpc-cni-k8s `ipamd.go`, `filterUnmanagedENIs` and
 * `updateIPStats`.
 */
export const compatNodeGauges = (node: NodeAccumulator, { limits, mode }: NodeShape): CniGauges => {
  const pool = node.heldForPods(false);
  const held = {
    eniAllocated: node.managedInterfaces,
    totalIPAddresses: pool.addresses + pool.prefixes * ADDRESSES_PER_PREFIX,
    totalIPv4Prefixes: pool.prefixes,
  };
  if (limits === null) return { ...held, eniMaxAvailable: null, maxIPAddresses: null };
  const interfaces = limits.maxEnis - node.unmanaged - node.onOtherCards;
  return {
    ...held,
    eniMaxAvailable: interfaces,
    maxIPAddresses: (podAddresses(limits, mode, false) / limits.maxEnis) * interfaces,
  };
};

const sum = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>(
    (total, value) => (total === null || value === null ? null : total + value),
    0,
  );

/** Adds gauges up. One that is unknown for a node is unknown for all: a sum without it would look like a loss. */
export const sumGauges = (gauges: readonly CniGauges[]): CniGauges => ({
  eniAllocated: sum(gauges.map((each) => each.eniAllocated)),
  eniMaxAvailable: sum(gauges.map((each) => each.eniMaxAvailable)),
  totalIPAddresses: sum(gauges.map((each) => each.totalIPAddresses)),
  totalIPv4Prefixes: sum(gauges.map((each) => each.totalIPv4Prefixes)),
  maxIPAddresses: sum(gauges.map((each) => each.maxIPAddresses)),
});

export const UNKNOWN_GAUGES: CniGauges = {
  eniAllocated: null,
  eniMaxAvailable: null,
  totalIPAddresses: null,
  totalIPv4Prefixes: null,
  maxIPAddresses: null,
};

/** How many nodes a cluster has; `null` where instances could not be listed. */
export const nodeCount = ({
  nodes,
  unknowns,
}: Pick<ClusterAssessment, 'nodes' | 'unknowns'>): number | null =>
  unknowns.some(({ field }) => field === 'nodes') ? null : nodes.length;

/** A cluster's gauges as the CNI Metrics Helper publishes them, for those who have alarms on them. */
export const compatGauges = (cluster: ClusterAssessment): CniGauges =>
  nodeCount(cluster) === null
    ? UNKNOWN_GAUGES
    : sumGauges(cluster.nodes.filter(({ state }) => state === 'running').map(({ compat }) => compat));
