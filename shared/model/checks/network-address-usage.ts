import { number, percent } from '../base/text/numbers.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { NETWORK_ADDRESS_USAGE_QUOTA } from '../subnet/network-address-usage.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { raiseQuota } from './remedies/vpc-remedies.ts';

const USAGE_QUOTA_CODE = 'L-BB24F6E5';
/** AWS raises the quota to this at most. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const USAGE_MAXIMUM = 256_000;
const USAGE_WARNING = 0.8;
const USAGE_CRITICAL = 0.95;

export const networkAddressUsage: Check = {
  kind: 'network-address-usage',
  label: 'Network address usage near its quota',
  summary: 'network address usage near its quota',
  clear: (figure) => usageText(figure('networkAddressUsage')),
  about: 'each VPC of the account',
  condition: `A VPC uses ${percent(USAGE_WARNING)} of its ${number(NETWORK_ADDRESS_USAGE_QUOTA)} units: warning; ${percent(USAGE_CRITICAL)}: critical.`,
  unknown: 'Some of its subnets could not be measured.',
  impact:
    'Every address and every prefix is a unit. At the quota AWS refuses new ones anywhere in the VPC, however many addresses its subnets have.',
  settings: 'findings',
  find: ({ estate }) => estate.ownVpcs.map((vpc) => result(estate, vpc)),
};

const usageText = (units: number | null): string =>
  units === null
    ? 'far from its quota of network address usage'
    : `${percent(units / NETWORK_ADDRESS_USAGE_QUOTA)} of its network address usage quota is in use`;

const result = (estate: Estate, vpc: VpcAssessment): CheckResult => {
  const subject = estate.vpcSubject(vpc);
  const units = vpc.networkAddressUsage;
  if (units === null) return notMeasured(subject, 'Some of its subnets could not be measured.');
  const share = units / NETWORK_ADDRESS_USAGE_QUOTA;
  const evidence = [
    { name: 'networkAddressUsage', value: units, unit: 'units' },
    { name: 'quota', value: NETWORK_ADDRESS_USAGE_QUOTA, unit: 'units' },
  ];
  if (share < USAGE_WARNING) return healthy(subject, evidence);
  return found(subject, share >= USAGE_CRITICAL ? 'critical' : 'warning', evidence, () => ({
    title: `${resourceName(subject)}: ${percent(share)} of its network address usage quota is in use`,
    explanation: `${number(units)} of ${number(NETWORK_ADDRESS_USAGE_QUOTA)} units are in use, unless the quota was raised. A prefix is one unit; sixteen single addresses are sixteen.`,
    remedies: () =>
      ranked(
        raiseQuota(
          {
            service: 'vpc',
            code: USAGE_QUOTA_CODE,
            name: 'Network Address Usage',
            used: units,
            to: Math.min(USAGE_MAXIMUM, NETWORK_ADDRESS_USAGE_QUOTA * 2),
            maximum: USAGE_MAXIMUM,
          },
          vpc.region,
        ),
      ),
  }));
};
