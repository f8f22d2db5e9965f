import type { Transition } from '../model/alert/alert.ts';

/** Nothing is left of what was critical, or another cause: the level is the same, and those who read it must look again. */
export const isWorseAtItsLevel = ({ transition, severity, previousSeverity }: Transition): boolean =>
  transition === 'escalated' && severity === previousSeverity;
