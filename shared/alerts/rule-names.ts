import { CHECKS } from '../model/checks/checks.ts';

const NAMES = new Map(
  CHECKS.flatMap(({ kind, settings, aliases = [] }) =>
    settings === 'findings' ? [] : [kind, settings].map((name) => [name, [kind, ...aliases]] as const),
  ),
);

/** Every name by which selectors may call a check that has a rule of its own, given one of them. */
export const namesOf = (name: string): readonly string[] => NAMES.get(name) ?? [];
