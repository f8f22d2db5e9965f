import type { NetworkInterface } from '../aws/inventory.ts';
import { type Cidr, cidrContains, cidrContainsAddress, parseCidr } from '../net/cidr.ts';
import { parseIpv4 } from '../net/ipv4.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';

type Addresses = Pick<NetworkInterface, 'privateAddresses' | 'ipv4Prefixes'>;

/** The ranges among these texts. A text that is none is left out: files from elsewhere hold such texts. */
export const rangesAmong = (texts: readonly string[]): readonly Cidr[] =>
  texts.flatMap((text) => parseCidr(text) ?? []);

/** The single addresses of an interface. Those that lie in its prefixes, and texts that are no address, are left out. */
export const singlesOf = ({
  privateAddresses,
  ipv4Prefixes,
}: Addresses): readonly { readonly address: string; readonly number: number }[] => {
  const prefixes = rangesAmong(ipv4Prefixes);
  return privateAddresses.flatMap(({ address }) => {
    const number = parseIpv4(address);
    return number === null || prefixes.some((prefix) => cidrContainsAddress(prefix, number))
      ? []
      : [{ address, number }];
  });
};

const blockOf = (subnet: Cidr, address: number): number =>
  Math.floor((address - subnet.base) / ADDRESSES_PER_PREFIX);

/** How many single addresses of these interfaces are in each block of a subnet, by the block's number. */
export const blocksOf = (interfaces: readonly Addresses[], subnet: Cidr): ReadonlyMap<number, number> => {
  const blocks = new Map<number, number>();
  for (const { number } of interfaces.flatMap(singlesOf)) {
    if (!cidrContainsAddress(subnet, number)) continue;
    const block = blockOf(subnet, number);
    blocks.set(block, (blocks.get(block) ?? 0) + 1);
  }
  return blocks;
};

/** The blocks of a subnet that are prefixes of these interfaces, by their numbers. */
export const prefixBlocksOf = (interfaces: readonly Addresses[], subnet: Cidr): readonly number[] =>
  rangesAmong(interfaces.flatMap(({ ipv4Prefixes }) => ipv4Prefixes))
    .filter((prefix) => cidrContains(subnet, prefix))
    .map(({ base }) => blockOf(subnet, base));
