import { describe, expect, test } from 'vitest';
import { SimulatedCluster } from '../../../lab/estate/simulated-cluster.ts';
import type { TargetAssessment } from '../../../shared/model/result/assessment.ts';
import type { CommittedDemand } from '../../../shared/model/result/cluster.ts';
import { IN_LAB, scanLab, withCluster } from '../../fixtures/lab-clusters.ts';

/**
 * What a scan says of a group that cannot reach its maximum, against what then happens: the lab's nodes take their
 * addresses as EC2 and the CNI do, and know nothing of the model.
 */

const demandOf = (assessment: TargetAssessment, clusterName: string): CommittedDemand => {
  const demand = assessment.clusters.find((cluster) => cluster.clusterName === clusterName)?.committed[0];
  if (demand === undefined) throw new Error(`no group of ${clusterName}`);
  return demand;
};

const refusals = (cluster: SimulatedCluster): Record<string, number> => Object.fromEntries(cluster.refusals);

describe('a node group whose maximum size does not fit', () => {
  const oneSubnet = (settings: { readonly prefixDelegation?: boolean; readonly reserve?: string }) =>
    withCluster((world, vpcId, controlPlaneSubnetIds) => {
      const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/25', name: 'nodes', zone: 'a' });
      if (settings.reserve !== undefined) world.reserve(subnetId, settings.reserve, 'prefix');
      return [
        new SimulatedCluster(world, {
          name: 'shop',
          vpcId,
          ...IN_LAB,
          controlPlaneSubnetIds,
          settings: { prefixDelegation: settings.prefixDelegation ?? false, maxPods: 110 },
          nodeGroups: [
            { name: 'workers', instanceType: 'm5.large', subnetIds: [subnetId], minSize: 2, maxSize: 20 },
          ],
        }),
      ];
    });

  test('is reported with the exact number of nodes that do, and one more then fails as predicted', async () => {
    const { estate, clusters } = oneSubnet({});
    const assessment = await scanLab(estate);
    const demand = demandOf(assessment, 'shop');
    expect(demand).toMatchObject({
      currentNodes: 2,
      maximumNodes: 20,
      fits: 10,
      fitsAtBest: 10,
      shortfall: 8,
    });
    expect(assessment.findings.find(({ kind }) => kind === 'committed-demand')?.title).toBe(
      'shop/workers: can scale to 12 of its 20 nodes, then no free address',
    );

    const [cluster] = clusters();
    expect(cluster?.scale('workers', 12)).toBe(true);
    expect(cluster === undefined ? null : refusals(cluster)).toEqual({});
    cluster?.scale('workers', 13);
    expect(cluster?.refusals.has(demand.error ?? '')).toBe(true);
  });

  test('is reported exactly in prefix mode, too, where a reservation keeps prefixes apart', async () => {
    const { estate, clusters } = oneSubnet({ prefixDelegation: true, reserve: '10.0.0.32/27' });
    const demand = demandOf(await scanLab(estate), 'shop');
    expect(demand.error).toBe('InsufficientCidrBlocks');
    const fits = demand.fits ?? Number.NaN;
    // Prefixes beyond the reservation come from where primary addresses go, too: both bounds, and what happens between them.
    const [cluster] = clusters();
    expect(cluster?.scale('workers', 2 + fits)).toBe(true);
    expect(cluster === undefined ? null : refusals(cluster)).toEqual({});
    cluster?.scale('workers', 2 + (demand.fitsAtBest ?? Number.NaN) + 1);
    expect(cluster?.refusals.has('InsufficientCidrBlocks')).toBe(true);
  });

  test('is reported with both bounds where primary addresses may spoil free blocks, and the truth is between them', async () => {
    const { estate, clusters } = oneSubnet({ prefixDelegation: true });
    const demand = demandOf(await scanLab(estate), 'shop');
    const [cluster] = clusters();
    const { fits, fitsAtBest } = demand;
    expect(fitsAtBest).toBeGreaterThan(fits ?? Number.NaN);
    let started = 0;
    while (cluster !== undefined && cluster.refusals.size === 0 && started < 20) {
      started += 1;
      cluster.scale('workers', 2 + started);
    }
    expect(started - 1).toBeGreaterThanOrEqual(fits ?? Number.NaN);
    expect(started - 1).toBeLessThanOrEqual(fitsAtBest ?? Number.NaN);
  });

  test("is reported under custom networking by the pods' subnet", async () => {
    const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
      const nodes = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/24', name: 'nodes', zone: 'a' });
      const pods = world.createSubnet({ vpcId, cidrBlock: '10.0.1.0/26', name: 'pods', zone: 'a' });
      return [
        new SimulatedCluster(world, {
          name: 'shop',
          vpcId,
          ...IN_LAB,
          controlPlaneSubnetIds,
          customNetworkingSubnetId: pods.subnetId,
          nodeGroups: [
            {
              name: 'workers',
              instanceType: 'm5.large',
              subnetIds: [nodes.subnetId],
              minSize: 1,
              maxSize: 20,
            },
          ],
        }),
      ];
    });
    const demand = demandOf(await scanLab(estate), 'shop');
    expect(demand).toMatchObject({ fits: 4, shortfall: 15, error: 'InvalidParameterValue' });
    const [cluster] = clusters();
    expect(cluster?.scale('workers', 5)).toBe(true);
    expect(cluster === undefined ? null : refusals(cluster)).toEqual({});
    cluster?.scale('workers', 6);
    expect(cluster?.refusals.has('InvalidParameterValue')).toBe(true);
  });

  test('is reported over two zones', async () => {
    const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
      const subnetIds = ['a', 'b'].map(
        (zone, index) =>
          world.createSubnet({ vpcId, cidrBlock: `10.0.0.${index * 64}/26`, name: zone, zone }).subnetId,
      );
      const [first = '', ...rest] = subnetIds;
      return [
        new SimulatedCluster(world, {
          name: 'shop',
          vpcId,
          ...IN_LAB,
          controlPlaneSubnetIds,
          nodeGroups: [
            {
              name: 'workers',
              instanceType: 'm5.large',
              subnetIds: [first, ...rest],
              minSize: 2,
              maxSize: 20,
            },
          ],
        }),
      ];
    });
    const demand = demandOf(await scanLab(estate), 'shop');
    expect(demand).toMatchObject({ fits: 8, shortfall: 10 });
    const [cluster] = clusters();
    expect(cluster?.scale('workers', 10)).toBe(true);
    expect(cluster === undefined ? null : refusals(cluster)).toEqual({});
    cluster?.scale('workers', 11);
    expect(cluster?.refusals.has(demand.error ?? '')).toBe(true);
  });
});

