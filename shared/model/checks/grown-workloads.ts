import { listOf } from '../base/text/names.ts';
import { count } from '../base/text/numbers.ts';
import { takenSince } from '../owners/owner-changes.ts';
import type { SubnetAssessment } from '../result/assessment.ts';
import type { OwnerChange } from '../result/owner-changes.ts';

/** So many are named. */
const SHOWN = 3;

/** The workloads that grew in a subnet since a moment, the most first; none where no Kubernetes API says so. */
export const grownWorkloads = (
  { workloadChanges }: Pick<SubnetAssessment, 'workloadChanges'>,
  since: number,
): readonly OwnerChange[] => takenSince(workloadChanges ?? [], since) ?? [];

/** A sentence that names them with their cluster and namespace; empty for none. */
export const workloadsText = (grown: readonly OwnerChange[]): string => {
  const named = grown.flatMap(({ name, addresses }) =>
    name === null ? [] : [`${name} (${count(addresses, 'address')})`],
  );
  return named.length === 0 ? '' : ` Workloads that grew: ${listOf(named, SHOWN)}.`;
};
