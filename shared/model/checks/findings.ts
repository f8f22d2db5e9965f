import { compareSeverity, type Finding } from '../result/finding.ts';
import { committedDemandShortfall } from './committed-demand.ts';
import { eksHealth } from './eks-health.ts';
import { Estate, type FindingRule, type FindingsInput } from './estate.ts';
import { fragmentation } from './fragmentation.ts';
import { leakedInterfaces } from './leaked-interfaces.ts';
import { loadBalancerSubnet } from './load-balancer-subnet.ts';
import { loneSubnet } from './lone-subnet.ts';
import { overlappingRanges } from './overlapping-ranges.ts';
import { reservedEnis } from './reserved-enis.ts';
import { unusablePrefixes } from './unusable-prefixes.ts';
import { upgradeReadiness } from './upgrade-readiness.ts';
import { networkAddressUsage, vpcCidrLimit } from './vpc-limits.ts';
import { warmPoolWaste } from './warm-pool-waste.ts';
import { zoneImbalance } from './zone-imbalance.ts';

export type { FindingsInput } from './estate.ts';

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
  return (
    FINDING_RULES.flatMap((rule) => rule.find(estate))
      .toSorted((a, b) => compareSeverity(b.severity, a.severity) || (a.id < b.id ? -1 : 1))
      // Remedies are made when they are read: in this order, each range goes to the worst finding that asks for it.
      .map((finding) => ({ ...finding }))
  );
};
