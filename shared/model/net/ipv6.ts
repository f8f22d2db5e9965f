/** Subnets have an IPv6 block of this length. VPCs have one of 44 to 60. Source: EC2 API reference, CreateSubnet and AssociateVpcCidrBlock. */
const SUBNET_LENGTH = 64;

const GROUP_BITS = 16;
const GROUPS_OF_SUBNET = SUBNET_LENGTH / GROUP_BITS;

/** The first 64 bits of a block and its length; `null` for anything but a block of at most 64 bits. */
const blockOf = (cidr: string): { readonly network: bigint; readonly length: number } | null => {
  const parts = /^([0-9a-f:]+)\/(\d+)$/i.exec(cidr);
  const [, address = '', length = ''] = parts ?? [];
  const [head = '', tail] = address.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  const isValid = groups.length === 8 && groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group));
  if (parts === null || !isValid || Number(length) > SUBNET_LENGTH) return null;
  const network = groups
    .slice(0, GROUPS_OF_SUBNET)
    .reduce((sum, group) => (sum << BigInt(GROUP_BITS)) | BigInt(`0x${group}`), 0n);
  return { network, length: Number(length) };
};

const textOf = (network: bigint): string => {
  const groups = Array.from({ length: GROUPS_OF_SUBNET }, (_, index) =>
    ((network >> BigInt((GROUPS_OF_SUBNET - 1 - index) * GROUP_BITS)) & 0xffffn).toString(16),
  );
  return `${groups.join(':')}::/${SUBNET_LENGTH}`;
};

/** The first /64 of a VPC's blocks that no subnet has; `null` where there is none. */
export const freeIpv6Subnet = (blocks: readonly string[], taken: readonly string[]): string | null => {
  const used = new Set(taken.flatMap((cidr) => blockOf(cidr)?.network ?? []));
  for (const { network, length } of blocks.flatMap((cidr) => blockOf(cidr) ?? [])) {
    const size = 1n << BigInt(SUBNET_LENGTH - length);
    for (let offset = 0n; offset < size; offset += 1n) {
      if (!used.has(network + offset)) return textOf(network + offset);
    }
  }
  return null;
};
