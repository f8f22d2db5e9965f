import { allocationsFailing } from './allocations-failing.ts';
import type { Check } from './check.ts';
import { cniSettings } from './cni-settings.ts';
import { committedDemand } from './committed-demand.ts';
import { eksHealth } from './eks-health.ts';
import { elasticAddresses } from './elastic-addresses.ts';
import { addressesExhausted, prefixesExhausted } from './exhausted.ts';
import { fragmentation } from './fragmentation.ts';
import { interfaceQuota } from './interface-quota.ts';
import { cniDaemonSet } from './kubernetes/cni-daemonset.ts';
import { podsCommitted } from './kubernetes/committed-pods.ts';
import { eniConfigMissing } from './kubernetes/eni-config-missing.ts';
import { nodesOvercommitted } from './kubernetes/nodes-overcommitted.ts';
import { podsWaiting } from './kubernetes/pods-waiting.ts';
import { serviceRangeFull } from './kubernetes/service-range-full.ts';
import { leakedInterfaces } from './leaked-interfaces.ts';
import { loadBalancerSubnet } from './load-balancer-subnet.ts';
import { loneSubnet } from './lone-subnet.ts';
import { addressesLow, prefixesLow } from './low.ts';
import { modeLeftovers } from './mode-leftovers.ts';
import { networkAddressUsage } from './network-address-usage.ts';
import { overlappingRanges } from './overlapping-ranges.ts';
import { reservedEnis } from './reserved-enis.ts';
import { scanFailed } from './scan-failed.ts';
import { serviceRangeOverlap } from './service-range-overlap.ts';
import { addressesSurge, prefixesSurge } from './surge.ts';
import { unusablePrefixes } from './unusable-prefixes.ts';
import { unusedCniSubnet } from './unused-cni-subnet.ts';
import { updateSurge } from './update-surge.ts';
import { upgradeReadiness } from './upgrade-readiness.ts';
import { vpcAddressesLow } from './vpc-addresses-low.ts';
import { vpcCidrLimit } from './vpc-cidr-limit.ts';
import { warmPoolWaste } from './warm-pool-waste.ts';
import { addressesWillRunOut, prefixesWillRunOut } from './will-run-out.ts';
import { zoneFailover } from './zone-failover.ts';
import { zoneImbalance } from './zone-imbalance.ts';

/**
 * Every check of a target, in the order of the reference pages. It is also the order in which they are announced: of several
 * of one supply at the same level only the first is, and a message about several subjects begins with the first.
 */
export const CHECKS: readonly Check[] = [
  addressesSurge,
  addressesExhausted,
  addressesLow,
  addressesWillRunOut,
  prefixesSurge,
  prefixesExhausted,
  prefixesLow,
  prefixesWillRunOut,
  fragmentation,
  vpcAddressesLow,
  allocationsFailing,
  podsWaiting,
  eniConfigMissing,
  eksHealth,
  committedDemand,
  podsCommitted,
  nodesOvercommitted,
  upgradeReadiness,
  updateSurge,
  loadBalancerSubnet,
  loneSubnet,
  zoneFailover,
  zoneImbalance,
  leakedInterfaces,
  unusablePrefixes,
  warmPoolWaste,
  reservedEnis,
  cniSettings,
  modeLeftovers,
  cniDaemonSet,
  unusedCniSubnet,
  overlappingRanges,
  serviceRangeOverlap,
  serviceRangeFull,
  vpcCidrLimit,
  networkAddressUsage,
  elasticAddresses,
  interfaceQuota,
  scanFailed,
];
