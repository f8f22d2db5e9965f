import type { NodeGroup } from '../../aws/inventory.ts';
import { aws } from '../../base/commands.ts';
import { elementAt } from '../../base/element-at.ts';
import { smallestOf } from '../../base/extremes.ts';
import { count } from '../../base/text/numbers.ts';
import { ADDRESSES_PER_PREFIX } from '../../net/prefix.ts';
import type { LeakedInterface, SubnetAssessment } from '../../result/assessment.ts';
import type {
  ClusterAssessment,
  CommittedDemand,
  NodeAssessment,
  SubnetUsage,
} from '../../result/cluster.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { afterReturn } from './afterwards.ts';

/** Commands beyond this number are left to the reader: a finding is no script. */
const COMMANDS_SHOWN = 20;

/**
 * Gives back what interfaces hold that no controller will clean up. One whose instance still runs is left out: its CNI may
 * attach it again. `null` where none is left.
 */
export const deleteLeaked = (
  estate: Estate,
  leaked: readonly LeakedInterface[],
  region: string,
): (Remedy & { readonly gains: { readonly addresses: number; readonly prefixes: null } }) | null => {
  const { instances } = estate.input;
  const safe = leaked.filter(
    ({ instanceId }) => instanceId === null || instances?.get(instanceId)?.state !== 'running',
  );
  const shown = safe.slice(0, COMMANDS_SHOWN);
  if (shown.length === 0) return null;
  const addresses = shown.reduce((sum, each) => sum + each.addresses, 0);
  return {
    title: `Delete ${count(shown.length, 'leaked interface')}`,
    effect: `The subnet gets ${count(addresses, 'address', 'addresses')} back at once.`,
    price: 'Free. One call for each, and nothing restarts.',
    when: 'Right whenever there are some: no controller cleans them up.',
    gains: { addresses, prefixes: null },
    commands: shown.map(({ networkInterfaceId }) =>
      aws('ec2', 'delete-network-interface', region, { 'network-interface-id': networkInterfaceId }),
    ),
    preconditions: [
      { text: 'Every one of them is attached to nothing.', holds: true },
      {
        text: 'The instances that they were made for are gone or stopped.',
        holds: instances === null ? null : true,
      },
    ],
  };
};

/** The leaked interfaces of one subnet; `null` where there are none. */
export const deleteLeakedIn = (estate: Estate, subnet: SubnetAssessment): Remedy | null => {
  const leaked = estate.input.leakedInterfaces.filter(
    (sighting) => sighting.leaked && sighting.subnetId === subnet.subnetId,
  );
  const remedy = leaked.length === 0 ? null : deleteLeaked(estate, leaked, subnet.region);
  if (remedy === null) return null;
  return {
    ...remedy,
    ...afterReturn(estate, subnet, { addresses: remedy.gains.addresses, prefixes: 0 }),
  };
};

type Group = Pick<CommittedDemand, 'group' | 'kind'>;

const resize = (
  region: string,
  cluster: ClusterAssessment | null,
  { group, kind }: Group,
  sizes: GroupSizes,
): string =>
  cluster !== null && kind === 'node-group'
    ? aws('eks', 'update-nodegroup-config', region, {
        'cluster-name': cluster.clusterName,
        'nodegroup-name': group,
        'scaling-config': Object.entries(sizes)
          .map(([name, size]) => `${name}=${size}`)
          .join(','),
      })
    : aws('autoscaling', 'update-auto-scaling-group', region, {
        'auto-scaling-group-name': group,
        ...(sizes.maxSize === undefined ? {} : { 'max-size': sizes.maxSize }),
        ...(sizes.desiredSize === undefined ? {} : { 'desired-capacity': sizes.desiredSize }),
      });

interface GroupSizes {
  readonly minSize?: number;
  readonly maxSize?: number;
  readonly desiredSize?: number;
}

/**
 * A maximum that can be reached. It helps the group's next scale-out, not the subnet. `null` where it would end nodes that run,
 * where a warm pool alone takes more, or for a managed node group that would have none: EKS takes 1 at the least.
 *
 * @param cluster `null` for an Auto Scaling group of no cluster
 * @param nodes so many fit, those of a warm pool among them
 */
