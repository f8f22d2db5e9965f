import type { World } from '../estate/world.ts';

/** A /28 for a control plane in each of two zones, as EKS recommends. @param from the last two numbers of the first one's address */
export const controlPlaneSubnetIds = (
  world: World,
  { vpcId, cluster, network, from = 0 }: { vpcId: string; cluster: string; network: string; from?: number },
): readonly string[] =>
  ['a', 'b'].map(
    (zone, index) =>
      world.createSubnet({
        vpcId,
        cidrBlock: `${network}.${from + index * 16}/28`,
        name: `${cluster}-control-plane-${zone}`,
        zone,
      }).subnetId,
  );
