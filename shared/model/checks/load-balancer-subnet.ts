import { listOf } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { parseCidr } from '../net/cidr.ts';
import { CLUSTER_TAG_PREFIX } from '../owners/cluster-membership.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { addressSupply } from '../subnet/address-supply.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { deleteLeakedIn } from './remedies/cluster-remedies.ts';
import { ranked } from './remedies/ranked.ts';
import { releaseReservation } from './remedies/reservations.ts';
import { addSubnet, LOAD_BALANCER_SUBNET, listHolders } from './remedies/subnet-remedies.ts';

/**
 * Elastic Load Balancing wants eight free addresses in each of its subnets, to scale and to replace nodes; without them it
 * refuses a new load balancer. Source: Elastic Load Balancing user guides, subnets of a load balancer.
 */
const ADDRESSES_NEEDED = 8;
const NAMES_SHOWN = 5;

/** The load balancer controller finds its subnets by these tags; it takes `1` and an empty value. Source: aws-load-balancer-controller, subnet discovery. */
const ROLE_TAGS = ['kubernetes.io/role/elb', 'kubernetes.io/role/internal-elb'];
const ROLE_VALUES = new Set(['', '1']);

export const loadBalancerSubnet: Check = {
  kind: 'load-balancer-subnet',
  label: 'Load balancer subnet nearly full',
  summary: 'load balancers cannot grow',
  clear: () => 'its load balancers have room to grow',
  about: 'each subnet with a load balancer, or tagged for load balancers of Kubernetes',
  condition: `A subnet with a load balancer, or tagged for one, has fewer than ${ADDRESSES_NEEDED} free addresses. A tagged subnet without a load balancer is no finding while another one of its zone has enough. Critical when it has none; else warning.`,
  unknown: 'The owners of the addresses, or the number of free ones, are unknown.',
  impact:
    'A load balancer grows into its subnets under load and replaces its own nodes there. Without addresses it stays small, and a deployment that adds one fails.',
  settings: 'findings',
  restsOn: ['interfaces', 'reservations'],
  isShortage: true,
  find: ({ estate }) => estate.input.subnets.map((subnet) => result(estate, subnet)),
};

/** It has no IPv4 addresses to run out of, and nothing of it is unknown. */
const isIpv6Only = ({ cidrBlock, usesPrefixes }: SubnetAssessment): boolean =>
  cidrBlock === null && usesPrefixes === false;

const rolesOf = ({ tags }: SubnetAssessment): readonly string[] =>
  ROLE_TAGS.filter((tag) => ROLE_VALUES.has(tags[tag] ?? 'none'));

/** Clusters that a subnet is kept to; none: it is open to all. */
const clustersOf = ({ tags }: SubnetAssessment): readonly string[] =>
  Object.keys(tags).filter((tag) => tag.startsWith(CLUSTER_TAG_PREFIX));

/**
 * Of several tagged subnets in a zone the controller takes one with enough free addresses
 * (github.com/kubernetes-sigs/aws-load-balancer-controller/pull/2146): a new load balancer goes to the other one.
 */
const hasAlternative = (estate: Estate, subnet: SubnetAssessment): boolean =>
  rolesOf(subnet).every((role) =>
    estate
      .subnetsOfVpc(subnet.vpcId)
      .some(
        (other) =>
          other.subnetId !== subnet.subnetId &&
          other.availabilityZone === subnet.availabilityZone &&
          rolesOf(other).includes(role) &&
          clustersOf(other).every((tag) => subnet.tags[tag] !== undefined) &&
          (addressSupply(other)?.available ?? 0) >= ADDRESSES_NEEDED,
      ),
  );

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const available = addressSupply(subnet)?.available ?? null;
  const tagged = rolesOf(subnet).length > 0;
  const { owners } = subnet;
  if (available === null && isIpv6Only(subnet)) return healthy(subject);
  if (available === null || (owners === null && !tagged)) {
    return notMeasured(subject, 'The owners of the addresses, or the number of free ones, are unknown.');
  }
  const balancers = owners?.filter(({ kind }) => kind === 'load-balancer') ?? [];
  if (available >= ADDRESSES_NEEDED || (balancers.length === 0 && !tagged)) return healthy(subject);
  if (balancers.length === 0 && hasAlternative(estate, subnet)) return healthy(subject);
  const evidence = [
    { name: 'availableSingle', value: available, unit: 'addresses' },
    { name: 'needed', value: ADDRESSES_NEEDED, unit: 'addresses' },
    { name: 'loadBalancers', value: balancers.length, unit: 'load balancers' },
    { name: 'cidrBlock', value: subnet.cidrBlock },
  ];
  return found(subject, available === 0 ? 'critical' : 'warning', evidence, () => {
    const names = balancers.map(({ name }) => name ?? 'unnamed');
    const length = parseCidr(subnet.cidrBlock ?? '')?.length ?? 0;
    const small =
      length > LOAD_BALANCER_SUBNET
        ? ` The subnet is a /${length}; a /${LOAD_BALANCER_SUBNET} is the smallest that AWS recommends.`
        : '';
    const left = available === 0 ? 'no address' : count(available, 'address');
    const affected =
      balancers.length === 0
        ? 'It has no load balancer yet, and the first one would be refused.'
        : `Affected: ${listOf(names, NAMES_SHOWN)}.`;
    return {
      title: `${resourceName(subject)}: ${left} left, ${balancers.length === 0 ? 'no load balancer can be made' : 'its load balancers cannot grow'}`,
      explanation: `Elastic Load Balancing needs ${ADDRESSES_NEEDED} free addresses in each of its subnets. ${affected}${small}`,
      remedies: () =>
        ranked(
          deleteLeakedIn(estate, subnet),
          releaseReservation(estate, subnet),
          addSubnet(estate, subnet, 'load-balancer'),
          listHolders(subnet),
        ),
      owners,
    };
  });
};
