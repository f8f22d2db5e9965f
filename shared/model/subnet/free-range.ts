import type { SubnetAssessment } from '../result/assessment.ts';
import type { Unknown } from '../result/unknown.ts';

/** Why a full subnet has no largest free block and no fragmentation. Neither is in doubt. */
export const NO_FREE_RANGE = 'Nothing is available, so there is no free range.';

/** What is not known: a full subnet is known. */
export const inDoubt = (unknowns: readonly Unknown[]): readonly Unknown[] =>
  unknowns.filter(({ reason }) => reason !== NO_FREE_RANGE);

export const hasNoFreeRange = ({ unknowns }: Pick<SubnetAssessment, 'unknowns'>): boolean =>
  unknowns.some(({ reason }) => reason === NO_FREE_RANGE);

/** `10.0.0.128/26`, `none` in a full subnet; `null`: it is not known. */
export const largestFreeText = (
  subnet: Pick<SubnetAssessment, 'largestFreeBlock' | 'unknowns'>,
): string | null => subnet.largestFreeBlock ?? (hasNoFreeRange(subnet) ? 'none' : null);
