import { expect, test } from 'vitest';
import type { InventorySource } from '../../../shared/inventory/inventory-source.ts';
import { readInstances } from '../../../shared/pipeline/read-instances.ts';
import { aNode } from '../../fixtures/cluster-records.ts';

test('instances with equal tags share them, and others do not', async () => {
  const listed = [['i-0', 'blue'] as const, ['i-1', 'green'] as const, ['i-2', 'blue'] as const].map(
    ([id, team]) => aNode(id, { tags: { ...aNode(id).tags, team } }),
  );
  const inventory: Pick<InventorySource, 'eachInstance'> = {
    eachInstance: async (_, receive) => {
      for (const instance of listed) receive(instance);
    },
  };
  const read = await readInstances({ scope: {}, inventory, vpcIds: [], previous: null }, [], undefined);
  expect([...read.values()]).toEqual(listed);
  expect(read.get('i-2')?.tags).toBe(read.get('i-0')?.tags);
  expect(read.get('i-1')?.tags).not.toBe(read.get('i-0')?.tags);
});
