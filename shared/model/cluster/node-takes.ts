import { ADDRESSES_PER_PREFIX } from '../net/prefix.ts';
import type { NodeLocation } from './located-group.ts';
import type { DemandStep } from './node-demand.ts';

/** What a node takes of one subnet, or of several together. */
export interface Amount {
  readonly singles: number;
  readonly prefixes: number;
}

export const NOTHING: Amount = { singles: 0, prefixes: 0 };

export const plus = (a: Amount, b: Amount): Amount => ({
  singles: a.singles + b.singles,
  prefixes: a.prefixes + b.prefixes,
});

/** Each single address may cost a block. */
export const blocksOf = ({ singles, prefixes }: Amount): number => singles + prefixes;

export const addressesOf = ({ singles, prefixes }: Amount): number =>
  singles + prefixes * ADDRESSES_PER_PREFIX;

export const subnetsOf = ({ subnetId, podSubnetIds, extras }: NodeLocation): readonly string[] => [
  subnetId,
  ...podSubnetIds,
  ...extras.map((extra) => extra.subnetId),
];

/** The most that one node there takes from these subnets together. */
export const takeOf = (
  { subnetId, podSubnetIds, extras }: NodeLocation,
  steps: readonly DemandStep[],
  from: readonly string[],
  countsSingles: (subnetId: string) => boolean,
): Amount => {
  const others = podSubnetIds.filter((id) => id !== subnetId);
  const within = (ids: readonly string[]): readonly string[] => ids.filter((id) => from.includes(id));
  const amount = (ids: readonly string[], { singles, prefixes }: Amount): Amount => {
    const inside = within(ids);
    if (inside.length === 0) return NOTHING;
    return { singles: inside.some(countsSingles) ? singles : 0, prefixes };
  };
  let sum = NOTHING;
  for (const extra of extras) sum = plus(sum, amount([extra.subnetId], extra));
  for (const [index, step] of steps.entries()) {
    if (step.subnet === 'pods') {
      sum = plus(sum, amount(podSubnetIds, step));
      continue;
    }
    const own = amount([subnetId], step);
    const mayMove = index > 0 && step.mayMove === true && others.length > 0;
    const moved = mayMove ? amount(others, { singles: 1 + step.singles, prefixes: step.prefixes }) : NOTHING;
    // Prefixes that were refused in one subnet were not taken there; single addresses were, as far as there were any.
    sum = plus(sum, {
      singles: own.singles + moved.singles,
      prefixes: Math.max(own.prefixes, moved.prefixes),
    });
  }
  return sum;
};
