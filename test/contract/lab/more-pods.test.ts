import { expect, test } from 'vitest';
import { SimulatedCluster } from '../../../lab/estate/simulated-cluster.ts';
import { IN_LAB, scanLab, withCluster } from '../../fixtures/lab-clusters.ts';

/**
 * "More pods" promises a minimum: EC2 does not tell how many of the addresses that nodes hold are in use, so it counts
 * only those that they do not hold yet. The lab's nodes must then run at least as many.
 */

interface Case {
  readonly what: string;
  readonly cidrBlock: string;
  readonly nodes: number;
  readonly pods: number;
  readonly prefixDelegation?: boolean;
  readonly reserve?: string;
  readonly type?: string;
}

const CASES: readonly Case[] = [
  { what: 'with room for all', cidrBlock: '10.0.0.0/24', nodes: 2, pods: 12 },
  { what: 'without a pod yet', cidrBlock: '10.0.0.0/25', nodes: 3, pods: 0 },
  { what: 'in a tight subnet', cidrBlock: '10.0.0.0/26', nodes: 3, pods: 9 },
  { what: 'in a subnet with a few addresses left', cidrBlock: '10.0.0.0/26', nodes: 2, pods: 20 },
  { what: 'of a larger type', cidrBlock: '10.0.0.0/25', nodes: 2, pods: 17, type: 'c5.xlarge' },
  { what: 'with prefixes', cidrBlock: '10.0.0.0/24', nodes: 3, pods: 20, prefixDelegation: true },
  {
    what: 'with prefixes in a tight subnet',
    cidrBlock: '10.0.0.0/25',
    nodes: 2,
    pods: 40,
    prefixDelegation: true,
  },
  {
    what: 'with prefixes from a reservation',
    cidrBlock: '10.0.0.0/25',
    nodes: 2,
    pods: 5,
    prefixDelegation: true,
    reserve: '10.0.0.32/27',
  },
  {
    what: 'with prefixes, on a type without',
    cidrBlock: '10.0.0.0/25',
    nodes: 2,
    pods: 5,
    prefixDelegation: true,
    type: 't2.large',
  },
];

test.each(CASES)('nodes $what run at least as many more pods as promised', async (given) => {
  const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: given.cidrBlock, name: 'nodes', zone: 'a' });
    if (given.reserve !== undefined) world.reserve(subnetId, given.reserve, 'prefix');
    const cluster = new SimulatedCluster(world, {
      name: 'shop',
      vpcId,
      ...IN_LAB,
      controlPlaneSubnetIds,
      settings: { prefixDelegation: given.prefixDelegation ?? false, maxPods: 110 },
      nodeGroups: [
        {
          name: 'workers',
          instanceType: given.type ?? 'm5.large',
          subnetIds: [subnetId],
          minSize: given.nodes,
          maxSize: given.nodes,
        },
      ],
    });
    cluster.runPods(given.pods);
    cluster.record();
    return [cluster];
  });
  const assessment = await scanLab(estate);
  const found = assessment.clusters.find(({ clusterName }) => clusterName === 'shop');
  const promised =
    found?.capacity.reduce((sum, { morePods }) => sum + (morePods ?? Number.NaN), 0) ?? Number.NaN;

  const [cluster] = clusters();
  if (cluster === undefined) throw new Error('no cluster');
  const before = cluster.pods;
  const held = found?.gauges.totalIPAddresses ?? Number.NaN;
  cluster.runPods(10_000);
  expect(cluster.pods).toBeGreaterThanOrEqual(before + promised);
  // Not an empty promise: what was held and what was promised is nearly all that ran.
  expect(held + promised).toBeGreaterThanOrEqual(cluster.pods * 0.8);
  expect(cluster.pods).toBeLessThanOrEqual(found?.gauges.maxIPAddresses ?? Number.NaN);
});
