import type { SimulatedSubnet } from '../estate/records.ts';
import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { DAY, progress } from './pace.ts';

export const RESCUE_AT = 4 * DAY;
/** What takes the rest of the VPC's range. */
const OTHER_SUBNETS = [
  {
    name: 'payments-endpoints-a',
    cidrBlock: '10.50.0.160/27',
    description: 'VPC Endpoint Interface vpce-0a1b2c3d4e5f60718',
    interfaces: 6,
  },
  {
    name: 'payments-databases-a',
    cidrBlock: '10.50.0.192/26',
    description: 'RDSNetworkInterface',
    interfaces: 12,
  },
];
const FIRST_PODS = 10;
const LAST_PODS = 104;

/**
 * A VPC without a free range, whose node subnet, a /25, fills up. On the fifth day the team associates 100.64.0.0/16 with the VPC, adds a
 * tagged subnet, and renews the nodes: the CNI's subnet discovery takes the pods there, and the old subnet recovers.
 */
export const secondaryCidrRescue =
  (accountId: string, region: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.50.0.0/24', name: 'payments' });
    const subnet = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.50.0.0/25',
      name: 'payments-nodes-a',
      tags: { team: 'payments' },
    });
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'payments',
      network: '10.50.0',
      from: 128,
    });
    for (const { name, cidrBlock, description, interfaces } of OTHER_SUBNETS) {
      const { subnetId } = world.createSubnet({ vpcId: vpc.vpcId, cidrBlock, name });
      for (let count = 0; count < interfaces; count += 1) {
        world.createInterface({ subnetId, description, requesterId: 'amazon-aws' });
      }
    }
    let rescue: SimulatedSubnet | null = null;
    const cluster = new SimulatedCluster(world, {
      name: 'payments',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      discoveredSubnetIds: () => (rescue === null ? [] : [rescue.subnetId]),
      nodeGroups: [
        { name: 'api', instanceType: 'm5.large', subnetIds: [subnet.subnetId], minSize: 2, maxSize: 5 },
      ],
    });
    const follow = (elapsed: number): void => {
      if (elapsed >= RESCUE_AT && rescue === null) {
        world.associateCidrBlock(vpc.vpcId, '100.64.0.0/16');
        rescue = world.createSubnet({
          vpcId: vpc.vpcId,
          cidrBlock: '100.64.0.0/20',
          name: 'payments-pods-a',
          tags: { 'kubernetes.io/role/cni': '1', team: 'payments' },
        });
        cluster.scale('api', 0);
        cluster.scale('api', 2);
      }
      cluster.runPodsAutoscaled(
        Math.round(FIRST_PODS + (LAST_PODS - FIRST_PODS) * progress(elapsed, 0, RESCUE_AT)),
        'api',
      );
      cluster.record();
    };
    follow(0);
    return follow;
  };
