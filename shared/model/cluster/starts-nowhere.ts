import { count, verb } from '../base/text/numbers.ts';
import type { ZoneFailover } from '../result/cluster.ts';

/** A group of one zone starts nothing elsewhere, however much room there is. */
export const startsNowhere = ({
  lostZones,
  short = [],
}: Pick<ZoneFailover, 'lostZones' | 'short'>): readonly string[] =>
  short
    .filter(({ zones }) => zones.length === 0)
    .map(
      ({ group, nodes }) =>
        `Without ${lostZones.join(' and ')}, ${count(nodes, 'node')} of ${group === '' ? 'no group' : group} ${verb(nodes, 'starts')} nowhere: no subnet of another zone is known for ${nodes === 1 ? 'it' : 'them'}.`,
    );
