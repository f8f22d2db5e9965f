import type { Target } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';
import { HeadroomError } from '../base/errors.ts';
import { cidrContains, parseCidr } from '../net/cidr.ts';
import { firstOverlap } from '../net/free-ranges.ts';
import type { AddressMap, SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { PlannedChanges } from './changes.ts';
import { dividedRange, emptySubnet, isInVpc, whyNotFree } from './new-subnet.ts';
import type { PlanAction } from './plan-action.ts';
import type { PlanEstate } from './plan-estate.ts';

/** Everything that exists after the first, free part of a change: new subnets and reservations. */
export interface Ground {
  readonly subnets: readonly SubnetAssessment[];
  readonly maps: ReadonlyMap<string, AddressMap>;
  readonly podSubnetOfZone: ReadonlyMap<string, string>;
  readonly discoveredOfZone: ReadonlyMap<string, readonly string[]>;
  readonly reservations: readonly { readonly subnetId: string; readonly cidr: string }[];
  readonly actions: readonly PlanAction[];
}

export const groundOf = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): Ground => {
  const zones = estate.zonesOf(cluster);
  const ranges = podRanges(cluster, changes, zones);
  const made = [
    ...ranges.map((range) => ({ ...range, use: 'custom-networking' as const })),
    ...changes.newSubnets.map((range) => ({ ...range, use: 'discovery' as const })),
  ];
  refuseForeignVpc(estate, cluster, changes);
  refuseUndiscovered(cluster, changes);
  refuseTakenRanges(estate, cluster, changes);
  const target: Target = { accountId: cluster.accountId, region: cluster.region };
  const added = made.map((range) => emptySubnet(target, cluster.vpcId ?? '', range));
  const maps = new Map(estate.maps);
  for (const { map } of added) if (map !== null) maps.set(map.subnetId, map);
  const discovered = Map.groupBy(changes.newSubnets, ({ zone }) => zone);
  return {
    subnets: [...estate.input.subnets, ...added.map(({ subnet }) => subnet)],
    maps,
    podSubnetOfZone: new Map(ranges.map(({ cidr, zone }) => [zone, `new ${cidr}`])),
    discoveredOfZone: new Map(
      [...discovered].map(([zone, here]) => [zone, here.map(({ cidr }) => `new ${cidr}`)]),
    ),
    reservations: changes.reservations.map((cidr) => ({ cidr, subnetId: subnetWith(estate, cluster, cidr) })),
    actions: [
      ...addedBlocks(estate, cluster.vpcId, changes).map((cidr) => ({
        kind: 'associate-range' as const,
        cidr,
      })),
      ...made.map(({ cidr, zone, use }) => ({ kind: 'create-subnet' as const, cidr, zone, use })),
      ...changes.reservations.map((cidr) => ({
        kind: 'reserve' as const,
        cidr,
        subnetId: subnetWith(estate, cluster, cidr),
      })),
    ],
  };
};

const podRanges = (
  cluster: ClusterAssessment,
  { customNetworking }: PlannedChanges,
  zones: readonly string[],
): readonly { readonly cidr: string; readonly zone: string }[] => {
  if (customNetworking === null) return [];
  const parts = dividedRange(customNetworking, zones);
  if (parts === null)
    throw new HeadroomError(
      'plan-impossible',
      `${customNetworking} cannot be divided into a subnet for each of the ${zones.length} zones of ${cluster.clusterName}.`,
      'Give a range that leaves subnets from /16 to /28, such as 100.64.0.0/16.',
    );
  return zones.map((zone, index) => ({ zone, cidr: elementAt(parts, index) }));
};

const newRanges = ({ customNetworking, newSubnets }: PlannedChanges): readonly string[] => [
  ...(customNetworking === null ? [] : [customNetworking]),
  ...newSubnets.map(({ cidr }) => cidr),
];

const refuseTakenRanges = (estate: PlanEstate, cluster: ClusterAssessment, changes: PlannedChanges): void => {
  const ranges = newRanges(changes);
  const reasons = ranges.flatMap((range, index) => {
    const twice = firstOverlap([range], ranges.slice(0, index));
    return [
      ...[whyNotFree(estate, cluster.vpcId, range)].filter((reason) => reason !== null),
      ...(twice === null ? [] : [`${range} overlaps ${twice[1]}, another new range.`]),
    ];
  });
  if (reasons.length > 0)
    throw new HeadroomError('plan-impossible', reasons.join(' '), 'Give a range that is free.');
};

/** Of a shared VPC only the owner can add ranges and subnets. */
const refuseForeignVpc = (
  estate: PlanEstate,
  { vpcId }: ClusterAssessment,
  changes: PlannedChanges,
): void => {
  const owners = estate.input.subnets.flatMap((subnet) => (subnet.vpcId === vpcId ? [subnet.ownerId] : []));
  const [owner] = owners;
  if (newRanges(changes).length === 0 || owner == null || owners.includes(null)) return;
  throw new HeadroomError(
    'plan-impossible',
    `Account ${owner} owns ${vpcId}, and shares it: no other account can add ranges or subnets.`,
    'Plan with the credentials of that account.',
  );
};

/** New subnets that the CNI never uses. */
const refuseUndiscovered = (
  { clusterName, newNodes }: ClusterAssessment,
  { customNetworking, newSubnets }: PlannedChanges,
): void => {
  if (newSubnets.length === 0) return;
  const reason =
    newNodes?.settings.customNetworking === true || customNetworking !== null
      ? 'with custom networking it uses the subnets of its ENIConfigs alone'
      : newNodes?.subnetDiscovery === false
        ? 'ENABLE_SUBNET_DISCOVERY is false, or it is older than 1.18'
        : null;
  if (reason === null) return;
  throw new HeadroomError(
    'plan-impossible',
    `The CNI of ${clusterName} finds no new subnet by its tag: ${reason}.`,
    'Leave out --add-subnet, or change that first.',
  );
};

/** New ranges that the VPC does not hold yet. */
export const addedBlocks = (
  estate: PlanEstate,
  vpcId: string | null,
  changes: PlannedChanges,
): readonly string[] => newRanges(changes).filter((range) => !isInVpc(estate, vpcId, range));

/** @throws HeadroomError where no subnet of the cluster holds the range */
const subnetWith = (estate: PlanEstate, cluster: ClusterAssessment, range: string): string => {
  const found = estate.input.subnets.find(
    ({ subnetId, cidrBlock }) =>
      cluster.subnetIds.includes(subnetId) && cidrBlock !== null && contains(cidrBlock, range),
  );
  if (found !== undefined) return found.subnetId;
  throw new HeadroomError(
    'plan-impossible',
    `${range} lies in no subnet of ${cluster.clusterName}.`,
    'Give a range inside one of its subnets; `headroom plan reserve` proposes one.',
  );
};

const contains = (block: string, range: string): boolean => {
  const outer = parseCidr(block);
  const inner = parseCidr(range);
  return outer !== null && inner !== null && cidrContains(outer, inner);
};
