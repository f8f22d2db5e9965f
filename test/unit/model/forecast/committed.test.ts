import { expect, test } from 'vitest';
import { withCommittedDemand } from '../../../../shared/model/forecast/committed.ts';
import type { CommittedDemand } from '../../../../shared/model/result/cluster.ts';
import type { Forecast } from '../../../../shared/model/result/forecast.ts';

const calm: Forecast = {
  exhaustionAt: null,
  earliest: null,
  latest: null,
  probabilityWithin: { '24h': 0, '72h': 0, '7d': 0.01 },
  method: 'trend-paths',
  reason: 'Usage has not grown.',
};
const demand = (over: Partial<CommittedDemand> = {}): CommittedDemand => ({
  clusterName: 'data',
  group: 'jobs',
  kind: 'node-group',
  currentNodes: 2,
  maximumNodes: 6,
  fits: 1,
  fitsAtBest: 1,
  instanceType: 'm5.large',
  perNode: { addresses: 3, prefixes: 2 },
  shortfall: 3,
  error: 'InsufficientCidrBlocks',
  subnetIds: ['subnet-a', 'subnet-b'],
  limitedBy: 'prefixes',
  outsideCluster: false,
  whenFull: null,
  ...over,
});
const forecasts = { addresses: calm, prefixes: calm };
const after = (...committed: CommittedDemand[]) => withCommittedDemand(forecasts, 'subnet-a', committed);

test('groups that cannot reach their maximum are in the forecast of each of their subnets, before they grow', () => {
  const { addresses, prefixes } = after(demand(), demand({ group: 'web', maximumNodes: 3, shortfall: 1 }));
  expect(addresses?.committed).toEqual({
    nodes: 5,
    demand: 15,
    shortfall: 4,
    groups: ['data/jobs', 'data/web'],
  });
  expect(prefixes?.committed?.demand).toBe(10);
  expect(addresses?.reason).toBe(
    'Usage has not grown. data/jobs, data/web may grow by 5 nodes within minutes. They need 15 addresses; 4 of the nodes do not fit.',
  );
  expect(prefixes?.reason).toMatch(/They need 10 prefixes; 4 of the nodes do not fit\.$/);
  expect(after(demand({ maximumNodes: 3, shortfall: 1 })).addresses?.reason).toMatch(
    /may grow by 1 node within minutes\. It needs 3 addresses and does not fit\.$/,
  );
  expect(after(demand({ maximumNodes: 4, shortfall: 1 })).addresses?.reason).toMatch(
    / 1 of the nodes does not fit\.$/,
  );
});

test('what fits, is elsewhere, or is not known changes nothing', () => {
  for (const other of [
    demand({ shortfall: 0 }),
    demand({ shortfall: null }),
    demand({ subnetIds: ['subnet-b'] }),
    demand({ perNode: null }),
  ])
    expect(after(other)).toEqual(forecasts);
  expect(after(demand({ perNode: { addresses: 3, prefixes: 0 } })).prefixes).toEqual(calm);
  expect(withCommittedDemand({}, 'subnet-a', [demand()])).toEqual({});
});
