import {
  ACCOUNT_ID,
  ANY_ID,
  ARN,
  IPV4_CIDR,
  IPV6_CIDR,
  idOf,
  REGION,
  type WordPattern,
  ZONE,
  ZONE_ID,
} from './word-patterns.ts';

/** What stands for an account or a Region that AWS has not named. */
const NOT_NAMED = 'unknown';

const withUnknown = ({ pattern, words }: WordPattern): WordPattern => ({
  pattern: new RegExp(`${pattern.source}|^${NOT_NAMED}$`),
  words: `${words}, or ${NOT_NAMED}`,
});

const RANGE: WordPattern = {
  pattern: new RegExp(`${IPV4_CIDR.pattern.source}|${IPV6_CIDR.pattern.source}`),
  words: 'a range, such as 10.0.0.0/24',
};

/**
 * The fields of our own documents, records and schemas that hold a word of AWS, and the form of the word. A field has the same
 * meaning wherever its name appears. A list has the form in each of its items.
 */
export const WORD_FIELDS: Readonly<Record<string, WordPattern>> = {
  accountId: withUnknown(ACCOUNT_ID),
  ownerId: ACCOUNT_ID,
  region: withUnknown(REGION),
  vpcId: idOf('vpc'),
  subnetId: idOf('subnet'),
  subnetIds: idOf('subnet'),
  nodeSubnetIds: idOf('subnet'),
  podSubnetIds: idOf('subnet'),
  networkInterfaceId: idOf('eni'),
  instanceId: ANY_ID,
  availabilityZone: ZONE,
  availabilityZoneId: ZONE_ID,
  fullZones: ZONE,
  lostZones: ZONE,
  zone: ZONE,
  zones: ZONE,
  outpostArn: ARN,
  roleArn: ARN,
  cidr: RANGE,
  cidrs: RANGE,
  ipamPoolId: idOf('ipam-pool'),
  cidrBlock: IPV4_CIDR,
  cidrBlocks: IPV4_CIDR,
  ipv6CidrBlocks: IPV6_CIDR,
  serviceIpv4Cidr: IPV4_CIDR,
  serviceIpv6Cidr: IPV6_CIDR,
};

/** A word that does not have its form. */
export interface WrongWord {
  /** Where it is: `subnets[2].vpcId`. */
  readonly path: string;
  /** Follows "must be". */
  readonly words: string;
}

/** The first word of a document, at any depth, that does not have the form of its field; `null`: all have. */
export const wrongWordIn = (value: unknown, path = ''): WrongWord | null => {
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      const wrong = wrongWordIn(item, `${path}[${index}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  for (const [name, field] of Object.entries(value)) {
    const at = path === '' ? name : `${path}.${name}`;
    const form = Object.hasOwn(WORD_FIELDS, name) ? WORD_FIELDS[name] : undefined;
    const wrong =
      form === undefined || HOLDS_TAGS.has(path.slice(path.lastIndexOf('.') + 1))
        ? wrongWordIn(field, at)
        : wrongField(field, at, form);
    if (wrong !== null) return wrong;
  }
  return null;
};

/** The keys in these are names that people chose. */
const HOLDS_TAGS = new Set(['tags']);

const wrongField = (field: unknown, at: string, { pattern, words }: WordPattern): WrongWord | null => {
  if (typeof field === 'string') return pattern.test(field) ? null : { path: at, words };
  if (!Array.isArray(field)) return wrongWordIn(field, at);
  const index = field.findIndex((item) => typeof item === 'string' && !pattern.test(item));
  return index === -1 ? wrongWordIn(field, at) : { path: `${at}[${index}]`, words };
};
