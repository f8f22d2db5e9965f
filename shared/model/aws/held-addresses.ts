import { cidrContainsAddress, parseCidr } from '../net/cidr.ts';
import { parseIpv4 } from '../net/ipv4.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { NetworkInterface } from './inventory.ts';

/** What one interface holds of its subnet. */
export interface HeldAddresses {
  /** Every IPv4 address: the primary, the secondary ones, and 16 for each prefix. */
  readonly addresses: number;
  /** Secondary addresses outside the interface's own prefixes. */
  readonly secondaries: number;
  readonly prefixes: number;
}

/** Counts an interface's addresses; one inside the interface's own prefix is part of that prefix. */
export const heldAddresses = ({ ipv4Prefixes, privateAddresses }: NetworkInterface): HeldAddresses => {
  const prefixes = ipv4Prefixes.length;
  const ranges = ipv4Prefixes.map(parseCidr).filter((range) => range !== null);
  let primaries = 0;
  let secondaries = 0;
  for (const { address, primary } of privateAddresses) {
    const number = ranges.length === 0 ? null : parseIpv4(address);
    if (number !== null && ranges.some((range) => cidrContainsAddress(range, number))) continue;
    if (primary) primaries += 1;
    else secondaries += 1;
  }
  return { addresses: primaries + secondaries + prefixes * ADDRESSES_PER_PREFIX, secondaries, prefixes };
};