export const lowerMaximum = (
  estate: Estate,
  cluster: ClusterAssessment | null,
  group: Group & Pick<CommittedDemand, 'currentNodes' | 'outsideCluster' | 'warmNodes' | 'weighted'>,
  nodes: number,
): Remedy | null => {
  if (nodes < group.currentNodes) return null;
  const managed = cluster === null ? undefined : nodeGroupOf(estate, cluster, group);
  const maximum = nodes - warmNodes(managed, nodes);
  if (group.kind === 'node-group' && maximum < 1) return null;
  // The limits of a node pool are processors, and sizes may count units: a number of nodes does not say what to write.
  if (group.kind === 'node-pool' || group.weighted === true) return null;
  // A warm pool may be set to prepare more than the group's maximum.
  if (group.warmNodes !== undefined) return null;
  const { minSize = 0, desiredSize = 0 } = managed ?? {};
  const members = group.outsideCluster ? 'instances' : 'nodes';
  return {
    title: `Lower the maximum of ${group.group} to ${maximum}`,
    effect: group.outsideCluster
      ? 'The group then stops before EC2 refuses, and other users of the subnet keep their room.'
      : 'The group then stops before EC2 refuses. Pods that do not fit stay pending, which alerts can see.',
    price: `Free. The workload has fewer ${members} at its peak.`,
    when: `Right when the workload never needs that many ${members}.`,
    gains: { addresses: 0, prefixes: 0 },
    commands: [
      resize(estate.input.target.region, cluster, group, {
        // EKS refuses a maximum below the two others.
        ...(minSize > maximum ? { minSize: maximum } : {}),
        maxSize: maximum,
        ...(desiredSize > maximum ? { desiredSize: maximum } : {}),
      }),
    ],
    preconditions: [
      { text: `The workload can live with fewer ${members}.`, holds: null },
      ...minimumOf(group, maximum),
    ],
  };
};

/** What the warm pool keeps beside a group at its maximum, if both together are to be so many. See `mostNodes` of cluster groups. */
const warmNodes = (group: NodeGroup | undefined, nodes: number): number => {
  const { warmPool } = group ?? {};
  if (warmPool == null) return 0;
  return (warmPool.maxGroupPreparedCapacity ?? 0) > nodes ? nodes : warmPool.minSize;
};

/** An update that needs no addresses beyond those that the old nodes give back. */
export const endOldNodesFirst = ({ clusterName, region }: ClusterAssessment, { group }: Group): Remedy => ({
  title: `Let updates of ${group} end old nodes first`,
  effect:
    'EKS then ends a node before it starts the new one, which takes the addresses that were given back.',
  price: 'Free. The group has fewer nodes while an update runs.',
  when: 'Right when the workload can do without some of its nodes for a while.',
  commands: [
    aws('eks', 'update-nodegroup-config', region, {
      'cluster-name': clusterName,
      'nodegroup-name': group,
      'update-config': 'updateStrategy=MINIMAL,maxUnavailable=1',
    }),
  ],
  preconditions: [{ text: 'The workload can do without one of its nodes during an update.', holds: null }],
});

/** `undefined` where EKS does not manage the group. */
export const nodeGroupOf = (estate: Estate, { clusterName }: ClusterAssessment, { group, kind }: Group) =>
  kind === 'node-group'
    ? estate.eksClusters.get(clusterName)?.nodeGroups.find(({ name }) => name === group)
    : undefined;

/** The minimum of a node group is known; that of an Auto Scaling group is not kept. */
const minimumOf = ({ group, kind }: Group, size: number): readonly Precondition[] =>
  kind === 'node-group' ? [] : [{ text: `The minimum of ${group} is ${size} or less.`, holds: null }];

/**
 * Fewer nodes in the group that holds most of the subnet: as many as the shortfall asks for, and one at the least.
 * `null` where no group has two nodes that run here, since the last one may be in use, or where they hold nothing of what is short.
 */
