import type { EksCluster } from '../aws/inventory.ts';
import type { KubernetesReading } from './observed.ts';

/** How many pods the nodes of a cluster admit. Nothing where they could not be read. */
export const maxPodsInCluster = (
  reading: KubernetesReading | undefined,
): Pick<EksCluster, 'maxPodsOfNodes'> =>
  reading?.nodes.known === true
    ? {
        maxPodsOfNodes: new Map(
          reading.nodes.value.flatMap(({ allocatablePods, instanceId }): [string, number][] =>
            instanceId === null || allocatablePods === null ? [] : [[instanceId, allocatablePods]],
          ),
        ),
      }
    : {};
