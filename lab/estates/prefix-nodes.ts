import type { Scenario } from '../estate/scenario.ts';
import { SimulatedCluster } from '../estate/simulated-cluster.ts';
import { controlPlaneSubnetIds } from './control-plane.ts';
import { DAY } from './pace.ts';

const NODES = 5;
/** From this day on a node more joins each day, until there are so many. */
const FIRST_NEW_NODE = 6;
const LAST_NODES = 9;

/**
 * Five m5.large nodes with prefix delegation in a /24: each takes a primary address and a /28 before a single pod runs.
 * Every day a pod comes to a node that had none, which takes one more /28, to have a free one again. Then a node more
 * joins each day. The subnet could never give more than 14 prefixes, so in the end a node gets an address and no prefix.
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
    const controlPlane = controlPlaneSubnetIds(world, {
      vpcId: vpc.vpcId,
      cluster: 'search',
      network: '10.20.1',
    });
    const cluster = new SimulatedCluster(world, {
      name: 'search',
      vpcId: vpc.vpcId,
      ownerId: accountId,
      region,
      controlPlaneSubnetIds: controlPlane,
      settings: { prefixDelegation: true, maxPods: 110 },
      nodeGroups: [
        {
          name: 'index',
          instanceType: 'm5.large',
          subnetIds: [subnet.subnetId],
          minSize: NODES,
          maxSize: 12,
        },
      ],
    });
    return (elapsed) => {
      const days = Math.floor(elapsed / DAY);
      const newNodes = Math.max(0, days - FIRST_NEW_NODE + 1);
      cluster.scale('index', Math.min(LAST_NODES, NODES + newNodes));
      cluster.runPods(Math.min(NODES, days));
      cluster.record();
    };
  };
