import type { SubnetAssessment } from '../result/assessment.ts';
import type { ClusterAssessment } from '../result/cluster.ts';
import type { SubnetOutcome } from '../subnet/subnet-assessor.ts';

/** Which subnets prefixes are taken from, by what the nodes of all clusters do. */
export const withPrefixUse = (
  outcomes: readonly SubnetOutcome[],
  clusters: readonly ClusterAssessment[],
): readonly SubnetOutcome[] => {
  const prefixSubnets = new Set(clusters.flatMap(({ takesPrefixesFrom }) => takesPrefixesFrom));
  const leftOver = leftOverPrefixes(clusters);
  return outcomes.map((outcome) => ({
    ...outcome,
    assessment: prefixUseOf(outcome, prefixSubnets, leftOver),
  }));
};

/**
 * The subnet, as one for prefixes where nodes of a cluster will take them from it, and as none where all that hold some are
 * nodes that can do without.
 */
const prefixUseOf = (
  { assessment, askingPrefixes }: SubnetOutcome,
  prefixSubnets: ReadonlySet<string>,
  leftOver: ReadonlyMap<string, number>,
): SubnetAssessment => {
  const { subnetId, reservations, usesPrefixes } = assessment;
  if (prefixSubnets.has(subnetId)) {
    return {
      ...assessment,
      usesPrefixes: true,
      unknowns: assessment.unknowns.filter(({ field }) => field !== 'usesPrefixes'),
    };
  }
  const isReserved = reservations === null || reservations.some(({ type }) => type === 'prefix');
  const isLeftOver = askingPrefixes > 0 && askingPrefixes <= (leftOver.get(subnetId) ?? 0) && !isReserved;
  return usesPrefixes === true && isLeftOver ? { ...assessment, usesPrefixes: false } : assessment;
};

/**
 * By subnet, prefixes of nodes that can do without more of them: those from before a switch back to single addresses, and those of
 * CNIs that fall back to single addresses.
 */
const leftOverPrefixes = (clusters: readonly ClusterAssessment[]): ReadonlyMap<string, number> => {
  const leftOver = new Map<string, number>();
  for (const { cni, newNodes, nodes } of clusters) {
    const canDoWithout =
      cni === 'cilium-eni' ||
      cni === 'auto-mode' ||
      (newNodes?.settingsKnown === true && !newNodes.settings.prefixDelegation);
    if (!canDoWithout) continue;
    for (const { usage } of nodes)
      for (const { prefixes, subnetId } of usage)
        leftOver.set(subnetId, (leftOver.get(subnetId) ?? 0) + prefixes);
  }
  return leftOver;
};
