import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { DAY, progress, workingDay } from './pace.ts';

/** How long the growth takes from the first pods to the last. */
const GROWTH = 8 * DAY;
const FIRST_PODS = 4;
const LAST_PODS = 100;
const RHYTHM_PODS = 6;

/**
 * Two c5.xlarge nodes, secondary addresses, in a /25. The team's pods grow from 4 to 100 in eight days, over a daily
 * rhythm: the subnet, 123 addresses, is nearly all in use at the end, although only 100 pods run.
 */
export const growingPods =
  (accountId: string, region: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.10.0.0/16', name: 'shop' });
    const pods = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.10.0.0/25',
      name: 'shop-nodes-a',
      tags: { team: 'shop' },
    });
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'shop',
      network: '10.10.1',
    });
    const cluster = new SimulatedCluster(world, {
      name: 'shop',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      nodeGroups: [
        { name: 'workers', instanceType: 'c5.xlarge', subnetIds: [pods.subnetId], minSize: 2, maxSize: 3 },
      ],
    });
    const follow = (elapsed: number): void => {
      const trend = FIRST_PODS + (LAST_PODS - FIRST_PODS) * progress(elapsed, 0, GROWTH);
      const rhythm = RHYTHM_PODS * workingDay(world.now);
      cluster.runPods(Math.min(LAST_PODS, Math.round(trend + rhythm)));
      cluster.record();
    };
    follow(0);
    return follow;
  };
