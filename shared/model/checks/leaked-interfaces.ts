import { elementAt } from '../base/element-at.ts';
import { nameAndId } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { LEAKED_AFTER_MINUTES } from '../owners/leaks.ts';
import { type FindingRule, finding } from './estate.ts';
import { deleteLeaked } from './remedies/cluster-remedies.ts';
import { ranked } from './remedies/ranked.ts';

const KIND = 'leaked-interfaces';

/** Leaks that hold this share of a subnet, or more than it has left, are worth somebody's morning. */
const WARNING_SHARE = 0.05;

export const leakedInterfaces: FindingRule = {
  kind: KIND,
  label: 'Leaked interfaces',
  appears: `A subnet holds interfaces of the VPC CNI that have been attached to nothing for more than ${LEAKED_AFTER_MINUTES} minutes. Warning when they hold 5 % of the subnet, or more than it has left; else information.`,
  why: 'The CNI sweeps hourly and the VPC resource controller every half hour; what is older, nobody will clean up: the cluster is gone, has no nodes left, or its CNI does not know its name.',
  find: (estate) => {
    const leaked = estate.input.leakedInterfaces.filter((sighting) => sighting.leaked);
    const subnetIds = [...new Set(leaked.map(({ subnetId }) => subnetId))];
    return estate.subnetsIn(subnetIds).map((subnet) => {
      const here = leaked.filter(({ subnetId }) => subnetId === subnet.subnetId);
      const addresses = here.reduce((sum, each) => sum + each.addresses, 0);
      const oldest = elementAt(here.map(({ firstSeenAt }) => firstSeenAt).sort(), 0);
      const isHeavy =
        addresses >= (subnet.usable ?? Number.POSITIVE_INFINITY) * WARNING_SHARE ||
        addresses > (subnet.available ?? Number.POSITIVE_INFINITY);
      return finding(KIND, isHeavy ? 'warning' : 'info', estate.subnetSubject(subnet), {
        title: `${count(here.length, 'leaked interface')} in ${nameAndId(subnet.name, subnet.subnetId)}`,
        explanation: `${count(here.length, 'interface')} of the VPC CNI ${here.length === 1 ? 'is' : 'are'} attached to nothing and hold${here.length === 1 ? 's' : ''} ${count(addresses, 'address', 'addresses')}. The CNI's own sweeps would have taken them within ${LEAKED_AFTER_MINUTES} minutes, so nobody will.`,
        evidence: [
          { name: 'leakedInterfaces', value: here.length, unit: 'interfaces' },
          { name: 'leakedAddresses', value: addresses, unit: 'addresses' },
          { name: 'available', value: subnet.available, unit: 'addresses' },
          { name: 'oldestSeenAt', value: oldest },
        ],
        remedies: () => ranked(deleteLeaked(estate, here, subnet.region)),
      });
    });
  },
};
