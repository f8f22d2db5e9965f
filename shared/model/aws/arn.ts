import type { Target } from './inventory.ts';

/** An ARN in its parts. AWS General Reference, "Amazon Resource Names": `arn:partition:service:region:account-id:resource`. */
export interface Arn {
  /** `aws`, `aws-cn`, `aws-us-gov`, ... */
  readonly partition: string;
  readonly service: string;
  /** Empty for a global service such as IAM. */
  readonly region: string;
  /** Empty where the resource belongs to no account. */
  readonly accountId: string;
  /** All of the rest, its colons included: `role/path/Name`, `function:headroom`. */
  readonly resource: string;
}

const PARTS = /^arn:([\w-]{1,40}):([\w-]{1,64}):([\w-]{0,40}):(\d{12}|):(.{1,2048})$/;

/** The parts of an ARN; `null` when it is none. */
export const parseArn = (text: string): Arn | null => {
  const [, partition, service, region, accountId, resource] = PARTS.exec(text) ?? [];
  return partition === undefined ||
    service === undefined ||
    region === undefined ||
    accountId === undefined ||
    resource === undefined
    ? null
    : { partition, service, region, accountId, resource };
};

/** The account and Region that a resource is in. Where the ARN does not say, or is none, they are `unknown`. */
export const targetOfArn = (text: string): Target => {
  const arn = parseArn(text);
  return { accountId: arn?.accountId || 'unknown', region: arn?.region || 'unknown' };
};

/** IAM: a role's name, with its path, has at most 512 + 64 characters of these. */
const ROLE = /^role\/[\w+=,.@/-]{1,576}$/;

/** The account that a role's ARN names; `null` when it is not the ARN of a role. */
export const accountOfRole = (roleArn: string): string | null => {
  const arn = parseArn(roleArn);
  if (arn === null || !arn.partition.startsWith('aws') || arn.service !== 'iam' || arn.region !== '')
    return null;
  return ROLE.test(arn.resource) && arn.accountId !== '' ? arn.accountId : null;
};
