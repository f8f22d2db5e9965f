import { expect, test } from 'vitest';
import { SimulatedCluster } from '../../../lab/estate/simulated-cluster.ts';
import { IN_LAB, scanLab, withCluster } from '../../fixtures/lab-clusters.ts';

/** Through the SDK and the lab's HTTP server: what EC2 says of launch templates and endpoints is in the figures of a scan. */
const scanned = () =>
  scanLab(
    withCluster((world, vpcId, controlPlaneSubnetIds) => {
      const { subnetId } = world.createSubnet({ vpcId, cidrBlock: '10.0.0.0/25', name: 'nodes', zone: 'a' });
      world.launchTemplates.set('lt-0efa', {
        launchTemplateId: 'lt-0efa',
        ...IN_LAB,
        interfaces: [
          { deviceIndex: 0 },
          { deviceIndex: 1, networkCardIndex: 1, interfaceType: 'efa' },
          { deviceIndex: 1, networkCardIndex: 2, interfaceType: 'efa-only' },
          { deviceIndex: 1, networkCardIndex: 3, secondaries: 2 },
        ],
        userData: '[settings.kubernetes]\nmax-pods = 12\n',
      });
      world.vpcEndpoints.set('vpce-0lattice', {
        vpcEndpointId: 'vpce-0lattice',
        vpcId,
        type: 'ServiceNetwork',
        ...IN_LAB,
        prefixes: [{ subnetId, cidr: '10.0.0.96/28' }],
        tags: {},
      });
      return [
        new SimulatedCluster(world, {
          name: 'shop',
          vpcId,
          ...IN_LAB,
          controlPlaneSubnetIds,
          settings: { prefixDelegation: false, maxPods: 110 },
          nodeGroups: [
            {
              name: 'workers',
              instanceType: 'm5.large',
              launchTemplateId: 'lt-0efa',
              subnetIds: [subnetId],
              minSize: 0,
              maxSize: 20,
            },
          ],
        }),
      ];
    }).estate,
  );

test('a scan reads the launch template of a group, and what endpoints hold', async () => {
  const assessment = await scanned();
  // Ten for the CNI, one for the EFA interface that has an address, three for the last one.
  expect(assessment.clusters[0]?.committed).toMatchObject([
    { perNode: { addresses: 14, prefixes: 0 }, whenFull: { podsPerNode: 10 } },
  ]);
  const nodes = assessment.subnets.find(({ name }) => name === 'nodes');
  expect(nodes?.owners).toContainEqual({
    kind: 'endpoint',
    name: 'vpce-0lattice',
    interfaces: 1,
    addresses: 16,
  });
});
