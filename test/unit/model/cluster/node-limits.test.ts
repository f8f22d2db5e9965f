import { describe, expect, test } from 'vitest';
import { maxPodsInCluster } from '../../../../shared/model/kubernetes/node-limits.ts';
import { known, unread } from '../../../../shared/model/kubernetes/observed.ts';
import { clusterOf } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import {
  aNode,
  aNodeGroup,
  anEksCluster,
  cniSettings,
  nodeInterface,
} from '../../../fixtures/cluster-records.ts';
import { aKubernetesNode, aReading } from '../../../fixtures/kubernetes-reading.ts';

test('the pods that nodes admit are read by instance, where the nodes could be read', () => {
  const nodes = known([
    aKubernetesNode({ instanceId: 'i-01', allocatablePods: 17 }),
    aKubernetesNode({ instanceId: 'i-02', allocatablePods: null }),
    aKubernetesNode({ instanceId: null }),
  ]);
  expect(maxPodsInCluster(aReading({ nodes }))).toEqual({ maxPodsOfNodes: new Map([['i-01', 17]]) });
  const refused = unread('forbidden', 'It may not.');
  expect(maxPodsInCluster(aReading({ nodes: refused }))).toEqual({});
  expect(maxPodsInCluster(undefined)).toEqual({});
});

/** Two m5.large of a group of three at the most, each with its first interface: 9 addresses for pods. */
const shop = (...admitted: readonly (readonly [instanceId: string, pods: number])[]) =>
  clusterOf({
    eks: [
      anEksCluster({
        vpcCni: cniSettings({}),
        nodeGroups: [
          aNodeGroup({ name: 'workers', maxSize: 3, subnetIds: ['subnet-0a'], instanceTypes: ['m5.large'] }),
        ],
        ...(admitted.length > 0 && { maxPodsOfNodes: new Map(admitted) }),
      }),
    ],
    instances: ['i-01', 'i-02'].map((id) => aNode(id)),
    interfaces: ['i-01', 'i-02'].map((id) => nodeInterface(id, { secondaries: 9 })),
    subnets: [aSubnet({ available: 900 })],
  });

describe('the limit of a kubelet that the user set', () => {
  const morePods = (cluster: ReturnType<typeof shop>) => cluster.capacity.map((each) => each.morePods);
  const podsPerNode = (cluster: ReturnType<typeof shop>) =>
    cluster.committed.map(({ whenFull }) => whenFull?.podsPerNode);

  test('bounds how many more pods run: 27 addresses less 9 without it', () => {
    expect(morePods(shop())).toEqual([36]);
    // Two pods of each node are on the host's network.
    expect(morePods(shop(['i-01', 17], ['i-02', 29]))).toEqual([6 + 18]);
    expect(morePods(shop(['i-01', 11], ['i-02', 8]))).toEqual([0]);
  });

  test('says when a node is full, where all nodes of the group show theirs: the largest counts', () => {
    expect(podsPerNode(shop())).toEqual([27]);
    expect(podsPerNode(shop(['i-01', 17], ['i-02', 12]))).toEqual([15]);
    expect(podsPerNode(shop(['i-01', 17]))).toEqual([27]);
    expect(podsPerNode(shop(['i-01', 110], ['i-02', 110]))).toEqual([27]);
  });
});
