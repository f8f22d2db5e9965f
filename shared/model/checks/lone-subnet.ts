import { listOf } from '../base/text/names.ts';
import { count, percent } from '../base/text/numbers.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { resourceName, subnetName } from '../result/resource-name.ts';
import { type AddressSupply, addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { isForOthers, isPodSubnet, rolesOf, type SubnetRole } from './remedies/cluster-subnets.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

/** With more than this share left, a subnet without a sibling is a choice, not a problem. */
const SHARE_LEFT = 0.5;
const SHARE_FOR_WARNING = 0.2;
const NAMES_SHOWN = 5;
/** Below it a share would be rounded to nothing. */
const LEAST_SHOWN = 0.01;

export const loneSubnet: Check = {
  kind: 'lone-subnet',
  label: 'Subnet without a sibling',
  summary: 'only one subnet in the zone',
  clear: () => 'half of it is free, or the zone has another subnet',
  about: "each subnet of a cluster's nodes or pods",
  condition:
    'The nodes of a cluster have only one subnet in a zone, and less than half of it is left. Under custom networking, the same of its pods. Warning below a fifth; else information.',
  unknown: 'How many addresses are left, or its zone, is not known.',
  impact:
    'When it is full, nodes and pods have no other subnet in the zone. Neither the CNI nor Karpenter nor an Auto Scaling group has a second choice.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) => estate.input.subnets.map((subnet) => result(estate, subnet)),
};

/** The clusters whose nodes, or pods, have this subnet and no other in its zone: `nodes` where it is both. */
const clustersAlone = (estate: Estate, subnet: SubnetAssessment): ReadonlyMap<string, SubnetRole> => {
  const siblings = estate.siblingsOf(subnet);
  return new Map(
    [...estate.clustersIn(subnet.subnetId)]
      .filter(({ nodeSubnetIds }) => nodeSubnetIds.includes(subnet.subnetId))
      .flatMap((cluster) => {
        const others = siblings
          .filter(({ subnetId }) => cluster.nodeSubnetIds.includes(subnetId))
          .flatMap((other) => rolesOf(cluster, other));
        const [role] = rolesOf(cluster, subnet).filter((each) => !others.includes(each));
        return role === undefined ? [] : [[cluster.clusterName, role]];
      }),
  );
};

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const clusters = clustersAlone(estate, subnet);
  if (clusters.size === 0) return healthy(subject);
  const { availabilityZone, outpostArn } = subnet;
  if (availabilityZone === null) return notMeasured(subject, 'Its zone is not known.');
  const place = outpostArn === null ? availabilityZone : `${availabilityZone} on its Outpost`;
  const supply = addressSupply(subnet);
  if (supply === null) return notMeasured(subject, 'How many addresses are left is not known.');
  const { available, usable } = supply;
  if (usable === 0) return healthy(subject);
  const share = available / usable;
  const unused = estate.siblingsOf(subnet).filter(
    (other) =>
      (addressSupply(other)?.available ?? 0) > available &&
      !isForOthers(estate, other) &&
      // Under custom networking those of pods are no second choice for nodes.
      estate.input.clusters.every(
        (cluster) => !clusters.has(cluster.clusterName) || !isPodSubnet(cluster, other),
      ),
  );
  const evidence = [
    { name: 'available', value: available, unit: 'addresses' },
    { name: 'usable', value: usable, unit: 'addresses' },
    { name: 'otherSubnetsInZone', value: unused.length, unit: 'subnets' },
  ];
  if (share >= SHARE_LEFT) return healthy(subject, evidence);
  return found(subject, share < SHARE_FOR_WARNING ? 'warning' : 'info', evidence, () => {
    const names = listOf([...clusters.keys()], NAMES_SHOWN);
    const forPods = [...clusters.values()].every((role) => role === 'pods');
    const others = unused.map(subnetName);
    return {
      title: `${resourceName(subject)}: the only subnet ${forPods ? 'for pods of' : 'of'} ${names} in ${place}, ${count(available, 'address')} left`,
      explanation: `${leftText(supply)}${forPods ? 'new pods' : 'nodes'} of ${names} cannot start in ${place}. ${others.length === 0 ? 'The VPC has no subnet with more room there.' : `The VPC has ${others.length === 1 ? 'a subnet' : 'subnets'} with more room there: ${listOf(others, NAMES_SHOWN)}.`}`,
      // While some are left, another subnet for pods keeps them for nodes.
      remedies: () =>
        remediesForAddresses(estate, subnet, undefined, forPods || available > 0 ? 'nodes' : 'node-starts'),
      owners: subnet.owners,
    };
  });
};

/** The beginning of a sentence. */
const leftText = ({ available, usable }: AddressSupply): string => {
  if (available === 0) return 'The subnet is full: ';
  const share = available / usable;
  return `${share < LEAST_SHOWN ? `Less than ${percent(LEAST_SHOWN)}` : percent(share)} of the subnet is left. When it is full, `;
};
