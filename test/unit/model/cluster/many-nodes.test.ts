import { expect, test } from 'vitest';
import type { Instance } from '../../../../shared/model/aws/inventory.ts';
import { limitsOf } from '../../../../shared/model/cluster/instance-limits.ts';
import { clustersOf } from '../../../fixtures/assessed-clusters.ts';
import { aSubnet } from '../../../fixtures/assessments.ts';
import { aNode, nodeInterface } from '../../../fixtures/cluster-records.ts';

/** Two of one zone. */
const nodeSubnet = (index: number): string => (index % 2 === 0 ? 'subnet-0a' : 'subnet-0b');

/** A cluster with custom networking, as its nodes show; how often the zone of a node is looked up for each node. */
const lookUpsFor = (nodes: number): number => {
  let lookUps = 0;
  const counted = (instance: Instance): Instance =>
    Object.defineProperty({ ...instance }, 'availabilityZone', {
      enumerable: true,
      get: () => {
        lookUps += 1;
        return instance.availabilityZone;
      },
    });
  const ids = Array.from({ length: nodes }, (_, index) => `i-${index}`);
  const [cluster] = clustersOf({
    subnets: ['subnet-0a', 'subnet-0b', 'subnet-0p'].map((subnetId) => aSubnet({ subnetId })),
    instances: ids.map((id, index) => counted(aNode(id, { subnetId: nodeSubnet(index) }))),
    interfaces: ids.flatMap((id, index) => [
      nodeInterface(id, { subnetId: nodeSubnet(index) }),
      nodeInterface(id, { subnetId: 'subnet-0p', device: 1, secondaries: 9 }),
    ]),
  });
  expect(cluster?.nodes.filter(({ customNetworking }) => customNetworking)).toHaveLength(nodes);
  return lookUps / nodes;
};

test('a node does not look at all others of its cluster to find where its pods get addresses', () => {
  expect(lookUpsFor(80)).toBeLessThanOrEqual(lookUpsFor(10));
});

/** How often the limits of their type are looked up. */
const lookUpsOfLimits = (nodes: number): number => {
  let lookUps = 0;
  const ids = Array.from({ length: nodes }, (_, index) => `i-${index}`);
  const [cluster] = clustersOf({
    instances: ids.map((id) => aNode(id)),
    interfaces: ids.map((id) => nodeInterface(id, { secondaries: 9 })),
    limits: (type) => {
      lookUps += 1;
      return limitsOf(type);
    },
  });
  expect(cluster?.nodes.map(({ instanceId }) => instanceId)).toEqual(ids);
  return lookUps;
};

test('nodes that are alike are assessed once', () => {
  expect(lookUpsOfLimits(80)).toBe(lookUpsOfLimits(10));
});
