import type { ClusterSource } from '../clusters/cluster-source.ts';
import type { EksClusters, RefusedCluster } from '../model/aws/inventory.ts';
import type { Problem } from '../model/base/errors.ts';
import { listOf } from '../model/base/text/names.ts';
import { withJsonConfiguration } from './add-on-configuration.ts';
import { attempt } from './attempt.ts';

/** Names in the problem of several clusters. */
const NAMES_SHOWN = 5;

/** The EKS clusters of a target; `null`: they could not be listed. One that EKS refused is a problem, and hides no other. */
export const readClusters = async (
  clusters: ClusterSource,
  problems: Problem[],
): Promise<EksClusters | null> => {
  const listed = await attempt(problems, () => clusters.eksClusters());
  if (listed === null) return null;
  problems.push(...problemsOf(listed.refused));
  return { ...listed, described: await Promise.all(listed.described.map(withJsonConfiguration)) };
};

/** One for each cause: a role without a permission is refused 250 clusters. */
const problemsOf = (refused: readonly RefusedCluster[]): readonly Problem[] =>
  [...Map.groupBy(refused, ({ problem }) => `${problem.code} ${problem.action}`).values()].flatMap(
    ([first, ...others]) => {
      if (first === undefined) return [];
      const { problem } = first;
      if (others.length === 0) return [problem];
      const names = listOf(
        others.map(({ name }) => name),
        NAMES_SHOWN,
      );
      return [{ ...problem, message: `${problem.message}. The same holds for ${names}` }];
    },
  );
