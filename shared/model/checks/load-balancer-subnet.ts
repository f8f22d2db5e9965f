import { nameAndId } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { parseCidr } from '../net/cidr.ts';
import { type FindingRule, finding } from './estate.ts';
import { deleteLeakedIn } from './remedies/cluster-remedies.ts';
import { ranked } from './remedies/ranked.ts';
import { addSubnet, LOAD_BALANCER_SUBNET, listHolders } from './remedies/subnet-remedies.ts';

const KIND = 'load-balancer-subnet';

/** Elastic Load Balancing wants eight free addresses in each of its subnets, to scale and to replace nodes. */
const ADDRESSES_NEEDED = 8;

export const loadBalancerSubnet: FindingRule = {
  kind: KIND,
  label: 'Load balancer subnet nearly full',
  appears: `A subnet with a load balancer has fewer than ${ADDRESSES_NEEDED} free addresses. Critical when it has none; else warning.`,
  why: 'A load balancer grows into its subnets under load, and replaces its own nodes there. Without addresses it stays small, and a deployment that adds one fails.',
  find: (estate) =>
    estate.input.subnets.flatMap((subnet) => {
      const available = subnet.availableSingle;
      const balancers = subnet.owners?.filter(({ kind }) => kind === 'load-balancer') ?? [];
      if (available === null || available >= ADDRESSES_NEEDED || balancers.length === 0) return [];
      const names = balancers.map(({ name }) => name ?? 'unnamed').join(', ');
      const length = parseCidr(subnet.cidrBlock ?? '')?.length ?? 0;
      return [
        finding(KIND, available === 0 ? 'critical' : 'warning', estate.subnetSubject(subnet), {
          title: `${nameAndId(subnet.name, subnet.subnetId)} has ${count(available, 'address', 'addresses')} left for its load balancers`,
          explanation: `Elastic Load Balancing wants ${ADDRESSES_NEEDED} free addresses in each of its subnets; ${available} ${available === 1 ? 'is' : 'are'} left. Affected: ${names}.${length > LOAD_BALANCER_SUBNET ? ` The subnet is a /${length}; a /${LOAD_BALANCER_SUBNET} is the least that AWS recommends.` : ''}`,
          evidence: [
            { name: 'availableSingle', value: available, unit: 'addresses' },
            { name: 'needed', value: ADDRESSES_NEEDED, unit: 'addresses' },
            { name: 'loadBalancers', value: balancers.length, unit: 'load balancers' },
            { name: 'cidrBlock', value: subnet.cidrBlock },
          ],
          remedies: () =>
            ranked(
              deleteLeakedIn(estate, subnet),
              addSubnet(estate, subnet, 'load-balancer'),
              listHolders(subnet),
            ),
          owners: subnet.owners,
        }),
      ];
    }),
};
