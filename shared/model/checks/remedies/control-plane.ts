import type { EksCluster } from '../../aws/inventory.ts';
import { aws, type ShellVariable } from '../../base/commands.ts';
import { elementAt } from '../../base/element-at.ts';
import { isUnrouted } from '../../net/secondary-ranges.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Precondition, Remedy } from '../../result/finding.ts';
import { subnetName } from '../../result/resource-name.ts';
import { addressSupply } from '../../subnet/address-supply.ts';
import type { Estate } from '../estate.ts';
import { blocksFor, createPreconditions, type NewSubnetPlace, placeBeside } from './new-subnet.ts';
import { createCommands } from './new-subnet-commands.ts';
import { routeTableOf, servesTheSame } from './routes.ts';
import { associateCommands, blockPreconditions, rangeInNewBlock } from './vpc-remedies.ts';

/** An EKS control plane's subnets can be changed, within the VPC and its set of zones. 16 free addresses is what AWS recommends. */
const CONTROL_PLANE_ADDRESSES_RECOMMENDED = 16;

/** An upgrade needs up to five addresses. Source: EKS user guide, update-cluster. */
const UPGRADE_ADDRESSES = 5;

/** A /28 without AWS's five. */
const NEW_SUBNET_ADDRESSES = 11;
const NEW_SUBNET_LENGTH = 28;

/** Owners whose subnets are theirs, also from a control plane. */
const NOT_FOR_CONTROL_PLANES = new Set([
  'load-balancer',
  'nat-gateway',
  'transit-gateway',
  'rds',
  'elasticache',
  'aws-service',
]);

/** Subnets that are there already, one in each zone of the cluster. `null`: some zone has none with room. */
export const changeClusterSubnets = (estate: Estate, eks: EksCluster, region: string): Remedy | null => {
  const current = estate.subnetsIn(eks.subnetIds);
  const zones = [...new Set(current.map(({ availabilityZone }) => availabilityZone))];
  const chosen = zones
    .map((zone) =>
      roomiest(
        estate,
        current.filter(({ availabilityZone }) => availabilityZone === zone),
      ),
    )
    .filter((subnet) => subnet !== null);
  if (chosen.length < zones.length || zones.length < 2) return null;
  const areRoutesKnown = [...current, ...chosen].every((subnet) => routeTableOf(estate, subnet) !== null);
  return {
    title: `Give the control plane of ${eks.name} other subnets`,
    effect: `Moves the control plane's interfaces to ${chosen.map(subnetName).join(', ')}. The cluster stays up; nodes are not touched.`,
    price: 'Free. The update takes some minutes.',
    when: 'Right when other subnets of the same zones have room.',
    commands: [
      updateSubnets(
        eks,
        region,
        chosen.map(({ subnetId }) => subnetId),
      ),
    ],
    preconditions: [
      {
        text: `Each of the cluster's zones (${zones.join(', ')}) has a subnet with ${CONTROL_PLANE_ADDRESSES_RECOMMENDED} free addresses.`,
        holds: true,
      },
      { text: "These subnets are in the cluster's VPC and zones.", holds: true },
      {
        text: 'They route to the same places as the present ones.',
        holds: areRoutesKnown ? true : null,
      },
    ],
  };
};

const updateSubnets = (
  { name }: EksCluster,
  region: string,
  subnets: readonly (string | ShellVariable)[],
): string =>
  aws('eks', 'update-cluster-config', region, {
    name,
    'resources-vpc-config': {
      parts: subnets.flatMap((subnet, index) => [index === 0 ? 'subnetIds=' : ',', subnet]),
    },
  });

/**
 * The subnet with most room in the zone of these, which are the control plane's own there. One of them may stay. An Outpost
 * is no place for a control plane of the Region. Source: EKS user guide, network requirements.
 */
const roomiest = (estate: Estate, current: readonly SubnetAssessment[]): SubnetAssessment | null => {
  const [best] = current
    .flatMap((own) => [own, ...estate.siblingsOf(own).filter((other) => mayReplace(estate, own, other))])
    .filter((subnet) => freeIn(subnet) >= CONTROL_PLANE_ADDRESSES_RECOMMENDED)
    .toSorted((a, b) => freeIn(b) - freeIn(a));
  return best ?? null;
};

