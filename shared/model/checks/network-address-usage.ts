import { appliedQuota, QUOTAS } from '../aws/service-quotas.ts';
import { number, percent } from '../base/text/numbers.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import { raiseQuota } from './remedies/vpc-remedies.ts';

/** AWS raises the quota to this at most. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const USAGE_MAXIMUM = 256_000;
const USAGE_WARNING = 0.8;
const USAGE_CRITICAL = 0.95;

export const networkAddressUsage: Check = {
  kind: 'network-address-usage',
  label: 'Network address usage near its quota',
  summary: 'network address usage near its quota',
  clear: (figure) => usageText(figure('networkAddressUsage'), figure('quota')),
  about: 'each VPC of the account',
  condition: `A VPC uses ${percent(USAGE_WARNING)} of the units of its quota: warning; ${percent(USAGE_CRITICAL)}: critical. Where Service Quotas could not be read, the default of ${number(QUOTAS.networkAddressUsage.byDefault)} counts.`,
  unknown: 'Some of its subnets could not be measured.',
  impact:
    'At the quota AWS refuses new addresses anywhere in the VPC with NetworkAddressUsageLimitExceeded, however many its subnets have. Each address and each prefix is a unit. AWS counts more for load balancers, endpoints and some others, so the true figure may be higher.',
  settings: 'findings',
  find: ({ estate }) => estate.ownVpcs.map((vpc) => result(estate, vpc)),
};

const usageText = (units: number | null, quota: number | null): string =>
  units === null || quota === null || quota <= 0
    ? 'far from its quota of network address usage'
    : `${percent(units / quota)} of its network address usage quota is in use`;

const result = (estate: Estate, vpc: VpcAssessment): CheckResult => {
  const subject = estate.vpcSubject(vpc);
  const units = vpc.networkAddressUsage;
  if (units === null) return notMeasured(subject, 'Some of its subnets could not be measured.');
  const quota = appliedQuota(estate.input.quotas, QUOTAS.networkAddressUsage);
  const share = units / quota.value;
  const evidence = [
    { name: 'networkAddressUsage', value: units, unit: 'units' },
    { name: 'quota', value: quota.value, unit: 'units' },
  ];
  if (share < USAGE_WARNING) return healthy(subject, evidence);
  return found(subject, share >= USAGE_CRITICAL ? 'critical' : 'warning', evidence, () => ({
    title: `${resourceName(subject)}: ${percent(share)} of its network address usage quota is in use`,
    explanation: `${number(units)} of ${number(quota.value)} units are in use.${quota.isDefault ? ' That is the default quota: yours is higher if it was raised.' : ''} A prefix is one unit; sixteen single addresses are sixteen. AWS counts more for load balancers, endpoints and some others.`,
    remedies: () =>
      ranked(
        raiseQuota(
          {
            ...QUOTAS.networkAddressUsage,
            used: units,
            to: Math.min(USAGE_MAXIMUM, quota.value * 2),
            maximum: USAGE_MAXIMUM,
            applied: quota,
          },
          vpc.region,
        ),
      ),
  }));
};
