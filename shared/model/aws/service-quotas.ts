import type { ServiceQuota } from './inventory.ts';

/** A quota that Headroom compares with what is used. */
export interface KnownQuota {
  readonly service: 'ec2' | 'vpc';
  readonly code: string;
  readonly name: string;
  /** What an account has that never asked for more. */
  readonly byDefault: number;
}

/** Source: https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html and the EC2 user guide, Elastic IP addresses. */
export const QUOTAS = {
  cidrBlocks: { service: 'vpc', code: 'L-83CA0A9D', name: 'IPv4 CIDR blocks per VPC', byDefault: 5 },
  elasticAddresses: { service: 'ec2', code: 'L-0263D0A3', name: 'EC2-VPC Elastic IPs', byDefault: 5 },
  networkAddressUsage: {
    service: 'vpc',
    code: 'L-BB24F6E5',
    name: 'Network Address Usage',
    byDefault: 64_000,
  },
  interfaces: { service: 'vpc', code: 'L-DF5E4CA3', name: 'Network interfaces per Region', byDefault: 5_000 },
} as const satisfies Readonly<Record<string, KnownQuota>>;

/** A quota of an account in a Region. */
export interface AppliedQuota {
  readonly value: number;
  /** True where Service Quotas was not read, or does not list it: the value is AWS's default. */
  readonly isDefault: boolean;
}

/** @param quotas what Service Quotas lists; `null` or left out: it was not read */
export const appliedQuota = (
  quotas: readonly ServiceQuota[] | null | undefined,
  { service, code, byDefault }: KnownQuota,
): AppliedQuota => {
  const listed = quotas?.find((quota) => quota.service === service && quota.code === code);
  return listed === undefined
    ? { value: byDefault, isDefault: true }
    : { value: listed.value, isDefault: false };
};

/** `the quota of 40`, `the default quota of 5`. */
export const quotaText = ({ value, isDefault }: AppliedQuota, format: (value: number) => string): string =>
  `the ${isDefault ? 'default ' : ''}quota of ${format(value)}`;

/** How many requests EC2 serves: so many at once, and then so many a second. */
export interface RequestRate {
  readonly capacity: number;
  readonly perSecond: number;
}

/** Each action of EC2 has two quotas of its own. Source: EC2 developer guide, request throttling, "View your current API limits". */
const BUCKET = /^(\w{1,100}) request bucket (maximum capacity|refill rate)$/i;

/** The request buckets of the account, by the names of the actions, as far as both figures of one are listed. */
export const requestRates = (quotas: readonly ServiceQuota[]): ReadonlyMap<string, RequestRate> => {
  const capacities = new Map<string, number>();
  const refills = new Map<string, number>();
  for (const { service, name, value } of quotas) {
    const [, action, figure] = (service === 'ec2' && BUCKET.exec(name)) || [];
    if (action === undefined || value <= 0) continue;
    (figure?.toLowerCase() === 'refill rate' ? refills : capacities).set(action, value);
  }
  return new Map(
    [...capacities].flatMap(([action, capacity]) => {
      const perSecond = refills.get(action);
      return perSecond === undefined ? [] : [[action, { capacity, perSecond }] as const];
    }),
  );
};

const isKnown = (quota: ServiceQuota): boolean =>
  Object.values(QUOTAS).some(({ service, code }) => quota.service === service && quota.code === code);

/** Whether it is one that Headroom uses: Service Quotas lists hundreds of EC2. */
export const isUsedQuota = (quota: ServiceQuota): boolean =>
  isKnown(quota) || (quota.service === 'ec2' && BUCKET.test(quota.name));