const mayReplace = (estate: Estate, own: SubnetAssessment, other: SubnetAssessment): boolean => {
  const [table, otherTable] = [routeTableOf(estate, own), routeTableOf(estate, other)];
  return (
    (other.owners?.every(({ kind }) => !NOT_FOR_CONTROL_PLANES.has(kind)) ?? false) &&
    other.ownerId === own.ownerId &&
    // Clients outside the VPC would find no way to it.
    (isUnrouted(own.cidrBlock) || !isUnrouted(other.cidrBlock)) &&
    (table === null || otherTable === null || servesTheSame(table, otherTable))
  );
};

/** Where it is not known, none can be promised. */
const freeIn = (subnet: SubnetAssessment): number => addressSupply(subnet)?.available ?? 0;

/** One more subnet, beside one that is short. */
interface AddedSubnet {
  readonly subnet: SubnetAssessment;
  readonly place: NewSubnetPlace;
  readonly range: string;
  readonly variable: ShellVariable;
}

export interface AddedSubnets {
  readonly remedy: Remedy;
  /** Whether they lie in a new block of the VPC. */
  readonly needsBlock: boolean;
}

/**
 * A new /28 in each zone whose subnets are short, given to the control plane in their place: from the VPC's own space, or
 * else from a new block. `null`: neither has room, or another account owns the VPC.
 */
export const addControlPlaneSubnets = (
  estate: Estate,
  eks: EksCluster,
  region: string,
): AddedSubnets | null => {
  const current = estate.subnetsIn(eks.subnetIds);
  const short = current.filter((subnet) => freeIn(subnet) < UPGRADE_ADDRESSES);
  const places = short.flatMap((subnet) => {
    const place = placeBeside(estate, subnet);
    return place === null ? [] : [{ subnet, place }];
  });
  const [first] = places;
  if (first === undefined || places.length < short.length) return null;
  const own = places.map(({ subnet, place: { vpc } }) =>
    estate.ranges.subnetRange({
      vpcId: vpc.vpcId,
      purpose: `${subnet.subnetId} control-plane`,
      blocks: blocksFor(vpc, subnet, 'control-plane'),
      taken: estate.rangesTaken(vpc.vpcId),
      lengths: [NEW_SUBNET_LENGTH],
    }),
  );
  const ownRanges = own.filter((range) => range !== null);
  const isOwnSpace = ownRanges.length === places.length;
  const { vpc } = first.place;
  const inBlocks = isOwnSpace
    ? []
    : places.flatMap(
        ({ subnet }) =>
          rangeInNewBlock(estate, vpc, {
            purpose: `${subnet.subnetId} control-plane`,
            length: NEW_SUBNET_LENGTH,
          }) ?? [],
      );
  if (!isOwnSpace && inBlocks.length < places.length) return null;
  const blocks = [...new Set(inBlocks.map(({ block }) => block))];
  const ranges = isOwnSpace ? ownRanges : inBlocks.map(({ range }) => range);
  const added = places.map(
    ({ subnet, place }, index): AddedSubnet => ({
      subnet,
      place,
      range: elementAt(ranges, index),
      variable: { variable: `SUBNET_ID_${index + 1}` },
    }),
  );
  const kept = current.filter((subnet) => !short.includes(subnet)).map(({ subnetId }) => subnetId);
  const remedy: Remedy = {
    title: `Give the control plane of ${eks.name} new subnets: ${added.map(({ range }) => range).join(', ')}`,
    effect:
      'A /28 for the control plane alone is what AWS recommends. The cluster stays up; nodes are not touched.',
    price: `Free. The update takes some minutes${isOwnSpace ? '' : ', and EKS may take up to five hours to notice a new block'}.`,
    when: 'Right when the present subnets stay full.',
    gains: { addresses: added.length * NEW_SUBNET_ADDRESSES, prefixes: 0 },
    ranges,
    commands: [
      ...blocks.flatMap((block) => associateCommands(vpc, block)),
      ...added.flatMap(({ subnet, range, variable, place: { zone } }) =>
        createCommands(estate, subnet, 'control-plane', { range, zone }, variable),
      ),
      updateSubnets(eks, region, [...kept, ...added.map(({ variable }) => variable)]),
    ],
    preconditions: [
      ...blocks.flatMap((block) => blockPreconditions(estate, vpc, block)),
      ...distinct(
        added.flatMap(({ subnet, range }) => createPreconditions(estate, subnet, 'control-plane', range)),
      ),
    ],
  };
  return { remedy, needsBlock: !isOwnSpace };
};

const distinct = (preconditions: readonly Precondition[]): readonly Precondition[] => [
  ...new Map(preconditions.map((each) => [each.text, each])).values(),
];
