import type { Remedy } from '../../result/finding.ts';

/**
 * Orders remedies: those that cannot work here come last, the rest stay as given, best first. What a remedy needs is
 * checked on the very inventory that shows the problem; the conditions are those of the EKS best practices
 * (ip-optimization-strategies, prefix-mode_linux, custom-networking) and of the VPC user guide.
 */
export const ranked = (...remedies: readonly (Remedy | null)[]): readonly Remedy[] =>
  remedies
    .filter((remedy) => remedy !== null)
    .toSorted((a, b) => Number(isBlocked(a)) - Number(isBlocked(b)));

const isBlocked = ({ preconditions }: Remedy): boolean => preconditions.some(({ holds }) => holds === false);
