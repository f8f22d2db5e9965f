import type { EksCluster } from '../aws/inventory.ts';
import { type CheckResult, notMeasured } from './check.ts';
import type { Estate } from './estate.ts';

/** What a check says of each EKS cluster. Of one that EKS refused it can say nothing. */
export const eachEksCluster = (
  estate: Estate,
  results: (eks: EksCluster) => readonly CheckResult[],
): readonly CheckResult[] => [
  ...[...estate.eksClusters.values()].flatMap(results),
  ...estate.refusedClusters.map((cluster) =>
    notMeasured(estate.clusterSubject(cluster), 'EKS did not describe the cluster in full.'),
  ),
];
