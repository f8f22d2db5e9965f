import { appliedQuota, QUOTAS, quotaText } from '../aws/service-quotas.ts';
import { number } from '../base/text/numbers.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { raiseQuota } from './remedies/vpc-remedies.ts';

/** A raise takes days, and a rollout takes a tenth of a fleet's interfaces more for a while. */
const NEAR = 0.9;

export const interfaceQuota: Check = {
  kind: 'interface-quota',
  label: 'Network interfaces near the quota',
  summary: 'network interfaces near the quota',
  clear: () => 'the quota of network interfaces has room',
  about: 'each account in each Region',
  condition: `The scanned VPCs hold ${NEAR * 100} % of the network interfaces that the account may have in the Region. Warning; critical when they hold all of them. Where Service Quotas could not be read, the default quota of ${number(QUOTAS.interfaces.byDefault)} counts.`,
  unknown:
    'The interfaces of some subnets could not be listed, or there are more than the default quota, and Service Quotas could not be read.',
  impact:
    'At the quota EC2 refuses every new interface with NetworkInterfaceLimitExceeded. No node, Lambda function, load balancer or pod with an interface of its own starts, however many addresses are free.',
  settings: 'findings',
  restsOn: ['interfaces'],
  find: ({ estate }) => [result(estate)],
};

/** Interfaces of the account itself: those of participants in its subnets count for the participants. */
const interfacesIn = (estate: Estate): number | null => {
  let sum = 0;
  for (const { owners } of estate.input.subnets) {
    if (owners === null) return null;
    for (const { interfaces, kind } of owners) if (kind !== 'other-account') sum += interfaces;
  }
  return sum;
};

const RAISED = 'There are more than the default quota allows, and the quota that applies could not be read.';

const result = (estate: Estate): CheckResult => {
  const subject = estate.targetSubject;
  const interfaces = interfacesIn(estate);
  if (interfaces === null) return notMeasured(subject, 'The interfaces of some subnets could not be listed.');
  const quota = appliedQuota(estate.input.quotas, QUOTAS.interfaces);
  const evidence = [
    { name: 'interfaces', value: interfaces, unit: 'interfaces' },
    { name: quota.isDefault ? 'defaultQuota' : 'quota', value: quota.value, unit: 'interfaces' },
  ];
  const left = quota.value - interfaces;
  // More than the default shows that the quota was raised.
  const isRaised = quota.isDefault && left < 0;
  if (isRaised) return notMeasured(subject, RAISED);
  if (interfaces < quota.value * NEAR) return healthy(subject, evidence);
  return found(subject, left <= 0 ? 'critical' : 'warning', evidence, () => ({
    title: `${subject.id}: ${number(interfaces)} network interfaces, ${left <= 0 ? 'none' : number(left)} left in ${quotaText(quota, number)}`,
    explanation: `${quota.isDefault ? 'Unless the quota was raised, EC2' : 'EC2'} ${left <= 0 ? 'refuses every new one' : 'refuses new ones at the quota'} with NetworkInterfaceLimitExceeded. Free addresses in subnets do not help.`,
    remedies: () =>
      ranked(
        raiseQuota(
          { ...QUOTAS.interfaces, used: interfaces, to: 2 * quota.value, maximum: null, applied: quota },
          subject.region,
        ),
      ),
  }));
};
