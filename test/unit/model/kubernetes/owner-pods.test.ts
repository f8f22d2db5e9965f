import { expect, test } from 'vitest';
import { splitByPods } from '../../../../shared/model/kubernetes/owner-pods.ts';
import { aCluster } from '../../../fixtures/findings-input.ts';
import { aPodUse } from '../../../fixtures/kubernetes-reading.ts';

const nodes = { kind: 'cluster-nodes', name: 'shop', interfaces: 4, addresses: 40 };
const balancer = { kind: 'load-balancer', name: 'front', interfaces: 2, addresses: 2 };
const subnet = {
  subnetId: 'subnet-0a',
  used: 20,
  warm: 16,
  namespaces: [
    { name: 'shop', addresses: 15 },
    { name: 'search', addresses: 5 },
  ],
  workloads: [],
  teams: [],
};
const cluster = aCluster({ pods: aPodUse({ subnets: [subnet] }) });

test('what nodes hold is split by namespace, and the rest stays with the nodes', () => {
  expect(splitByPods('subnet-0a', [nodes, balancer], [cluster], 'namespace')).toEqual([
    { ...nodes, holder: 'shop', interfaces: 0, addresses: 15 },
    { ...nodes, holder: 'search', interfaces: 0, addresses: 5 },
    { ...nodes, holder: null, addresses: 20 },
    balancer,
  ]);
});

test.each([
  ['of a subnet without pods', 'subnet-0b', [cluster], nodes],
  ['of a cluster whose API was not read', 'subnet-0a', [aCluster()], nodes],
  [
    'with more pods than addresses, since both are read one after the other',
    'subnet-0a',
    [cluster],
    { ...nodes, addresses: 12 },
  ],
])('the owner %s stays whole', (_, subnetId, clusters, owner) => {
  expect(splitByPods(subnetId, [owner], clusters, 'namespace')).toEqual([owner]);
});
