import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { DAY, workingDay } from './pace.ts';

const FIRST_PODS = 260;
const PODS_PER_DAY = 60;
const RHYTHM_PODS = 40;

/**
 * A /22 (1,019 addresses) in which a service grows by two nodes a day, over a daily rhythm: nothing to see on any one day,
 * and nothing left within a fortnight. What a forecast is for.
 */
export const steadyGrowth =
  (accountId: string, region: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.60.0.0/16', name: 'web' });
    const subnet = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.60.0.0/22',
      name: 'web-nodes-a',
      tags: { team: 'web' },
    });
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'web',
      network: '10.60.4',
    });
    const cluster = new SimulatedCluster(world, {
      name: 'web',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      nodeGroups: [
        {
          name: 'web',
          instanceType: 'm5.large',
          subnetIds: [subnet.subnetId],
          minSize: 3,
          maxSize: 60,
          nodePool: true,
        },
      ],
    });
    const follow = (elapsed: number): void => {
      const trend = FIRST_PODS + PODS_PER_DAY * (elapsed / DAY);
      cluster.runPodsAutoscaled(Math.round(trend + RHYTHM_PODS * workingDay(world.now)), 'web');
      cluster.record();
    };
    follow(0);
    return follow;
  };
