import { count, number } from '../model/base/text/numbers.ts';
import type { GrowthBounds, GrowthDemand, SubnetGrowth } from '../model/result/subnet-growth.ts';

/** One line of what may grow in a subnet. */
export interface GrowthRow {
  readonly group: string;
  readonly moreNodes: number;
  readonly atStart: string;
  readonly whenFull: string;
}

/** Every group, and all of them together where there are several. */
export const growthRows = ({ atStart, groups, whenFull }: SubnetGrowth): readonly GrowthRow[] => {
  const rows = groups.map((each) => ({
    group: each.clusterName === null ? each.group : `${each.clusterName}/${each.group}`,
    moreNodes: each.moreNodes,
    atStart: demandText(each.atStart),
    whenFull: demandText(each.whenFull),
  }));
  return groups.length < 2
    ? rows
    : [
        ...rows,
        {
          group: 'all together',
          moreNodes: groups.reduce((sum, { moreNodes }) => sum + moreNodes, 0),
          atStart: demandText(atStart),
          whenFull: demandText(whenFull),
        },
      ];
};

/** `0 to 120 addresses, 4 prefixes`. */
const demandText = (demand: GrowthDemand | null): string => {
  if (demand === null) return 'unknown';
  const { addresses, prefixes } = demand;
  return [
    ...(addresses.most > 0 || prefixes.most === 0 ? [boundsText(addresses, 'address')] : []),
    ...(prefixes.most > 0 ? [boundsText(prefixes, 'prefix')] : []),
  ].join(', ');
};

const boundsText = ({ least, most }: GrowthBounds, unit: string): string =>
  least === most ? count(most, unit) : `${number(least)} to ${count(most, unit)}`;
