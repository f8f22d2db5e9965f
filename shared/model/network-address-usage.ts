import { type Cidr, cidrContainsAddress, parseCidr } from './cidr.ts';
import type { NetworkInterface } from './inventory.ts';
import { parseIpv4 } from './ipv4.ts';

/**
 * A VPC's size is limited in network address usage units: each private address, IPv4 or IPv6, and each prefix of an
 * interface is one unit, whatever the prefix holds. Some AWS services' attachments weigh more, so this is a floor; AWS's
 * own figure is the opt-in metric `AWS/EC2 NetworkAddressUsage`.
 * https://docs.aws.amazon.com/vpc/latest/userguide/network-address-usage.html
 */
export const NETWORK_ADDRESS_USAGE_QUOTA = 64_000;

/** The units that one interface takes. An address inside one of its own prefixes is part of that prefix. */
export const networkAddressUnits = (networkInterface: NetworkInterface): number => {
  const prefixes = networkInterface.ipv4Prefixes.map(parseCidr).filter((prefix) => prefix !== null);
  const alone = networkInterface.privateAddresses.filter(({ address }) => !isInside(prefixes, address));
  return (
    alone.length +
    networkInterface.ipv4Prefixes.length +
    networkInterface.ipv6AddressCount +
    networkInterface.ipv6Prefixes.length
  );
};

const isInside = (prefixes: readonly Cidr[], text: string): boolean => {
  if (prefixes.length === 0) return false;
  const address = parseIpv4(text);
  return address !== null && prefixes.some((prefix) => cidrContainsAddress(prefix, address));
};
