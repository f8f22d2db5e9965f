import { addressNumber } from '../cni/ipv4-range.ts';
import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { HOUR } from './pace.ts';

/** A database that is restarted: its interface, in a block of its own, comes back elsewhere. */
const DATABASES = 14;

/**
 * A /24 with 200 addresses free and not one prefix among them: two nodes hold their prefixes since the beginning, and
 * databases have come to lie in every other block, one address each. From the second hour on a third node wants to
 * start: it gets its own address, and EC2 refuses it a prefix.
 */
export const fragmentedSubnet =
  (accountId: string, region: string): Scenario =>
  (world) => {
    const vpc = world.createVpc({ ownerId: accountId, region, cidrBlock: '10.30.0.0/16', name: 'data' });
    const subnet = world.createSubnet({
      vpcId: vpc.vpcId,
      cidrBlock: '10.30.0.0/24',
      name: 'data-a',
      tags: { team: 'data' },
    });
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'data',
      network: '10.30.1',
    });
    const cluster = new SimulatedCluster(world, {
      name: 'data',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      settings: { prefixDelegation: true, maxPods: 110 },
      nodeGroups: [
        { name: 'jobs', instanceType: 'm5.large', subnetIds: [subnet.subnetId], minSize: 2, maxSize: 6 },
      ],
    });
    const base = addressNumber('10.30.0.0');
    const pool = world.pool(subnet.subnetId);
    for (let block = 1; block <= DATABASES; block += 1) {
      const before = pool.freePrefixes;
      if (before === 0) break;
      for (let offset = 3; offset < 16; offset += 1) {
        // Only a block that is whole still is worth a database: the nodes' prefixes keep theirs.
        try {
          world.createInterface({
            subnetId: subnet.subnetId,
            description: 'RDSNetworkInterface',
            requesterId: 'amazon-rds',
            attachment: {},
            at: [base + block * 16 + offset],
          });
        } catch {
          continue;
        }
        break;
      }
    }
    return (elapsed) => {
      if (elapsed >= 2 * HOUR) cluster.scale('jobs', 3);
      cluster.record();
    };
  };
