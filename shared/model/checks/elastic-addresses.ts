import type { ElasticAddress } from '../aws/inventory.ts';
import { type AppliedQuota, appliedQuota, QUOTAS, quotaText } from '../aws/service-quotas.ts';
import { aws } from '../base/commands.ts';
import { count, number, verb } from '../base/text/numbers.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { raiseQuota } from './remedies/vpc-remedies.ts';

/** Commands shown; the rest are as the first ones. */
const RELEASED_AT_MOST = 20;

export const elasticAddresses: Check = {
  kind: 'elastic-addresses',
  label: 'Elastic IP addresses',
  summary: 'Elastic IP addresses near the quota or idle',
  clear: () => 'no Elastic IP address is idle, and the quota has room',
  about: 'each account in each Region',
  condition: `Warning when an account holds all Elastic IP addresses of its quota in a Region. Information when one is left, or when some are associated with nothing. Where Service Quotas could not be read, the default quota of ${QUOTAS.elasticAddresses.byDefault} counts, until an account holds more.`,
  unknown: 'Elastic IP addresses could not be listed: the role lacks ec2:DescribeAddresses.',
  impact:
    'A NAT gateway, a network load balancer with fixed addresses or a bastion needs one. At the quota AWS refuses another one. AWS charges for idle ones as well.',
  settings: 'findings',
  find: ({ estate }) => [result(estate)],
};

const isIdle = ({ associationId, networkInterfaceId, serviceManaged }: ElasticAddress): boolean =>
  associationId === null && networkInterfaceId === null && serviceManaged === null;

const result = (estate: Estate): CheckResult => {
  const subject = estate.targetSubject;
  const { elasticAddresses: held = null } = estate.input;
  if (held === null) return notMeasured(subject, 'Elastic IP addresses could not be listed.');
  const idle = held.filter(isIdle);
  const quota = appliedQuota(estate.input.quotas, QUOTAS.elasticAddresses);
  const left = quota.value - held.length;
  const evidence = [
    { name: 'held', value: held.length, unit: 'addresses' },
    { name: 'idle', value: idle.length, unit: 'addresses' },
    { name: quota.isDefault ? 'defaultQuota' : 'quota', value: quota.value, unit: 'addresses' },
  ];
  // More than the default is no shortage: it shows that the quota was raised.
  const isNear = left <= 1 && (left >= 0 || !quota.isDefault);
  if (!isNear && idle.length === 0) return healthy(subject, evidence);
  return found(subject, isNear && left <= 0 ? 'warning' : 'info', evidence, () => ({
    title: isNear
      ? `${subject.id}: ${left <= 0 ? 'no' : left} Elastic IP address left in ${quotaText(quota, number)}`
      : `${subject.id}: ${count(idle.length, 'Elastic IP address', 'Elastic IP addresses')} associated with nothing`,
    explanation: `${leftText(quota, held.length)} ${idleText(idle.length, held.length)}`,
    remedies: () =>
      ranked(
        release(idle, subject.region),
        isNear ? raiseQuota(higher(quota, held.length), subject.region) : null,
      ),
  }));
};

const leftText = (quota: AppliedQuota, held: number): string => {
  const left = quota.value - held;
  if (left < 0 && quota.isDefault) {
    return `The account holds ${number(held)}, so its quota was raised. How much is left is not known.`;
  }
  const outcome = left <= 0 ? 'AWS refuses another one.' : `${number(left)} more can be allocated.`;
  return quota.isDefault ? `Unless the quota was raised, ${outcome}` : outcome;
};

const idleText = (idle: number, held: number): string =>
  idle === 0
    ? 'All of them are in use.'
    : `${idle} of ${count(held, 'address', 'addresses')} ${verb(idle, 'is')} associated with nothing, and AWS charges for ${idle === 1 ? 'it' : 'them'}.`;

const higher = (applied: AppliedQuota, used: number) => ({
  ...QUOTAS.elasticAddresses,
  used,
  to: 2 * Math.max(applied.value, used),
  maximum: null,
  applied,
});

const release = (idle: readonly ElasticAddress[], region: string): Remedy | null =>
  idle.length === 0
    ? null
    : {
        title: `Release ${count(idle.length, 'idle Elastic IP address', 'idle Elastic IP addresses')}`,
        effect: 'They no longer count against the quota, and cost nothing more.',
        price: 'Free. The addresses go back to AWS and cannot be had again.',
        when: 'Right when they are not kept for later, for example in a list of allowed addresses.',
        commands: idle
          .slice(0, RELEASED_AT_MOST)
          .map(({ allocationId }) =>
            aws('ec2', 'release-address', region, { 'allocation-id': allocationId }),
          ),
        preconditions: [
          { text: 'They are associated with nothing.', holds: true },
          { text: 'No firewall of a partner has these addresses on its allow list.', holds: null },
        ],
      };
