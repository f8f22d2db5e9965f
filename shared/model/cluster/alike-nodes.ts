import type { Tags } from '../aws/inventory.ts';
import type { NodeAccumulator } from './node-accumulator.ts';

/** A node: which one it is, and the first that is like it, or itself. */
export interface AlikeNode {
  readonly instanceId: string;
  readonly node: NodeAccumulator;
}

/**
 * Finds nodes of which everything is the same but the id: thousands of a group, which are then assessed once. Tags are compared by
 * identity, since instances with equal tags share them. Where they do not, more is assessed, and the figures are the same.
 */
export const alikeNodes = (nodes: ReadonlyMap<string, NodeAccumulator>): readonly AlikeNode[] => {
  const known = new Map<Tags, Map<string, NodeAccumulator>>();
  return [...nodes].map(([instanceId, node]) => {
    const { tags } = node.instance;
    const withTags = known.get(tags) ?? new Map<string, NodeAccumulator>();
    const { likeness } = node;
    const first = withTags.get(likeness) ?? node;
    known.set(tags, withTags.set(likeness, first));
    return { instanceId, node: first };
  });
};
