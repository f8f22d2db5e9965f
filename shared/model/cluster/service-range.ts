import type { EksCluster } from '../aws/inventory.ts';
import { cidrSize, parseCidr } from '../net/cidr.ts';
import type { ServiceRange } from '../result/cluster.ts';

/** Kubernetes gives out neither the first nor the last address of the range. */
const NEVER_GIVEN = 2;

/** `null` where EKS did not say, or does not know the cluster. */
export const serviceRangeOf = (eks: EksCluster | null): ServiceRange | null => {
  const ipv4 = eks?.serviceIpv4Cidr ?? null;
  const ipv6 = eks?.serviceIpv6Cidr ?? null;
  if (ipv4 === null && ipv6 === null) return null;
  const range = ipv4 === null ? null : parseCidr(ipv4);
  return { ipv4, ipv6, addresses: range === null ? null : Math.max(0, cidrSize(range) - NEVER_GIVEN) };
};
