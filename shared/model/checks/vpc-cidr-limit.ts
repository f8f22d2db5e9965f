import { QUOTAS } from '../aws/service-quotas.ts';
import { count } from '../base/text/numbers.ts';
import { freeRange } from '../net/free-ranges.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { resourceName } from '../result/resource-name.ts';
import { type Check, type CheckResult, found, healthy } from './check.ts';
import type { Estate } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import {
  addSecondaryCidr,
  blockQuota,
  isAtBlockQuota,
  raiseCidrBlockQuota,
} from './remedies/vpc-remedies.ts';

/** The subnet for which the VPC's ranges should still have room: a /24 is a common one. */
const USUAL_SUBNET = 24;

export const vpcCidrLimit: Check = {
  kind: 'vpc-cidr-limit',
  label: 'VPC at its limit of ranges',
  summary: 'at the limit of ranges',
  clear: () => 'fewer ranges than the quota, so that another one fits',
  about: 'each VPC of the account',
  condition: `A VPC has as many IPv4 ranges as the account's quota, or the default quota of ${QUOTAS.cidrBlocks.byDefault} where Service Quotas could not be read. Warning when its ranges have no room for another /${USUAL_SUBNET}, either; else information.`,
  unknown: 'Never.',
  impact:
    'The way out of a full VPC is another range. At the quota AWS refuses it, and a raise takes days: ask before you need it.',
  settings: 'findings',
  find: ({ estate }) => estate.ownVpcs.map((vpc) => result(estate, vpc)),
};

const result = (estate: Estate, vpc: VpcAssessment): CheckResult => {
  const subject = estate.vpcSubject(vpc);
  const { cidrBlocks } = vpc;
  const quota = blockQuota(estate);
  if (!isAtBlockQuota(estate, vpc)) return healthy(subject);
  const room = freeRange(cidrBlocks, estate.rangesTaken(vpc.vpcId), USUAL_SUBNET);
  const evidence = [
    { name: 'ranges', value: cidrBlocks.length, unit: 'ranges' },
    { name: 'quota', value: quota.value, unit: 'ranges' },
    { name: 'unusedRange', value: room },
    { name: 'available', value: vpc.available, unit: 'addresses' },
  ];
  return found(subject, room === null ? 'warning' : 'info', evidence, () => ({
    title: `${resourceName(subject)}: ${count(cidrBlocks.length, 'range')}, and the ${quota.isDefault ? 'default ' : ''}quota is ${quota.value}`,
    explanation: `${quota.isDefault ? 'Unless the quota was raised, AWS' : 'AWS'} refuses another range. ${room === null ? `There is no room for another /${USUAL_SUBNET} in the ranges that the VPC has.` : `${room} is still unused in the ranges that the VPC has.`}`,
    remedies: () => ranked(raiseCidrBlockQuota(estate, vpc), addSecondaryCidr(estate, vpc)),
  }));
};
