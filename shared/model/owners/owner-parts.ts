import type { ClusterAssessment, NodeAssessment } from '../result/cluster.ts';
import type { OwnerUsage } from '../result/owner-usage.ts';
import type { OwnerKind } from './owner-kinds.ts';

/** A part of what a cluster's nodes hold in a subnet; the last three are `null` for every other owner. */
export interface OwnerPart extends OwnerUsage {
  readonly nodeGroup: string | null;
  readonly nodePool: string | null;
  /** Only when split by node. */
  readonly instanceId: string | null;
}

/** What is on a node, and so is split with it. */
const ON_NODES: ReadonlySet<string> = new Set<OwnerKind>(['cluster-nodes', 'unmanaged', 'pod-branch']);

const whole = (usage: OwnerUsage): OwnerPart => ({
  ...usage,
  nodeGroup: null,
  nodePool: null,
  instanceId: null,
});

const partOf = (
  clusterName: string,
  node: NodeAssessment,
  subnetId: string,
  by: 'group' | 'node',
): OwnerPart[] =>
  node.usage
    .filter((usage) => usage.subnetId === subnetId)
    .map(({ addresses, interfaces }) => ({
      kind: 'cluster-nodes',
      name: clusterName,
      interfaces,
      addresses,
      nodeGroup: node.nodeGroup,
      nodePool: node.nodePool,
      instanceId: by === 'node' ? node.instanceId : null,
    }));

/** Adds up parts of one and the same group, pool and node. */
const merge = (parts: readonly OwnerPart[]): readonly OwnerPart[] => {
  const merged = new Map<string, OwnerPart>();
  for (const part of parts) {
    const key = JSON.stringify([part.nodeGroup, part.nodePool, part.instanceId]);
    const sum = merged.get(key);
    merged.set(
      key,
      sum === undefined
        ? part
        : {
            ...part,
            interfaces: sum.interfaces + part.interfaces,
            addresses: sum.addresses + part.addresses,
          },
    );
  }
  return [...merged.values()];
};

/**
 * Splits what clusters' nodes hold in a subnet by node group and node pool, or by node: their pods' branch interfaces and
 * their unmanaged ones with them. What belongs to no node that the scan saw stays a row of its own, so that owners still
 * sum to what is used. The largest first.
 */
export const splitByNodes = (
  subnetId: string,
  owners: readonly OwnerUsage[],
  clusters: readonly ClusterAssessment[],
  by: 'group' | 'node',
): readonly OwnerPart[] => {
  const onNodes = owners.filter(({ kind, name }) => ON_NODES.has(kind) && name !== null);
  const names = [...new Set(onNodes.map(({ name }) => name))].filter((name) => name !== null);
  const parts = names.flatMap((name): readonly OwnerPart[] => {
    const usages = onNodes.filter((usage) => usage.name === name);
    const cluster = clusters.find(({ clusterName }) => clusterName === name);
    const split = merge((cluster?.nodes ?? []).flatMap((node) => partOf(name, node, subnetId, by)));
    const rest = whole({
      kind: 'cluster-nodes',
      name,
      interfaces: total(usages, 'interfaces') - total(split, 'interfaces'),
      addresses: total(usages, 'addresses') - total(split, 'addresses'),
    });
    return rest.addresses === 0 && rest.interfaces === 0 ? split : [...split, rest];
  });
  return [...owners.filter((usage) => !onNodes.includes(usage)).map(whole), ...parts].toSorted(
    (a, b) => b.addresses - a.addresses,
  );
};

const total = (usages: readonly OwnerUsage[], figure: 'interfaces' | 'addresses'): number =>
  usages.reduce((sum, usage) => sum + usage[figure], 0);
