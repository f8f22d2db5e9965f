import { expect, test } from 'vitest';
import type { VpcConnection } from '../../../shared/model/aws/inventory.ts';
import { HeadroomError } from '../../../shared/model/base/errors.ts';
import { joinGateways, shareGateways } from '../../../shared/pipeline/join-gateways.ts';
import { createMemoryStateStore } from '../../../shared/state/memory-state-store.ts';

const MINUTE = 60_000;

const gateway = (vpcId: string): VpcConnection => ({
  kind: 'transit-gateway',
  id: 'tgw-01',
  vpcs: [{ vpcId, accountId: '111111111111', cidrBlocks: ['10.0.0.0/16'] }],
  membersKnown: false,
});
const peering: VpcConnection = { kind: 'peering', id: 'pcx-01', vpcs: [], membersKnown: true };

/** The cache of a real store, with a count of what was written. */
const counted = () => {
  const { cache } = createMemoryStateStore();
  let writes = 0;
  return {
    writes: () => writes,
    cache: {
      ...cache,
      put: (...entry: Parameters<typeof cache.put>) => {
        writes += 1;
        return cache.put(...entry);
      },
    },
  };
};

test('without a cache each account knows what it sees', async () => {
  const seen = [gateway('vpc-01'), peering];
  expect(await joinGateways(seen, null, 0)).toBe(seen);
});

test('members of a gateway are joined over accounts, and a peering is left as it is', async () => {
  const { cache } = counted();
  await joinGateways([gateway('vpc-01')], cache, 0);
  const joined = await joinGateways([gateway('vpc-02'), peering], cache, MINUTE);
  expect(joined.map(({ vpcs }) => vpcs.map(({ vpcId }) => vpcId))).toEqual([['vpc-01', 'vpc-02'], []]);
});

test('a record is written when it changes, and else once an hour', async () => {
  const { cache, writes } = counted();
  for (const minute of [0, 5, 10, 55]) await joinGateways([gateway('vpc-01')], cache, minute * MINUTE);
  expect(writes()).toBe(1);
  await joinGateways([gateway('vpc-02')], cache, 56 * MINUTE);
  expect(writes()).toBe(2);
  await joinGateways([gateway('vpc-02')], cache, 61 * MINUTE);
  expect(writes()).toBe(3);
});

test('an account whose connections cannot be read tells nothing, and its own scan says why', async () => {
  const { cache, writes } = counted();
  const inventory = {
    vpcConnections: () => Promise.reject(new HeadroomError('access-denied', 'No', 'Allow it.')),
  };
  await shareGateways(inventory, cache, 0);
  expect(writes()).toBe(0);
});
