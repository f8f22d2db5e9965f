import { nameAndId } from '../base/text/names.ts';
import { count, number, percent } from '../base/text/numbers.ts';
import { freeRange } from '../net/free-ranges.ts';
import type { VpcAssessment } from '../result/assessment.ts';
import { NETWORK_ADDRESS_USAGE_QUOTA } from '../subnet/network-address-usage.ts';
import { type Estate, type FindingRule, finding } from './estate.ts';
import { ranked } from './remedies/ranked.ts';
import {
  addSecondaryCidr,
  raiseCidrBlockQuota,
  raiseVpcQuota,
  VPC_CIDR_BLOCKS_QUOTA,
} from './remedies/vpc-remedies.ts';

/** The subnet for which the VPC's ranges should still have room: a /24 is a common one. */
const USUAL_SUBNET = 24;

const BLOCKS_KIND = 'vpc-cidr-limit';

export const vpcCidrLimit: FindingRule = {
  kind: BLOCKS_KIND,
  label: 'VPC at its limit of ranges',
  appears: `A VPC has ${VPC_CIDR_BLOCKS_QUOTA} IPv4 ranges or more, the default quota. Warning when its ranges have no room for another /${USUAL_SUBNET}, either; else information.`,
  why: 'The way out of a full VPC is another range. At the quota AWS refuses it, and a raise takes days: ask before you need it.',
  find: (estate) =>
    estate.ownVpcs.flatMap((vpc) => {
      if (vpc.cidrBlocks.length < VPC_CIDR_BLOCKS_QUOTA) return [];
      const taken = estate.rangesTaken(vpc.vpcId);
      const room = freeRange(vpc.cidrBlocks, taken, USUAL_SUBNET);
      return [
        finding(BLOCKS_KIND, room === null ? 'warning' : 'info', estate.vpcSubject(vpc), {
          title: `${nameAndId(vpc.name, vpc.vpcId)} has ${count(vpc.cidrBlocks.length, 'range')}, the quota's ${VPC_CIDR_BLOCKS_QUOTA}`,
          explanation: `A VPC takes ${VPC_CIDR_BLOCKS_QUOTA} IPv4 ranges unless the quota was raised, so that another one would be refused. ${room === null ? `There is no room for another /${USUAL_SUBNET} in the ranges it has.` : `${room} is still unused in the ranges it has.`}`,
          evidence: [
            { name: 'ranges', value: vpc.cidrBlocks.length, unit: 'ranges' },
            { name: 'quota', value: VPC_CIDR_BLOCKS_QUOTA, unit: 'ranges' },
            { name: 'unusedRange', value: room },
            { name: 'available', value: vpc.available, unit: 'addresses' },
          ],
          remedies: () => ranked(raiseCidrBlockQuota(vpc), addSecondaryCidr(estate, vpc)),
        }),
      ];
    }),
};

const USAGE_KIND = 'network-address-usage';
const USAGE_QUOTA_CODE = 'L-BB24F6E5';
/** AWS raises the quota to this at most. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
const USAGE_MAXIMUM = 256_000;
const USAGE_WARNING = 0.8;
const USAGE_CRITICAL = 0.95;

export const networkAddressUsage: FindingRule = {
  kind: USAGE_KIND,
  label: 'Network address usage near its quota',
  appears: `A VPC uses ${percent(USAGE_WARNING)} of its ${number(NETWORK_ADDRESS_USAGE_QUOTA)} units: warning; ${percent(USAGE_CRITICAL)}: critical.`,
  why: 'Every address and every prefix is a unit. At the quota AWS refuses new ones anywhere in the VPC, however many addresses its subnets have.',
  find: (estate) =>
    estate.ownVpcs.flatMap((vpc) => {
      const units = vpc.networkAddressUsage;
      if (units === null || units < NETWORK_ADDRESS_USAGE_QUOTA * USAGE_WARNING) return [];
      return [usage(estate, vpc, units)];
    }),
};

const usage = (estate: Estate, vpc: VpcAssessment, units: number) => {
  const share = units / NETWORK_ADDRESS_USAGE_QUOTA;
  return finding(USAGE_KIND, share >= USAGE_CRITICAL ? 'critical' : 'warning', estate.vpcSubject(vpc), {
    title: `${nameAndId(vpc.name, vpc.vpcId)} uses ${percent(share)} of its network address quota`,
    explanation: `${number(units)} of ${number(NETWORK_ADDRESS_USAGE_QUOTA)} units are in use, unless the quota was raised. A prefix is one unit where sixteen addresses are sixteen.`,
    evidence: [
      { name: 'networkAddressUsage', value: units, unit: 'units' },
      { name: 'quota', value: NETWORK_ADDRESS_USAGE_QUOTA, unit: 'units' },
    ],
    remedies: () =>
      ranked(
        raiseVpcQuota(
          {
            code: USAGE_QUOTA_CODE,
            name: 'Network Address Usage',
            used: units,
            to: Math.min(USAGE_MAXIMUM, NETWORK_ADDRESS_USAGE_QUOTA * 2),
            maximum: USAGE_MAXIMUM,
          },
          vpc.region,
        ),
      ),
  });
};
