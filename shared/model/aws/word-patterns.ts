/**
 * The forms of the words that AWS chooses, or that name an account or a Region. Files must have them: such words stand in
 * commands, keys, links and headings without a mark that sets them apart from the text around them. Names, tags and
 * descriptions have no form and are made inert by each output.
 */

/** What a word must look like, and what to say of one that does not. */
export interface WordPattern {
  readonly pattern: RegExp;
  /** Follows "must be". */
  readonly words: string;
}

export const ACCOUNT_ID: WordPattern = { pattern: /^\d{12}$/, words: 'an account number of 12 digits' };

export const REGION: WordPattern = {
  pattern: /^[a-z]{2,8}(?:-[a-z]{1,16}){1,3}-\d{1,2}$/,
  words: 'a Region, such as eu-west-1',
};

/** A zone of a Region, a Local Zone (`us-west-2-lax-1a`) or a Wavelength Zone (`us-east-1-wl1-bos-wlz-1`). */
export const ZONE: WordPattern = {
  pattern: /^[a-z]{2,8}(?:-[a-z0-9]{1,16}){2,7}$/,
  words: 'an Availability Zone, such as eu-west-1a',
};

export const ZONE_ID: WordPattern = {
  pattern: /^[a-z0-9]{2,16}(?:-[a-z0-9]{1,16}){1,5}$/,
  words: 'the ID of an Availability Zone, such as euw1-az1',
};

/** An id that begins with the kind of the resource: `subnet-0123456789abcdef0`. */
export const idOf = (kind: string): WordPattern => ({
  pattern: new RegExp(`^${kind}-[0-9A-Za-z-]{1,100}$`),
  words: `an id, such as ${kind}-0123456789abcdef0`,
});

/** An id of a kind that is not known beforehand, such as the holder of an interface. */
export const ANY_ID: WordPattern = {
  pattern: /^[0-9A-Za-z][0-9A-Za-z._:@/+=,-]{0,254}$/,
  words: 'an id of letters, digits and ._:@/+=,-',
};

/** A quota of Service Quotas. */
export const QUOTA_CODE: WordPattern = {
  pattern: /^L-[0-9A-F]{8}$/,
  words: 'the code of a quota, such as L-83CA0A9D',
};

/** IAM and EKS ARNs. A resource may have spaces nowhere, and no character that a shell or a page reads. */
export const ARN: WordPattern = {
  pattern: /^arn:aws[a-z-]{0,16}:[a-z0-9-]{1,40}:[a-z0-9-]{0,40}:(?:\d{12})?:[\w+=,.@:/-]{1,1024}$/,
  words: 'an ARN, such as arn:aws:eks:eu-west-1:111122223333:cluster/shop',
};

const OCTET = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';

export const IPV4_ADDRESS: WordPattern = {
  pattern: new RegExp(`^${OCTET}(?:\\.${OCTET}){3}$`),
  words: 'an IPv4 address, such as 10.0.0.4',
};

export const IPV4_CIDR: WordPattern = {
  pattern: new RegExp(`^${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?\\d)$`),
  words: 'an IPv4 range, such as 10.0.0.0/24',
};

export const IPV6_CIDR: WordPattern = {
  pattern: /^[0-9A-Fa-f:.]{2,45}\/(?:12[0-8]|1[01]\d|[1-9]?\d)$/,
  words: 'an IPv6 range, such as 2001:db8::/56',
};

export const ROUTE_DESTINATION: WordPattern = {
  pattern: /^(?:[0-9A-Fa-f:.]{2,45}\/\d{1,3}|pl-[0-9A-Za-z]{1,40})$/,
  words: 'a range or a prefix list, such as 0.0.0.0/0',
};

/** An instance type, an interface type, a status, a hypervisor: a word of a list that AWS extends. */
export const AWS_WORD: WordPattern = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
  words: 'a word of AWS: letters, digits and ._-',
};