export const scaleDown = (
  estate: Estate,
  subnet: SubnetAssessment,
  missing: { readonly addresses: number; readonly prefixes: number } = { addresses: 0, prefixes: 0 },
): Remedy | null => {
  const [largest] = estate.input.clusters
    .flatMap((cluster) => cluster.committed.map((demand) => ({ cluster, demand })))
    // A node pool has no size to set, and one that counts units is none of nodes.
    .filter(
      ({ demand: { kind, perNode, weighted } }) =>
        kind !== 'node-pool' && weighted !== true && perNode !== null,
    )
    .map(({ cluster, demand }) => ({ cluster, demand, here: holdingsIn(cluster, demand, subnet) }))
    .filter(({ here }) => here.length > 1)
    .toSorted((a, b) => b.here.length - a.here.length);
  if (largest === undefined) return null;
  const { cluster, demand, here } = largest;
  // Which node goes is for Auto Scaling to decide: at the least it is the one that holds least.
  const addresses = smallestOf(here.map((each) => each.addresses - each.prefixes * ADDRESSES_PER_PREFIX));
  const prefixes = smallestOf(here.map((each) => each.prefixes));
  if (missing.prefixes > 0 && prefixes === 0) return null;
  const forAddresses = Math.ceil(missing.addresses / Math.max(1, addresses));
  const forPrefixes = prefixes === 0 ? 0 : Math.ceil(missing.prefixes / prefixes);
  const fewer = Math.min(here.length - 1, Math.max(1, forAddresses, forPrefixes));
  const managed = nodeGroupOf(estate, cluster, demand);
  const members = cluster.nodes.filter(({ nodeGroup }) => nodeGroup === demand.group);
  const running = members.filter(runs).length;
  const size = Math.min(running, managed?.desiredSize ?? running) - fewer;
  if (size < 1) return null;
  const certain = certainlyHere(cluster, demand, subnet, fewer);
  // It may be one of another subnet.
  const areAllHere = here.length === running && members.length === demand.currentNodes;
  return {
    title: `Scale ${demand.group} down to ${count(size, 'node')}`,
    effect: `Each node gives back what it holds when it is gone. Its pods must fit on the other nodes.`,
    price: 'Saves the price of the nodes. Pods restart.',
    when: 'Right when the other nodes have room, or the workload can wait.',
    ...afterReturn(estate, subnet, {
      addresses: (addresses + prefixes * ADDRESSES_PER_PREFIX) * certain,
      prefixes: prefixes * certain,
    }),
    gains: {
      addresses: areAllHere ? fewer * addresses : null,
      prefixes: areAllHere ? fewer * prefixes : null,
    },
    commands: [
      resize(cluster.region, cluster, demand, {
        ...(managed === undefined || managed.minSize <= size ? {} : { minSize: size }),
        desiredSize: size,
      }),
    ],
    preconditions: [
      { text: `The other nodes have room for the pods of ${count(fewer, 'node')}.`, holds: null },
      { text: 'No autoscaler brings the nodes back at once.', holds: null },
      ...(managed?.warmPool == null
        ? []
        : [
            {
              text: 'The warm pool does not take the nodes back: there they keep their addresses.',
              holds: null,
            },
          ]),
      ...minimumOf(demand, size),
    ],
  };
};

/**
 * How many of the nodes that go are in this subnet for sure. Auto Scaling takes the next one from the zone that has most; of
 * zones that have as many, it may be another one (EC2 Auto Scaling user guide, termination policies).
 */
const certainlyHere = (
  { nodes }: ClusterAssessment,
  { group }: CommittedDemand,
  subnet: SubnetAssessment,
  fewer: number,
): number => {
  const members = nodes.filter((node) => node.nodeGroup === group && runs(node));
  const inZone = new Map(
    [...Map.groupBy(members, ({ availabilityZone }) => availabilityZone)].map(([zone, those]) => [
      zone,
      those.length,
    ]),
  );
  let gone = 0;
  for (let index = 0; index < Math.min(fewer, members.length); index += 1) {
    const [zone, most] = elementAt(
      [...inZone].toSorted(
        ([one, count], [other, otherCount]) =>
          otherCount - count ||
          Number(one === subnet.availabilityZone) - Number(other === subnet.availabilityZone),
      ),
      0,
    );
    inZone.set(zone, most - 1);
    if (zone === subnet.availabilityZone) gone += 1;
  }
  const beside = members.filter(
    ({ availabilityZone, subnetId }) =>
      availabilityZone === subnet.availabilityZone && subnetId !== subnet.subnetId,
  ).length;
  return Math.max(0, gone - beside);
};

/** Those of a warm pool are stopped: a smaller group does not end them. */
const runs = ({ state }: NodeAssessment): boolean => state === 'running' || state === 'pending';

/**
 * What the running nodes of a group hold of a subnet. A node's group is known by the tags of EKS, or of Auto Scaling where it
 * manages the group itself.
 */
const holdingsIn = (
  { nodes }: ClusterAssessment,
  { group }: CommittedDemand,
  { subnetId }: SubnetAssessment,
): readonly SubnetUsage[] =>
  nodes
    .filter((node) => node.nodeGroup === group && runs(node))
    .flatMap(({ usage }) => usage.filter((each) => each.subnetId === subnetId));
