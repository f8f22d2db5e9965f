import { sentence } from '../../base/text/sentence.ts';
import type { KubernetesReading, Unread } from '../../kubernetes/observed.ts';
import type { ClusterAssessment } from '../../result/cluster.ts';
import type { Estate } from '../estate.ts';

/** A cluster whose Kubernetes API was asked, with what it said. */
export interface ReadCluster {
  readonly cluster: ClusterAssessment;
  readonly reading: KubernetesReading;
}

/** Clusters whose Kubernetes API was asked. Of others the checks of pods say nothing. */
export const readClusters = ({ input }: Estate): readonly ReadCluster[] =>
  input.clusters.flatMap((cluster) => {
    const reading = input.kubernetes?.get(cluster.clusterName);
    return reading === undefined ? [] : [{ cluster, reading }];
  });

/** Why a part is unknown, as a sentence. */
export const reasonOf = ({ message }: Unread): string => sentence(message);
