import { nameAndId } from '../base/text/names.ts';
import { count, percent } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

const KIND = 'lone-subnet';

/** With more than this share left, a subnet without a sibling is a choice, not a problem. */
const SHARE_LEFT = 0.5;
const SHARE_FOR_WARNING = 0.2;

export const loneSubnet: FindingRule = {
  kind: KIND,
  label: 'Subnet without a sibling',
  appears:
    "A cluster's nodes have one subnet alone in a zone, with less than half of it left. Warning under a fifth; else information.",
  why: "When it is full there is nowhere else in the zone to go: neither the CNI's subnet discovery nor Karpenter nor an Auto Scaling group has a second choice.",
  find: (estate) =>
    estate.input.subnets.flatMap((subnet) => {
      const { available, usable } = subnet;
      const clusters = clustersAlone(estate, subnet);
      if (available === null || usable === null || clusters.length === 0) return [];
      return available / usable < SHARE_LEFT ? [lone(estate, subnet, clusters, available, usable)] : [];
    }),
};

/** The clusters whose nodes have this subnet and no other in its zone. */
const clustersAlone = (estate: Estate, subnet: SubnetAssessment): readonly string[] =>
  estate.input.clusters
    .filter(({ nodeSubnetIds }) => nodeSubnetIds.includes(subnet.subnetId))
    .filter(({ nodeSubnetIds }) =>
      estate.siblingsOf(subnet).every(({ subnetId }) => !nodeSubnetIds.includes(subnetId)),
    )
    .map(({ clusterName }) => clusterName);

const lone = (
  estate: Estate,
  subnet: SubnetAssessment,
  clusters: readonly string[],
  available: number,
  usable: number,
) => {
  const { availabilityZone } = subnet;
  const share = available / usable;
  const names = clusters.join(', ');
  const unused = estate.siblingsOf(subnet).filter((other) => (other.available ?? 0) > available);
  return finding(KIND, share < SHARE_FOR_WARNING ? 'warning' : 'info', estate.subnetSubject(subnet), {
    title: `${nameAndId(subnet.name, subnet.subnetId)} is the only subnet of ${names} in ${availabilityZone}`,
    explanation: `${count(available, 'address', 'addresses')} ${available === 1 ? 'is' : 'are'} left (${percent(share)}), and there is no second subnet in ${availabilityZone} for the nodes of ${names} to go to. ${unused.length === 0 ? 'The VPC has none with more room there, either.' : `The VPC has ${unused.map((other) => nameAndId(other.name, other.subnetId)).join(', ')} there with more room.`}`,
    evidence: [
      { name: 'available', value: available, unit: 'addresses' },
      { name: 'usable', value: usable, unit: 'addresses' },
      { name: 'otherSubnetsInZone', value: unused.length, unit: 'subnets' },
    ],
    remedies: () => remediesForAddresses(estate, subnet),
    owners: subnet.owners,
  });
};
