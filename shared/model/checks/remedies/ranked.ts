import type { Remedy } from '../../result/finding.ts';

/**
 * The remedies that can work here, best first. One with a precondition that fails is not offered: the on-call engineer
 * would lose time over it. Those that give something back at once come before the others; otherwise the given order
 * stays.
 */
export const ranked = (...remedies: readonly (Remedy | null)[]): readonly Remedy[] =>
  inOrder(...remedies).toSorted((a, b) => Number(helpsAtOnce(b)) - Number(helpsAtOnce(a)));

/** Those that can work here, in the given order: for what helps only later, or only after the one before it. */
export const inOrder = (...remedies: readonly (Remedy | null)[]): readonly Remedy[] =>
  remedies.filter((remedy) => remedy !== null).filter(canWork);

const canWork = ({ preconditions }: Remedy): boolean => preconditions.every(({ holds }) => holds !== false);

/** A remedy that promises no figure is not moved: only a promise of nothing puts it behind. */
const helpsAtOnce = ({ gains }: Remedy): boolean =>
  gains === undefined || gains.addresses !== 0 || gains.prefixes !== 0;
