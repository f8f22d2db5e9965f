import type { Instance } from '../aws/inventory.ts';
import { elementAt } from '../base/element-at.ts';

/** The instances of one subnet, small enough to keep from scan to scan. Those of one group share all but their ids. */
export interface PackedInstances {
  /** JSON of what instances have in common. */
  readonly kinds: readonly string[];
  /** For each kind the ids of its instances, with a blank between them. */
  readonly ids: readonly string[];
}

export const NO_INSTANCES: PackedInstances = { kinds: [], ids: [] };

export const packInstances = (instances: readonly Instance[]): PackedInstances => {
  const byKind = Map.groupBy(instances, ({ instanceId, ...kind }) => JSON.stringify(kind));
  return {
    kinds: [...byKind.keys()],
    ids: [...byKind.values()].map((some) => some.map(({ instanceId }) => instanceId).join(' ')),
  };
};

/** Hands over the instances as they were packed. Those of one kind share their tags. */
export const eachPackedInstance = (
  { kinds, ids }: PackedInstances,
  receive: (instance: Instance) => void,
): void => {
  for (const [index, text] of kinds.entries()) {
    const kind = JSON.parse(text) as Omit<Instance, 'instanceId'>;
    for (const instanceId of elementAt(ids, index).split(' ')) receive({ instanceId, ...kind });
  }
};

/** How many instances are packed. */
export const countInstances = ({ ids }: PackedInstances): number =>
  ids.reduce((sum, some) => sum + some.split(' ').length, 0);
