import type { ElasticAddress } from '../aws/inventory.ts';
import { aws } from '../base/commands.ts';
import { count, verb } from '../base/text/numbers.ts';
import type { Remedy } from '../result/finding.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { raiseQuota } from './remedies/vpc-remedies.ts';

/** Elastic IP addresses of an account in a Region, by default. Source: EC2 user guide, Elastic IP addresses, quota. */
const DEFAULT_QUOTA = 5;
/** "EC2-VPC Elastic IPs" in Service Quotas. */
const QUOTA_CODE = 'L-0263D0A3';

/** Commands shown; the rest are as the first ones. */
const RELEASED_AT_MOST = 20;

export const elasticAddresses: Check = {
  kind: 'elastic-addresses',
  label: 'Elastic IP addresses',
  summary: 'Elastic IP addresses near the quota or idle',
  clear: () => 'no Elastic IP address is idle, and the quota has room',
  about: 'each account in each Region',
  condition: `Warning when an account holds all ${DEFAULT_QUOTA} Elastic IP addresses of the default quota in a Region. Information when one is left, or when some are associated with nothing. An account with more than ${DEFAULT_QUOTA} has a quota of its own, which Headroom does not read.`,
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
  const left = DEFAULT_QUOTA - held.length;
  const evidence = [
    { name: 'held', value: held.length, unit: 'addresses' },
    { name: 'idle', value: idle.length, unit: 'addresses' },
    { name: 'defaultQuota', value: DEFAULT_QUOTA, unit: 'addresses' },
  ];
  const isNear = left === 0 || left === 1;
  if (!isNear && idle.length === 0) return healthy(subject, evidence);
  return found(subject, left === 0 ? 'warning' : 'info', evidence, () => ({
    title: isNear
      ? `${subject.id}: ${left === 0 ? 'no' : left} Elastic IP address left in the default quota of ${DEFAULT_QUOTA}`
      : `${subject.id}: ${count(idle.length, 'Elastic IP address', 'Elastic IP addresses')} associated with nothing`,
    explanation: `${left < 0 ? `The account holds ${held.length}, so its quota was raised. How much is left is not known.` : `Unless the quota was raised, ${left === 0 ? 'AWS refuses another one.' : `${left} more can be allocated.`}`} ${idle.length === 0 ? 'All of them are in use.' : `${idle.length} of ${count(held.length, 'address', 'addresses')} ${verb(idle.length, 'is')} associated with nothing, and AWS charges for ${idle.length === 1 ? 'it' : 'them'}.`}`,
    remedies: () =>
      ranked(release(idle, subject.region), isNear ? raiseQuota(quota(held.length), subject.region) : null),
  }));
};

const quota = (used: number) => ({
  service: 'ec2',
  code: QUOTA_CODE,
  name: 'EC2-VPC Elastic IPs',
  used,
  to: DEFAULT_QUOTA * 2,
  maximum: null,
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
          { text: 'No partner allows traffic by these addresses.', holds: null },
        ],
      };
