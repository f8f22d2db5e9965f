import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instance } from '../../../../shared/model/aws/inventory.ts';
import {
  countInstances,
  eachPackedInstance,
  NO_INSTANCES,
  packInstances,
} from '../../../../shared/model/subnet/packed-instances.ts';
import { aNode } from '../../../fixtures/cluster-records.ts';

const unpacked = (packed: ReturnType<typeof packInstances>): readonly Instance[] => {
  const found: Instance[] = [];
  eachPackedInstance(packed, (instance) => found.push(instance));
  return found;
};

describe('instances that are kept from scan to scan', () => {
  test('share all but their ids', () => {
    const packed = packInstances([aNode('i-1'), aNode('i-2'), aNode('i-3', { state: 'stopped' })]);
    expect(packed.kinds).toHaveLength(2);
    expect(packed.ids).toEqual(['i-1 i-2', 'i-3']);
    expect(countInstances(packed)).toBe(3);
  });

  test('are none where there are none', () => {
    expect(packInstances([])).toEqual(NO_INSTANCES);
    expect(unpacked(NO_INSTANCES)).toEqual([]);
    expect(countInstances(NO_INSTANCES)).toBe(0);
  });

  test('come back as they were', () => {
    const instances = fc.uniqueArray(
      fc.record({
        instanceId: fc.stringMatching(/^i-[0-9a-f]{1,17}$/),
        state: fc.constantFrom('running', 'stopped'),
        platform: fc.constantFrom(null, 'windows'),
        tags: fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true }),
      }),
      { selector: ({ instanceId }) => instanceId, maxLength: 20 },
    );
    fc.assert(
      fc.property(instances, (some) => {
        const all = some.map(({ instanceId, ...changes }) => aNode(instanceId, changes));
        const byId = (a: Instance, b: Instance): number => (a.instanceId < b.instanceId ? -1 : 1);
        expect([...unpacked(packInstances(all))].sort(byId)).toEqual(all.toSorted(byId));
        expect(countInstances(packInstances(all))).toBe(all.length);
      }),
    );
  });
});
