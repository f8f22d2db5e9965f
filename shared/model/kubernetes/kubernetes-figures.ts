import type { ClusterAssessment } from '../result/cluster.ts';
import type { KubernetesFigures } from '../result/kubernetes-figures.ts';
import { committedPods } from './committed-pods.ts';
import { ipamdFigures } from './ipamd-counters.ts';
import type { KubernetesReading } from './observed.ts';
import { nodeCommitments } from './overcommitted-nodes.ts';

/**
 * The figures of one cluster that only its Kubernetes API knows.
 *
 * @param previous those of the scan before; `null` where there are none
 */
export const kubernetesFigures = (
  reading: KubernetesReading,
  cluster: ClusterAssessment,
  previous: KubernetesFigures | null,
): KubernetesFigures => ({
  committedPods: committedPods(reading)?.pods ?? null,
  serviceAddressesUsed: reading.services.known ? reading.services.value.addressesUsed : null,
  nodesOvercommitted: nodeCommitments(reading, cluster)?.over.length ?? null,
  ipamd: ipamdFigures(reading, previous?.ipamd ?? null),
});
