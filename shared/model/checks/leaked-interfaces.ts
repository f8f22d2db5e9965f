import { elementAt } from '../base/element-at.ts';
import { count } from '../base/text/numbers.ts';
import { LEAKED_AFTER_MINUTES } from '../owners/leaks.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { deleteLeaked } from './remedies/cluster-remedies.ts';
import { ranked } from './remedies/ranked.ts';

/** Leaks that hold this share of a subnet, or more than it has left, are worth a warning. */
const WARNING_SHARE = 0.05;

export const leakedInterfaces: Check = {
  kind: 'leaked-interfaces',
  label: 'Leaked interfaces',
  about: 'each subnet',
  condition: `A subnet holds interfaces of the VPC CNI that have been attached to nothing for more than ${LEAKED_AFTER_MINUTES} minutes. Warning when they hold 5 % of the subnet, or more than it has left; else information.`,
  unknown: 'The interfaces could not be listed.',
  impact:
    'They hold addresses that nothing uses. The CNI sweeps hourly and the VPC resource controller every half hour. Older ones stay, because their cluster is gone, has no nodes, or its CNI does not know its name.',
  settings: 'findings',
  find: ({ estate }) => estate.input.subnets.map((subnet) => result(estate, subnet)),
};

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const here = estate.input.leakedInterfaces.filter(
    ({ leaked, subnetId }) => leaked && subnetId === subnet.subnetId,
  );
  if (here.length === 0) {
    return subnet.leakedInterfaces === null
      ? notMeasured(subject, 'The interfaces could not be listed.')
      : healthy(subject);
  }
  const addresses = here.reduce((sum, each) => sum + each.addresses, 0);
  const oldest = elementAt(here.map(({ firstSeenAt }) => firstSeenAt).sort(), 0);
  const isHeavy =
    addresses >= (subnet.usable ?? Number.POSITIVE_INFINITY) * WARNING_SHARE ||
    addresses > (subnet.available ?? Number.POSITIVE_INFINITY);
  const evidence = [
    { name: 'leakedInterfaces', value: here.length, unit: 'interfaces' },
    { name: 'leakedAddresses', value: addresses, unit: 'addresses' },
    { name: 'available', value: subnet.available, unit: 'addresses' },
    { name: 'oldestSeenAt', value: oldest },
  ];
  const one = here.length === 1;
  return found(subject, isHeavy ? 'warning' : 'info', evidence, () => ({
    title: `${resourceName(subject)}: ${count(here.length, 'leaked interface')} ${one ? 'holds' : 'hold'} ${count(addresses, 'address')}`,
    explanation: `${one ? 'An interface' : `${here.length} interfaces`} of the VPC CNI ${one ? 'is' : 'are'} attached to nothing. The CNI's own sweeps would have deleted ${one ? 'it' : 'them'} within ${LEAKED_AFTER_MINUTES} minutes, so ${one ? 'it stays' : 'they stay'} until you delete ${one ? 'it' : 'them'}.`,
    remedies: () => ranked(deleteLeaked(estate, here, subnet.region)),
  }));
};
