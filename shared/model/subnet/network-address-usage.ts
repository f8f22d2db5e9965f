import { heldAddresses } from '../aws/held-addresses.ts';
import type { NetworkInterface } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';

/**
 * The units of network address usage that one interface takes: each private address, IPv4 or IPv6, and each prefix is one,
 * whatever the prefix holds. An address inside one of its own prefixes is part of that prefix. Some AWS services' attachments
 * weigh more, so this is a floor; AWS's own figure is the opt-in metric `AWS/EC2 NetworkAddressUsage`.
 * https://docs.aws.amazon.com/vpc/latest/userguide/network-address-usage.html
 */
export const networkAddressUnits = (networkInterface: NetworkInterface): number => {
  const { addresses, prefixes } = heldAddresses(networkInterface);
  const outsidePrefixes = addresses - prefixes * ADDRESSES_PER_PREFIX;
  return (
    outsidePrefixes + prefixes + networkInterface.ipv6AddressCount + networkInterface.ipv6Prefixes.length
  );
};
