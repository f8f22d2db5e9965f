import type { EksCluster } from '../../aws/inventory.ts';
import { displayName } from '../../base/text/names.ts';
import type { SubnetAssessment } from '../../result/assessment.ts';
import type { Remedy } from '../../result/finding.ts';
import type { Estate } from '../estate.ts';
import { aws, type ShellVariable } from './commands.ts';
import { createCommands, createPreconditions, placeBeside } from './new-subnet.ts';

/** An EKS control plane's subnets can be changed, within the VPC and its set of zones. 16 free addresses is what AWS recommends. */
const CONTROL_PLANE_ADDRESSES_RECOMMENDED = 16;

/** An upgrade needs up to five addresses. Source: EKS user guide, update-cluster. */
const UPGRADE_ADDRESSES = 5;

/** A /28 without AWS's five. */
const NEW_SUBNET_ADDRESSES = 11;

/** Owners whose subnets are theirs, also from a control plane. */
const NOT_FOR_CONTROL_PLANES = new Set(['load-balancer', 'rds', 'elasticache', 'aws-service']);

/** Subnets that are there already, one in each zone of the cluster. `null`: some zone has none with room. */
export const changeClusterSubnets = (estate: Estate, eks: EksCluster, region: string): Remedy | null => {
  const current = estate.subnetsIn(eks.subnetIds);
  const zones = [...new Set(current.map(({ availabilityZone }) => availabilityZone))];
  const chosen = zones.map((zone) => roomiest(estate, eks, zone)).filter((subnet) => subnet !== null);
  if (chosen.length < zones.length || zones.length < 2) return null;
  return {
    title: `Give the control plane of ${eks.name} other subnets`,
    effect: `Moves the control plane's interfaces to ${chosen.map((subnet) => displayName(subnet.name, subnet.subnetId)).join(', ')}. The cluster stays up; nodes are not touched.`,
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

const roomiest = (estate: Estate, eks: EksCluster, zone: string | null): SubnetAssessment | null => {
  const [best] = estate.input.subnets
    .filter(({ vpcId, availabilityZone }) => vpcId === eks.vpcId && availabilityZone === zone)
    .filter(({ owners }) => owners?.every(({ kind }) => !NOT_FOR_CONTROL_PLANES.has(kind)))
    .filter((subnet) => freeIn(subnet) >= CONTROL_PLANE_ADDRESSES_RECOMMENDED)
    .sort((a, b) => freeIn(b) - freeIn(a));
  return best ?? null;
};

/** As AWS counts them; where it did not, none can be promised. */
const freeIn = ({ awsAvailable }: SubnetAssessment): number => awsAvailable ?? 0;

/** A new /28 in each zone whose subnets are short, given to the control plane in their place. `null`: the VPC has no room. */
export const addControlPlaneSubnets = (estate: Estate, eks: EksCluster, region: string): Remedy | null => {
  const current = estate.subnetsIn(eks.subnetIds);
  const short = current.filter((subnet) => freeIn(subnet) < UPGRADE_ADDRESSES);
  const added = short.flatMap((subnet, index) => {
    const place = placeBeside(estate, subnet);
    const range =
      place === null
        ? null
        : estate.ranges.subnetRange({
            vpcId: place.vpc.vpcId,
            purpose: `${subnet.subnetId} control-plane`,
            blocks: place.vpc.cidrBlocks,
            taken: estate.rangesTaken(place.vpc.vpcId),
            lengths: [28],
          });
    return place === null || range === null
      ? []
      : [{ subnet, range, zone: place.zone, variable: { variable: `SUBNET_ID_${index + 1}` } }];
  });
  if (added.length === 0 || added.length < short.length) return null;
  const kept = current.filter((subnet) => !short.includes(subnet)).map(({ subnetId }) => subnetId);
  return {
    title: `Give the control plane of ${eks.name} new subnets: ${added.map(({ range }) => range).join(', ')}`,
    effect:
      'A /28 for the control plane alone is what AWS recommends. The cluster stays up; nodes are not touched.',
    price: 'Free. The update takes some minutes.',
    when: 'Right when the present subnets stay full.',
    gains: { addresses: added.length * NEW_SUBNET_ADDRESSES, prefixes: 0 },
    ranges: added.map(({ range }) => range),
    commands: [
      ...added.flatMap(({ subnet, range, variable, zone }) =>
        createCommands(estate, subnet, 'control-plane', { range, zone }, variable),
      ),
      updateSubnets(eks, region, [...kept, ...added.map(({ variable }) => variable)]),
    ],
    preconditions: added.flatMap(({ subnet }) => createPreconditions(estate, subnet, 'control-plane')),
  };
};