test('a group whose maximum size fits reaches it, and is only said to hold fewer nodes that are full of pods', async () => {
  const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/25', name: 'nodes', zone: 'a' });
    return [
      new SimulatedCluster(world, {
        name: 'shop',
        vpcId,
        ...IN_LAB,
        controlPlaneSubnetIds,
        nodeGroups: [
          { name: 'workers', instanceType: 'm5.large', subnetIds: [subnetId], minSize: 2, maxSize: 12 },
        ],
      }),
    ];
  });
  const assessment = await scanLab(estate);
  expect(demandOf(assessment, 'shop')).toMatchObject({ fits: 10, shortfall: 0, error: null });
  expect(assessment.findings.filter(({ kind }) => kind === 'committed-demand')).toMatchObject([
    { severity: 'info', title: 'shop/workers: only 4 of 12 nodes can be full of pods' },
  ]);
  const [cluster] = clusters();
  expect(cluster?.scale('workers', 12)).toBe(true);
  expect(cluster === undefined ? null : refusals(cluster)).toEqual({});
});

test('so many nodes as are said can be full of pods, and the next one meets the error that is named', async () => {
  const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/25', name: 'nodes', zone: 'a' });
    return [
      new SimulatedCluster(world, {
        name: 'shop',
        vpcId,
        ...IN_LAB,
        controlPlaneSubnetIds,
        nodeGroups: [
          { name: 'workers', instanceType: 'm5.large', subnetIds: [subnetId], minSize: 2, maxSize: 12 },
        ],
      }),
    ];
  });
  const { whenFull } = demandOf(await scanLab(estate), 'shop');
  expect(whenFull).toMatchObject({ podsPerNode: 27, addresses: 360, fits: 4, fitsAtBest: 4 });
  const [cluster] = clusters();
  if (cluster === undefined || whenFull === null) throw new Error('no cluster, or nothing said of it');
  const { fits, podsPerNode, error } = whenFull;
  cluster.scale('workers', fits);
  expect(cluster.runPods(fits * podsPerNode)).toBe(0);
  expect(refusals(cluster)).toEqual({});
  cluster.scale('workers', fits + 1);
  expect(cluster.refusals.has(error ?? '')).toBe(true);
});

test('two clusters that share a subnet are promised its addresses once', async () => {
  const { estate, clusters } = withCluster((world, vpcId, controlPlaneSubnetIds) => {
    const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/25', name: 'nodes', zone: 'a' });
    return ['shop', 'search'].map(
      (name) =>
        new SimulatedCluster(world, {
          name,
          vpcId,
          ...IN_LAB,
          controlPlaneSubnetIds,
          nodeGroups: [
            { name: 'workers', instanceType: 'm5.large', subnetIds: [subnetId], minSize: 1, maxSize: 10 },
          ],
        }),
    );
  });
  const assessment = await scanLab(estate);
  expect(['shop', 'search'].map((name) => demandOf(assessment, name).fits)).toEqual([5, 5]);
  const [shop, search] = clusters();
  expect(shop?.scale('workers', 6)).toBe(true);
  expect(search?.scale('workers', 6)).toBe(true);
  for (const cluster of clusters()) expect(refusals(cluster)).toEqual({});
  shop?.scale('workers', 7);
  expect(shop?.refusals.has('InsufficientFreeAddressesInSubnet')).toBe(true);
});
