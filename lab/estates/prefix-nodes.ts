import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { DAY } from './pace.ts';

/**
 * Five m5.large nodes with prefix delegation in a /24: each takes a primary address and a /28 before a single pod runs.
 * A sixth to an eighth join, one a day, and two of them run pods: of 14 prefixes that the subnet could ever give, few are left.
 */
export const prefixNodes =
  (accountId: string, region: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.20.0.0/16', name: 'search' });
    const subnet = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.20.0.0/24',
      name: 'search-nodes-a',
      tags: { team: 'search' },
    });
    const controlPlane = ['a', 'b'].map((zone, index) =>
      world.createSubnet({
        vpcId: vpc.vpcId,
        cidrBlock: `10.20.1.${index * 16}/28`,
        name: `search-control-plane-${zone}`,
        zone,
      }),
    );
    const cluster = new SimulatedCluster(world, {
      name: 'search',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane.map(({ subnetId }) => subnetId),
      settings: { prefixDelegation: true, maxPods: 110 },
      nodeGroups: [
        { name: 'index', instanceType: 'm5.large', subnetIds: [subnet.subnetId], minSize: 5, maxSize: 12 },
      ],
    });
    return (elapsed) => {
      const days = Math.floor(elapsed / DAY);
      cluster.scale('index', 5 + Math.min(3, days));
      cluster.runPods(Math.min(40, days * 8));
      cluster.record();
    };
  };
