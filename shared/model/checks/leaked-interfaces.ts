import { elementAt } from '../base/element-at.ts';
import { listOf } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { LEAK_RULES, LEAKED_AFTER_MINUTES } from '../owners/leak-origins.ts';
import type { LeakedInterface, SubnetAssessment } from '../result/assessment.ts';
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
  summary: 'leaked interfaces',
  clear: () => 'no leaked interface is left',
  about: 'each subnet',
  condition: `A subnet holds interfaces that have been attached to nothing for long. Long is ${LEAKED_AFTER_MINUTES} minutes for the VPC CNI and launch templates, 30 minutes for Cilium, a day for Lambda. Warning when they hold 5 % of the subnet, or more than it has left; else information.`,
  unknown: 'The interfaces could not be listed, or another account owns the subnet.',
  impact:
    'They hold addresses that nothing uses. The controllers that made them sweep within the hour. Older ones stay: their cluster is gone or has no nodes, or their launch template keeps interfaces when nodes end.',
  settings: 'findings',
  restsOn: ['interfaces', 'instances'],
  find: ({ estate }) => estate.input.subnets.map((subnet) => result(estate, subnet)),
};

const result = (estate: Estate, subnet: SubnetAssessment): CheckResult => {
  const subject = estate.subnetSubject(subnet);
  const here = estate.input.leakedInterfaces.filter(
    ({ leaked, subnetId }) => leaked && subnetId === subnet.subnetId,
  );
  if (here.length === 0) {
    return subnet.leakedInterfaces === null
      ? notMeasured(
          subject,
          subnet.ownerId === null
            ? 'The interfaces could not be listed.'
            : 'Another account owns the subnet, and sees all interfaces in it.',
        )
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
  const origins = originsOf(here);
  const onlyCni = origins.length === 1 && origins[0]?.origin === 'vpc-cni';
  const byOrigin = onlyCni
    ? []
    : origins.map(({ origin, held }) => ({ name: `leaked-${origin}`, value: held, unit: 'interfaces' }));
  const one = here.length === 1;
  const onlyOneOrigin = origins.length === 1;
  return found(subject, isHeavy ? 'warning' : 'info', [...evidence, ...byOrigin], () => ({
    title: `${resourceName(subject)}: ${count(here.length, 'leaked interface')} ${one ? 'holds' : 'hold'} ${count(addresses, 'address')}`,
    explanation: `${one ? 'It was' : 'They were'} created by ${listOf(origins.map(({ label, held }) => (onlyOneOrigin ? label : `${label} (${held})`)))}, and ${one ? 'is' : 'are'} attached to nothing. ${one ? 'It stays until you delete it' : 'They stay until you delete them'}.${hint(origins)}`,
    remedies: () => ranked(deleteLeaked(estate, here, subnet.region)),
  }));
};

/** How many each maker left, in the order of the rules. */
const originsOf = (leaked: readonly LeakedInterface[]) =>
  LEAK_RULES.map(({ origin, label }) => ({
    origin,
    label,
    held: leaked.filter((each) => (each.origin ?? 'vpc-cni') === origin).length,
  })).filter(({ held }) => held > 0);

const hint = (origins: ReturnType<typeof originsOf>): string =>
  origins.some(({ origin }) => origin === 'launch-template')
    ? ' Set `DeleteOnTermination` to true in the launch template, or every node that ends leaves one more.'
    : '';
