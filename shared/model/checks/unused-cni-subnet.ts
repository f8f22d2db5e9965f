import { listOf } from '../base/text/names.ts';
import { count, verb } from '../base/text/numbers.ts';
import { CNI_ROLE_TAG } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { resourceName, subnetName } from '../result/resource-name.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { CLUSTER_LISTINGS } from './listings.ts';
import { remediesForAddresses } from './remedies/subnet-remedies.ts';

/** Nodes whose subnet has less than this share left need the addresses. The same share as in `lone-subnet`. */
const SHARE_FOR_WARNING = 0.2;
const NAMES_SHOWN = 3;

export const unusedCniSubnet: Check = {
  kind: 'unused-cni-subnet',
  label: 'A subnet for pods that no node can use',
  summary: 'tagged for pods, and used by none',
  clear: () => 'nodes use it',
  about: 'each subnet with the tag kubernetes.io/role/cni=1',
  condition:
    'No node runs in the zone and VPC of the subnet, so no CNI takes addresses from it. Warning while a subnet of nodes in the VPC has less than a fifth left; else information.',
  unknown: 'The zone of the subnet, or the nodes, are not known.',
  impact:
    'The CNI takes addresses only in the zone of a node. The addresses of this subnet are of no use to pods.',
  settings: 'findings',
  restsOn: CLUSTER_LISTINGS,
  find: ({ estate }) =>
    estate.input.subnets.flatMap((subnet) =>
      subnet.tags[CNI_ROLE_TAG] === '1' ? [result(estate, subnet)] : [],
    ),
};

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const { clusters, instances } = estate.input;
  if (subnet.availabilityZone === null || instances === null) {
    return notMeasured(subject, 'The zone of the subnet, or the nodes, are not known.');
  }
  const inVpc = clusters.filter(({ vpcId }) => vpcId === subnet.vpcId);
  const nodes = inVpc
    .flatMap((cluster) => cluster.nodes)
    .filter(({ availabilityZone }) => availabilityZone === subnet.availabilityZone);
  const evidence = [{ name: 'nodesInItsZone', value: nodes.length, unit: 'nodes' }];
  if (nodes.length > 0) return healthy(subject, evidence);
  const short = shortSubnets(estate, new Set(inVpc.flatMap(({ nodeSubnetIds }) => nodeSubnetIds)));
  const [shortest] = short;
  return found(subject, shortest === undefined ? 'info' : 'warning', evidence, () => ({
    title: `${resourceName(subject)}: tagged for pods, but no node runs in ${subnet.availabilityZone}`,
    explanation: `The CNI takes addresses only in the zone of a node.${subnet.available === null ? '' : ` ${count(subnet.available, 'address')} of the subnet ${verb(subnet.available, 'is')} of no use to pods.`}${shortText(short)}`,
    remedies: () => (shortest === undefined ? [] : remediesForAddresses(estate, shortest.subnet)),
  }));
};

interface ShortSubnet {
  readonly subnet: SubnetAssessment;
  readonly available: number;
}

/** Subnets of nodes that need more addresses, those with the fewest left first. */
const shortSubnets = (estate: Estate, nodeSubnetIds: ReadonlySet<string>): readonly ShortSubnet[] =>
  estate
    .subnetsIn([...nodeSubnetIds])
    .flatMap((subnet) => {
      const supply = addressSupply(subnet);
      return supply !== null && supply.available < supply.usable * SHARE_FOR_WARNING
        ? [{ subnet, available: supply.available }]
        : [];
    })
    .toSorted((a, b) => a.available - b.available);

const shortText = (short: readonly ShortSubnet[]): string =>
  short.length === 0
    ? ''
    : ` They cannot help ${listOf(
        short.map(({ subnet, available }) => `${subnetName(subnet)} (${count(available, 'address')} left)`),
        NAMES_SHOWN,
      )}.`;
