import { compareSeverity, type Finding } from './finding.ts';
import { committedDemandShortfall } from './findings/committed-demand.ts';
import { eksHealth } from './findings/eks-health.ts';
import { Estate, type FindingRule, type FindingsInput } from './findings/estate.ts';
import { fragmentation } from './findings/fragmentation.ts';
import { leakedInterfaces } from './findings/leaked-interfaces.ts';
import { loadBalancerSubnet } from './findings/load-balancer-subnet.ts';
import { loneSubnet } from './findings/lone-subnet.ts';
import { overlappingRanges } from './findings/overlapping-ranges.ts';
import { reservedEnis } from './findings/reserved-enis.ts';
import { unusablePrefixes } from './findings/unusable-prefixes.ts';
import { upgradeReadiness } from './findings/upgrade-readiness.ts';
import { networkAddressUsage, vpcCidrLimit } from './findings/vpc-limits.ts';
import { warmPoolWaste } from './findings/warm-pool-waste.ts';
import { zoneImbalance } from './findings/zone-imbalance.ts';

export type { FindingsInput } from './findings/estate.ts';

/** Every kind of finding, in the order of the reference page. */
export const FINDING_RULES: readonly FindingRule[] = [
  eksHealth,
  committedDemandShortfall,
  upgradeReadiness,
  fragmentation,
  loadBalancerSubnet,
  leakedInterfaces,
  warmPoolWaste,
  unusablePrefixes,
  zoneImbalance,
  loneSubnet,
  reservedEnis,
  overlappingRanges,
  vpcCidrLimit,
  networkAddressUsage,
];

/** Everything that is wrong, or will be, on what one scan of a target found: the worst first, then by identity. */
export const findFindings = (input: FindingsInput): readonly Finding[] => {
  const estate = new Estate(input);
  return FINDING_RULES.flatMap((rule) => rule.find(estate)).toSorted(
    (a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1),
  );
};
