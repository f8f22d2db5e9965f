import { count, verb } from '../base/text/numbers.ts';
import type { ShortGroup, ZoneFailover } from '../result/cluster.ts';

/** Groups that start in the lost zones alone: no room elsewhere is of use to them. */
export const boundGroups = ({ short = [] }: Pick<ZoneFailover, 'short'>): readonly ShortGroup[] =>
  short.filter(({ zones }) => zones.length === 0);

export const startsNowhere = (loss: Pick<ZoneFailover, 'lostZones' | 'short'>): readonly string[] =>
  boundGroups(loss).map(
    ({ group, nodes }) =>
      `Without ${loss.lostZones.join(' and ')}, ${count(nodes, 'node')} of ${group === '' ? 'no group' : group} ${verb(nodes, 'starts')} nowhere: no subnet of another zone is known for ${nodes === 1 ? 'it' : 'them'}.`,
  );
