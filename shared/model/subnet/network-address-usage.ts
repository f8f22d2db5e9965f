import { heldAddresses } from '../aws/held-addresses.ts';
import type { NetworkInterface } from '../aws/inventory.ts';
import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';

/**
 * A VPC's size is limited in network address usage units: each private address, IPv4 or IPv6, and each prefix of an
 * interface is one unit, whatever the prefix holds. Some AWS services' attachments weigh more, so this is a floor; AWS's
 * own figure is the opt-in metric `AWS/EC2 NetworkAddressUsage`.
 * https://docs.aws.amazon.com/vpc/latest/userguide/network-address-usage.html
 */
export const NETWORK_ADDRESS_USAGE_QUOTA = 64_000;

/** The units that one interface takes. An address inside one of its own prefixes is part of that prefix. */
export const networkAddressUnits = (networkInterface: NetworkInterface): number => {
  const { addresses, prefixes } = heldAddresses(networkInterface);
  const outsidePrefixes = addresses - prefixes * ADDRESSES_PER_PREFIX;
  return (
    outsidePrefixes + prefixes + networkInterface.ipv6AddressCount + networkInterface.ipv6Prefixes.length
  );
};
